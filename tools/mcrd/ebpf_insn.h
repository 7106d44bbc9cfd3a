/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writing eBPF instructions one after another, with labels to jump to.
 */
#ifndef MCRD_EBPF_INSN_H
#define MCRD_EBPF_INSN_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

#define MCRD_ASM_LABELS		24

/**
 * struct mcrd_asm - a program under construction
 * @insn: where it is built
 * @n: number of instructions
 * @label: where labels are, by number
 *
 * Until mcrd_asm_finish() a jump has its label's number in place of an offset.
 */
struct mcrd_asm {
	struct bpf_insn *insn;
	size_t n;
	size_t label[MCRD_ASM_LABELS];
};

static inline void mcrd_asm_put(struct mcrd_asm *a, int code, int dst, int src,
				int off, int32_t imm)
{
	a->insn[a->n++] = (struct bpf_insn){
		.code = (__u8)code,
		.dst_reg = (__u8)(dst & 0xf),
		.src_reg = (__u8)(src & 0xf),
		.off = (__s16)off,
		.imm = imm,
	};
}

static inline void mcrd_asm_label(struct mcrd_asm *a, int label)
{
	a->label[label] = a->n;
}

/* @dst = @src */
static inline void mcrd_asm_mov(struct mcrd_asm *a, int dst, int src)
{
	mcrd_asm_put(a, BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0);
}

/* @dst = @imm */
static inline void mcrd_asm_set(struct mcrd_asm *a, int dst, int32_t imm)
{
	mcrd_asm_put(a, BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, imm);
}

/* @dst = @dst @op @imm, BPF_ADD for one */
static inline void mcrd_asm_alu(struct mcrd_asm *a, int op, int dst, int32_t imm)
{
	mcrd_asm_put(a, BPF_ALU64 | op | BPF_K, dst, 0, 0, imm);
}

/* @dst = @dst @op @src */
static inline void mcrd_asm_alu_reg(struct mcrd_asm *a, int op, int dst, int src)
{
	mcrd_asm_put(a, BPF_ALU64 | op | BPF_X, dst, src, 0, 0);
}

/* From network byte order, 16 bits. */
static inline void mcrd_asm_ntohs(struct mcrd_asm *a, int dst)
{
	mcrd_asm_put(a, BPF_ALU | BPF_END | BPF_TO_BE, dst, 0, 0, 16);
}

/* @dst = the @size (BPF_B for one) at @base + @off */
static inline void mcrd_asm_load(struct mcrd_asm *a, int size, int dst, int base,
				 int off)
{
	mcrd_asm_put(a, BPF_LDX | BPF_MEM | size, dst, base, off, 0);
}

/* The @size at @base + @off = @src */
static inline void mcrd_asm_store(struct mcrd_asm *a, int size, int base, int off,
				  int src)
{
	mcrd_asm_put(a, BPF_STX | BPF_MEM | size, base, src, off, 0);
}

/* The word at @base + @off = @imm */
static inline void mcrd_asm_store_imm(struct mcrd_asm *a, int base, int off,
				      uint32_t imm)
{
	mcrd_asm_put(a, BPF_ST | BPF_MEM | BPF_W, base, 0, off, (int32_t)imm);
}

/* The 64 bits at @base + @off = 0 */
static inline void mcrd_asm_clear(struct mcrd_asm *a, int base, int off)
{
	mcrd_asm_put(a, BPF_ST | BPF_MEM | BPF_DW, base, 0, off, 0);
}

/* @dst = a number of 64 bits; of BPF_PSEUDO_MAP_FD as @kind: the map */
static inline void mcrd_asm_set64(struct mcrd_asm *a, int dst, int kind,
				  uint64_t imm)
{
	/* BPF_LD and BPF_IMM are 0: neither is written out. */
	mcrd_asm_put(a, BPF_DW, dst, kind, 0, (int32_t)imm);
	mcrd_asm_put(a, 0, 0, 0, 0, (int32_t)(imm >> 32));
}

static inline void mcrd_asm_call(struct mcrd_asm *a, int helper)
{
	mcrd_asm_put(a, BPF_JMP | BPF_CALL, 0, 0, 0, helper);
}

static inline void mcrd_asm_go(struct mcrd_asm *a, int label)
{
	mcrd_asm_put(a, BPF_JMP | BPF_JA, 0, 0, label, 0);
}

/* Go there if @reg @op @imm, BPF_JEQ for one */
static inline void mcrd_asm_if(struct mcrd_asm *a, int op, int reg, int32_t imm,
			       int label)
{
	mcrd_asm_put(a, BPF_JMP | op | BPF_K, reg, 0, label, imm);
}

/* Go there if @reg @op @with */
static inline void mcrd_asm_if_reg(struct mcrd_asm *a, int op, int reg, int with,
				   int label)
{
	mcrd_asm_put(a, BPF_JMP | op | BPF_X, reg, with, label, 0);
}

/* End with @verdict. */
static inline void mcrd_asm_end(struct mcrd_asm *a, int32_t verdict)
{
	mcrd_asm_set(a, BPF_REG_0, verdict);
	mcrd_asm_put(a, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/* All labels are known: jumps can have their offsets. */
static inline void mcrd_asm_finish(struct mcrd_asm *a)
{
	size_t i;

	for (i = 0; i < a->n; i++) {
		struct bpf_insn *in = &a->insn[i];

		if (BPF_CLASS(in->code) != BPF_JMP ||
		    BPF_OP(in->code) == BPF_CALL || BPF_OP(in->code) == BPF_EXIT)
			continue;
		in->off = (__s16)(a->label[in->off] - i - 1);
	}
}

#endif /* MCRD_EBPF_INSN_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * The system calls that are left to a worker: in a child, by doing them; and for
 * either architecture by asking the filter, as the kernel would.
 */
#include "common.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../mcrd/worker/seccomp.h"

#define KILLED		(256 + SIGSYS)
#define PROGRAM_MAX	4096
#define NO_SANITIZER	__attribute__((__no_sanitize_address__))

/**
 * struct act - something that a worker does, or must not
 * @desc: what
 * @run: do it; 0 if it works
 * @uring: the loop is an io_uring
 * @status: how the process ends
 */
struct act {
	const char *desc;
	int (*run)(void);
	bool uring;
	int status;
};

/* Made before: a worker is given them. */
static int pair[2];

/* Before a call that does not return sanitizers make one that is not left. */
NO_SANITIZER static void be_child(enum mcrd_seccomp_mode mode, bool uring,
				  int (*run)(void))
{
	const struct rlimit none = { 0, 0 };
	char why[256];

	setrlimit(RLIMIT_CORE, &none);
	signal(SIGABRT, SIG_DFL);
	if (mcrd_seccomp_enter(mode, uring, why, sizeof(why)))
		_exit(99);
	_exit(run());
}

static int in_child(enum mcrd_seccomp_mode mode, bool uring, int (*run)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid)
		be_child(mode, uring, run);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   256 + WTERMSIG(status);
}

static int do_packets(void)
{
	char byte = 'x', control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &byte, 1 };
	struct mmsghdr m = { .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } };

	if (sendmsg(pair[0], &m.msg_hdr, 0) != 1 ||
	    sendmmsg(pair[0], &m, 1, 0) != 1 || send(pair[0], "", 1, 0) != 1)
		return 1;
	m.msg_hdr.msg_control = control;
	m.msg_hdr.msg_controllen = sizeof(control);
	if (recvmsg(pair[1], &m.msg_hdr, 0) != 1 ||
	    recvmmsg(pair[1], &m, 1, MSG_DONTWAIT, NULL) != 1 ||
	    recv(pair[1], &byte, 1, 0) != 1)
		return 2;
	return 0;
}

static int do_log(void)
{
	struct iovec iov = { "x", 1 };
	char byte;

	return writev(pair[0], &iov, 1) != 1 || write(pair[0], "x", 1) != 1 ||
	       read(pair[1], &byte, 1) != 1 || read(pair[1], &byte, 1) != 1;
}

static int do_wait(void)
{
	struct timespec ts = { .tv_nsec = 1000 };
	struct pollfd p = { .fd = pair[0], .events = POLLOUT };

	return poll(&p, 1, 0) != 1 || ppoll(&p, 1, &ts, NULL) != 1 ||
	       clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL) ||
	       syscall(SYS_clock_gettime, CLOCK_REALTIME, &ts);
}

/* Small and large, growing and shrinking. */
static int do_memory(void)
{
	char *p, *q;
	size_t i;

	for (i = 1; i < 1UL << 26; i *= 4) {
		p = malloc(i);
		q = p ? realloc(p, 4 * i) : NULL;
		if (!q) {
			free(p);
			return 1;
		}
		q[0] = 1;
		free(q);
	}
	return 0;
}

static int do_close(void)
{
	int err;
	socklen_t len = sizeof(err);

	return getsockopt(pair[0], SOL_SOCKET, SO_ERROR, &err, &len) ||
	       close(pair[0]) || getpid() <= 0 ||
	       getrandom(&err, sizeof(err), 0) != sizeof(err);
}

NO_SANITIZER static int do_abort(void)
{
	abort();
}

static int do_mmap_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static int do_mprotect_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return 3;
	return mprotect(p, 4096, PROT_READ) ? 4 :
	       mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static int do_mmap_file(void)
{
	return mmap(NULL, 4096, PROT_READ, MAP_SHARED, pair[0], 0) ==
	       MAP_FAILED;
}

static int do_open(void)
{
	return open("/dev/null", O_RDONLY) < 0;
}

static int do_socket(void)
{
	return socket(AF_INET, SOCK_DGRAM, 0) < 0;
}

static int do_connect(void)
{
	struct sockaddr sa = { .sa_family = AF_UNIX };

	return connect(pair[0], &sa, sizeof(sa));
}

static int do_fork(void)
{
	return fork() < 0;
}

static int do_exec(void)
{
	return execl("/bin/true", "true", NULL);
}

static int do_kill(void)
{
	return kill(getppid(), 0);
}

static int do_abort_other(void)
{
	/* No process has this number. */
	return syscall(SYS_tgkill, 1 << 30, 1 << 30, SIGABRT) && errno != ESRCH;
}

static int do_prctl(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static int do_uring_setup(void)
{
	return syscall(SYS_io_uring_setup, 0, NULL) && errno != EINVAL &&
	       errno != EFAULT;
}

/* No ring is there: the kernel says so, if it is asked. */
static int do_uring_enter(void)
{
	return syscall(SYS_io_uring_enter, pair[0], 0, 0, 0, NULL, 0) == -1 &&
	       errno == EPERM;
}

static const struct act acts[] = {
	{ "packets", do_packets, false, 0 },
	{ "log", do_log, false, 0 },
	{ "waiting", do_wait, false, 0 },
	{ "memory", do_memory, false, 0 },
	{ "what is closed", do_close, false, 0 },
	{ "abort()", do_abort, false, 256 + SIGABRT },
	{ "submitting", do_uring_enter, true, 0 },
	{ "submitting, without io_uring", do_uring_enter, false, KILLED },
	{ "another io_uring", do_uring_setup, true, KILLED },
	{ "memory that is code", do_mmap_code, true, KILLED },
	{ "memory made code", do_mprotect_code, true, KILLED },
	{ "a mapped file", do_mmap_file, true, KILLED },
	{ "open()", do_open, true, KILLED },
	{ "socket()", do_socket, true, KILLED },
	{ "connect()", do_connect, true, KILLED },
	{ "fork()", do_fork, true, KILLED },
	{ "execve()", do_exec, true, KILLED },
	{ "kill()", do_kill, true, KILLED },
	{ "another's abort", do_abort_other, true, KILLED },
	{ "prctl()", do_prctl, true, KILLED },
};

static void test_act(void **state)
{
	const struct act *act = *state;

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	assert_int_equal(in_child(MCRD_SECCOMP_KILL, act->uring, act->run),
			 act->status);
	close(pair[0]);
	close(pair[1]);
}

static int find_out(void)
{
	return open("/dev/null", O_RDONLY) < 0 && errno == EPERM ? 7 : 8;
}

static int not_restricted(void)
{
	return open("/dev/null", O_RDONLY) >= 0 ? 7 : 8;
}

static void test_modes(void **state)
{
	(void)state;
	assert_int_equal(in_child(MCRD_SECCOMP_EPERM, true, find_out), 7);
	assert_int_equal(in_child(MCRD_SECCOMP_OFF, true, not_restricted), 7);
}

/**
 * struct filter - a filter as the kernel gets it
 * @n: instructions
 * @f: they
 */
struct filter {
	size_t n;
	struct sock_filter f[PROGRAM_MAX];
};

static void filter_make(struct filter *filter, uint32_t arch, bool uring)
{
	scmp_filter_ctx ctx = mcrd_seccomp_make(arch, MCRD_SECCOMP_KILL, uring);
	FILE *file = tmpfile();

	assert_non_null(ctx);
	assert_non_null(file);
	assert_int_equal(seccomp_export_bpf(ctx, fileno(file)), 0);
	seccomp_release(ctx);
	rewind(file);
	filter->n = fread(filter->f, sizeof(filter->f[0]), PROGRAM_MAX, file);
	assert_in_range(filter->n, 1, PROGRAM_MAX - 1);
	fclose(file);
}

static bool jumps(const struct sock_filter *f, __u32 a)
{
	switch (BPF_OP(f->code)) {
	case BPF_JEQ:
		return a == f->k;
	case BPF_JGT:
		return a > f->k;
	case BPF_JGE:
		return a >= f->k;
	case BPF_JSET:
		return a & f->k;
	default:
		fail_msg("a jump that is not known: %#x", f->code);
		return false;
	}
}

/* As the kernel runs it: what becomes of a call. */
static __u32 filter_run(const struct filter *filter,
			const struct seccomp_data *data)
{
	__u32 a = 0;
	size_t pc;

	for (pc = 0; pc < filter->n; pc++) {
		const struct sock_filter *f = &filter->f[pc];

		switch (BPF_CLASS(f->code)) {
		case BPF_LD:
			memcpy(&a, (const char *)data + f->k, sizeof(a));
			break;
		case BPF_ALU:
			assert_int_equal(BPF_OP(f->code), BPF_AND);
			a &= f->k;
			break;
		case BPF_JMP:
			if (BPF_OP(f->code) == BPF_JA)
				pc += f->k;
			else
				pc += jumps(f, a) ? f->jt : f->jf;
			break;
		case BPF_RET:
			return f->k;
		default:
			fail_msg("an instruction that is not known: %#x",
				 f->code);
		}
	}
	fail_msg("the filter has no end");
	return 0;
}

static bool is_left(const struct filter *filter, __u32 audit, int nr,
		    __u64 prot, __u64 flags)
{
	struct seccomp_data data = {
		.nr = nr, .arch = audit, .args = { 0, 4096, prot, flags },
	};

	return filter_run(filter, &data) == SECCOMP_RET_ALLOW;
}

/**
 * struct arch_calls - numbers of calls, from the kernel's tables
 * @desc: the architecture
 * @arch: libseccomp's name of it
 * @audit: the kernel's
 * @other: another one, whose calls must not be mistaken for its own
 * @left: calls that are left; -1: no more
 * @not_left: calls that are not; likewise
 * @mmap: mmap()
 */
struct arch_calls {
	const char *desc;
	uint32_t arch;
	__u32 audit;
	__u32 other;
	int left[8];
	int not_left[8];
	int mmap;
};

static const struct arch_calls arch_calls[] = {
	{ "x86-64", SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64, AUDIT_ARCH_I386,
	  /* read, poll, sendmsg, recvmsg, exit_group, io_uring_enter */
	  { 0, 7, 46, 47, 231, 426, -1 },
	  /* open, socket, clone, execve, openat, io_uring_setup, clone3 */
	  { 2, 41, 56, 59, 257, 425, 435, -1 }, 9 },
	{ "arm64", SCMP_ARCH_AARCH64, AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM,
	  /* read, ppoll, sendmsg, recvmsg, exit_group, io_uring_enter */
	  { 63, 73, 211, 212, 94, 426, -1 },
	  /* openat, socket, clone, execve, ptrace, io_uring_setup, clone3 */
	  { 56, 198, 220, 221, 117, 425, 435, -1 }, 222 },
};

static void test_arch(void **state)
{
	const struct arch_calls *c = *state;
	static struct filter filter;
	size_t i;

	filter_make(&filter, c->arch, true);
	for (i = 0; c->left[i] >= 0; i++) {
		assert_true(is_left(&filter, c->audit, c->left[i], 0, 0));
		assert_false(is_left(&filter, c->other, c->left[i], 0, 0));
	}
	for (i = 0; c->not_left[i] >= 0; i++)
		assert_false(is_left(&filter, c->audit, c->not_left[i], 0, 0));
	assert_true(is_left(&filter, c->audit, c->mmap, PROT_READ | PROT_WRITE,
			    MAP_ANONYMOUS | MAP_PRIVATE));
	assert_false(is_left(&filter, c->audit, c->mmap, PROT_READ | PROT_EXEC,
			     MAP_ANONYMOUS | MAP_PRIVATE));
	assert_false(is_left(&filter, c->audit, c->mmap, PROT_READ,
			     MAP_PRIVATE));
	/* Calls of the x32 sort are none of ours. */
	assert_false(is_left(&filter, c->audit, 0x40000000 + c->left[0], 0, 0));
	filter_make(&filter, c->arch, false);
	assert_false(is_left(&filter, c->audit, 426, 0, 0));
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_table(&suite, acts, test_act);
	suite_add_case(&suite, test_modes);
	suite_add_table(&suite, arch_calls, test_arch);
	return suite_run(&suite, "seccomp");
}

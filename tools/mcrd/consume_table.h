/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rules as the packet filter of the host's own stack has to see them.
 *
 * A device has masks, most specific first; rules of one mask differ in values
 * only. A mask has classes, which have all values in common but the ports; a
 * class has rules. What a class says of each port is what is filtered by.
 *
 * Private to consume*.c and their test.
 */
#ifndef MCRD_CONSUME_TABLE_H
#define MCRD_CONSUME_TABLE_H

#include <sys/queue.h>

#include "consume.h"
#include "consume_nft.h"
#include "consume_ports.h"
#include "rule.h"

/* Lengths of blocks of ports: 0 to 16 */
#define MCRD_LENS	17

/**
 * struct mcrd_class_key - what the rules of a class have in common
 * @group: destination prefix
 * @src: source prefix
 * @vlan: VLAN id; 0: untagged
 * @dport: where the mask is that of one port: that; else 0
 */
struct mcrd_class_key {
	union mcr_addr group;
	union mcr_addr src;
	__u16 vlan;
	__u16 dport;
};

/**
 * struct mcrd_class - rules that differ in their ports only
 * @key: what they have in common
 * @mask: the mask it is in
 * @rules: of struct mcrd_filter_rule
 * @n: number of @rules
 * @now: what the kernel says of each port
 * @next: what it is to say, while a change is under way
 * @dirty: it is in @mask->dirty
 * @settled: @now is what its rules do
 * @list: in @mask->classes
 * @change: in @mask->dirty
 */
struct mcrd_class {
	struct mcrd_class_key key;
	struct mcrd_mask *mask;
	LIST_HEAD(, mcrd_filter_rule) rules;
	size_t n;
	struct mcrd_ports now;
	struct mcrd_ports next;
	bool dirty;
	bool settled;
	LIST_ENTRY(mcrd_class) list;
	LIST_ENTRY(mcrd_class) change;
};

/**
 * struct mcrd_filter_rule - an enabled rule
 * @id: the rule
 * @match: which packets
 * @consume: it consumes them
 * @class: the class it is in
 * @list: in @class->rules
 */
struct mcrd_filter_rule {
	__u32 id;
	struct mcr_match match;
	bool consume;
	struct mcrd_class *class;
	LIST_ENTRY(mcrd_filter_rule) list;
};

/**
 * struct mcrd_mask - what keys are made from
 * @dev: the device it is on
 * @family: AF_INET or AF_INET6
 * @proto: of enum mcr_proto
 * @group_len: bits of the destination that count
 * @src_len: bits of the source that count
 * @tagged: for frames in a VLAN
 * @one_port: for matches on one port
 * @needed: packets must be looked up: something consumes here or further on
 * @consumers: rules of it that consume
 * @now: elements the kernel has of each length of port blocks
 * @next: elements it is to have, while a change is under way
 * @tree: the classes by key, for tsearch()
 * @classes: all of struct mcrd_class
 * @dirty: those that may not say what their rules do
 * @list: in @dev->masks
 */
struct mcrd_mask {
	struct mcrd_device *dev;
	__u8 family;
	__u8 proto;
	__u8 group_len;
	__u8 src_len;
	bool tagged;
	bool one_port;
	bool needed;
	size_t consumers;
	size_t now[MCRD_LENS];
	size_t next[MCRD_LENS];
	void *tree;
	LIST_HEAD(, mcrd_class) classes;
	LIST_HEAD(, mcrd_class) dirty;
	LIST_ENTRY(mcrd_mask) list;
};

/**
 * struct mcrd_device - a name that rules receive from
 * @name: the name
 * @number: that its chains are named after
 * @ifindex: the device of that name; 0: there is none
 * @hooked: the kernel has its chains
 * @hooked_to: the ifindex that the base chain was made for; such chains may go
 *	with the device, and may come with another one of that name
 * @next: it is to have chains, while a change is under way
 * @changing: a change of it is under way
 * @lost: the kernel says that there is none, whatever @ifindex says
 * @dirty: something of it is
 * @hook_seq: the message that hooks it, in the batch under way; 0: none
 * @masks: of struct mcrd_mask; by family, tagged, and the most specific first
 * @list: in struct mcrd_filter.devices
 */
struct mcrd_device {
	char name[MCR_DEV_MAX + 1];
	__u32 number;
	__u32 ifindex;
	bool hooked;
	__u32 hooked_to;
	bool next;
	bool changing;
	bool lost;
	bool dirty;
	__u32 hook_seq;
	LIST_HEAD(, mcrd_mask) masks;
	LIST_ENTRY(mcrd_device) list;
};

/**
 * struct mcrd_filter - all of it; all zeroes: empty
 * @rules: by id, for tsearch()
 * @devices: of struct mcrd_device
 * @numbers: that devices had
 * @table: the kernel has the table
 * @stale: it may have one of which nothing is known: mcrd_filter_lose()
 * @renewed: the batch under way ends it
 * @table_next: it is to have it, while a change is under way
 */
struct mcrd_filter {
	void *rules;
	LIST_HEAD(, mcrd_device) devices;
	__u32 numbers;
	bool table;
	bool stale;
	bool renewed;
	bool table_next;
};

int mcrd_filter_set(struct mcrd_filter *f, __u32 id, const char *iif,
		    const struct mcr_match *m, bool consume);
void mcrd_filter_device(struct mcrd_filter *f, const char *name, __u32 ifindex);
void mcrd_filter_del(struct mcrd_filter *f, __u32 id);
void mcrd_filter_free(struct mcrd_filter *f);
void mcrd_filter_tidy(struct mcrd_filter *f);
void mcrd_class_touch(struct mcrd_class *class);

int mcrd_filter_plan(struct mcrd_filter *f, struct mcrd_nft *nft,
		     enum mcrd_consume_step step);
void mcrd_filter_settle(struct mcrd_filter *f, bool done);
void mcrd_filter_lose(struct mcrd_filter *f);

void mcrd_chains_add(struct mcrd_nft *nft, const struct mcrd_device *dev);
void mcrd_chains_hook(struct mcrd_nft *nft, struct mcrd_device *dev);
void mcrd_chains_unhook(struct mcrd_nft *nft, const struct mcrd_device *dev);
void mcrd_chains_del(struct mcrd_nft *nft, const struct mcrd_device *dev);
void mcrd_chains_flush(struct mcrd_nft *nft, const struct mcrd_device *dev);
void mcrd_chains_fill(struct mcrd_nft *nft, const struct mcrd_device *dev);
void mcrd_mask_set(const struct mcrd_mask *mask, unsigned int len,
		   struct mcrd_nft_set *set);

#endif /* MCRD_CONSUME_TABLE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The process's side of the kernel environment: how a daemon drives the files of
 * kmod/ that it is made of. include/ has the kernel's side, what those files see.
 *
 * All of this is single-threaded. Locks are counted, not taken: they assert the
 * order that the kernel demands.
 */
#ifndef KAPI_H
#define KAPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct kapi_hooks - what the environment asks of the daemon
 * @unicast: a datagram of one or more netlink messages for one peer, in order
 * @multicast: a notification for all who listen to the family's group
 * @listening: does anybody listen to the group?
 * @rtnl_release: RTNL is about to be let go of: what changed under it is to be
 *	carried out now. When it returns nobody uses any more what was taken out
 *	of use before (a grace period has passed); call_rcu()'s functions run
 *	after it
 * @allmulti: hold a device in allmulti (@on), or no longer; 0 or -errno
 * @arg: for all of them
 */
struct kapi_hooks {
	void (*unicast)(uint32_t portid, const void *data, size_t len,
			void *arg);
	void (*multicast)(uint32_t group, const void *data, size_t len,
			  void *arg);
	bool (*listening)(uint32_t group, void *arg);
	void (*rtnl_release)(void *arg);
	int (*allmulti)(int ifindex, bool on, void *arg);
	void *arg;
};

/**
 * struct kapi_peer - who sends
 * @portid: its number, never 0, not used again while the daemon runs
 * @admin: it has CAP_NET_ADMIN: it may carry out what needs it
 * @repeats: it repeats what the kernel module has decided: when rules move
 * @refusal: why it may not, for now, carry out what needs CAP_NET_ADMIN though it
 *	has that: a sentence; NULL: it may
 */
struct kapi_peer {
	uint32_t portid;
	bool admin;
	bool repeats;
	const char *refusal;
};

/**
 * struct kapi_link - a network device as rtnetlink tells of it
 * @ifindex: the device
 * @name: NUL-terminated, 15 bytes at most
 * @type: ARPHRD_
 * @flags: IFF_ flags, IFF_LOWER_UP is the carrier
 * @mtu: in bytes
 * @addr: link-layer address, if it has 6 bytes
 * @addr_len: bytes in @addr
 * @iflink: IFLA_LINK; 0: none
 * @link_elsewhere: @iflink is in another network namespace
 * @kind: IFLA_INFO_KIND; "": none
 * @carrier_ups: IFLA_CARRIER_UP_COUNT
 */
struct kapi_link {
	int ifindex;
	char name[16];
	uint16_t type;
	uint32_t flags;
	uint32_t mtu;
	uint8_t addr[6];
	uint8_t addr_len;
	int iflink;
	bool link_elsewhere;
	char kind[16];
	int carrier_ups;
};

/**
 * struct kapi_addr - an address of a device
 * @family: AF_INET or AF_INET6
 * @flags: IFA_F_
 * @scope: RT_SCOPE_
 * @addr: network byte order, 4 or 16 bytes
 */
struct kapi_addr {
	uint8_t family;
	uint32_t flags;
	uint8_t scope;
	uint8_t addr[16];
};

int kapi_init(const struct kapi_hooks *hooks);
void kapi_exit(void);

/* What is a parameter of the module; false: there is none of that name. */
bool kapi_param_set(const char *name, unsigned int value);

/*
 * Messages: one datagram as a peer sent it. Answers go to hooks.unicast. A dump
 * goes on, a datagram of at most 32 KiB a step, while kapi_dump_pending();
 * further messages of that peer have to wait until it is over.
 */
void kapi_receive(const struct kapi_peer *peer, const void *data, size_t len);
bool kapi_dump_pending(uint32_t portid);
void kapi_dump_step(uint32_t portid);
void kapi_peer_gone(uint32_t portid);

/*
 * Devices: what is the same as before changes nothing. Between begin and end RTNL
 * is held, and what several changes bring along is carried out once.
 */
void kapi_links_begin(void);
void kapi_links_end(void);
void kapi_link_set(const struct kapi_link *link);
void kapi_link_gone(int ifindex);
void kapi_addrs_set(int ifindex, const struct kapi_addr *addrs, size_t n);

/*
 * Whose rules of plane auto are: those of who serves, or, if that follows the
 * kernel module, the module's. For rules that are changed from now on.
 */
void kapi_follow(bool follows);

/* Work items and timers. */
void kapi_run(void);
int kapi_timeout_ms(void);

/**
 * kapi_percpu_provide - the memory that alloc_percpu() hands out
 * @base: of @n sections, @stride bytes apart, all zero, shared with those who
 *	count; plain memory of the process's own where none is provided
 * @n: number of sections: "CPUs"
 * @stride: bytes of a section
 * @shared: one more section, for what all may write: kapi_shared_alloc()
 *
 * An object has the same offset in all sections.
 */
void kapi_percpu_provide(void *base, unsigned int n, size_t stride,
			 void *shared);
/* Which section this_cpu_ptr() means; 0 unless told otherwise after the above. */
void kapi_this_cpu_set(unsigned int n);
void *kapi_shared_alloc(size_t size);
void kapi_shared_free(void *p);

/*
 * For tests: let an allocation fail, and say whether the one that was to fail
 * before did; likewise what asks for room in a message, or in a socket; how many
 * per-CPU and shared objects there are.
 */
bool kapi_fail_nth(unsigned int n);
bool kapi_full_nth(unsigned int n);
size_t kapi_percpu_used(void);

#endif /* KAPI_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the two servers that are made of these files.
 *
 * In the kernel packets look at rules themselves, under RCU. The relay daemon
 * (tools/mcrd) has its packets looked at by other processes, which have to be
 * told what rules say, and which count in memory that is shared with them.
 */
#ifndef MCR_PLANE_H
#define MCR_PLANE_H

#include <linux/mcr.h>
#include <linux/slab.h>

struct mcr_drops;
struct mcr_ingress;
struct mcr_net;
struct mcr_rule;
struct mcr_rule_spec;
struct sk_buff;

#ifdef __KERNEL__

#include <linux/netdevice.h>

#define MCR_PLANE_SELF		MCR_PLANE_KERNEL
#define MCR_PLANE_OTHER		MCR_PLANE_RELAY

static inline bool mcr_plane_is_self(u8 plane)
{
	return plane != MCR_PLANE_RELAY;
}

/* The module follows nobody. */
static inline bool mcr_plane_takes_since(void)
{
	return false;
}

/* Not all packets have a time stamp unless somebody wants them to. */
static inline void mcr_plane_stamps(bool on)
{
	if (on)
		net_enable_timestamp();
	else
		net_disable_timestamp();
}

static inline const char *mcr_plane_consume(const struct mcr_rule_spec *spec)
{
	return NULL;
}

static inline void mcr_plane_rule(struct mcr_net *mn, struct mcr_rule *rule)
{
}

static inline void mcr_plane_rule_gone(struct mcr_net *mn,
				       struct mcr_rule *rule)
{
}

static inline u64 mcr_plane_missed(const struct mcr_ingress *ing)
{
	return 0;
}

static inline u64 mcr_plane_filtered(const struct mcr_ingress *ing)
{
	return 0;
}

/* The hook looks at packets where they come in: nobody is woken for any. */
static inline bool mcr_plane_has_filter(const struct mcr_ingress *ing)
{
	return false;
}

/* Nobody handles packets for the module. */
#define MCR_PLANE_STATUS_ROOM	0

static inline int mcr_plane_put_status(struct sk_buff *skb, struct mcr_net *mn)
{
	return 0;
}

static inline bool mcr_plane_pause(void)
{
	cond_resched();
	return false;
}

/* Whoever drops the first packet makes what they are counted in. */
static inline bool mcr_plane_drops_alloc(struct mcr_drops **drops)
{
	return true;
}

static inline void mcr_plane_drops_free(struct mcr_drops *drops)
{
	kfree(drops);
}

#else

#define MCR_PLANE_SELF		MCR_PLANE_RELAY
#define MCR_PLANE_OTHER		MCR_PLANE_KERNEL

/**
 * mcr_plane_is_self - are rules of this plane this server's to carry out?
 * @plane: of enum mcr_plane
 *
 * Return: true if so. MCR_PLANE_AUTO is the relay's unless the relay follows the
 * module.
 */
bool mcr_plane_is_self(u8 plane);

/**
 * mcr_plane_takes_since - may the peer state when a rule moves?
 *
 * Return: true if it repeats here what the module decided.
 */
bool mcr_plane_takes_since(void);

/* Packet sockets ask for time stamps themselves. */
static inline void mcr_plane_stamps(bool on)
{
	(void)on;
}

/**
 * mcr_plane_consume - can packets of this rule be kept from the stack?
 * @spec: the rule, sound
 *
 * Return: NULL if so, or if it does not ask for that; else why not: a sentence,
 * which stays until the next call.
 */
const char *mcr_plane_consume(const struct mcr_rule_spec *spec);

/**
 * mcr_plane_rule - what packets see of a rule may have changed
 * @mn: the namespace
 * @rule: the rule, in force or disabled
 *
 * Context: Process, under RTNL and mcr_net.lock.
 */
void mcr_plane_rule(struct mcr_net *mn, struct mcr_rule *rule);

/**
 * mcr_plane_rule_gone - packets are to see a rule no more
 * @mn: the namespace
 * @rule: the rule, which still has all it had
 *
 * Context: Process, under RTNL and mcr_net.lock.
 */
void mcr_plane_rule_gone(struct mcr_net *mn, struct mcr_rule *rule);

/**
 * mcr_plane_missed - frames that were lost before the rules could see them
 * @ing: the ingress side of a device
 *
 * Return: how many.
 */
u64 mcr_plane_missed(const struct mcr_ingress *ing);

/**
 * mcr_plane_filtered - frames that no rule took, and that nobody looked at
 * @ing: the ingress side of a device
 *
 * Return: how many: they are seen, and not matched, beside those of its counters.
 */
u64 mcr_plane_filtered(const struct mcr_ingress *ing);

/**
 * mcr_plane_has_filter - are frames that no rule takes kept from the workers?
 * @ing: the ingress side of a device
 *
 * Return: true if its sockets have the filter that does so.
 */
bool mcr_plane_has_filter(const struct mcr_ingress *ing);

/* What MCR_WORKERS_MAX workers have to say; an attribute holds 65535 bytes. */
#define MCR_PLANE_STATUS_ROOM	65000

/**
 * mcr_plane_put_status - put those who handle packets into MCR_A_STATUS
 * @skb: the message, in that nest; it has MCR_PLANE_STATUS_ROOM for them
 * @mn: the namespace
 *
 * Context: Process, under mcr_net.lock.
 * Return: 0 or -EMSGSIZE.
 */
int mcr_plane_put_status(struct sk_buff *skb, struct mcr_net *mn);

/**
 * mcr_plane_pause - a dump has passed many rules, and let go of the lock
 *
 * The module's goes on in the same call: it has a process of its own, which gives
 * way to others here, and an empty datagram would end it. The relay has one
 * process for all its peers, and no datagram has to go out of each turn.
 *
 * Context: Process, without locks.
 * Return: true if the callback is to return, and be called again.
 */
static inline bool mcr_plane_pause(void)
{
	return true;
}

/**
 * mcr_plane_drops_alloc - what a new output counts its drops in
 * @drops: gets it, zeroed, for mcr_plane_drops_free()
 *
 * The module leaves it NULL until there is a drop. Those who drop packets of the
 * relay are other processes, which have to be told where to count.
 *
 * Context: Process; may sleep.
 * Return: false without memory.
 */
bool mcr_plane_drops_alloc(struct mcr_drops **drops);

/**
 * mcr_plane_drops_free - packets count drops there no more
 * @drops: from mcr_plane_drops_alloc(), or the first drop's; may be NULL
 */
void mcr_plane_drops_free(struct mcr_drops *drops);

#endif /* __KERNEL__ */

#endif /* MCR_PLANE_H */

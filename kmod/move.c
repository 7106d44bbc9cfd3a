// SPDX-License-Identifier: GPL-2.0
/*
 * Rules that move from one server to the other, without a packet being lost or
 * sent twice.
 *
 * DOC: The instant
 *
 * A rule that changes its plane does so at an instant T a while ahead: a packet
 * that was received before belongs to the server that had the rule, from T on to
 * the other one. Both look at the same packet, by the same time stamp of the
 * kernel's, so they agree without talking to each other. The while is there for
 * the one that did not make the change to hear of it; it takes longer the more
 * rules there are, as it reads all of them.
 *
 * When all packets from before T are through the rule has settled. Until then it
 * cannot move again: packets would have to be told apart by two instants.
 *
 * All of this runs in process context under mcr_table_lock().
 */
#include <linux/ktime.h>
#include <linux/sched.h>

#include "carry.h"
#include "mem.h"
#include "move.h"
#include "plane.h"
#include "table.h"

/* From the change to T: at least, and more for each rule that there is. */
#define MCR_MOVE_LEAD_NS	(500 * NSEC_PER_MSEC)
#define MCR_MOVE_RULE_NS	(100 * NSEC_PER_USEC)

/* From T until the last packet from before it is through. */
#define MCR_MOVE_SETTLE_NS	(500 * NSEC_PER_MSEC)

/*
 * To look whether rules have settled is to look at all of them: not before one may
 * have; but the clock may be set.
 */
#define MCR_MOVE_LOOK_MS	100
#define MCR_MOVE_LOOK_MAX_MS	1000

/* Look again in @left ns, when the next one may have settled. */
static void mcr_move_look(struct mcr_net *mn, u64 left)
{
	u64 ms = min_t(u64, left, MCR_MOVE_LOOK_MAX_MS * NSEC_PER_MSEC);

	ms = max_t(u64, DIV_ROUND_UP((u32)ms, (u32)NSEC_PER_MSEC),
		   MCR_MOVE_LOOK_MS);
	queue_delayed_work(system_wq, &mn->move_work,
			   msecs_to_jiffies((unsigned int)ms));
}

/* Return ns until packets from before the move are through; 0: they are. */
static u64 mcr_move_left(const struct mcr_fanout *f, u64 now)
{
	u64 end = f->since + MCR_MOVE_SETTLE_NS;

	return end > now ? end - now : 0;
}

static u8 mcr_move_to(bool here)
{
	return here ? MCR_CARRY_FROM : MCR_CARRY_UNTIL;
}

/**
 * mcr_move_new - whose are the packets of a new rule?
 * @spec: what it says
 * @f: its fan-out, not in force
 */
void mcr_move_new(const struct mcr_rule_spec *spec, struct mcr_fanout *f)
{
	bool here = mcr_plane_is_self(spec->plane);

	f->carry = here ? MCR_CARRY_HERE : MCR_CARRY_AWAY;
	f->since = spec->plane_since;
	if (f->since)
		f->carry = mcr_move_to(here);
}

/**
 * mcr_move_plan - whose are the packets of a rule that is to say something else?
 * @rule: the rule
 * @old: its fan-out
 * @spec: what it is to say
 * @f: the fan-out that is to follow @old
 * @error: says why, on failure
 *
 * A rule that takes no packets, or is to take none, has none to be lost: it
 * moves at once.
 *
 * Return: true; false if it moves already, and is to move elsewhere.
 */
bool mcr_move_plan(const struct mcr_rule *rule, const struct mcr_fanout *old,
		   const struct mcr_rule_spec *spec, struct mcr_fanout *f,
		   struct mcr_error *error)
{
	bool here = mcr_plane_is_self(spec->plane);
	bool was_here = mcr_carry_settled(old->carry) == MCR_CARRY_HERE;

	f->carry = old->carry;
	f->since = old->since;
	if (spec->plane_since) {
		/* The other server has decided it. */
		if (here != was_here || spec->plane_since != old->since) {
			f->carry = mcr_move_to(here);
			f->since = spec->plane_since;
		}
		return true;
	}
	if (here == was_here)
		return true;
	f->since = 0;
	if (rule->disabled || spec->disabled) {
		f->carry = here ? MCR_CARRY_HERE : MCR_CARRY_AWAY;
		return true;
	}
	if (mcr_carry_moves(old->carry)) {
		error->why = MCR_REFUSED_MOVING;
		error->rule = rule->id;
		return false;
	}
	f->carry = mcr_move_to(here);
	return true;
}

/**
 * mcr_move_begin - a fan-out is about to be in force: does its rule move?
 * @mn: the namespace
 * @f: the fan-out, after mcr_move_new() or mcr_move_plan()
 */
void mcr_move_begin(struct mcr_net *mn, struct mcr_fanout *f)
{
	if (!mcr_carry_moves(f->carry))
		return;
	if (!f->since)
		f->since = ktime_get_real_ns() + MCR_MOVE_LEAD_NS +
			   (u64)mn->n_rules * MCR_MOVE_RULE_NS;
	if (mn->moving)
		return;
	mn->moving = true;
	mcr_plane_stamps(true);
	mcr_move_look(mn, mcr_move_left(f, ktime_get_real_ns()));
}

/**
 * mcr_move_since - when does a rule move?
 * @f: its fan-out
 *
 * Return: ns of CLOCK_REALTIME, which may have passed; 0: it does not.
 */
u64 mcr_move_since(const struct mcr_fanout *f)
{
	return mcr_carry_moves(f->carry) ? f->since : 0;
}

/* Return ns until it has settled; 0: it does not move. */
static u64 mcr_move_settle(struct mcr_net *mn, struct mcr_rule *rule, u64 now)
{
	struct mcr_fanout *f = mcr_rule_fanout(mn, rule);
	u64 left;

	if (!mcr_carry_moves(f->carry))
		return 0;
	left = mcr_move_left(f, now);
	if (left)
		return left;
	WRITE_ONCE(f->carry, mcr_carry_settled(f->carry));
	mcr_plane_rule(mn, rule);
	return 0;
}

static void mcr_move_work(struct work_struct *work)
{
	struct mcr_net *mn = container_of(to_delayed_work(work),
					  struct mcr_net, move_work);
	u64 now = ktime_get_real_ns(), next = U64_MAX, left;
	struct mcr_rule *rule;
	unsigned long id;

	mcr_table_lock(mn);
	xa_for_each(&mn->rules, id, rule) {
		left = mcr_move_settle(mn, rule, now);
		if (left)
			next = min(next, left);
		cond_resched();
	}
	mn->moving = next != U64_MAX;
	if (mn->moving)
		mcr_move_look(mn, next);
	else
		mcr_plane_stamps(false);
	mcr_table_unlock(mn);
}

/**
 * mcr_move_net_init - prepare a namespace for rules that move
 * @mn: the namespace, zeroed
 */
void mcr_move_net_init(struct mcr_net *mn)
{
	INIT_DELAYED_WORK(&mn->move_work, mcr_move_work);
}

/**
 * mcr_move_net_exit - rules of a namespace move no more
 * @mn: the namespace; nobody can change rules any more
 *
 * Context: Process, without locks.
 */
void mcr_move_net_exit(struct mcr_net *mn)
{
	cancel_delayed_work_sync(&mn->move_work);
	if (mn->moving)
		mcr_plane_stamps(false);
	mn->moving = false;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Putting in force what a transaction has staged, so that each packet is
 * treated either by the rules as they were or by the rules as they are to be.
 *
 * DOC: Order
 *
 * First comes all that can fail; of that packets see nothing. Then:
 *
 * 1. Rules that are to take packets begin to, the most specific first.
 * 2. Rules that took packets and go on to get what they are to say.
 * 3. Rules that are to take none any more stop, the least specific first.
 *
 * In 1. the winner of a packet is either a rule that was in force, which it
 * would have won before, too; or one that began, and all that are to begin and
 * are more specific have begun already, so that it is going to be the winner.
 * In 3. the winner is either one that stays, which is the winner from now on; or
 * one that is to stop, and all that have stopped are less specific, so that it
 * was the winner before.
 *
 * A lookup takes time: it probes for one mask after the other. What would let it
 * see a change, but not one that was made before, is kept apart by a grace
 * period: 1. from 2., 2. from 3., and in 1. and 3. changes of different masks.
 * Changes of one mask need none: a packet makes one probe for it, and finds all
 * that may take it there, as they are at one moment.
 *
 * All of this runs in process context under mcr_table_lock().
 */
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "bind.h"
#include "change.h"
#include "commit.h"
#include "event.h"
#include "fanout.h"
#include "loop.h"
#include "mask.h"
#include "mem.h"
#include "move.h"
#include "stage.h"

/**
 * enum mcr_step_kind - what happens to a rule
 * @MCR_STEP_ADD: it is new
 * @MCR_STEP_CHANGE: it is to say something else
 * @MCR_STEP_DEL: it is deleted
 */
enum mcr_step_kind {
	MCR_STEP_ADD,
	MCR_STEP_CHANGE,
	MCR_STEP_DEL,
};

/**
 * struct mcr_step - a rule that changes
 * @rule: the rule
 * @staged: how it is to be, unless it is deleted
 * @change: what it is to have, if it is changed
 * @kind: of enum mcr_step_kind
 * @starts: it is to take packets, and takes none yet
 * @stops: it takes packets, and is to take none
 * @planned: mcr_bind_plan() was done
 */
struct mcr_step {
	struct mcr_rule *rule;
	const struct mcr_staged *staged;
	struct mcr_replacement change;
	u8 kind;
	bool starts;
	bool stops;
	bool planned;
};

/**
 * struct mcr_commit - a commit under way
 * @st: what is staged
 * @mn: the namespace
 * @step: @n rules that change, in the end from most to least specific
 * @n: how many are prepared
 * @pending: packets may see something already, and a grace period has not
 *	passed since
 */
struct mcr_commit {
	struct mcr_stage *st;
	struct mcr_net *mn;
	struct mcr_step *step;
	u32 n;
	bool pending;
};

static bool mcr_same_text(const char *a, const char *b)
{
	return !strcmp(a ?: "", b ?: "");
}

/* Does a rule say already what it is to say? */
static bool mcr_step_is_idle(struct mcr_net *mn, const struct mcr_rule *rule,
			     const struct mcr_staged *s)
{
	const struct mcr_fanout *f = mcr_rule_fanout(mn, rule);
	u32 i;

	if (f->mode != s->spec.mode || rule->join != s->spec.join ||
	    rule->plane != s->spec.plane ||
	    (s->spec.plane_since && s->spec.plane_since != f->since) ||
	    rule->latency != s->spec.latency ||
	    rule->disabled != s->spec.disabled || f->n != s->n_outputs ||
	    !mcr_same_text(rule->comment, s->comment) ||
	    !mcr_same_text(rule->name ? rule->name->text : NULL, s->name))
		return false;
	for (i = 0; i < f->n; i++)
		if (!mcr_output_is(f->out[i], &s->outputs[i]))
			return false;
	return true;
}

static bool mcr_step_add(struct mcr_commit *c, struct mcr_step *step,
			 struct mcr_error *error)
{
	struct mcr_request req;

	mcr_staged_request(step->staged, &req);
	step->rule = mcr_rule_new(c->mn, &req, step->staged->id, error);
	if (!step->rule)
		return false;
	if (!mcr_table_link(c->mn, step->rule, req.name, error)) {
		mcr_rule_free(c->mn, step->rule);
		return false;
	}
	step->kind = MCR_STEP_ADD;
	step->starts = !req.spec.disabled;
	return true;
}

static bool mcr_step_change(struct mcr_commit *c, struct mcr_step *step,
			    struct mcr_error *error)
{
	struct mcr_rule *rule = step->rule;
	struct mcr_request req;

	mcr_staged_request(step->staged, &req);
	if (!mcr_replacement_prepare(c->mn, rule, &req, &step->change, error))
		return false;
	step->kind = MCR_STEP_CHANGE;
	step->starts = rule->disabled && !req.spec.disabled;
	step->stops = !rule->disabled && req.spec.disabled;
	return true;
}

/* Prepare what is staged for a rule; nothing, if that is what it is already. */
static bool mcr_commit_step(struct mcr_commit *c, u32 id,
			    const struct mcr_staged *s,
			    struct mcr_error *error)
{
	struct mcr_step *step = &c->step[c->n];
	bool done = true;

	*step = (struct mcr_step){ .rule = mcr_table_by_id(c->mn, id) };
	if (xa_is_value(s)) {
		step->kind = MCR_STEP_DEL;
		step->stops = !step->rule->disabled;
	} else {
		step->staged = s;
		if (!s->is_new && mcr_step_is_idle(c->mn, step->rule, s))
			return true;
		done = s->is_new ? mcr_step_add(c, step, error) :
				   mcr_step_change(c, step, error);
	}
	c->n += done;
	return done;
}

static int mcr_step_cmp(const void *a, const void *b)
{
	const struct mcr_match *x = &((const struct mcr_step *)a)->rule->entry.match;
	const struct mcr_match *y = &((const struct mcr_step *)b)->rule->entry.match;

	/* They share no packets; mixed, there would be more grace periods. */
	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	return mcr_match_order(x, y);
}

/* Have the classifiers ready, and see whether they can take it. */
static bool mcr_commit_plan(struct mcr_commit *c, struct mcr_error *error)
{
	struct mcr_step *s;
	bool fits = true;

	for (s = c->step; s < c->step + c->n; s++) {
		cond_resched();
		if (!s->starts)
			continue;
		s->planned = mcr_bind_plan(c->mn, s->rule, error);
		if (!s->planned)
			goto err;
	}
	for (s = c->step; s < c->step + c->n; s++)
		if (s->stops)
			mcr_bind_leaving(s->rule, true);
	for (s = c->step; s < c->step + c->n; s++) {
		cond_resched();
		if (s->starts)
			fits = mcr_bind_fits(s->rule, error);
		if (!fits)
			break;
	}
	if (!fits)
		error->rule = s->rule->id;
	for (s = c->step; s < c->step + c->n; s++)
		if (s->stops)
			mcr_bind_leaving(s->rule, false);
	return fits;
err:
	error->rule = s->rule->id;
	return false;
}

/* Do all that can fail. */
static bool mcr_commit_prepare(struct mcr_commit *c, struct mcr_error *error)
{
	struct mcr_staged *s;
	unsigned long id;

	xa_for_each(&c->st->rules, id, s) {
		cond_resched();
		if (mcr_commit_step(c, id, s, error))
			continue;
		error->rule = id;
		return false;
	}
	sort(c->step, c->n, sizeof(*c->step), mcr_step_cmp, NULL);
	return mcr_commit_plan(c, error);
}

/* Undo what was prepared; the ids of new rules stay reserved. */
static void mcr_commit_forget(struct mcr_commit *c)
{
	struct mcr_step *s;

	for (s = c->step + c->n; s-- > c->step;) {
		cond_resched();
		if (s->planned)
			mcr_bind_unplan(c->mn, s->rule);
		if (s->kind == MCR_STEP_CHANGE)
			mcr_replacement_forget(c->mn, s->rule, &s->change);
		if (s->kind == MCR_STEP_ADD) {
			mcr_table_unlink(c->mn, s->rule);
			mcr_rule_free(c->mn, s->rule);
		}
	}
}

static void mcr_step_apply(struct mcr_commit *c, struct mcr_step *s)
{
	struct mcr_request req;

	if (s->kind != MCR_STEP_CHANGE)
		return;
	mcr_staged_request(s->staged, &req);
	mcr_replacement_apply(c->mn, s->rule, &req, &s->change);
}

/* No lookup sees what comes now without having seen what came before. */
static void mcr_commit_part(struct mcr_commit *c)
{
	if (c->pending)
		synchronize_net();
	c->pending = false;
}

/* Changes of @s are to come, after those of @last, if there is one. */
static void mcr_step_part(struct mcr_commit *c, const struct mcr_step *last,
			  const struct mcr_step *s)
{
	if (!last || !mcr_mask_same(&last->rule->entry.match,
				    &s->rule->entry.match))
		mcr_commit_part(c);
	c->pending = true;
}

/* The first part of the order above. */
static void mcr_commit_start(struct mcr_commit *c)
{
	const struct mcr_step *last = NULL;
	struct mcr_step *s;

	/* Nobody sees it yet: it begins with what it is to say. */
	for (s = c->step; s < c->step + c->n; s++) {
		cond_resched();
		if (s->starts)
			mcr_step_apply(c, s);
	}
	/* A few stores for each, and once for each class its intervals. */
	for (s = c->step; s < c->step + c->n; s++) {
		if (!s->starts)
			continue;
		mcr_step_part(c, last, s);
		mcr_bind_go(s->rule);
		last = s;
	}
}

/* The second part. What stops says what it said, as long as it takes packets. */
static void mcr_commit_change(struct mcr_commit *c)
{
	bool changed = false;
	struct mcr_step *s;

	for (s = c->step; s < c->step + c->n; s++) {
		cond_resched();
		if (s->starts || s->stops || s->kind != MCR_STEP_CHANGE)
			continue;
		if (!changed)
			mcr_commit_part(c);
		mcr_step_apply(c, s);
		changed = true;
	}
	c->pending |= changed;
}

/* Before anything is let go of that others call for, too. */
static void mcr_commit_call(struct mcr_commit *c)
{
	struct mcr_step *s;

	for (s = c->step; s < c->step + c->n; s++) {
		cond_resched();
		if (s->starts)
			mcr_bind_call(c->mn, s->rule);
	}
}

/* The third part. */
static void mcr_commit_stop(struct mcr_commit *c)
{
	const struct mcr_step *last = NULL;
	struct mcr_step *s;

	for (s = c->step + c->n; s-- > c->step;) {
		cond_resched();
		if (!s->stops)
			continue;
		mcr_step_part(c, last, s);
		mcr_bind_stop(c->mn, s->rule);
		mcr_step_apply(c, s);
		last = s;
	}
}

/* All is as it is to be: do those that begin, or changed, feed themselves? */
static void mcr_commit_check(struct mcr_commit *c, struct mcr_error *error)
{
	struct mcr_step *s;

	for (s = c->step; s < c->step + c->n; s++) {
		cond_resched();
		if (s->kind != MCR_STEP_DEL)
			mcr_loop_rule_check(c->mn, s->rule, error);
	}
}

/* What was deleted goes first: another rule may have its name now. */
static void mcr_commit_delete(struct mcr_commit *c)
{
	struct mcr_step *s;

	for (s = c->step; s < c->step + c->n; s++) {
		cond_resched();
		if (s->kind != MCR_STEP_DEL)
			continue;
		mcr_event_rule_gone(c->mn, s->rule);
		mcr_table_unlink(c->mn, s->rule);
		mcr_table_release(c->mn, s->rule->id);
		mcr_rule_free(c->mn, s->rule);
	}
}

/* All is in force: count it as one change, and tell of it. */
static void mcr_commit_tell(struct mcr_commit *c)
{
	struct mcr_step *s;

	if (!c->n)
		return;
	mcr_table_changed(c->mn);
	mcr_event_begin(c->mn, c->n);
	mcr_commit_delete(c);
	for (s = c->step; s < c->step + c->n; s++) {
		cond_resched();
		if (s->kind != MCR_STEP_DEL)
			mcr_event_rule(c->mn, s->rule, s->kind == MCR_STEP_ADD);
	}
	mcr_event_end(c->mn);
}

static u32 mcr_stage_size(struct mcr_stage *st)
{
	unsigned long id;
	u32 n = 0;
	void *s;

	xa_for_each(&st->rules, id, s)
		n++;
	return n;
}

/**
 * mcr_commit - put in force what is staged
 * @st: the stage; the generation has not moved since it was begun
 * @error: says why, on failure; @rule is the one at fault; and what to warn of,
 *	on success
 *
 * What was staged is not needed any more, on success.
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_commit(struct mcr_stage *st, struct mcr_error *error)
{
	struct mcr_commit c = { .st = st, .mn = st->mn };
	u32 max = mcr_stage_size(st);

	if (!max)
		return true;
	c.step = kvcalloc(max, sizeof(*c.step), MCR_GFP);
	if (!c.step) {
		error->why = MCR_REFUSED_MEMORY;
		return false;
	}
	if (!mcr_commit_prepare(&c, error)) {
		mcr_commit_forget(&c);
		kvfree(c.step);
		return false;
	}
	mcr_commit_start(&c);
	mcr_commit_change(&c);
	mcr_commit_call(&c);
	mcr_commit_stop(&c);
	mcr_commit_check(&c, error);
	mcr_commit_tell(&c);
	mcr_stage_settle(st);
	kvfree(c.step);
	return true;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * What a transaction is going to change: rules as they are to be, laid over
 * those in force.
 *
 * Nothing here is in force. Each change is checked against what the changes
 * before it leave, as if they were in force, and is refused for the same
 * reasons; a refused one leaves no trace.
 *
 * All of this runs in process context under mcr_net.lock.
 */
#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "change.h"
#include "mem.h"
#include "quota.h"
#include "stage.h"

/* Put on rules while mcr_stage_flush() may still fail. */
#define MCR_STAGE_FLUSHED	XA_MARK_0

static u32 mcr_staged_key_hash(const void *data, u32 len, u32 seed)
{
	const struct mcr_rule_spec *spec = data;

	return mcr_match_hash(&spec->match,
			      jhash(spec->iif, strlen(spec->iif), seed));
}

static u32 mcr_staged_obj_hash(const void *data, u32 len, u32 seed)
{
	const struct mcr_staged *s = data;

	return mcr_staged_key_hash(&s->spec, len, seed);
}

static int mcr_staged_obj_cmp(struct rhashtable_compare_arg *arg,
			      const void *obj)
{
	const struct mcr_rule_spec *spec = arg->key;
	const struct mcr_staged *s = obj;

	return strcmp(s->spec.iif, spec->iif) ||
	       !mcr_match_equal(&s->spec.match, &spec->match);
}

static const struct rhashtable_params mcr_staged_match_params = {
	.head_offset = offsetof(struct mcr_staged, match_node),
	.hashfn = mcr_staged_key_hash,
	.obj_hashfn = mcr_staged_obj_hash,
	.obj_cmpfn = mcr_staged_obj_cmp,
	.automatic_shrinking = true,
};

static const struct rhashtable_params mcr_staged_name_params = {
	.key_len = sizeof_field(struct mcr_staged, name),
	.key_offset = offsetof(struct mcr_staged, name),
	.head_offset = offsetof(struct mcr_staged, name_node),
	.automatic_shrinking = true,
};

/**
 * mcr_stage_init - begin to stage, with nothing
 * @st: the stage
 * @mn: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int mcr_stage_init(struct mcr_stage *st, struct mcr_net *mn)
{
	int err;

	st->mn = mn;
	xa_init_flags(&st->rules, XA_FLAGS_ACCOUNT);
	err = rhashtable_init(&st->by_match, &mcr_staged_match_params);
	if (err)
		return err;
	err = rhashtable_init(&st->by_name, &mcr_staged_name_params);
	if (err)
		rhashtable_destroy(&st->by_match);
	return err;
}

/**
 * mcr_stage_exit - forget all that is staged
 * @st: the stage, after mcr_stage_uncharge()
 *
 * Context: Process; mcr_net.lock need not be held.
 */
void mcr_stage_exit(struct mcr_stage *st)
{
	struct mcr_staged *s;
	unsigned long id;

	rhashtable_destroy(&st->by_name);
	rhashtable_destroy(&st->by_match);
	xa_for_each(&st->rules, id, s) {
		if (xa_is_value(s))
			continue;
		if (s->is_new)
			mcr_table_release(st->mn, s->id);
		mcr_staged_free(s);
		cond_resched();
	}
	xa_destroy(&st->rules);
}

static bool mcr_view_staged(struct mcr_view *v, const struct mcr_staged *s)
{
	*v = (struct mcr_view){ };
	if (!s || xa_is_value(s))
		return false;
	v->id = s->id;
	v->staged = s;
	return true;
}

/* A rule in force, unless it is staged. */
static bool mcr_view_rule(struct mcr_stage *st, struct mcr_view *v,
			  const struct mcr_rule *rule)
{
	const struct mcr_staged *s = rule ? xa_load(&st->rules, rule->id) :
					    NULL;

	if (s || !rule)
		return mcr_view_staged(v, s);
	*v = (struct mcr_view){ .id = rule->id, .rule = rule };
	return true;
}

/**
 * mcr_stage_by_id - find a rule by its id
 * @st: the stage
 * @id: the id
 * @v: the rule as it is to be
 *
 * Return: true if there is one.
 */
bool mcr_stage_by_id(struct mcr_stage *st, u32 id, struct mcr_view *v)
{
	if (mcr_view_staged(v, xa_load(&st->rules, id)))
		return true;
	return mcr_view_rule(st, v, mcr_table_by_id(st->mn, id));
}

/**
 * mcr_stage_by_name - find a rule by its name
 * @st: the stage
 * @name: the name
 * @v: the rule as it is to be
 *
 * Return: true if there is one.
 */
bool mcr_stage_by_name(struct mcr_stage *st, const char *name,
		       struct mcr_view *v)
{
	char key[MCR_NAME_MAX + 1] = { };

	if (strscpy(key, name, sizeof(key)) < 0)
		return mcr_view_staged(v, NULL);
	if (mcr_view_staged(v, rhashtable_lookup_fast(&st->by_name, key,
						      mcr_staged_name_params)))
		return true;
	/* Staged under another name, it has this one no more. */
	return mcr_view_rule(st, v, mcr_table_by_name(st->mn, name)) &&
	       v->rule;
}

/**
 * mcr_stage_by_match - find the rule that takes exactly these packets
 * @st: the stage
 * @spec: a rule, checked
 * @v: the rule as it is to be
 *
 * Return: true if there is one.
 */
bool mcr_stage_by_match(struct mcr_stage *st, const struct mcr_rule_spec *spec,
			struct mcr_view *v)
{
	if (mcr_view_staged(v, rhashtable_lookup_fast(&st->by_match, spec,
						      mcr_staged_match_params)))
		return true;
	return mcr_view_rule(st, v, mcr_table_by_match(st->mn, spec));
}

static bool mcr_stage_name_free(struct mcr_stage *st,
				const struct mcr_staged *s,
				struct mcr_error *error)
{
	struct mcr_view other;

	if (!*s->name || !mcr_stage_by_name(st, s->name, &other) ||
	    other.id == s->id)
		return true;
	error->why = MCR_REFUSED_NAME;
	error->rule = other.id;
	return false;
}

static bool mcr_view_disabled(const struct mcr_view *v)
{
	return v->staged ? v->staged->spec.disabled : v->rule->disabled;
}

static void mcr_stage_unhash(struct mcr_stage *st, struct mcr_staged *s)
{
	if (*s->name)
		rhashtable_remove_fast(&st->by_name, &s->name_node,
				       mcr_staged_name_params);
	if (s->is_new)
		rhashtable_remove_fast(&st->by_match, &s->match_node,
				       mcr_staged_match_params);
}

static bool mcr_stage_hash(struct mcr_stage *st, struct mcr_staged *s)
{
	if (*s->name && rhashtable_insert_fast(&st->by_name, &s->name_node,
					       mcr_staged_name_params))
		return false;
	if (!s->is_new ||
	    !rhashtable_insert_fast(&st->by_match, &s->match_node,
				    mcr_staged_match_params))
		return true;
	if (*s->name)
		rhashtable_remove_fast(&st->by_name, &s->name_node,
				       mcr_staged_name_params);
	return false;
}

/* Take out what was staged for a rule. */
static void mcr_staged_drop(struct mcr_stage *st, struct mcr_staged *s)
{
	if (!s || xa_is_value(s))
		return;
	mcr_stage_unhash(st, s);
	mcr_staged_free(s);
}

/*
 * Put a rule into the place of what was staged for it before. @v is how it was;
 * NULL: there was none.
 */
static bool mcr_stage_put(struct mcr_stage *st, const struct mcr_view *v,
			  u32 id, bool is_new, const struct mcr_request *req,
			  struct mcr_error *error)
{
	struct mcr_staged *s = mcr_staged_new(req), *old;
	bool begins = !v || mcr_view_disabled(v);

	error->why = MCR_REFUSED_MEMORY;
	if (!s)
		return false;
	s->id = id;
	s->is_new = is_new;
	if (!mcr_staged_ids(s, st->mn, v, error) ||
	    !mcr_stage_name_free(st, s, error) || !mcr_stage_hash(st, s))
		goto err;
	old = xa_store(&st->rules, id, s, MCR_GFP);
	if (xa_is_err(old))
		goto err_hash;
	mcr_staged_drop(st, old);
	error->why = MCR_REFUSED_NOT;
	if (begins)
		error->shadows = mcr_staged_shadows(s, st->mn, &st->rules);
	return true;

err_hash:
	mcr_stage_unhash(st, s);
err:
	mcr_staged_free(s);
	return false;
}

/* Count a rule more, if there are going to be more than was counted. */
static bool mcr_stage_charge(struct mcr_stage *st, struct mcr_error *error)
{
	if (st->n_new < st->n_gone + st->charged)
		return true;
	error->why = mcr_quota_take(st->mn);
	if (error->why)
		return false;
	st->charged++;
	st->mn->n_staged++;
	return true;
}

/**
 * mcr_stage_uncharge - what is staged counts no more
 * @st: the stage; it is to be forgotten
 */
void mcr_stage_uncharge(struct mcr_stage *st)
{
	st->mn->n_staged -= st->charged;
	for (; st->charged; st->charged--)
		mcr_quota_give(st->mn);
}

/**
 * mcr_stage_settle - what was staged is in force
 * @st: the stage; not used any more
 *
 * What was counted is the rules' now, as far as there are more.
 */
void mcr_stage_settle(struct mcr_stage *st)
{
	u32 more = st->charged + st->n_gone - st->n_new;

	st->mn->n_staged -= st->charged;
	st->charged = 0;
	while (more--)
		mcr_quota_give(st->mn);
}

/**
 * mcr_stage_add - stage a new rule
 * @st: the stage
 * @req: the rule, checked
 * @id: the id it is going to have
 * @error: says why, on failure
 *
 * A rule in force with the same match that is staged to be deleted is going to
 * be replaced instead: its id and counters stay.
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_stage_add(struct mcr_stage *st, const struct mcr_request *req,
		   u32 *id, struct mcr_error *error)
{
	const struct mcr_rule *base;
	struct mcr_view twin;

	if (mcr_stage_by_match(st, &req->spec, &twin)) {
		error->why = MCR_REFUSED_TWIN;
		error->rule = twin.id;
		return false;
	}
	if (!mcr_stage_charge(st, error))
		return false;
	base = mcr_table_by_match(st->mn, &req->spec);
	error->why = MCR_REFUSED_MEMORY;
	if (!base && !mcr_table_reserve(st->mn, id))
		return false;
	if (base)
		*id = base->id;
	if (!mcr_stage_put(st, NULL, *id, !base, req, error)) {
		if (!base)
			mcr_table_release(st->mn, *id);
		return false;
	}
	if (base)
		st->n_gone--;
	else
		st->n_new++;
	return true;
}

/**
 * mcr_stage_replace - let a rule say something else
 * @st: the stage
 * @v: the rule
 * @req: a checked rule with the same ingress device and match
 * @error: says why, on failure
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_stage_replace(struct mcr_stage *st, const struct mcr_view *v,
		       const struct mcr_request *req, struct mcr_error *error)
{
	return mcr_stage_put(st, v, v->id, v->staged && v->staged->is_new, req,
			     error);
}

/* The part of a deletion that cannot fail: a value is in its place already. */
static void mcr_stage_forget(struct mcr_stage *st, struct mcr_staged *s)
{
	if (s->is_new) {
		xa_erase(&st->rules, s->id);
		mcr_table_release(st->mn, s->id);
		st->n_new--;
	} else {
		xa_store(&st->rules, s->id, MCR_STAGE_GONE, 0);
		st->n_gone++;
	}
	mcr_staged_drop(st, s);
}

/**
 * mcr_stage_del - stage that a rule is deleted
 * @st: the stage
 * @v: the rule
 * @error: says why, on failure
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_stage_del(struct mcr_stage *st, const struct mcr_view *v,
		   struct mcr_error *error)
{
	struct mcr_staged *s = xa_load(&st->rules, v->id);

	if (s) {
		mcr_stage_forget(st, s);
		return true;
	}
	if (xa_is_err(xa_store(&st->rules, v->id, MCR_STAGE_GONE, MCR_GFP))) {
		error->why = MCR_REFUSED_MEMORY;
		return false;
	}
	st->n_gone++;
	return true;
}

/* Mark all rules in force that are meant and have nothing staged as gone. */
static bool mcr_stage_flush_base(struct mcr_stage *st,
				 bool (*meant)(struct mcr_net *mn,
					       const struct mcr_view *v,
					       const void *arg),
				 const void *arg, u32 *n)
{
	struct mcr_rule *rule;
	struct mcr_view v;
	unsigned long id;
	void *entry;

	xa_for_each(&st->mn->rules, id, rule) {
		cond_resched();
		if (!mcr_view_rule(st, &v, rule) || v.staged ||
		    !meant(st->mn, &v, arg))
			continue;
		if (xa_is_err(xa_store(&st->rules, id, MCR_STAGE_GONE,
				       MCR_GFP)))
			goto err;
		xa_set_mark(&st->rules, id, MCR_STAGE_FLUSHED);
		++*n;
	}
	return true;

err:
	xa_for_each_marked(&st->rules, id, entry, MCR_STAGE_FLUSHED)
		xa_erase(&st->rules, id);
	return false;
}

/**
 * mcr_stage_flush - stage that all rules that are meant are deleted
 * @st: the stage
 * @meant: is this rule meant?
 * @arg: for @meant
 * @count: how many rules that are
 * @error: says why, on failure
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_stage_flush(struct mcr_stage *st,
		     bool (*meant)(struct mcr_net *mn, const struct mcr_view *v,
				   const void *arg),
		     const void *arg, u32 *count, struct mcr_error *error)
{
	struct mcr_staged *s;
	struct mcr_view v;
	unsigned long id;

	*count = 0;
	if (!mcr_stage_flush_base(st, meant, arg, count)) {
		error->why = MCR_REFUSED_MEMORY;
		return false;
	}
	st->n_gone += *count;
	xa_for_each(&st->rules, id, s) {
		cond_resched();
		if (xa_is_value(s)) {
			xa_clear_mark(&st->rules, id, MCR_STAGE_FLUSHED);
			continue;
		}
		if (!mcr_view_staged(&v, s) || !meant(st->mn, &v, arg))
			continue;
		mcr_stage_forget(st, s);
		++*count;
	}
	return true;
}

/**
 * mcr_stage_set - stage that a rule is disabled or enabled, or moves
 * @st: the stage
 * @v: the rule
 * @set: what it is to be
 * @error: says why, on failure
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_stage_set(struct mcr_stage *st, const struct mcr_view *v,
		   const struct mcr_rule_set *set, struct mcr_error *error)
{
	struct mcr_output_spec *outputs;
	struct mcr_request req;
	bool done;

	outputs = mcr_view_request(v, st->mn, &req, 0);
	if (!outputs) {
		error->why = MCR_REFUSED_MEMORY;
		return false;
	}
	mcr_set_spec(set, &req.spec);
	done = mcr_stage_replace(st, v, &req, error);
	kvfree(outputs);
	return done;
}

/**
 * mcr_stage_add_output - stage an output more of a rule
 * @st: the stage
 * @v: the rule
 * @spec: the output, checked
 * @error: says why, on failure
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_stage_add_output(struct mcr_stage *st, const struct mcr_view *v,
			  const struct mcr_output_spec *spec,
			  struct mcr_error *error)
{
	struct mcr_output_spec *outputs;
	struct mcr_request req;
	bool done = false;

	outputs = mcr_view_request(v, st->mn, &req, 1);
	if (!outputs) {
		error->why = MCR_REFUSED_MEMORY;
	} else if (req.n_outputs >= MCR_OUTPUTS_MAX) {
		error->why = MCR_REFUSED_OUTPUTS;
	} else {
		outputs[req.n_outputs++] = *spec;
		done = mcr_stage_replace(st, v, &req, error);
		/* The command has one output only. */
		error->output = 0;
	}
	kvfree(outputs);
	return done;
}

/**
 * mcr_stage_del_output - stage that an output is taken out of a rule
 * @st: the stage
 * @v: the rule
 * @id: of the output
 * @error: says why, on failure
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_stage_del_output(struct mcr_stage *st, const struct mcr_view *v,
			  u32 id, struct mcr_error *error)
{
	struct mcr_output_spec *outputs;
	struct mcr_request req;
	bool done = false;
	u32 i;

	outputs = mcr_view_request(v, st->mn, &req, 0);
	if (!outputs) {
		error->why = MCR_REFUSED_MEMORY;
		return false;
	}
	for (i = 0; i < req.n_outputs; i++)
		if (id && mcr_view_output(v, st->mn, &outputs[i]) == id)
			break;
	if (i == req.n_outputs) {
		error->why = MCR_REFUSED_NO_OUTPUT;
	} else if (req.n_outputs == 1) {
		error->why = MCR_REFUSED_LAST_OUTPUT;
	} else {
		memmove(&outputs[i], &outputs[i + 1],
			(--req.n_outputs - i) * sizeof(*outputs));
		done = mcr_stage_replace(st, v, &req, error);
	}
	kvfree(outputs);
	return done;
}

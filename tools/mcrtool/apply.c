// SPDX-License-Identifier: GPL-2.0
/*
 * apply FILE: make the rules in force those of a file.
 */
#include "../lib/apply.h"

#include "../lib/json.h"
#include "../lib/print.h"
#include "files.h"

/* What was told of the steps: lines, or elements of an array. */
struct steps {
	struct mcrtool *t;
	struct mcr_str text;
	struct json_object *array;
};

static int add_text(struct mcr_str *str, enum mcr_step step,
		    const struct mcr_rule *rule)
{
	static const char signs[] = {
		[MCR_STEP_DELETE] = '-',
		[MCR_STEP_CHANGE] = '~',
		[MCR_STEP_ADD] = '+',
	};

	mcr_str_addf(str, "%c ", signs[step]);
	mcr_print_rule(str, rule, " ");
	mcr_str_add(str, "\n");
	return str->failed ? -1 : 0;
}

static int add_json(struct json_object *array, enum mcr_step step,
		    const struct mcr_rule *rule)
{
	static const char *const names[] = {
		[MCR_STEP_DELETE] = "delete",
		[MCR_STEP_CHANGE] = "change",
		[MCR_STEP_ADD] = "add",
	};
	struct mcr_str text = { 0 };
	struct json_object *obj = json_object_new_object();
	int ret = -1;

	mcr_print_rule(&text, rule, " ");
	if (obj && !text.failed) {
		json_object_object_add(obj, "step",
				       json_object_new_string(names[step]));
		json_object_object_add(obj, "rule",
				       json_object_new_string(text.s));
		ret = json_object_array_add(array, obj);
	}
	mcr_str_free(&text);
	if (ret)
		json_object_put(obj);
	return ret;
}

static int take_step(enum mcr_step step, const struct mcr_rule *rule, void *arg)
{
	struct steps *s = arg;

	if (step != MCR_STEP_RESTART)
		return s->t->json ? add_json(s->array, step, rule) :
				    add_text(&s->text, step, rule);
	mcr_str_free(&s->text);
	json_object_put(s->array);
	s->array = json_object_new_array();
	return s->array ? 0 : -1;
}

static int print_json(struct mcrtool *t, const struct mcr_apply *a,
		      struct steps *s)
{
	struct json_object *obj = json_object_new_object();

	if (obj) {
		json_object_object_add(obj, "added",
				       json_object_new_uint64(a->n_added));
		json_object_object_add(obj, "changed",
				       json_object_new_uint64(a->n_changed));
		json_object_object_add(obj, "deleted",
				       json_object_new_uint64(a->n_deleted));
		json_object_object_add(obj, "unchanged",
				       json_object_new_uint64(a->n_unchanged));
		if (a->dry_run) {
			json_object_object_add(obj, "steps", s->array);
			s->array = NULL;
		}
	}
	return mcrtool_print_json(t, obj);
}

static int print(struct mcrtool *t, const struct mcr_apply *a, struct steps *s)
{
	size_t touched = a->n_added + a->n_changed + a->n_deleted;

	if (t->json)
		return print_json(t, a, s);
	if (touched)
		mcr_str_addf(&s->text,
			     "%zu added, %zu changed, %zu deleted, %zu unchanged\n",
			     a->n_added, a->n_changed, a->n_deleted,
			     a->n_unchanged);
	else
		mcr_str_addf(&s->text, "no change: %zu unchanged\n",
			     a->n_unchanged);
	return mcrtool_print(t, &s->text);
}

static int apply(struct mcrtool *t, struct mcr_ruleset *set,
		 struct mcr_transaction *txn)
{
	struct steps steps = { .t = t };
	struct mcr_apply a = {
		.txn = txn,
		.set = set,
		.dry_run = t->dry_run,
		.tell = t->dry_run ? take_step : NULL,
		.arg = &steps,
	};
	int ret = 0;

	if (mcr_transaction_init(txn, t->client, mcr_parse_stated, &t->err) ||
	    mcr_apply(&a, &t->err)) {
		ret = mcrtool_fail(t);
		mcrtool_tell_of_other(t, t->err.rule, "");
	}
	if (!ret) {
		mcrtool_warn_all(t, txn);
		ret = print(t, &a, &steps);
	}
	mcr_str_free(&steps.text);
	json_object_put(steps.array);
	return ret;
}

/**
 * mcrtool_apply - apply FILE
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_apply(struct mcrtool *t)
{
	struct mcr_ruleset set = { 0 };
	struct mcr_file file = { 0 };
	struct mcr_transaction txn = { 0 };
	int ret;

	ret = mcrtool_read_rules(t, &set, &file);
	if (!ret)
		ret = mcrtool_connect(t);
	if (!ret)
		ret = apply(t, &set, &txn);
	mcr_transaction_exit(&txn);
	mcr_ruleset_free(&set);
	mcr_file_free(&file);
	return ret;
}

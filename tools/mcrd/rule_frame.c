// SPDX-License-Identifier: GPL-2.0
/*
 * What workers are told of a rule: see rule_frame.h.
 */
#include "rule_frame.h"

#include <linux/string.h>

#include "fanout.h"
#include "port.h"
#include "table.h"

#include "plane_out.h"

static void output_put(struct mcrd_output *o, const struct mcr_output *out,
		       const struct mcrd_plane_conf *conf)
{
	o->id = out->id;
	o->feeds = out->feeds;
	strscpy(o->dev, out->port->name, sizeof(o->dev));
	o->rewrite = out->rewrite;
	o->counters = (u64)((const char *)out->counters - conf->base);
	o->drops = (u64)((const char *)out->drops - conf->shared);
}

/**
 * mcrd_rule_frame - put what workers are to know of a rule
 * @r: filled in; it has room for as many outputs as there are
 * @rule: the rule
 * @f: its outputs
 * @conf: says where counters are
 *
 * Context: Under mcr_net.lock.
 * Return: bytes of @r.
 */
size_t mcrd_rule_frame(struct mcrd_rule *r, const struct mcr_rule *rule,
		       const struct mcr_fanout *f,
		       const struct mcrd_plane_conf *conf)
{
	size_t len = sizeof(*r) + f->n * sizeof(r->out[0]);
	u32 i;

	memset(r, 0, len);
	r->id = rule->id;
	r->n = f->n;
	strscpy(r->iif, rule->iif->name, sizeof(r->iif));
	r->match = rule->entry.match;
	r->mode = f->mode;
	r->latency = rule->latency;
	r->carry = f->carry;
	r->since = f->since;
	r->counters = (u64)((const char *)f->counters - conf->base);
	for (i = 0; i < f->n; i++)
		output_put(&r->out[i], f->out[i], conf);
	return len;
}

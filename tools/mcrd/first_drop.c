// SPDX-License-Identifier: GPL-2.0
/*
 * What outputs dropped for the first time, as workers say; see plane_out.h.
 */
#include <linux/bitops.h>
#include <linux/rcupdate.h>
#include <linux/xarray.h>

#include "drop_queue.h"
#include "fanout.h"
#include "netns.h"
#include "plane_out.h"
#include "table.h"

/**
 * mcrd_plane_first_drop - a worker dropped what it had not dropped before
 * @drop: as it says
 *
 * Context: Any.
 */
void mcrd_plane_first_drop(const struct mcrd_first_drop *drop)
{
	struct mcr_net *mn = mcr_net_of(&init_net);
	struct mcr_output *out = NULL;
	struct mcr_fanout *f;
	struct mcr_rule *rule;
	u32 i;

	if (drop->reason < MCR_DROP_FIRST || drop->reason > MCR_DROP_MAX)
		return;
	rcu_read_lock();
	/* Without mcr_net.lock, which mcr_table_by_id() demands. */
	rule = xa_load(&mn->rules, drop->rule);
	f = rule ? rcu_dereference(rule->fanout) : NULL;
	for (i = 0; f && i < f->n; i++)
		if (f->out[i]->id == drop->output)
			out = f->out[i];
	if (out && out->first &&
	    !test_and_set_bit(drop->reason, &out->told_drops))
		mcr_drop_queue_add(out->first, drop->rule, drop->output,
				   drop->reason);
	rcu_read_unlock();
}

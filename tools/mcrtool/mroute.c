// SPDX-License-Identifier: GPL-2.0
/*
 * Warnings of multicast routes that forward what a rule passes on: then both
 * send. Never an error: what cannot be found out is not spoken of.
 */
#include <net/if.h>
#include <stdio.h>

#include "../lib/mroute.h"
#include "mcrtool.h"

/**
 * struct finding - rules and routes that forward the same packets
 * @routes: the routes
 * @what: the first rule found
 * @route: the first route found; NULL: none
 * @more: how many pairs of both there are besides
 */
struct finding {
	const struct mcr_mroutes *routes;
	char what[MCR_NAME_MAX + 16];
	const struct mcr_mroute *route;
	unsigned int more;
};

static void look(struct finding *f, const struct mcr_rule *rule, __u32 ifindex)
{
	size_t i;

	for (i = 0; i < f->routes->count; i++) {
		if (!mcr_mroute_takes(&f->routes->route[i], &rule->spec,
				      ifindex))
			continue;
		if (f->route) {
			f->more++;
			continue;
		}
		f->route = &f->routes->route[i];
		if (rule->name[0])
			snprintf(f->what, sizeof(f->what), "rule '%s'",
				 rule->name);
		else if (rule->id)
			snprintf(f->what, sizeof(f->what), "rule id %u",
				 rule->id);
		else
			snprintf(f->what, sizeof(f->what), "this rule");
	}
}

static int look_at(const struct mcr_rule *rule, void *arg)
{
	look(arg, rule, rule->ifindex);
	return 0;
}

static void tell(const struct finding *f)
{
	struct mcr_str str = { 0 };

	if (!f->route)
		return;
	mcr_str_addf(&str, "warning: %s and the kernel's multicast route ",
		     f->what);
	mcr_mroute_print(&str, f->route);
	mcr_str_add(&str, " forward the same packets");
	if (f->more)
		mcr_str_addf(&str, " (and %u more such pairs)", f->more);
	mcr_str_add(&str, ", so receivers may get them twice:");
	mcr_str_add(&str, " let the rule consume them, or delete the route");
	if (!str.failed)
		mcrtool_complain(str.s);
	mcr_str_free(&str);
}

/* Only rules that can meet a route are asked for: there may be many others. */
static void ask(struct mcrtool *t, struct finding *f, __u32 iif)
{
	struct mcr_rule filter = { .spec.mode = MCR_MODE_PASS };
	struct mcr_error err = { 0 };
	struct mcr_reply reply;
	struct nl_msg *msg;

	if (!if_indextoname(iif, filter.spec.iif))
		return;
	msg = mcr_msg_new(MCR_CMD_RULE_GET, 0);
	mcr_reply_init(&reply, true);
	if (msg && !mcr_msg_put_filter(msg, &filter,
				       1U << MCR_RULE_A_IIF |
				       1U << MCR_RULE_A_MODE) &&
	    !mcr_client_dump(t->client, msg, &reply, &err) && !reply.error)
		mcr_reply_rules(&reply, look_at, f, &err);
	mcr_reply_exit(&reply);
	nlmsg_free(msg);
}

static bool asked(const struct mcr_mroutes *routes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (routes->route[i].iif == routes->route[n].iif)
			return true;
	return false;
}

/**
 * mcrtool_warn_mroutes - warn of routes that forward what rules pass on
 * @t: the invocation, connected
 * @rule: a rule that was just made; NULL: look at all there are
 */
void mcrtool_warn_mroutes(struct mcrtool *t, const struct mcr_rule *rule)
{
	struct mcr_mroutes routes = { 0 };
	struct finding f = { .routes = &routes };
	size_t i;

	if (rule && rule->spec.mode != MCR_MODE_PASS)
		return;
	mcr_mroutes_read(&routes);
	if (routes.count && rule)
		look(&f, rule, if_nametoindex(rule->spec.iif));
	for (i = 0; i < routes.count && !rule; i++)
		if (!asked(&routes, i))
			ask(t, &f, routes.route[i].iif);
	tell(&f);
	mcr_mroutes_free(&routes);
}

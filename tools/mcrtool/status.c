// SPDX-License-Identifier: GPL-2.0
/*
 * status: who serves, and what it receives from.
 */
#include "../lib/json.h"
#include "../lib/print_worker.h"
#include "mcrtool.h"

static void print_status(struct mcr_str *str, const struct mcr_status *status)
{
	unsigned int i;

	mcr_str_addf(str, "server   %s, version ",
		     mcr_enum_name(mcr_plane_names, status->plane));
	mcr_str_safe(str, status->version);
	mcr_str_addf(str, ", protocol %u\n", MCR_GENL_VERSION);
	mcr_str_addf(str, "authority  %s%s\n", mcr_authority_name(status),
		     status->authority == MCR_AUTHORITY_BOTH ?
		     ": each carries out rules of its own" : "");
	mcr_str_addf(str, "rules    %u of %u, with %u outputs\n",
		     status->rules, status->rules_max, status->outputs);
	if (status->waiting)
		mcr_str_addf(str,
			     "waiting  %u rule%s of plane kernel, for the kernel module\n",
			     status->waiting, status->waiting == 1 ? "" : "s");
	mcr_str_addf(str, "joins    %u of %u\n", status->joins, MCR_JOINS_MAX);
	if (status->txns)
		mcr_str_addf(str, "transactions  %u open of %u\n", status->txns,
			     MCR_TXNS_MAX);
	for (i = 0; i < status->n_workers; i++) {
		mcr_print_worker_state(str, &status->workers[i]);
		mcr_str_add(str, "\n");
	}
}

static void print_ingress(struct mcr_str *str,
			  const struct mcr_ingress *ingress)
{
	const char *state = "unhooked";
	struct mcr_str dev = { 0 };

	if (ingress->hooked)
		state = "hooked";
	else if (!ingress->ifindex)
		state = "waiting";
	mcr_str_word(&dev, ingress->dev);
	mcr_str_addf(str, "%-15s %-8s %-8s %6u %8u %12llu %12llu %10llu %8llu\n",
		     dev.s ? dev.s : "", state,
		     ingress->filtered ? "filtered" : "-", ingress->rules,
		     ingress->allmulti, ingress->seen, ingress->not_matched,
		     ingress->malformed, ingress->missed);
	str->failed |= dev.failed;
	mcr_str_free(&dev);
}

static int add_ingress_text(struct mcrtool *t, struct mcr_str *str,
			    const struct mcr_reply *reply)
{
	struct mcr_reply_walk walk;
	struct mcr_ingress ingress;
	struct nlmsghdr *nlh;

	mcr_reply_walk_init(&walk, reply);
	nlh = mcr_reply_next(&walk);
	if (nlh)
		mcr_str_addf(str, "\n%-15s %-8s %-8s %6s %8s %12s %12s %10s %8s\n",
			     "ingress", "state", "filter", "rules", "allmulti",
			     "seen", "not-matched", "malformed", "missed");
	for (; nlh; nlh = mcr_reply_next(&walk)) {
		if (mcr_msg_parse_ingress(nlh, &ingress, &t->err))
			return mcrtool_fail(t);
		print_ingress(str, &ingress);
	}
	return 0;
}

static int add_ingress_json(struct mcrtool *t, struct json_object *array,
			    const struct mcr_reply *reply)
{
	struct mcr_reply_walk walk;
	struct mcr_ingress ingress;
	struct json_object *obj;
	struct nlmsghdr *nlh;

	mcr_reply_walk_init(&walk, reply);
	while ((nlh = mcr_reply_next(&walk))) {
		if (mcr_msg_parse_ingress(nlh, &ingress, &t->err))
			return mcrtool_fail(t);
		obj = mcr_json_ingress(&ingress);
		if (!obj || json_object_array_add(array, obj)) {
			json_object_put(obj);
			return mcrtool_no_memory(t);
		}
	}
	return 0;
}

static int show_text(struct mcrtool *t, const struct mcr_status *status,
		     const struct mcr_reply *devices)
{
	struct mcr_str str = { 0 };
	int ret;

	print_status(&str, status);
	ret = add_ingress_text(t, &str, devices);
	if (!ret)
		return mcrtool_print(t, &str);
	mcr_str_free(&str);
	return ret;
}

static int show_json(struct mcrtool *t, const struct mcr_status *status,
		     const struct mcr_reply *devices)
{
	struct json_object *obj = mcr_json_status(status);
	struct json_object *array = json_object_new_array();
	int ret;

	if (!obj || !array || json_object_object_add(obj, "ingress", array)) {
		json_object_put(array);
		json_object_put(obj);
		return mcrtool_no_memory(t);
	}
	ret = add_ingress_json(t, array, devices);
	if (!ret)
		return mcrtool_print_json(t, obj);
	json_object_put(obj);
	return ret;
}

/**
 * mcrtool_get_status - ask who serves, and how much of what
 * @t: the invocation, connected
 * @status: where to put the answer, for mcr_status_free()
 *
 * Return: 0 or an exit status; what is wrong was said.
 */
int mcrtool_get_status(struct mcrtool *t, struct mcr_status *status)
{
	struct mcr_reply_walk walk;
	struct mcr_reply reply;
	struct nlmsghdr *nlh;
	int ret;

	ret = mcrtool_do(t, mcr_msg_new(MCR_CMD_STATUS_GET, 0), NULL, &reply);
	if (!ret) {
		mcr_reply_walk_init(&walk, &reply);
		nlh = mcr_reply_next(&walk);
		if (!nlh) {
			mcr_error_set(&t->err, MCR_ERROR_SYSTEM,
				      "the server told nothing about itself");
			ret = mcrtool_fail(t);
		} else if (mcr_msg_parse_status(nlh, status, &t->err)) {
			ret = mcrtool_fail(t);
		}
	}
	mcr_reply_exit(&reply);
	return ret;
}

/**
 * mcrtool_status - status
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_status(struct mcrtool *t)
{
	struct mcr_status status = { 0 };
	struct mcr_reply devices;
	int ret;

	if (mcr_parse_end(&t->words))
		return mcrtool_fail(t);
	ret = mcrtool_connect(t);
	if (!ret)
		ret = mcrtool_get_status(t, &status);
	if (ret)
		return ret;
	ret = mcrtool_dump(t, mcr_msg_new(MCR_CMD_INGRESS_GET, 0), NULL,
			   &devices);
	if (!ret)
		ret = t->json ? show_json(t, &status, &devices) :
				show_text(t, &status, &devices);
	if (!ret)
		mcrtool_warn_mroutes(t, NULL);
	mcr_reply_exit(&devices);
	mcr_status_free(&status);
	return ret;
}

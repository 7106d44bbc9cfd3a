// SPDX-License-Identifier: GPL-2.0
/*
 * All that a server counts, as OpenMetrics text; see scrape.h.
 *
 * The answers are kept as they came, and are read once for each family: rules
 * that were taken apart would take many times their room.
 */
#include "scrape.h"

#include <string.h>

#include "openmetrics.h"

/* @dump: ask for all there is. */
static int ask(struct mcr_client *client, enum mcr_cmd cmd, bool dump,
	       struct mcr_reply *reply, struct mcr_error *err)
{
	struct nl_msg *msg = mcr_msg_new(cmd, 0);
	int ret;

	if (!msg)
		return mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
	ret = dump ? mcr_client_dump(client, msg, reply, err) :
		     mcr_client_do(client, msg, reply, err);
	nlmsg_free(msg);
	if (ret || !reply->error)
		return ret;
	return mcr_error_set(err, MCR_ERROR_REFUSED,
			     "the server refused to tell: %s",
			     reply->text[0] ? reply->text :
					      strerror(reply->error));
}

static int ask_status(struct mcr_scrape *scrape, struct mcr_client *client,
		      struct mcr_error *err)
{
	struct mcr_reply_walk walk;
	struct mcr_reply reply;
	struct nlmsghdr *nlh;
	int ret;

	mcr_reply_init(&reply, false);
	ret = ask(client, MCR_CMD_STATUS_GET, false, &reply, err);
	if (!ret) {
		mcr_reply_walk_init(&walk, &reply);
		nlh = mcr_reply_next(&walk);
		ret = nlh ? mcr_msg_parse_status(nlh, &scrape->status, err) :
			    mcr_error_set(err, MCR_ERROR_SYSTEM,
					  "the server told nothing about itself");
	}
	mcr_reply_exit(&reply);
	return ret;
}

/**
 * mcr_scrape_begin - ask a server for all it counts
 * @scrape: where to put it; for mcr_scrape_end() in any case
 * @client: the server
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_scrape_begin(struct mcr_scrape *scrape, struct mcr_client *client,
		     struct mcr_error *err)
{
	memset(scrape, 0, sizeof(*scrape));
	mcr_reply_init(&scrape->devices, true);
	mcr_reply_init(&scrape->rules, true);
	if (ask_status(scrape, client, err) ||
	    ask(client, MCR_CMD_INGRESS_GET, true, &scrape->devices, err))
		return -1;
	return ask(client, MCR_CMD_RULE_GET, true, &scrape->rules, err);
}

/* 1: there were samples of the next device; 0: there are no more; -1. */
static int next_device(struct mcr_scrape *scrape, struct mcr_str *str,
		       struct mcr_error *err)
{
	struct nlmsghdr *nlh = mcr_reply_next(&scrape->walk);
	struct mcr_ingress ingress;

	if (!nlh)
		return 0;
	if (mcr_msg_parse_ingress(nlh, &ingress, err))
		return -1;
	mcr_openmetrics_ingress(str, scrape->family, &ingress);
	return 1;
}

static int next_rule(struct mcr_scrape *scrape, struct mcr_str *str,
		     struct mcr_error *err)
{
	struct mcr_rule rule;
	int ret;

	mcr_rule_init(&rule);
	ret = mcr_reply_next_rule(&scrape->walk, &rule, err);
	if (ret > 0)
		mcr_openmetrics_rule(str, scrape->family, &rule);
	mcr_rule_release(&rule);
	return ret;
}

static int next_samples(struct mcr_scrape *scrape, struct mcr_str *str,
			struct mcr_error *err)
{
	enum mcr_openmetrics_about about;
	bool first = !scrape->begun;

	about = mcr_openmetrics_about(scrape->family);
	scrape->begun = true;
	if (about == MCR_OPENMETRICS_STATUS) {
		if (first)
			mcr_openmetrics_status(str, scrape->family,
					       &scrape->status);
		return first;
	}
	if (first)
		mcr_reply_walk_init(&scrape->walk,
				    about == MCR_OPENMETRICS_RULE ?
				    &scrape->rules : &scrape->devices);
	return about == MCR_OPENMETRICS_RULE ? next_rule(scrape, str, err) :
					       next_device(scrape, str, err);
}

/* The head comes with the first sample, if there is one. */
static int next_piece(struct mcr_scrape *scrape, struct mcr_str *str,
		      struct mcr_error *err)
{
	struct mcr_str samples = { 0 };
	int ret;

	if (scrape->headed)
		return next_samples(scrape, str, err);
	ret = next_samples(scrape, &samples, err);
	if (samples.s) {
		mcr_openmetrics_head(str, scrape->family);
		mcr_str_add(str, samples.s);
		scrape->headed = true;
	}
	str->failed |= samples.failed;
	mcr_str_free(&samples);
	return ret;
}

static void next_family(struct mcr_scrape *scrape, struct mcr_str *str)
{
	scrape->begun = false;
	scrape->headed = false;
	if (++scrape->family == mcr_openmetrics_families())
		mcr_openmetrics_end(str);
}

/**
 * mcr_scrape_next - write on
 * @scrape: what is written
 * @str: the text to append to: samples of one server, device or rule, or nothing
 * @err: where to say what is wrong
 *
 * A family of which there are no samples is left out.
 *
 * Return: 1: there is more; 0: that was all; -1 and an error.
 */
int mcr_scrape_next(struct mcr_scrape *scrape, struct mcr_str *str,
		    struct mcr_error *err)
{
	int ret;

	if (scrape->family == mcr_openmetrics_families())
		return 0;
	ret = next_piece(scrape, str, err);
	if (ret < 0)
		return ret;
	if (!ret)
		next_family(scrape, str);
	if (str->failed)
		return mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
	return 1;
}

/**
 * mcr_scrape_end - free what a server answered
 * @scrape: the answers
 */
void mcr_scrape_end(struct mcr_scrape *scrape)
{
	mcr_reply_exit(&scrape->devices);
	mcr_reply_exit(&scrape->rules);
	mcr_status_free(&scrape->status);
}

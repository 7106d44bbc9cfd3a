// SPDX-License-Identifier: GPL-2.0
/*
 * Writing the rules in force; see save.h.
 */
#include "save.h"

#include <netlink/msg.h>
#include <string.h>
#include <unistd.h>

#include "print.h"

static int write_rule(const struct mcr_rule *rule, void *arg)
{
	FILE *file = arg;
	struct mcr_str str = { .verbatim = !isatty(fileno(file)) };
	bool failed;

	mcr_print_rule(&str, rule, " ");
	mcr_str_add(&str, "\n");
	failed = str.failed;
	if (!failed)
		fputs(str.s, file);
	mcr_str_free(&str);
	return failed;
}

/* Half of one set and half of another would be neither. */
static int write_all(const struct mcr_reply *reply, FILE *file,
		     struct mcr_error *err)
{
	int ret;

	if (reply->error)
		return mcr_error_set(err, MCR_ERROR_REFUSED,
				     "the rules in force cannot be read: %s",
				     reply->text[0] ? reply->text :
						      strerror(reply->error));
	if (reply->interrupted)
		return mcr_error_set(err, MCR_ERROR_REFUSED,
				     "others keep changing the rules: nothing was saved, try again");
	ret = mcr_reply_rules(reply, write_rule, file, err);
	if (ret > 0)
		ret = mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
	return ret;
}

/**
 * mcr_save - write the rules in force
 * @client: the connection
 * @file: where to; whether it could be written is the caller's to look at. What
 *	a terminal may take for a command is not written to one
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_save(struct mcr_client *client, FILE *file, struct mcr_error *err)
{
	struct nl_msg *msg = mcr_msg_new(MCR_CMD_RULE_GET, 0);
	struct mcr_reply reply;
	int ret;

	mcr_reply_init(&reply, true);
	if (!msg)
		ret = mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
	else
		ret = mcr_client_dump(client, msg, &reply, err);
	if (!ret)
		ret = write_all(&reply, file, err);
	mcr_reply_exit(&reply);
	nlmsg_free(msg);
	return ret;
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mcrtool: what its verbs have in common.
 */
#ifndef MCRTOOL_H
#define MCRTOOL_H

#include <json-c/json.h>
#include <stdbool.h>

#include "../lib/client.h"
#include "../lib/parse.h"
#include "../lib/str.h"

#ifndef MCR_VERSION
#define MCR_VERSION	"unknown"
#endif

/**
 * enum mcrtool_exit - exit status
 * @MCRTOOL_DONE: done
 * @MCRTOOL_REFUSED: refused, or failed
 * @MCRTOOL_SYNTAX: the command line was not understood
 * @MCRTOOL_NO_SERVER: nobody serves, or not to this user
 */
enum mcrtool_exit {
	MCRTOOL_DONE,
	MCRTOOL_REFUSED,
	MCRTOOL_SYNTAX,
	MCRTOOL_NO_SERVER,
};

/**
 * struct mcrtool - one invocation
 * @words: the command line without options; at the first word behind the verb
 * @err: what @words and others report to
 * @client: the connection, once mcrtool_connect() made it
 * @netns: network namespace to work in; NULL: this one
 * @json: print JSON
 * @pretty: print it for people to read
 * @echo: print the rule that was created
 * @dump: monitor: print first what there is
 * @stamp: monitor: print times
 */
struct mcrtool {
	struct mcr_words words;
	struct mcr_error err;
	struct mcr_client *client;
	const char *netns;
	bool json;
	bool pretty;
	bool echo;
	bool dump;
	bool stamp;
};

/**
 * struct mcrtool_verb - what can be done with an object
 * @object: the object
 * @verb: the verb; the first one of an object is its default
 * @run: does it; returns an enum mcrtool_exit
 * @usage: the words behind the verb
 * @help: what it does, in a line
 * @implied: it is what the object means without a verb
 */
struct mcrtool_verb {
	const char *object;
	const char *verb;
	int (*run)(struct mcrtool *t);
	const char *usage;
	const char *help;
	bool implied;
};

extern const struct mcrtool_verb mcrtool_verbs[];

/* options.c */
int mcrtool_options(struct mcrtool *t, int argc, char **argv, int *used,
		    bool *stop);

/* netns.c */
int mcrtool_netns(struct mcrtool *t);

/* request.c */
int mcrtool_connect(struct mcrtool *t);
int mcrtool_do(struct mcrtool *t, struct nl_msg *msg,
	       const struct mcr_statement *st, struct mcr_reply *reply);
int mcrtool_dump(struct mcrtool *t, struct nl_msg *msg,
		 const struct mcr_statement *st, struct mcr_reply *reply);
int mcrtool_change(struct mcrtool *t, struct nl_msg *msg,
		   const struct mcr_statement *st);

/* mroute.c */
void mcrtool_warn_mroutes(struct mcrtool *t, const struct mcr_rule *rule);

/* report.c */
int mcrtool_fail(struct mcrtool *t);
int mcrtool_no_memory(struct mcrtool *t);
void mcrtool_complain(const char *text);
void mcrtool_underline(const struct mcr_words *w, size_t word);

/* stdout.c */
int mcrtool_print_json(struct mcrtool *t, struct json_object *obj);
int mcrtool_print_element(struct mcrtool *t, struct json_object *obj,
			  unsigned int count);
void mcrtool_print_end(unsigned int count);
int mcrtool_print(struct mcrtool *t, struct mcr_str *str);

/* status.c */
int mcrtool_get_status(struct mcrtool *t, struct mcr_status *status);

/* help.c */
void mcrtool_usage(struct mcr_str *str, const char *object);

/* One file a verb, or a family of them. */
int mcrtool_rule_add(struct mcrtool *t);
int mcrtool_rule_replace(struct mcrtool *t);
int mcrtool_rule_del(struct mcrtool *t);
int mcrtool_rule_list(struct mcrtool *t);
int mcrtool_rule_show(struct mcrtool *t);
int mcrtool_rule_flush(struct mcrtool *t);
int mcrtool_rule_enable(struct mcrtool *t);
int mcrtool_rule_disable(struct mcrtool *t);
int mcrtool_output_add(struct mcrtool *t);
int mcrtool_output_del(struct mcrtool *t);
int mcrtool_stats(struct mcrtool *t);
int mcrtool_stats_reset(struct mcrtool *t);
int mcrtool_status(struct mcrtool *t);
int mcrtool_monitor(struct mcrtool *t);
int mcrtool_help(struct mcrtool *t);

#endif /* MCRTOOL_H */

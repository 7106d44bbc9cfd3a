/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mcrtool: what its verbs have in common.
 */
#ifndef MCRTOOL_H
#define MCRTOOL_H

#include <json-c/json.h>
#include <stdbool.h>

#include "../lib/client.h"
#include "../lib/file.h"
#include "../lib/parse.h"
#include "../lib/str.h"
#include "../lib/transaction.h"

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
 * @server: which server is asked
 * @verb: what is done
 * @netns: network namespace to work in; NULL: this one
 * @batch: file of commands; NULL: the command is on the command line
 * @json: print JSON
 * @pretty: print it for people to read
 * @echo: print the rule that was created
 * @dry_run: change nothing, but tell what would be changed
 * @dump: monitor: print first what there is
 * @stamp: monitor: print times
 */
struct mcrtool {
	struct mcr_words words;
	struct mcr_error err;
	struct mcr_client *client;
	struct mcr_server server;
	const struct mcrtool_verb *verb;
	const char *netns;
	const char *batch;
	bool json;
	bool pretty;
	bool echo;
	bool dry_run;
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
 * @alone: it cannot be part of a transaction, and so not of a batch
 * @dry: it knows how not to be done
 * @cmd: what it asks the server for; only verbs that change something
 * @flags: NLM_F_ flags of that
 * @parse: reads the words behind the verb
 * @put: puts what they say into a message; 0 or a negative errno
 */
struct mcrtool_verb {
	const char *object;
	const char *verb;
	int (*run)(struct mcrtool *t);
	const char *usage;
	const char *help;
	bool implied;
	bool alone;
	bool dry;
	enum mcr_cmd cmd;
	int flags;
	int (*parse)(struct mcr_words *w, struct mcr_statement *st);
	int (*put)(struct nl_msg *msg, const struct mcr_statement *st);
};

#define MCRTOOL_OBJECTS	"rule, output, apply, check, save, stats, " \
			"status, monitor or help"

extern const struct mcrtool_verb mcrtool_verbs[];

/* options.c */
int mcrtool_options(struct mcrtool *t, int argc, char **argv, int *used,
		    bool *stop);
int mcrtool_environment(struct mcrtool *t);

/* main.c */
const struct mcrtool_verb *mcrtool_find_verb(struct mcr_words *w);

/* netns.c */
int mcrtool_netns(struct mcrtool *t);

/* request.c */
int mcrtool_connect(struct mcrtool *t);
int mcrtool_do(struct mcrtool *t, struct nl_msg *msg,
	       const struct mcr_statement *st, struct mcr_reply *reply);
int mcrtool_dump(struct mcrtool *t, struct nl_msg *msg,
		 const struct mcr_statement *st, struct mcr_reply *reply);

/* change.c */
struct nl_msg *mcrtool_request(const struct mcrtool_verb *verb,
			       const struct mcr_statement *st, int flags);
int mcrtool_state(struct mcrtool *t,
		  int (*carry_out)(struct mcrtool *t,
				   const struct mcr_statement *st));
int mcrtool_change(struct mcrtool *t);
int mcrtool_parse_ref(struct mcr_words *w, struct mcr_statement *st);
int mcrtool_parse_enable(struct mcr_words *w, struct mcr_statement *st);
int mcrtool_parse_disable(struct mcr_words *w, struct mcr_statement *st);
int mcrtool_parse_move(struct mcr_words *w, struct mcr_statement *st);
int mcrtool_parse_reset(struct mcr_words *w, struct mcr_statement *st);
int mcrtool_parse_output_add(struct mcr_words *w, struct mcr_statement *st);
int mcrtool_parse_output_del(struct mcr_words *w, struct mcr_statement *st);
int mcrtool_put_rule(struct nl_msg *msg, const struct mcr_statement *st);
int mcrtool_put_ref(struct nl_msg *msg, const struct mcr_statement *st);
int mcrtool_put_disabled(struct nl_msg *msg, const struct mcr_statement *st);
int mcrtool_put_plane(struct nl_msg *msg, const struct mcr_statement *st);
int mcrtool_put_filter(struct nl_msg *msg, const struct mcr_statement *st);
int mcrtool_put_output(struct nl_msg *msg, const struct mcr_statement *st);

/* mroute.c */
void mcrtool_warn_mroutes(struct mcrtool *t, const struct mcr_rule *rule);

/* report.c */
int mcrtool_fail(struct mcrtool *t);
int mcrtool_no_memory(struct mcrtool *t);
int mcrtool_fail_all(struct mcrtool *t, const struct mcr_errors *errors);
void mcrtool_warn(struct mcrtool *t, const char *text, __u32 rule);
void mcrtool_warn_all(struct mcrtool *t, const struct mcr_transaction *txn);
void mcrtool_complain(const char *text);
void mcrtool_underline(const struct mcr_words *w, size_t word);
void mcrtool_tell_of_other(struct mcrtool *t, __u32 id, const char *has);

/* excerpt.c */
void mcrtool_excerpt(const struct mcr_error *err, const char *before);

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
int mcrtool_apply(struct mcrtool *t);
int mcrtool_check(struct mcrtool *t);
int mcrtool_save(struct mcrtool *t);
int mcrtool_batch(struct mcrtool *t);
int mcrtool_rule_add(struct mcrtool *t);
int mcrtool_rule_list(struct mcrtool *t);
int mcrtool_rule_show(struct mcrtool *t);
int mcrtool_rule_flush(struct mcrtool *t);
int mcrtool_stats(struct mcrtool *t);
int mcrtool_status(struct mcrtool *t);
int mcrtool_monitor(struct mcrtool *t);
int mcrtool_help(struct mcrtool *t);

#endif /* MCRTOOL_H */

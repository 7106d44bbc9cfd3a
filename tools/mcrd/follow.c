// SPDX-License-Identifier: GPL-2.0
/*
 * The process that gives the daemon's rules to the kernel module, and the module's
 * to the daemon; see authority.h.
 *
 * It is a peer of the daemon's and one of the module's. What one of them has is
 * written down as a file of rules is, and applied to the other.
 */
#include "authority.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../lib/apply.h"
#include "../lib/listen.h"
#include "../lib/print.h"
#include "../lib/str.h"
#include "spawn.h"
#include "watch.h"

/* Changes come in groups: so long a quiet moment is waited for, and no longer. */
#define QUIET_MS	5
#define GROUP_MS	50
/* What failed is tried again. */
#define AGAIN_MS	1000

/**
 * struct moving - a rule that moves from one plane to the other
 * @spec: which
 * @next: another one
 */
struct moving {
	struct mcr_rule_spec spec;
	struct moving *next;
};

/**
 * struct follow - what is to be done
 * @log: where to say how it went
 * @module: the connection to the module; owned
 * @daemon: the connection to the daemon; owned
 * @family: what the module calls its family
 * @failing: it does not work, which was said
 */
struct follow {
	struct mcrd_log log;
	struct mcr_client *module;
	struct mcr_client *daemon;
	struct mcr_family family;
	bool failing;
};

/**
 * struct copy - rules of one side, for the other one
 * @path: a file that has them
 * @file: the same; owned
 * @moving: those that move; owned
 * @hand: the daemon's, for the module: what is nobody's in particular is the
 *	relay's there
 * @count: how many there are
 */
struct copy {
	char path[40];
	FILE *file;
	struct moving *moving;
	bool hand;
	size_t count;
};

static void say(const struct follow *f, int level, const char *before,
		const struct mcr_error *err)
{
	struct mcr_str str = { 0 };

	mcr_str_add(&str, before);
	mcr_str_safe(&str, err->text);
	mcrd_log(&f->log, level, "%s", str.failed ? "out of memory" : str.s);
	mcr_str_free(&str);
}

static int no_memory(struct mcr_error *err)
{
	return mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
}

/* --- Rules of one side */

static int copy_open(struct copy *c, struct mcr_error *err)
{
	int fd = memfd_create("mcr-rules", MFD_CLOEXEC);

	c->file = fd < 0 ? NULL : fdopen(fd, "w+");
	if (c->file) {
		snprintf(c->path, sizeof(c->path), "/proc/self/fd/%d", fd);
		return 0;
	}
	if (fd >= 0)
		close(fd);
	return mcr_error_set(err, MCR_ERROR_SYSTEM,
			     "there is no room for a copy of the rules: %s",
			     strerror(errno));
}

static void copy_close(struct copy *c)
{
	struct moving *m;

	while ((m = c->moving)) {
		c->moving = m->next;
		free(m);
	}
	if (c->file)
		fclose(c->file);
}

static int note_moving(struct copy *c, const struct mcr_rule *rule)
{
	struct moving *m = malloc(sizeof(*m));

	if (!m)
		return -1;
	m->spec = rule->spec;
	m->next = c->moving;
	c->moving = m;
	return 0;
}

static int write_rule(const struct mcr_rule *rule, void *arg)
{
	struct mcr_rule stated = *rule;
	struct mcr_str str = { .verbatim = true };
	struct copy *c = arg;
	int ret;

	if (c->hand && stated.spec.plane == MCR_PLANE_AUTO)
		stated.spec.plane = MCR_PLANE_RELAY;
	if (!c->hand && stated.spec.plane_since && note_moving(c, rule))
		return -1;
	mcr_print_rule(&str, &stated, " ");
	mcr_str_add(&str, "\n");
	ret = str.failed || fputs(str.s, c->file) == EOF;
	mcr_str_free(&str);
	c->count++;
	return ret;
}

static int copy_read(struct copy *c, struct mcr_client *from,
		     struct mcr_error *err)
{
	struct nl_msg *msg = mcr_msg_new(MCR_CMD_RULE_GET, 0);
	struct mcr_reply reply;
	int ret;

	mcr_reply_init(&reply, true);
	ret = msg ? mcr_client_dump(from, msg, &reply, err) : no_memory(err);
	if (!ret && (reply.error || reply.interrupted))
		ret = mcr_error_set(err, MCR_ERROR_REFUSED, "%s",
				    reply.interrupted ?
				    "they change all the time" :
				    strerror(reply.error));
	if (!ret)
		ret = mcr_reply_rules(&reply, write_rule, c, err);
	if (ret > 0 || (!ret && fflush(c->file)))
		ret = no_memory(err);
	mcr_reply_exit(&reply);
	nlmsg_free(msg);
	return ret;
}

static void note_times(const struct copy *c, struct mcr_ruleset *set)
{
	struct mcr_stated *stated;
	struct moving *m;

	for (m = c->moving; m; m = m->next) {
		stated = mcr_ruleset_by_match(set, &m->spec);
		if (stated)
			stated->plane_since = m->spec.plane_since;
	}
}

/* Where rules are in force nobody else's are put in their place. */
static int only_add(enum mcr_step step, const struct mcr_rule *rule, void *arg)
{
	bool *others = arg;

	(void)rule;
	if (step != MCR_STEP_DELETE && step != MCR_STEP_CHANGE)
		return 0;
	*others = true;
	return -1;
}

/* What is told later than that does not happen as the module has it. */
static int look_at_time(enum mcr_step step, const struct mcr_rule *rule,
			void *arg)
{
	const struct follow *f = arg;
	struct timespec ts;
	__u64 now, since;

	since = step == MCR_STEP_CHANGE ? rule->spec.plane_since : 0;
	clock_gettime(CLOCK_REALTIME, &ts);
	now = (__u64)ts.tv_sec * 1000000000ULL + (__u64)ts.tv_nsec;
	if (since && now > since)
		mcrd_log(&f->log, LOG_WARNING,
			 "that a rule of %s moves to another plane was heard of %llu ms too late: packets of it were lost, or sent twice",
			 rule->spec.iif,
			 (unsigned long long)(now - since) / 1000000);
	return 0;
}

static int copy_apply(const struct copy *c, struct mcr_client *to,
		      struct mcr_apply *a, struct mcr_error *err)
{
	struct mcr_transaction txn = { 0 };
	struct mcr_ruleset set = { 0 };
	struct mcr_file file = { 0 };
	int ret = 0;

	if (mcr_ruleset_read(&set, &file, c->path)) {
		*err = file.errors.list[0];
		ret = -1;
	}
	note_times(c, &set);
	if (!ret)
		ret = mcr_transaction_init(&txn, to, mcr_parse_stated, err);
	if (!ret) {
		a->txn = &txn;
		a->set = &set;
		ret = mcr_apply(a, err);
		/* They end here, and what was counted stays. */
		a->txn = NULL;
		a->set = NULL;
	}
	mcr_transaction_exit(&txn);
	mcr_ruleset_free(&set);
	mcr_file_free(&file);
	return ret;
}

/* --- The jobs */

static int hand(struct follow *f)
{
	struct mcr_error err = { 0 };
	struct copy c = { .hand = true };
	bool others = false;
	struct mcr_apply a = { .tell = only_add, .arg = &others };
	int ret;

	ret = copy_open(&c, &err);
	if (!ret)
		ret = copy_read(&c, f->daemon, &err);
	if (!ret)
		ret = copy_apply(&c, f->module, &a, &err);
	copy_close(&c);
	if (!ret) {
		mcrd_log(&f->log, LOG_NOTICE,
			 "the kernel module is loaded, and has the %zu rules now",
			 c.count);
		return MCRD_FOLLOW_DONE;
	}
	if (others)
		return MCRD_FOLLOW_BOTH;
	say(f, LOG_ERR, "the rules cannot be handed to the kernel module, and stay here: ",
	    &err);
	return MCRD_FOLLOW_FAILED;
}

static int repeat(struct follow *f)
{
	struct mcr_error err = { 0 };
	struct copy c = { 0 };
	struct mcr_apply a = { .tell = look_at_time, .arg = f };
	int ret;

	ret = copy_open(&c, &err);
	if (!ret)
		ret = copy_read(&c, f->module, &err);
	if (!ret)
		ret = copy_apply(&c, f->daemon, &a, &err);
	copy_close(&c);
	if (ret && !f->failing)
		say(f, LOG_ERR, "the kernel module's rules cannot be followed: ",
		    &err);
	if (!ret && f->failing)
		mcrd_log(&f->log, LOG_NOTICE,
			 "the kernel module's rules are followed again");
	if (!ret)
		mcrd_log(&f->log, LOG_DEBUG,
			 "followed: %zu added, %zu changed, %zu deleted, %zu unchanged",
			 a.n_added, a.n_changed, a.n_deleted, a.n_unchanged);
	f->failing = ret;
	return ret;
}

static bool is_about_rules(struct nlmsghdr *nlh)
{
	switch (genlmsg_hdr(nlh)->cmd) {
	case MCR_CMD_RULE_NTF:
	case MCR_CMD_RULE_DEL_NTF:
	case MCR_CMD_GENERATION_NTF:
		return true;
	default:
		return false;
	}
}

/* Hear all that came; false: the module is gone, or cannot be heard. */
static bool hear(struct follow *f, struct mcr_listener *l, bool *changed)
{
	struct mcr_error err = { 0 };
	struct nlmsghdr *nlh;

	for (;;) {
		switch (mcr_listener_hear(l, &nlh, &err)) {
		case MCR_HEARD_NOTHING:
			return true;
		case MCR_HEARD_MESSAGE:
			*changed |= is_about_rules(nlh);
			break;
		case MCR_HEARD_MISSED:
			mcrd_log(&f->log, LOG_NOTICE,
				 "changes of the kernel module's rules came too fast to be heard: all of them are read again");
			*changed = true;
			break;
		case MCR_HEARD_GONE:
			return false;
		case MCR_HEARD_FAILED:
			say(f, LOG_ERR, "", &err);
			return false;
		}
	}
}

/* Wait for changes, and for the end of a group of them. */
static bool wait_for_change(struct follow *f, struct mcr_listener *l,
			    bool again)
{
	struct pollfd pfd = { .fd = mcr_listener_fd(l), .events = POLLIN };
	bool changed = false;
	int64_t end = 0;
	int timeout;

	for (;;) {
		timeout = again ? AGAIN_MS : -1;
		if (changed)
			timeout = QUIET_MS;
		if (poll(&pfd, 1, timeout) == 0)
			return true;
		if (!hear(f, l, &changed))
			return false;
		if (changed && !end)
			end = mcrd_now_ms() + GROUP_MS;
		if (changed && mcrd_now_ms() >= end)
			return true;
	}
}

static int follow(struct follow *f)
{
	struct mcr_error err = { 0 };
	struct mcr_listener *l;
	int ret;

	l = mcr_listener_known(&f->family, &err);
	if (!l) {
		say(f, LOG_ERR, "", &err);
		return MCRD_FOLLOW_FAILED;
	}
	/* What changes from now on is heard of. */
	do {
		ret = repeat(f);
	} while (wait_for_change(f, l, ret));
	mcr_listener_close(l);
	return MCRD_FOLLOW_DONE;
}

static int run(struct follow *f, const char *name)
{
	if (!strcmp(name, mcrd_follow_names[MCRD_FOLLOW_HAND]))
		return hand(f);
	return follow(f);
}

/**
 * mcrd_follow_main - what the program is when it is called MCRD_FOLLOW_NAME
 * @argc: words
 * @argv: name, job, the module's family and group as numbers, level of the log,
 *	"journal" or ""
 *
 * Descriptor MCRD_WORKER_FD is a connection to the daemon.
 *
 * Return: of enum mcrd_follow_exit.
 */
int mcrd_follow_main(int argc, char **argv)
{
	struct mcr_error err = { 0 };
	struct follow f = { 0 };
	int ret = MCRD_FOLLOW_FAILED;

	if (argc != 6) {
		fputs("mcrd: only mcrd itself starts mcrd-follow\n", stderr);
		return MCRD_FOLLOW_FAILED;
	}
	/* Who ends all of the daemon ends this with it. */
	signal(SIGTERM, SIG_IGN);
	f.family.id = (__u16)strtoul(argv[2], NULL, 10);
	f.family.group = (__u32)strtoul(argv[3], NULL, 10);
	mcrd_log_init(&f.log, STDERR_FILENO, (int)strtol(argv[4], NULL, 10));
	f.log.journal = *argv[5];
	f.daemon = mcr_client_adopt(MCRD_WORKER_FD, &err);
	if (f.daemon)
		f.module = mcr_client_known(&f.family, &err);
	if (f.module)
		ret = run(&f, argv[1]);
	else
		say(&f, LOG_ERR, "", &err);
	mcr_client_close(f.module);
	mcr_client_close(f.daemon);
	return ret;
}

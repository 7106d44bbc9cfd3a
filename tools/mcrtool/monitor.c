// SPDX-License-Identifier: GPL-2.0
/*
 * monitor: changes as they happen.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "../lib/json.h"
#include "../lib/listen.h"
#include "show.h"

/* What can be selected, by bit. */
static const char *const kinds[] = {
	"rules", "devices", "membership", "drops",
};

enum {
	RULES = 1,
	DEVICES = 2,
	MEMBERSHIP = 4,
	DROPS = 8,
	ALL = RULES | DEVICES | MEMBERSHIP | DROPS,
};

#define ACCEPTS		"it is rules, devices, membership or drops"

/**
 * struct monitor - what is being watched
 * @t: the invocation
 * @listener: where it comes from
 * @selected: which kinds are printed
 * @ev: the notification that is being read
 * @known: the state was printed: nothing older is
 * @base: of which generation that was
 */
struct monitor {
	struct mcrtool *t;
	struct mcr_listener *listener;
	unsigned int selected;
	struct mcr_event ev;
	bool known;
	__u32 base;
};

static volatile sig_atomic_t stopped;
static int null_fd = -1;

/*
 * A write that waits for a reader and has written something already does not
 * end by a signal: stdio goes on with the rest. That goes nowhere then.
 */
static void stop(int signal)
{
	int error = errno;

	(void)signal;
	stopped = 1;
	if (null_fd >= 0)
		dup2(null_fd, STDOUT_FILENO);
	errno = error;
}

static int parse_kinds(struct mcrtool *t, unsigned int *selected)
{
	const size_t n = sizeof(kinds) / sizeof(kinds[0]);
	char word[80];
	size_t i;

	*selected = 0;
	while (!mcr_words_end(&t->words)) {
		for (i = 0; i < n && !mcr_words_at(&t->words, kinds[i]); i++)
			;
		mcr_words_show(&t->words, word, sizeof(word));
		t->words.pos++;
		if (i == n)
			return mcr_words_fail(&t->words, t->words.pos,
					      MCR_ERROR_SYNTAX,
					      "%s is nothing that can be watched: "
					      ACCEPTS, word);
		if (*selected & (1U << i))
			return mcr_words_fail(&t->words, t->words.pos,
					      MCR_ERROR_SYNTAX,
					      "%s is given twice: once is enough",
					      kinds[i]);
		*selected |= 1U << i;
	}
	if (!*selected)
		*selected = ALL;
	return 0;
}

/* Now, as ISO 8601 has it; empty unless asked for. */
static const char *stamp(const struct monitor *m, char *buf, size_t size)
{
	char zone[8] = "";
	struct timeval now;
	struct tm tm;
	size_t len;

	buf[0] = '\0';
	if (!m->t->stamp || gettimeofday(&now, NULL) ||
	    !localtime_r(&now.tv_sec, &tm))
		return buf;
	len = strftime(buf, size, "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	snprintf(buf + len, size - len, ".%06ld%s", (long)now.tv_usec, zone);
	return buf;
}

/* After a write failed, or a signal ended one, the next might last for ever. */
static bool may_print(void)
{
	return !stopped && !ferror(stdout);
}

static int emit_text(struct monitor *m, struct mcr_str *str)
{
	char buf[64];

	if (!may_print()) {
		mcr_str_free(str);
		return 0;
	}
	if (*stamp(m, buf, sizeof(buf)) && !str->failed)
		printf("%s ", buf);
	mcr_str_add(str, "\n");
	return mcrtool_print(m->t, str);
}

/* @obj is put; NULL: there was no memory for it. */
static int emit_json(struct monitor *m, struct json_object *obj)
{
	struct json_object *time = NULL;
	char buf[64];

	if (!may_print()) {
		json_object_put(obj);
		return 0;
	}
	if (obj && *stamp(m, buf, sizeof(buf))) {
		time = json_object_new_string(buf);
		if (!time || json_object_object_add(obj, "time", time)) {
			json_object_put(time);
			json_object_put(obj);
			obj = NULL;
		}
	}
	return mcrtool_print_json(m->t, obj);
}

/* An object about the state: the event, and what belongs to it. */
static struct json_object *json_state(const char *event, const char *key,
				      struct json_object *value)
{
	struct json_object *obj = json_object_new_object();
	struct json_object *name = json_object_new_string(event);

	if (!obj || !name || json_object_object_add(obj, "event", name)) {
		json_object_put(name);
		goto fail;
	}
	if (value && !json_object_object_add(obj, key, value))
		return obj;
fail:
	json_object_put(value);
	json_object_put(obj);
	return NULL;
}

static int print_rule(const struct mcr_rule *rule, void *arg)
{
	struct monitor *m = arg;
	struct mcr_str str = { 0 };

	if (m->t->json)
		return emit_json(m, json_state("rule", "rule",
					       mcr_json_rule(rule)));
	mcrtool_rule_line(&str, rule);
	return emit_text(m, &str);
}

static int print_devices(struct monitor *m, const struct mcr_reply *reply)
{
	struct mcr_event ev = { .kind = MCR_EVENT_INGRESS };
	struct mcr_str str = { 0 };
	struct mcr_reply_walk walk;
	struct nlmsghdr *nlh;
	int ret = 0;

	mcr_reply_walk_init(&walk, reply);
	while (!ret && (nlh = mcr_reply_next(&walk))) {
		if (mcr_msg_parse_ingress(nlh, &ev.ingress, &m->t->err))
			return mcrtool_fail(m->t);
		if (m->t->json) {
			ret = emit_json(m, json_state("ingress", "ingress",
						      mcr_json_ingress(&ev.ingress)));
		} else {
			mcr_event_print(&str, &ev);
			ret = emit_text(m, &str);
		}
	}
	return ret;
}

/* Of which generation are the rules of a dump? @otherwise: there are none. */
static __u32 generation_of(const struct mcr_reply *reply, __u32 otherwise)
{
	struct mcr_reply_walk walk;
	struct mcr_error ignored;
	struct nlmsghdr *nlh;
	__u32 generation;

	/* What did not fit together is completed by what changed since. */
	mcr_reply_walk_init(&walk, reply);
	nlh = reply->interrupted ? NULL : mcr_reply_next(&walk);
	if (!nlh || mcr_msg_parse_generation(nlh, &generation, &ignored))
		return otherwise;
	return generation;
}

static int dump_rules(struct monitor *m)
{
	struct mcr_status status = { 0 };
	struct mcr_reply reply;
	int ret;

	ret = mcrtool_get_status(m->t, &status);
	mcr_status_free(&status);
	if (ret)
		return ret;
	ret = mcrtool_dump(m->t, mcr_msg_new(MCR_CMD_RULE_GET, 0), NULL,
			   &reply);
	if (!ret) {
		m->base = generation_of(&reply, status.generation);
		m->known = true;
	}
	if (!ret && (m->selected & (RULES | MEMBERSHIP | DROPS))) {
		ret = mcr_reply_rules(&reply, print_rule, m, &m->t->err);
		if (ret < 0)
			ret = mcrtool_fail(m->t);
	}
	mcr_reply_exit(&reply);
	return ret;
}

static int dump_devices(struct monitor *m)
{
	struct mcr_reply reply;
	int ret;

	if (!(m->selected & DEVICES))
		return 0;
	ret = mcrtool_dump(m->t, mcr_msg_new(MCR_CMD_INGRESS_GET, 0), NULL,
			   &reply);
	if (!ret)
		ret = print_devices(m, &reply);
	mcr_reply_exit(&reply);
	return ret;
}

static int print_synced(struct monitor *m)
{
	struct mcr_str str = { 0 };

	if (m->t->json)
		return emit_json(m, json_state("synced", "generation",
					       json_object_new_uint64(m->base)));
	mcr_str_addf(&str, "# up to date: generation %u", m->base);
	return emit_text(m, &str);
}

/* Print all there is. @why: what came before it, as text and as JSON. */
static int print_state(struct monitor *m, const char *text, const char *why)
{
	struct mcr_str str = { 0 };
	int ret = 0;

	if (m->t->json) {
		ret = emit_json(m, json_state("state", "why",
					      json_object_new_string(why)));
	} else if (text) {
		mcr_str_add(&str, text);
		ret = emit_text(m, &str);
	}
	if (!ret)
		ret = dump_rules(m);
	if (!ret)
		ret = dump_devices(m);
	return ret ? ret : print_synced(m);
}

static int server_gone(struct mcrtool *t)
{
	bool relay = mcr_client_server(t->client)->plane == MCR_PLANE_RELAY;

	mcr_error_set(&t->err, MCR_ERROR_NO_SERVER,
		      "the server is gone: the %s",
		      relay ? "relay daemon ended" :
			      "kernel module was unloaded");
	return mcrtool_fail(t);
}

/*
 * What is still waiting is older than what was lost: forget it, or it would be
 * taken for something newer than the state that is printed now.
 */
static int recover(struct monitor *m)
{
	struct nlmsghdr *nlh;
	enum mcr_heard heard;

	mcr_event_free(&m->ev);
	do {
		heard = mcr_listener_hear(m->listener, &nlh, &m->t->err);
	} while (heard == MCR_HEARD_MESSAGE || heard == MCR_HEARD_MISSED);
	if (heard == MCR_HEARD_FAILED)
		return mcrtool_fail(m->t);
	if (heard == MCR_HEARD_GONE)
		return server_gone(m->t);
	return print_state(m, "# missed events: dumping again", "missed");
}

/* Is the notification older than the state that was printed? */
static bool is_old(const struct monitor *m)
{
	__s32 since = (__s32)(m->ev.generation - m->base);

	if (!m->known)
		return false;
	return mcr_event_is_of_rule(&m->ev) ? since <= 0 : since < 0;
}

static bool is_selected(const struct monitor *m)
{
	switch (m->ev.kind) {
	case MCR_EVENT_CREATED:
	case MCR_EVENT_CHANGED:
	case MCR_EVENT_DELETED:
		return m->selected & RULES;
	case MCR_EVENT_INGRESS:
	case MCR_EVENT_OUTPUT:
		return m->selected & DEVICES;
	case MCR_EVENT_MEMBERSHIP:
		return m->selected & MEMBERSHIP;
	case MCR_EVENT_DROP:
		return m->selected & DROPS;
	case MCR_EVENT_MANY:
		return true;
	case MCR_EVENT_NONE:
		break;
	}
	return false;
}

static int print_event(struct monitor *m)
{
	struct mcr_str str = { 0 };

	if (is_old(m) || !is_selected(m))
		return 0;
	if (m->ev.kind == MCR_EVENT_MANY)
		return print_state(m, "# more changed than is told one by one: dumping again",
				   "many");
	if (m->t->json)
		return emit_json(m, mcr_json_event(&m->ev));
	mcr_event_print(&str, &m->ev);
	return emit_text(m, &str);
}

static int take_message(struct monitor *m, struct nlmsghdr *nlh)
{
	int ret;

	if (mcr_event_read(&m->ev, nlh, &m->t->err)) {
		ret = mcrtool_fail(m->t);
	} else {
		if (m->ev.more)
			return 0;
		ret = print_event(m);
	}
	mcr_event_free(&m->ev);
	return ret;
}

/* Take all that is waiting. */
static int take_all(struct monitor *m)
{
	struct nlmsghdr *nlh;
	int ret = 0;

	while (!ret && may_print()) {
		switch (mcr_listener_hear(m->listener, &nlh, &m->t->err)) {
		case MCR_HEARD_NOTHING:
			return 0;
		case MCR_HEARD_MESSAGE:
			ret = take_message(m, nlh);
			break;
		case MCR_HEARD_MISSED:
			ret = recover(m);
			break;
		case MCR_HEARD_GONE:
			return server_gone(m->t);
		case MCR_HEARD_FAILED:
			return mcrtool_fail(m->t);
		}
		if (may_print())
			fflush(stdout);
	}
	return ret;
}

/*
 * That nobody reads any more is an end like any other, and so is a signal that
 * came while nobody did: no word about what was not written, and no waiting.
 */
static void end_output(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };
	bool gone;

	if (poll(&out, 1, 0) < 0)
		return;
	gone = out.revents & POLLERR;
	if (!gone && !ferror(stdout) && (out.revents & POLLOUT))
		return;
	if (!gone && !stopped)
		return;
	/* What was not written yet goes nowhere. */
	if (null_fd >= 0 && dup2(null_fd, STDOUT_FILENO) >= 0)
		clearerr(stdout);
}

/* Wait for the server, or for the reader to go. */
static int wait_for_more(struct monitor *m, struct pollfd *fds)
{
	sigset_t signals, before;
	int ret = 0;

	/* A signal is taken before this, or it ends the waiting. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, &before);
	sigdelset(&before, SIGINT);
	sigdelset(&before, SIGTERM);
	if (!stopped && ppoll(fds, 2, NULL, &before) < 0 && errno != EINTR) {
		mcr_error_set(&m->t->err, MCR_ERROR_SYSTEM,
			      "waiting failed: %s", strerror(errno));
		ret = mcrtool_fail(m->t);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ret;
}

static int watch(struct monitor *m)
{
	struct pollfd fds[] = {
		{ .fd = mcr_listener_fd(m->listener), .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};
	int ret = 0;

	while (!ret && !stopped) {
		ret = take_all(m);
		if (ferror(stdout) || (fds[1].revents & POLLERR))
			break;
		if (!ret)
			ret = wait_for_more(m, fds);
	}
	end_output();
	return ret;
}

/* A blocked write ends by them, too. */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = stop };

	null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/**
 * mcrtool_monitor - monitor [KIND]...
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_monitor(struct mcrtool *t)
{
	struct monitor m = { .t = t };
	int ret;

	if (parse_kinds(t, &m.selected))
		return mcrtool_fail(t);
	ret = mcrtool_connect(t);
	if (ret)
		return ret;
	m.listener = mcr_listener_open(mcr_client_server(t->client), &t->err);
	if (!m.listener)
		return mcrtool_fail(t);
	mcr_event_clear(&m.ev);
	catch_signals();
	/* Listening first: nothing falls between this and what comes then. */
	if (t->dump)
		ret = print_state(&m, NULL, "start");
	if (may_print())
		fflush(stdout);
	if (!ret)
		ret = watch(&m);
	mcr_event_free(&m.ev);
	mcr_listener_close(m.listener);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The process that serves metrics, as the supervisor sees it; see metrics.h.
 */
#include "metrics.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "watch.h"

/* A process that does not last is started anew so often. */
#define DELAY_MS	1000

/* How long it may take to end, and how long when it was killed. */
#define STOP_MS		200
#define BURY_MS		1000

/* Those who connect while all connections are in use. */
#define BACKLOG		16

static bool parse_port(const char *text, in_port_t *port)
{
	unsigned long n;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	n = strtoul(text, &end, 10);
	if (*end || !n || n > 65535)
		return false;
	*port = htons((uint16_t)n);
	return true;
}

/* An IPv4 address, or one of IPv6 in brackets, of @len bytes. */
static bool parse_addr(const char *text, size_t len,
		       struct sockaddr_storage *addr)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)addr;
	struct sockaddr_in *in = (struct sockaddr_in *)addr;
	char host[INET6_ADDRSTRLEN + 2];

	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (*host != '[') {
		in->sin_family = AF_INET;
		return inet_pton(AF_INET, host, &in->sin_addr) == 1;
	}
	if (host[len - 1] != ']')
		return false;
	host[len - 1] = '\0';
	in6->sin6_family = AF_INET6;
	return inet_pton(AF_INET6, host + 1, &in6->sin6_addr) == 1;
}

/**
 * mcrd_metrics_parse - read where metrics are to be served
 * @text: ADDR:PORT, where IPv6 addresses stand in brackets; or PORT alone, which
 *	is that of 127.0.0.1
 * @addr: filled in
 *
 * Return: false if it is neither.
 */
bool mcrd_metrics_parse(const char *text, struct sockaddr_storage *addr)
{
	const char *colon = strrchr(text, ':');
	in_port_t port;

	memset(addr, 0, sizeof(*addr));
	if (!parse_port(colon ? colon + 1 : text, &port))
		return false;
	if (!colon)
		parse_addr("127.0.0.1", strlen("127.0.0.1"), addr);
	else if (!parse_addr(text, (size_t)(colon - text), addr))
		return false;
	if (addr->ss_family == AF_INET6)
		((struct sockaddr_in6 *)addr)->sin6_port = port;
	else
		((struct sockaddr_in *)addr)->sin_port = port;
	return true;
}

static int fail(struct mcrd_metrics *m, const char *what)
{
	int err = -errno;

	mcrd_log(m->log, LOG_ERR, "metrics cannot be served: %s: %s", what,
		 strerror(errno));
	if (m->fd >= 0)
		close(m->fd);
	m->fd = -1;
	return err;
}

/**
 * mcrd_metrics_listen - let peers connect
 * @m: where to say what is wrong; its @fd is filled in
 * @addr: as of mcrd_metrics_parse()
 *
 * Return: 0 or -errno; what is wrong was said.
 */
int mcrd_metrics_listen(struct mcrd_metrics *m,
			const struct sockaddr_storage *addr)
{
	socklen_t len = addr->ss_family == AF_INET6 ?
			sizeof(struct sockaddr_in6) :
			sizeof(struct sockaddr_in);
	int one = 1;

	m->fd = socket(addr->ss_family,
		       SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (m->fd < 0)
		return fail(m, "there is no socket of that family");
	/* A daemon that was ended just now has left connections behind. */
	setsockopt(m->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (addr->ss_family == AF_INET6)
		setsockopt(m->fd, IPPROTO_IPV6, IPV6_V6ONLY, &one,
			   sizeof(one));
	if (bind(m->fd, (const struct sockaddr *)addr, len))
		return fail(m, "its address and port cannot be had");
	if (listen(m->fd, BACKLOG))
		return fail(m, "it cannot be listened");
	return 0;
}

/**
 * mcrd_metrics_start - start the process if it is due
 * @m: the metrics
 */
void mcrd_metrics_start(struct mcrd_metrics *m)
{
	const char *const argv[] = { MCRD_METRICS_NAME, m->dir, NULL };
	int64_t now = mcrd_now_ms();
	pid_t pid;

	if (m->fd < 0 || m->pid || now < m->due)
		return;
	m->born = now;
	m->due = now + DELAY_MS;
	pid = mcrd_spawn(&m->user, argv, m->fd, m->log->fd);
	if (pid > 0)
		m->pid = pid;
	else
		mcrd_log(m->log, LOG_ERR,
			 "the process that serves metrics cannot be started: %s",
			 strerror(-pid));
}

/**
 * mcrd_metrics_reap - a process has ended: was it this one?
 * @m: the metrics
 */
void mcrd_metrics_reap(struct mcrd_metrics *m)
{
	int status;

	if (!m->pid || waitpid(m->pid, &status, WNOHANG) != m->pid)
		return;
	mcrd_log(m->log, LOG_WARNING,
		 "the process that serves metrics (%d) has ended with %s %d: another one is started",
		 m->pid, WIFSIGNALED(status) ? "signal" : "status",
		 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	m->pid = 0;
}

/**
 * mcrd_metrics_due_ms - when is mcrd_metrics_start() to be called?
 * @m: the metrics
 *
 * Return: milliseconds from now; -1: not by itself.
 */
int mcrd_metrics_due_ms(const struct mcrd_metrics *m)
{
	int64_t left;

	if (m->fd < 0 || m->pid)
		return -1;
	left = m->due - mcrd_now_ms();
	return left > 0 ? (int)left : 0;
}

/**
 * mcrd_metrics_stop - end the process, and let nobody connect any more
 * @m: the metrics
 */
void mcrd_metrics_stop(struct mcrd_metrics *m)
{
	int64_t end = mcrd_now_ms() + STOP_MS;
	int sig = SIGTERM;

	if (m->fd >= 0)
		close(m->fd);
	m->fd = -1;
	while (m->pid) {
		kill(m->pid, sig);
		if (waitpid(m->pid, NULL, WNOHANG)) {
			m->pid = 0;
			break;
		}
		if (mcrd_now_ms() >= end)
			sig = SIGKILL;
		if (mcrd_now_ms() >= end + BURY_MS) {
			mcrd_log(m->log, LOG_ERR,
				 "the process that serves metrics (%d) does not end, though it was killed",
				 m->pid);
			m->pid = 0;
		}
		usleep(1000);
	}
}

// SPDX-License-Identifier: GPL-2.0
/*
 * What the supervisor says, and what is said to it.
 */
#include "worker.h"

#include <errno.h>
#include <linux/jiffies.h>
#include <string.h>

/**
 * mcrd_worker_end - it is over
 * @w: the worker
 * @status: exit status
 */
void mcrd_worker_end(struct mcrd_worker *w, int status)
{
	if (w->ended)
		return;
	w->ended = true;
	w->status = status;
}

/**
 * mcrd_worker_stop - receive no more, send what is to be sent, and end
 * @w: the worker
 */
void mcrd_worker_stop(struct mcrd_worker *w)
{
	struct mcrd_port *port, *next;
	size_t i;

	if (w->stopping)
		return;
	w->stopping = true;
	w->stop_at = get_jiffies_64() + MCRD_STOP_MS;
	for (i = 0; i < sizeof(w->table.ports) / sizeof(w->table.ports[0]); i++)
		for (port = w->table.ports[i]; port; port = next) {
			next = port->next;
			mcrd_apply_close_rx(w, port);
		}
}

static void bad(struct mcrd_worker *w, const char *why)
{
	mcrd_wlog_put(&w->log, LOG_ERR, NULL,
		      "the supervisor's frames make no sense: %s", why);
	mcrd_worker_end(w, 1);
}

static void sync_now(struct mcrd_worker *w, const struct mcrd_frame_in *f)
{
	const struct mcrd_sync *sync = f->body;
	int err;

	if (f->len != sizeof(*sync)) {
		bad(w, "a synchronization has another size");
		return;
	}
	err = mcrd_apply_sync(w, sync->cookie);
	if (!err)
		return;
	mcrd_wlog_put(&w->log, LOG_ERR, NULL,
		      "rules could not be put in force: %s", strerror(-err));
	mcrd_worker_end(w, 1);
}

static void set_level(struct mcrd_worker *w, const struct mcrd_frame_in *f)
{
	const struct mcrd_level *level = f->body;

	if (f->len == sizeof(*level))
		w->log.level = level->level;
	else
		bad(w, "a level has another size");
}

static void command(struct mcrd_worker *w, struct mcrd_frame_in *f)
{
	const char *why;

	if (!w->configured && f->type != MCRD_CONFIG) {
		bad(w, "the first frame is no configuration");
		return;
	}
	switch (f->type) {
	case MCRD_CONFIG:
		why = mcrd_worker_configure(w, f);
		break;
	case MCRD_SYNC:
		sync_now(w, f);
		return;
	case MCRD_LEVEL:
		set_level(w, f);
		return;
	case MCRD_STOP:
		mcrd_worker_stop(w);
		return;
	default:
		why = mcrd_apply_gather(w, f);
		break;
	}
	if (why)
		bad(w, why);
}

/**
 * mcrd_worker_commands - carry out what was read
 * @w: the worker, between two batches
 *
 * While a MCRD_SYNC is not answered, what comes after it waits.
 */
void mcrd_worker_commands(struct mcrd_worker *w)
{
	struct mcrd_frame_in f;
	const char *why;

	while (!w->ended && mcrd_apply_done(w)) {
		switch (mcrd_reader_next(&w->reader, &f, &why)) {
		case MCRD_READER_MORE:
			return;
		case MCRD_READER_BAD:
			bad(w, why);
			return;
		case MCRD_READER_FRAME:
			command(w, &f);
			mcrd_frame_in_close(&f);
			break;
		}
	}
}

/**
 * mcrd_worker_got - something was read from the supervisor
 * @w: the worker
 * @len: what recvmsg() returned: bytes, or -errno
 * @msg: what it filled in
 */
void mcrd_worker_got(struct mcrd_worker *w, ssize_t len, struct msghdr *msg)
{
	if (len == -EAGAIN || len == -EINTR || len == -ECANCELED)
		return;
	if (len <= 0) {
		mcrd_wlog_put(&w->log, LOG_ERR, NULL,
			      "the supervisor is gone");
		mcrd_worker_end(w, 1);
		return;
	}
	if (mcrd_reader_got(&w->reader, (size_t)len, msg))
		bad(w, "more descriptors came than there is room for");
}

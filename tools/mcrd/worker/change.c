// SPDX-License-Identifier: GPL-2.0
/*
 * From frames to changes; see change.h.
 */
#include "worker.h"

#include <linux/if_packet.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "change.h"
#include "rewrite.h"

#define NO_MEMORY	"there is no memory for a change"

/* Does a name end, and is it one? */
static bool name_ok(const char name[MCR_DEV_MAX + 1])
{
	return memchr(name, '\0', MCR_DEV_MAX + 1) && *name;
}

/* Does an object lie in a section? */
static bool place_ok(uint64_t offset, size_t size)
{
	return !(offset % sizeof(uint64_t)) &&
	       offset <= MCRD_ARENA_STRIDE - size;
}

static bool has_vnet(int fd)
{
	socklen_t len = sizeof(int);
	int on = 0;

	return !getsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, &len) && on;
}

static const char *take_dev(struct mcrd_change *c,
			    const struct mcrd_frame_in *f)
{
	if (f->len != sizeof(c->dev))
		return "a device's frame has another size";
	memcpy(&c->dev, f->body, sizeof(c->dev));
	if (!name_ok(c->dev.name))
		return "a device's name does not end";
	if (c->dev.n_saddr6 > sizeof(c->dev.saddr6) / sizeof(c->dev.saddr6[0]))
		return "a device has more addresses than it can have";
	return NULL;
}

/* A descriptor of the frame is the change's from now on. */
static int keep_fd(struct mcrd_frame_in *f)
{
	int fd = f->fds[0];

	f->fds[0] = -1;
	return fd;
}

static const char *take_rx(struct mcrd_worker *w, struct mcrd_change *c,
			   struct mcrd_frame_in *f)
{
	const struct mcrd_rx *in = f->body;

	c->id = in->ifindex;
	if (c->type != MCRD_RX_OPEN)
		return NULL;
	if (f->n_fds != 1)
		return "a device to receive from came without its socket";
	if (!place_ok(in->counters, sizeof(*c->rx->counters)) ||
	    !place_ok(in->unmatched, sizeof(*c->rx->unmatched)))
		return "a device's counters are not in the arena";
	c->rx = calloc(1, sizeof(*c->rx));
	if (!c->rx)
		return NO_MEMORY;
	c->rx->fd = keep_fd(f);
	c->rx->port = c->port;
	c->rx->ifindex = in->ifindex;
	c->rx->vnet = has_vnet(c->rx->fd);
	c->rx->counters = (void *)(w->section + in->counters);
	/* Those who use it look it up for this process themselves. */
	c->rx->unmatched = (void *)(w->arena.base + in->unmatched);
	return NULL;
}

static const char *take_tx(struct mcrd_change *c, struct mcrd_frame_in *f)
{
	const struct mcrd_tx *in = f->body;

	c->id = in->ifindex;
	if (c->type != MCRD_TX_OPEN)
		return NULL;
	if (f->n_fds != 1)
		return "a device to send with came without its socket";
	c->tx = calloc(1, sizeof(*c->tx));
	if (!c->tx)
		return NO_MEMORY;
	c->tx->fd = keep_fd(f);
	c->tx->ifindex = in->ifindex;
	c->tx->vnet = has_vnet(c->tx->fd);
	return NULL;
}

static const char *take_output(struct mcrd_worker *w,
			       struct mcrd_rule_in *rule,
			       const struct mcrd_output *in)
{
	struct mcrd_out *out = &rule->out[rule->n];

	if (!name_ok(in->dev))
		return "an output's device has no name";
	if (!place_ok(in->counters, sizeof(*out->counters)) ||
	    !place_ok(in->drops, sizeof(*out->drops)))
		return "an output's counters are not in the arena";
	out->port = mcrd_port_get(&w->table, in->dev);
	if (!out->port)
		return NO_MEMORY;
	rule->n++;
	out->rewrite = in->rewrite;
	if (in->feeds && out->rewrite.ttl_mode == MCR_TTL_AUTO)
		out->rewrite.ttl_mode = MCR_TTL_DEC;
	out->id = in->id;
	out->rule = rule->id;
	out->counters = (void *)(w->section + in->counters);
	out->drops = (void *)(w->shared + in->drops);
	rule->shares |= mcr_rewrite_is_shared(&out->rewrite);
	return NULL;
}

static const char *rule_fault(const struct mcrd_frame_in *f)
{
	const struct mcrd_rule *in = f->body;

	if (f->len < sizeof(*in))
		return "a rule's frame is shorter than a rule";
	if (!in->n || in->n > MCR_OUTPUTS_MAX ||
	    f->len != sizeof(*in) + in->n * sizeof(in->out[0]))
		return "a rule's frame has not the size of its outputs";
	if (!name_ok(in->iif))
		return "a rule's device has no name";
	if (mcr_match_check(&in->match))
		return "a rule has a match that no rule can have";
	if (!place_ok(in->counters, sizeof(struct mcr_rule_counters)))
		return "a rule's counters are not in the arena";
	return NULL;
}

static const char *take_rule(struct mcrd_worker *w, struct mcrd_change *c,
			     const struct mcrd_frame_in *f)
{
	const struct mcrd_rule *in = f->body;
	const char *why = rule_fault(f);
	struct mcrd_rule_in *rule;
	uint32_t i;

	if (why)
		return why;
	rule = calloc(1, sizeof(*rule) + in->n * sizeof(rule->out[0]));
	if (!rule)
		return NO_MEMORY;
	c->rule = rule;
	c->id = in->id;
	rule->id = in->id;
	rule->low = in->latency == MCR_LATENCY_LOW;
	rule->carry = in->carry;
	rule->since = in->since;
	rule->entry.match = in->match;
	rule->counters = (void *)(w->section + in->counters);
	rule->iif = mcrd_port_get(&w->table, in->iif);
	if (!rule->iif)
		return NO_MEMORY;
	for (i = 0; i < in->n && !why; i++)
		why = take_output(w, rule, &in->out[i]);
	return why;
}

static const char *take_gone(struct mcrd_change *c,
			     const struct mcrd_frame_in *f)
{
	const struct mcrd_rule_ref *in = f->body;

	if (f->len != sizeof(*in))
		return "a frame about a rule has another size";
	c->id = in->id;
	return NULL;
}

/* Where the name is in a frame about a device; 0: none counts. */
static size_t name_at(uint16_t type)
{
	switch (type) {
	case MCRD_DEV:
		return offsetof(struct mcrd_dev, name);
	case MCRD_RX_OPEN:
		return offsetof(struct mcrd_rx, name);
	case MCRD_TX_OPEN:
	case MCRD_TX_CLOSE:
		return offsetof(struct mcrd_tx, name);
	default:
		return 0;
	}
}

static size_t size_of(uint16_t type)
{
	switch (type) {
	case MCRD_DEV:
		return sizeof(struct mcrd_dev);
	case MCRD_RX_OPEN:
	case MCRD_RX_CLOSE:
		return sizeof(struct mcrd_rx);
	case MCRD_TX_OPEN:
	case MCRD_TX_CLOSE:
		return sizeof(struct mcrd_tx);
	default:
		return 0;
	}
}

static const char *take(struct mcrd_worker *w, struct mcrd_change *c,
			struct mcrd_frame_in *f)
{
	size_t size = size_of(f->type), at = name_at(f->type);
	const char *name = (const char *)f->body + at;

	if (size && f->len != size)
		return "a frame about a device has another size";
	if (at) {
		if (!name_ok(name))
			return "a device's name is none";
		c->port = mcrd_port_get(&w->table, name);
		if (!c->port)
			return NO_MEMORY;
	}
	switch (f->type) {
	case MCRD_DEV:
		return take_dev(c, f);
	case MCRD_RX_OPEN:
	case MCRD_RX_CLOSE:
		return take_rx(w, c, f);
	case MCRD_TX_OPEN:
	case MCRD_TX_CLOSE:
		return take_tx(c, f);
	case MCRD_RULE:
		return take_rule(w, c, f);
	case MCRD_RULE_GONE:
		return take_gone(c, f);
	default:
		return "a frame is of no type that a worker knows";
	}
}

/**
 * mcrd_change_new - make a change ready
 * @w: the worker
 * @f: the frame; descriptors that are kept are -1 in it afterwards
 * @why: what is wrong with it, if it is refused
 *
 * Return: for mcrd_change_free(), or NULL.
 */
struct mcrd_change *mcrd_change_new(struct mcrd_worker *w,
				    struct mcrd_frame_in *f, const char **why)
{
	struct mcrd_change *c = calloc(1, sizeof(*c));

	*why = NO_MEMORY;
	if (!c)
		return NULL;
	c->type = f->type;
	*why = take(w, c, f);
	if (!*why)
		return c;
	mcrd_change_free(w, c);
	return NULL;
}

/**
 * mcrd_change_free - free a change, put in force or not
 * @w: the worker
 * @c: the change
 */
void mcrd_change_free(struct mcrd_worker *w, struct mcrd_change *c)
{
	if (c->type == MCRD_RX_OPEN)
		mcrd_rxdev_free(c->rx);
	if (c->type == MCRD_TX_OPEN)
		mcrd_txdev_free(c->tx);
	if (c->type == MCRD_RULE)
		mcrd_rule_in_free(&w->table, c->rule);
	if (c->port)
		mcrd_port_put(&w->table, c->port);
	free(c);
}

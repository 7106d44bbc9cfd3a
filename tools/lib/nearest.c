// SPDX-License-Identifier: GPL-2.0
/*
 * Of the flows that no rule took, the one that comes nearest to a rule; see
 * nearest.h.
 */
#include "nearest.h"

#include <sys/socket.h>

#include "print.h"

/* A fragment behind the first has no UDP header: its port is not known. */
static bool is_fragment(const struct mcr_nearest *n)
{
	return (n->misses & MCR_MISS_DPORT) && !n->flow->dport;
}

/*
 * Another group is further away than another port: whoever made a mistake in
 * a port or a source has mostly given the right group. Link-local groups come
 * and go on any network, whatever somebody has configured.
 */
static unsigned int distance(const struct mcr_nearest *n)
{
	unsigned int misses = n->misses & ~MCR_MISS_ANY_GROUP;
	unsigned int d = 0;

	if (n->misses & MCR_MISS_FAMILY)
		d += 200;
	if (n->misses & MCR_MISS_LOCAL)
		d += 40;
	if (n->misses & MCR_MISS_GROUP)
		d += 20;
	for (; misses; misses &= misses - 1)
		d += 2;
	return d + is_fragment(n);
}

/**
 * mcr_nearest_find - find the flow that comes nearest to a match
 * @nearest: where to put it; it refers to @ingress
 * @m: a sound match
 * @ingress: the device, as the server told it
 */
void mcr_nearest_find(struct mcr_nearest *nearest, const struct mcr_match *m,
		      const struct mcr_ingress *ingress)
{
	struct mcr_nearest n;
	unsigned int i;

	nearest->flow = NULL;
	nearest->misses = 0;
	for (i = 0; i < ingress->n_unmatched; i++) {
		n.flow = &ingress->unmatched[i];
		n.misses = mcr_match_misses(m, n.flow);
		if (!nearest->flow || distance(&n) < distance(nearest))
			*nearest = n;
	}
}

static void add_vlan(struct mcr_str *str, __u16 vlan)
{
	if (vlan)
		mcr_str_addf(str, "vlan %u", vlan);
	else
		mcr_str_add(str, "no vlan");
}

static void add_dport(struct mcr_str *str, const struct mcr_match *m,
		      const struct mcr_flow *f)
{
	if (f->dport)
		mcr_str_addf(str, "dport %u instead of ", f->dport);
	else
		mcr_str_add(str, "no dport instead of ");
	if (m->dport_min == m->dport_max)
		mcr_str_addf(str, "%u", m->dport_min);
	else
		mcr_str_addf(str, "%u-%u", m->dport_min, m->dport_max);
}

static void add_addr(struct mcr_str *str, const union mcr_addr *addr,
		     __u8 family, const union mcr_addr *prefix,
		     __u8 prefix_family, unsigned int len)
{
	mcr_print_addr(str, addr, family);
	mcr_str_add(str, " instead of ");
	mcr_print_prefix(str, prefix, prefix_family, len);
}

static void add_miss(struct mcr_str *str, const struct mcr_match *m,
		     const struct mcr_flow *f, enum mcr_miss miss)
{
	switch (miss) {
	case MCR_MISS_FAMILY:
	case MCR_MISS_GROUP:
		mcr_str_add(str, "group ");
		add_addr(str, &f->dst, f->family, &m->group, m->family,
			 m->group_len);
		break;
	case MCR_MISS_LOCAL:
		mcr_str_add(str, "link-local group ");
		mcr_print_addr(str, &f->dst, f->family);
		break;
	case MCR_MISS_SRC:
		mcr_str_add(str, "src ");
		add_addr(str, &f->src, f->family, &m->src, m->family,
			 m->src_len);
		break;
	case MCR_MISS_PROTO:
		mcr_str_add(str, "another protocol instead of udp");
		break;
	case MCR_MISS_DPORT:
		add_dport(str, m, f);
		break;
	case MCR_MISS_VLAN:
		add_vlan(str, f->vlan);
		mcr_str_add(str, " instead of ");
		add_vlan(str, m->vlan);
		break;
	}
}

/**
 * mcr_nearest_print - append what of a flow a match does not take
 * @str: the text to append to: "X instead of Y", with commas between, and why
 *	that is so, if the user may not know
 * @nearest: the flow
 * @m: the match
 */
void mcr_nearest_print(struct mcr_str *str, const struct mcr_nearest *nearest,
		       const struct mcr_match *m)
{
	const char *between = "";
	unsigned int miss;

	for (miss = 1; miss <= MCR_MISS_VLAN; miss <<= 1) {
		if (!(nearest->misses & miss))
			continue;
		mcr_str_add(str, between);
		add_miss(str, m, nearest->flow, (enum mcr_miss)miss);
		between = ", ";
	}
	between = ": ";
	if (nearest->misses & MCR_MISS_LOCAL) {
		mcr_str_addf(str, "%sa prefix wider than %s takes none of those",
			     between, m->family == AF_INET ? "224.0.0.0/24" :
							     "ff02::/16");
		between = "; ";
	}
	if (is_fragment(nearest))
		mcr_str_addf(str, "%sit is a fragment, and fragments are not replicated",
			     between);
}

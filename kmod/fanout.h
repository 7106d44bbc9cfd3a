/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Making and freeing what forward.c works with: fan-outs, outputs, counters.
 */
#ifndef MCR_FANOUT_H
#define MCR_FANOUT_H

#include "forward.h"

struct mcr_error;
struct mcr_net;

struct mcr_output *mcr_output_new(struct mcr_net *mn,
				  const struct mcr_output_spec *spec, u32 id,
				  struct mcr_error *error);
void mcr_output_free(struct mcr_net *mn, struct mcr_output *out);
void mcr_output_spec(const struct mcr_output *out,
		     struct mcr_output_spec *spec);
bool mcr_output_is(const struct mcr_output *out,
		   const struct mcr_output_spec *spec);

struct mcr_fanout *mcr_fanout_alloc(u32 n);
struct mcr_fanout *mcr_fanout_like(const struct mcr_fanout *f, u32 n);
struct mcr_fanout *mcr_fanout_fresh(struct mcr_net *mn,
				    const struct mcr_fanout *f);
void mcr_fanout_free(struct mcr_net *mn, struct mcr_fanout *f);
struct mcr_output *mcr_fanout_find(const struct mcr_fanout *f,
				   const struct mcr_output_spec *spec);
bool mcr_fanout_has(const struct mcr_fanout *f, const struct mcr_output *out);

#endif /* MCR_FANOUT_H */

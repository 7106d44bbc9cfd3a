/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules as text that mcr_parse_rule() reads again.
 */
#ifndef MCR_PRINT_H
#define MCR_PRINT_H

#include <sys/socket.h>

#include "model.h"
#include "str.h"

void mcr_print_addr(struct mcr_str *str, const union mcr_addr *addr,
		    __u8 family);
void mcr_print_prefix(struct mcr_str *str, const union mcr_addr *addr,
		      __u8 family, unsigned int len);
void mcr_print_head(struct mcr_str *str, const struct mcr_rule *rule);
void mcr_print_output(struct mcr_str *str, const struct mcr_output_spec *spec);
void mcr_print_rule(struct mcr_str *str, const struct mcr_rule *rule,
		    const char *between);
void mcr_print_state(struct mcr_str *str, const struct mcr_rule *rule);
void mcr_print_duration(struct mcr_str *str, __u64 ms);
void mcr_print_age(struct mcr_str *str, const struct mcr_rule *rule);

#endif /* MCR_PRINT_H */

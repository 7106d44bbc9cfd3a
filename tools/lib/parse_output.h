/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The text form of outputs, for parse.c only; see parse.h.
 */
#ifndef MCR_PARSE_OUTPUT_H
#define MCR_PARSE_OUTPUT_H

#include "parse.h"

struct mcr_output *__mcr_add_output(struct mcr_words *w,
				    struct mcr_statement *st, const char *dev);
int __mcr_parse_output(struct mcr_words *w, struct mcr_statement *st);
int __mcr_check_output(struct mcr_words *w, const struct mcr_statement *st,
		       unsigned int i, const struct mcr_match *m);
int __mcr_check_twin(struct mcr_words *w, const struct mcr_statement *st,
		     unsigned int i);

#endif /* MCR_PARSE_OUTPUT_H */

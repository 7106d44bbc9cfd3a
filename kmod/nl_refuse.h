/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From what the table says of a change to errno, sentence and attribute.
 */
#ifndef MCR_NL_REFUSE_H
#define MCR_NL_REFUSE_H

struct genl_info;
struct mcr_error;

int mcr_nl_refuse(struct genl_info *info, const struct mcr_error *error);

#endif /* MCR_NL_REFUSE_H */

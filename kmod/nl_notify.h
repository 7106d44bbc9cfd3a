/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Notifications of the protocol.
 */
#ifndef MCR_NL_NOTIFY_H
#define MCR_NL_NOTIFY_H

struct genl_family;

void mcr_nl_notify_init(const struct genl_family *family);
void mcr_nl_notify_exit(void);

#endif /* MCR_NL_NOTIFY_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The protocol's server.
 */
#ifndef MCR_NL_H
#define MCR_NL_H

int mcr_nl_init(void);
void mcr_nl_exit(void);

#endif /* MCR_NL_H */

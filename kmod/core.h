/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A server's parts: the order in which they begin, and end.
 */
#ifndef MCR_CORE_H
#define MCR_CORE_H

int mcr_core_init(void);
void mcr_core_exit(void);

#endif /* MCR_CORE_H */

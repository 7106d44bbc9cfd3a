/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What workers count of themselves, and telling of it.
 */
#ifndef MCRD_STATUS_H
#define MCRD_STATUS_H

int mcrd_status_init(void);
void mcrd_status_exit(void);

#endif /* MCRD_STATUS_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MCR_VERSION_H
#define MCR_VERSION_H

/* The one place: the Makefile and dkms.conf are checked against it. */
#define MCR_VERSION	"0.1.0"

#endif /* MCR_VERSION_H */

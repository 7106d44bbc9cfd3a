/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KAPI_LINUX_SOCKET_H
#define KAPI_LINUX_SOCKET_H

#include_next <linux/socket.h>
#include <sys/socket.h>

#endif /* KAPI_LINUX_SOCKET_H */

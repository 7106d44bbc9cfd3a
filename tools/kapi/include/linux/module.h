/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A relay is no module; its parameters keep their values.
 */
#ifndef KAPI_LINUX_MODULE_H
#define KAPI_LINUX_MODULE_H

#include <linux/kernel.h>

struct module;

#define THIS_MODULE			((struct module *)NULL)
#define module_param_named(name, value, type, perm)	\
	static_assert(sizeof(value), "a parameter has a value")
#define MODULE_PARM_DESC(name, text)	\
	static_assert(sizeof(text), "a parameter has a description")

#endif /* KAPI_LINUX_MODULE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A relay is no module; kapi_param_set() sets what would be its parameters.
 */
#ifndef KAPI_LINUX_MODULE_H
#define KAPI_LINUX_MODULE_H

#include <linux/kernel.h>

struct module;

#define THIS_MODULE			((struct module *)NULL)

/**
 * struct kapi_param - a parameter
 * @next: another one
 * @name: its name
 * @value: its value
 */
struct kapi_param {
	struct kapi_param *next;
	const char *name;
	unsigned int *value;
};

void kapi_param_add(struct kapi_param *param);

#define module_param_named(param, variable, type, perm)			\
__attribute__((constructor)) static void kapi_param_ ## param(void)	\
{									\
	static struct kapi_param self = {				\
		.name = #param,						\
		.value = &(variable),					\
	};								\
									\
	kapi_param_add(&self);						\
}									\
struct kapi_param
#define MODULE_PARM_DESC(param, text)	\
	static_assert(sizeof(text) > 1, "a parameter has a description")

#endif /* KAPI_LINUX_MODULE_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * Begin and end of the kernel environment.
 */
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/user_namespace.h>
#include <sys/stat.h>

#include "internal.h"

/* Inode of the initial user namespace, the same in all kernels. */
#define KAPI_INIT_USER_INO	0xeffffffdU

struct kapi_hooks kapi_hooks;

/* Another user namespace than the first one, of which there are many. */
static struct user_namespace kapi_other_user_ns;

/* Where that cannot be told it is not the first: the limits are lower then. */
static void kapi_find_user_ns(void)
{
	struct stat st;
	bool first = !stat("/proc/self/ns/user", &st) &&
		     st.st_ino == KAPI_INIT_USER_INO;

	init_net.user_ns = first ? &init_user_ns : &kapi_other_user_ns;
}

static struct kapi_param *kapi_params;

/**
 * kapi_param_add - a file has a parameter
 * @param: the parameter
 */
void kapi_param_add(struct kapi_param *param)
{
	param->next = kapi_params;
	kapi_params = param;
}

/**
 * kapi_param_set - set what is a parameter of the module
 * @name: its name
 * @value: its value
 *
 * Return: true, or false if there is none of that name.
 */
bool kapi_param_set(const char *name, unsigned int value)
{
	struct kapi_param *p;

	for (p = kapi_params; p; p = p->next) {
		if (strcmp(p->name, name))
			continue;
		*p->value = value;
		return true;
	}
	return false;
}

/**
 * kapi_init - begin
 * @hooks: what to ask of the daemon
 *
 * Return: 0 or a negative errno.
 */
int kapi_init(const struct kapi_hooks *hooks)
{
	kapi_hooks = *hooks;
	kapi_find_user_ns();
	return kapi_genl_ctrl_init();
}

/**
 * kapi_exit - end; all that was begun in it has ended
 */
void kapi_exit(void)
{
	kapi_dumps_exit();
	kapi_work_drain();
	kapi_genl_ctrl_exit();
	kapi_netdev_exit();
	kapi_percpu_exit();
	kapi_hooks = (struct kapi_hooks){ };
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The control plane: its beginning and end.
 */
#include "../kapi/kapi.h"
#include "control.h"
#include "core.h"
#include "netns.h"
#include "status.h"
#include "table.h"

/**
 * mcrd_control_init - have no rules, and take messages
 * @hooks: what it asks of the daemon
 *
 * Return: 0 or -errno.
 */
int mcrd_control_init(const struct kapi_hooks *hooks)
{
	int err;

	err = kapi_init(hooks);
	if (err)
		return err;
	err = mcrd_status_init();
	if (err)
		goto err_kapi;
	err = mcr_core_init();
	if (err)
		goto err_status;
	return 0;

err_status:
	mcrd_status_exit();
err_kapi:
	kapi_exit();
	return err;
}

/**
 * mcrd_control_stop - take no messages any more, and delete all rules
 */
void mcrd_control_stop(void)
{
	mcr_core_exit();
}

/**
 * mcrd_control_exit - let go of all there was
 */
void mcrd_control_exit(void)
{
	mcrd_status_exit();
	kapi_exit();
}

/**
 * mcrd_control_generation - has the rule set changed?
 *
 * Return: a number that is another one after each change.
 */
uint32_t mcrd_control_generation(void)
{
	return mcr_net_of(&init_net)->generation;
}

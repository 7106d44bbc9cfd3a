// SPDX-License-Identifier: GPL-2.0
/*
 * For selftest.sh: a module that, when told to, loses memory, cannot be unloaded,
 * or has two threads write the same variable.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/slab.h>

static bool leak;
module_param(leak, bool, 0);
MODULE_PARM_DESC(leak, "lose some memory");

static bool stay;
module_param(stay, bool, 0);
MODULE_PARM_DESC(stay, "refuse to be unloaded");

static bool race;
module_param(race, bool, 0);
MODULE_PARM_DESC(race, "write a variable on two processors at once");

static u32 fake_shared;

static int fake_race(void *unused)
{
	while (!kthread_should_stop()) {
		fake_shared++;
		cond_resched();
	}
	return 0;
}

static void fake_races(void)
{
	struct task_struct *a = kthread_run(fake_race, NULL, "fake_a");
	struct task_struct *b = kthread_run(fake_race, NULL, "fake_b");

	msleep(5000);
	if (!IS_ERR(a))
		kthread_stop(a);
	if (!IS_ERR(b))
		kthread_stop(b);
}

static noinline void fake_leak(void)
{
	int i;

	/* Several: the odd one may be referenced by what is left on a stack. */
	for (i = 0; i < 16; i++)
		if (!kmalloc(100, GFP_KERNEL))
			return;
}

static int __init fake_init(void)
{
	if (leak)
		fake_leak();
	if (race)
		fake_races();
	if (stay)
		__module_get(THIS_MODULE);
	return 0;
}
module_init(fake_init);

static void __exit fake_exit(void)
{
}
module_exit(fake_exit);

MODULE_DESCRIPTION("Module with faults for the test bench's own tests");
MODULE_LICENSE("GPL");

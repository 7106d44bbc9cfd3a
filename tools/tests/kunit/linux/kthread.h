/* SPDX-License-Identifier: GPL-2.0 */
/*
 * There are no threads: who needs one is not run, see test_kapi_kunit.c.
 */
#ifndef MCR_KUNIT_KTHREAD_H
#define MCR_KUNIT_KTHREAD_H

#include <linux/err.h>

struct task_struct;

#define kthread_should_stop()		true
#define kthread_run(run, data, name)	\
	((void)(run), (void)(data), (struct task_struct *)ERR_PTR(-EPERM))
#define kthread_stop(task)		((void)(task))
#define schedule_timeout_uninterruptible(n)	((void)(n))

#endif /* MCR_KUNIT_KTHREAD_H */

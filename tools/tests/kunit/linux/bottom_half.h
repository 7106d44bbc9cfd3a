/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MCR_KUNIT_BOTTOM_HALF_H
#define MCR_KUNIT_BOTTOM_HALF_H

#define local_bh_disable()	do { } while (0)
#define local_bh_enable()	do { } while (0)
#define migrate_disable()	do { } while (0)
#define migrate_enable()	do { } while (0)

#endif /* MCR_KUNIT_BOTTOM_HALF_H */

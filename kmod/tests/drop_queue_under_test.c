// SPDX-License-Identifier: GPL-2.0
#include "../drop_queue.c"

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When to try again what has failed.
 */
#ifndef MCRD_RETRY_H
#define MCRD_RETRY_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct mcrd_retry - something that is tried until it works; zeroes: it works
 * @delay: how long it was put off the last time, in ms; 0: it has not failed
 * @due: when it is to be tried again, as mcrd_now_ms() has it
 */
struct mcrd_retry {
	int64_t delay;
	int64_t due;
};

void mcrd_retry_failed(struct mcrd_retry *r);
void mcrd_retry_done(struct mcrd_retry *r);
bool mcrd_retry_is_due(const struct mcrd_retry *r);
int mcrd_retry_due_ms(const struct mcrd_retry *r);

#endif /* MCRD_RETRY_H */

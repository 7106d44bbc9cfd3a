// SPDX-License-Identifier: GPL-2.0
/*
 * When to try again what has failed; see retry.h.
 */
#include "retry.h"

#include "watch.h"

/* Soon: mostly it is memory. Then less often, so that it costs nothing. */
#define DELAY_FIRST_MS	100
#define DELAY_MAX_MS	10000

/**
 * mcrd_retry_failed - it has failed, once more
 * @r: what it is
 */
void mcrd_retry_failed(struct mcrd_retry *r)
{
	r->delay = r->delay ? r->delay * 2 : DELAY_FIRST_MS;
	if (r->delay > DELAY_MAX_MS)
		r->delay = DELAY_MAX_MS;
	r->due = mcrd_now_ms() + r->delay;
}

/**
 * mcrd_retry_done - it works
 * @r: what it is
 */
void mcrd_retry_done(struct mcrd_retry *r)
{
	*r = (struct mcrd_retry){ 0 };
}

/**
 * mcrd_retry_is_due - is it time to try?
 * @r: what it is
 *
 * Return: true if so, and if it has not failed.
 */
bool mcrd_retry_is_due(const struct mcrd_retry *r)
{
	return !r->delay || mcrd_now_ms() >= r->due;
}

/**
 * mcrd_retry_due_ms - when is it to be tried again?
 * @r: what it is
 *
 * Return: milliseconds from now; -1: it has not failed.
 */
int mcrd_retry_due_ms(const struct mcrd_retry *r)
{
	int64_t left = r->due - mcrd_now_ms();

	if (!r->delay)
		return -1;
	return left > 0 ? (int)left : 0;
}

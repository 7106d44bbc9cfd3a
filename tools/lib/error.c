// SPDX-License-Identifier: GPL-2.0
/*
 * What went wrong; see error.h.
 */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/**
 * mcr_error_set - say what went wrong, about no word in particular
 * @err: where to say it
 * @kind: what sort of error
 * @fmt: the sentence, as of printf()
 *
 * Return: -1, for callers to pass on.
 */
int mcr_error_set(struct mcr_error *err, enum mcr_error_kind kind,
		  const char *fmt, ...)
{
	va_list ap;

	memset(err, 0, sizeof(*err));
	err->kind = kind;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -1;
}

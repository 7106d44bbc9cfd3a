// SPDX-License-Identifier: GPL-2.0
/*
 * How a target says that something is wrong; see fuzz.h.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

/**
 * fuzz_check - end here unless all is well
 * @ok: is it?
 * @what: what is wrong otherwise
 *
 * The driver keeps the input that led here.
 */
void fuzz_check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz: %s\n", what);
	abort();
}

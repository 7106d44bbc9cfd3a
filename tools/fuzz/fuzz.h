/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is thrown at the code that reads what others wrote. Each target is a file
 * with an LLVMFuzzerTestOneInput(): libFuzzer drives it in the long form
 * (selftests/proof/fuzz.sh), replay.c in the unit tests, where no clang is
 * needed.
 */
#ifndef MCR_FUZZ_H
#define MCR_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * LLVMFuzzerTestOneInput - try an input
 * @data: the bytes; not to be changed
 * @size: how many
 *
 * Ends the process where something is wrong.
 *
 * Return: 0; -1: it is of no use as the ancestor of others.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

void fuzz_check(bool ok, const char *what);

#endif /* MCR_FUZZ_H */

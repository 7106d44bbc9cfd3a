/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a commit may be looked at: between any two of its steps.
 */
#ifndef MCR_TESTS_COMMIT_PROBE_H
#define MCR_TESTS_COMMIT_PROBE_H

void mcr_commit_probe(void);
void mcr_commit_grace(void);

#endif /* MCR_TESTS_COMMIT_PROBE_H */

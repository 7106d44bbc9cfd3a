/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What verbs that take a file have in common.
 */
#ifndef MCRTOOL_FILES_H
#define MCRTOOL_FILES_H

#include "../lib/ruleset.h"
#include "mcrtool.h"

const char *mcrtool_file_word(struct mcrtool *t);
int mcrtool_read_rules(struct mcrtool *t, struct mcr_ruleset *set,
		       struct mcr_file *file);

#endif /* MCRTOOL_FILES_H */

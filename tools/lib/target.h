/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A file that is written whole or not at all: under another name, until it is
 * complete and on disk.
 */
#ifndef MCR_TARGET_H
#define MCR_TARGET_H

#include <stdio.h>

#include "error.h"

/**
 * struct mcr_target - a file that is being written
 * @path: what it is to be; owned
 * @temporary: what it is until it is complete; owned, NULL: there is none
 * @file: the latter, open, to write to; owned
 *
 * All zeroes before it is opened; to be given to mcr_target_free() either way.
 */
struct mcr_target {
	char *path;
	char *temporary;
	FILE *file;
};

int mcr_target_open(struct mcr_target *target, const char *path,
		    struct mcr_error *err);
int mcr_target_open_as(struct mcr_target *target, const char *path,
		       const char *temporary, struct mcr_error *err);
int mcr_target_finish(struct mcr_target *target, struct mcr_error *err);
void mcr_target_free(struct mcr_target *target);

#endif /* MCR_TARGET_H */

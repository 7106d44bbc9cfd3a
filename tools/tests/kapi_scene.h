/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Commands and events, each with what is there before: for tests that have each of
 * them fail in one place after another.
 */
#ifndef MCR_TESTS_KAPI_SCENE_H
#define MCR_TESTS_KAPI_SCENE_H

#include "kapi_request.h"

/* What was lost is more than an errno says: there may have been no answer. */
#define SCENE_LOST	INT_MAX

/**
 * struct copy - all rules, as a dump has them
 * @len: bytes of @data
 * @data: the messages
 */
struct copy {
	size_t len;
	unsigned char *data;
};

/**
 * struct scene - a command, or an event
 * @desc: what it is
 * @prepare: what is there before; NULL: two rules alone
 * @make: the command
 * @act: the event; NULL: it is a command
 * @whole: what is answered without an error is all of it
 */
struct scene {
	const char *desc;
	void (*prepare)(void);
	void (*make)(void);
	void (*act)(void);
	bool whole;
};

void scene_begin(const struct scene *s);
void scene_send(const struct scene *s);
int scene_error(const struct scene *s);
bool scene_heard(void);
size_t scene_told(void);
struct copy scene_rules(void);
bool copy_same(const struct copy *a, const struct copy *b);
int scenes_run(const char *group, void (*test)(void **state));

#endif /* MCR_TESTS_KAPI_SCENE_H */

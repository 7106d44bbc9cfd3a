/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text that grows: what the printers of this library write into.
 */
#ifndef MCR_STR_H
#define MCR_STR_H

#include <stdbool.h>
#include <stddef.h>

#include "compiler.h"

/**
 * struct mcr_str - text under construction; all zeroes is empty text
 * @s: NUL-terminated text, or NULL while it is empty; freed by mcr_str_free()
 * @len: its bytes
 * @size: bytes allocated
 * @failed: memory ran out, the text is not complete
 * @verbatim: it is for a file, not for a terminal: names of devices keep bytes
 *	that cannot be shown
 */
struct mcr_str {
	char *s;
	size_t len;
	size_t size;
	bool failed;
	bool verbatim;
};

void mcr_str_free(struct mcr_str *str);
void mcr_str_add(struct mcr_str *str, const char *text);
void mcr_str_addf(struct mcr_str *str, const char *fmt, ...)
	__printf(2, 3);
void mcr_str_safe(struct mcr_str *str, const char *text);
void mcr_str_label(struct mcr_str *str, const char *value);
void mcr_str_word(struct mcr_str *str, const char *word);
void mcr_str_dev(struct mcr_str *str, const char *dev);

size_t mcr_utf8_len(const char *s);

#endif /* MCR_STR_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions with the server: messages as they come, from several peers, and
 * devices that come and go. The input is a list of struct session_record.
 */
#include <string.h>

#include "fuzz.h"
#include "nlsession.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct session_count count = { 0 };
	struct session_record r;
	size_t at = 0, len;

	session_begin();
	while (size - at >= sizeof(r)) {
		memcpy(&r, data + at, sizeof(r));
		at += sizeof(r);
		len = r.len[0] + ((size_t)r.len[1] << 8);
		if (len > size - at)
			len = size - at;
		session_do(r.act % SESSION_ACTS, data + at, len, &count);
		at += len;
	}
	session_end();
	return 0;
}

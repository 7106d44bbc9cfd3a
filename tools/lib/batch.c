// SPDX-License-Identifier: GPL-2.0
/*
 * Messages that are sent at once; see client.h.
 */
#include <stdlib.h>
#include <string.h>

#include "client.h"

/**
 * mcr_batch_exit - free what a batch owns
 * @batch: the batch; empty afterwards
 */
void mcr_batch_exit(struct mcr_batch *batch)
{
	free(batch->buf);
	memset(batch, 0, sizeof(*batch));
}

/**
 * mcr_batch_add - append a message
 * @batch: the batch, which is not full
 * @msg: the message; copied
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_batch_add(struct mcr_batch *batch, struct nl_msg *msg,
		  struct mcr_error *err)
{
	const struct nlmsghdr *nlh = nlmsg_hdr(msg);
	size_t len = NLMSG_ALIGN(nlh->nlmsg_len);
	size_t size = batch->size ? batch->size : MCR_BATCH_BYTES;
	char *buf;

	while (size < batch->len + len)
		size *= 2;
	if (size > batch->size) {
		buf = realloc(batch->buf, size);
		if (!buf)
			return mcr_error_set(err, MCR_ERROR_SYSTEM,
					     "out of memory");
		batch->buf = buf;
		batch->size = size;
	}
	memset(batch->buf + batch->len, 0, len);
	memcpy(batch->buf + batch->len, nlh, nlh->nlmsg_len);
	batch->offsets[batch->count++] = batch->len;
	batch->len += len;
	return 0;
}

/**
 * mcr_batch_full - must it be sent before more can be added?
 * @batch: the batch
 *
 * Return: true if so.
 */
bool mcr_batch_full(const struct mcr_batch *batch)
{
	return batch->count == MCR_BATCH_MAX || batch->len >= MCR_BATCH_BYTES;
}

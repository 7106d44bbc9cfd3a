/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A server in this process, and what is done to it: messages of several peers,
 * devices that come and go. What is done is written down, so that it can be done
 * again.
 */
#ifndef MCR_FUZZ_NLSESSION_H
#define MCR_FUZZ_NLSESSION_H

#include <stddef.h>
#include <stdint.h>

#define SESSION_MAX	1048576U

/**
 * enum session_act - what is done
 * @SESSION_PEER: one who may change rules sends
 * @SESSION_OTHER: another one does
 * @SESSION_READER: one who may not does
 * @SESSION_DEVICE: a device comes, goes, or is told of anew
 * @SESSION_GONE: a peer leaves
 * @SESSION_TIME: work items and timers have their turn
 * @SESSION_ACTS: how many there are
 */
enum session_act {
	SESSION_PEER,
	SESSION_OTHER,
	SESSION_READER,
	SESSION_DEVICE,
	SESSION_GONE,
	SESSION_TIME,
	SESSION_ACTS,
};

/**
 * struct session_record - one act, written down; its bytes follow
 * @act: of enum session_act
 * @len: bytes, low byte first
 */
struct session_record {
	uint8_t act;
	uint8_t len[2];
};

/**
 * struct session_count - how it went, of all sessions
 * @accepted: answers without an error
 * @refused: with one
 * @rules_most: the most rules there were
 */
struct session_count {
	unsigned long accepted;
	unsigned long refused;
	unsigned int rules_most;
};

void session_begin(void);
void session_do(enum session_act act, const void *data, size_t len,
		struct session_count *count);
void session_end(void);

#endif /* MCR_FUZZ_NLSESSION_H */

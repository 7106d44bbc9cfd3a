/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The open transactions of a network namespace.
 */
#ifndef MCR_TXN_H
#define MCR_TXN_H

#include "stage.h"

/**
 * struct mcr_txn - an open transaction
 * @stage: what it is going to change
 * @id: names it; not 0
 * @base: generation of the rules it starts from
 * @owner: port id of the socket that began it
 * @used: jiffies of the last message for it
 * @closed: that socket is closed; see mcr_net.txn_lock
 *
 * Used under mcr_net.lock.
 */
struct mcr_txn {
	struct mcr_stage stage;
	u32 id;
	u32 base;
	u32 owner;
	unsigned long used;
	bool closed;
};

/**
 * enum mcr_txn_refusal - why a message for a transaction is refused
 * @MCR_TXN_OK: it is not
 * @MCR_TXN_NONE: there is no such transaction
 * @MCR_TXN_FOREIGN: another socket began it
 * @MCR_TXN_STALE: the rules in force have changed since
 * @MCR_TXN_MANY: too many are open
 * @MCR_TXN_MEMORY: no memory
 */
enum mcr_txn_refusal {
	MCR_TXN_OK,
	MCR_TXN_NONE,
	MCR_TXN_FOREIGN,
	MCR_TXN_STALE,
	MCR_TXN_MANY,
	MCR_TXN_MEMORY,
};

int mcr_txn_init(void);
void mcr_txn_exit(void);
void mcr_txn_net_init(struct mcr_net *mn);
void mcr_txn_net_exit(struct mcr_net *mn);

enum mcr_txn_refusal mcr_txn_begin(struct mcr_net *mn, u32 owner,
				   struct mcr_txn **txn);
enum mcr_txn_refusal mcr_txn_find(struct mcr_net *mn, u32 id,
				  struct mcr_txn **txn);
enum mcr_txn_refusal mcr_txn_use(struct mcr_net *mn, u32 id, u32 sender,
				 struct mcr_txn **txn);
void mcr_txn_take(struct mcr_net *mn, struct mcr_txn *txn);
void mcr_txn_free(struct mcr_txn *txn);
u32 mcr_txn_count(const struct mcr_net *mn);

#endif /* MCR_TXN_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * Transactions of several peers, and changes without one, over the same rules.
 *
 *	begin		mcr_txn_begin() of kmod/txn.c: base is the generation
 *	stage		mcr_txn_use(), mcr_stage_…(): what is staged comes from what
 *			was read, that is from the rules in force at the begin
 *	commit		mcr_nl_txn_commit() of kmod/nl_txn.c: under mcr_table_lock()
 *			mcr_txn_use() compares base with the generation, then
 *			mcr_commit(), mcr_table_changed()
 *	direct		mcr_change_…() under mcr_table_lock()
 *
 * The rules are a number; each change adds one to what was read. Claimed: none is
 * lost, the number is that of the changes that were accepted; and somebody gets on.
 *
 * -DBROKEN_CHECK compares before the lock is taken: run.sh sees it refuted.
 */
#define PEERS	3
#define ROUNDS	2

byte rules;
byte generation;
byte accepted;
byte refused;
bool lock;

inline take()
{
	atomic { !lock -> lock = true }
}

inline change(value)
{
	rules = value;
	generation++;
	accepted++
}

proctype peer()
{
	byte base, staged, n;
	bool good;

	do
	:: n < ROUNDS ->
		/* TXN_BEGIN, and the dump that a client compares with. */
		take();
		base = generation;
		staged = rules;
		lock = false;
		/* Stages are refused early, too; that saves work, no more. */
		staged = staged + 1;
#ifdef BROKEN_CHECK
		good = base == generation;
		take();
#else
		take();
		good = base == generation;
#endif
		if
		:: good -> change(staged)
		:: else -> refused++
		fi;
		lock = false;
		n++
	:: else -> break
	od
}

proctype direct()
{
	take();
	change(rules + 1);
	lock = false
}

init {
	byte i;

	atomic {
		do
		:: i < PEERS -> run peer(); i++
		:: else -> break
		od;
		run direct()
	};
	(_nr_pr == 1);
	assert(rules == accepted);
	assert(accepted + refused == PEERS * ROUNDS + 1);
	/* A refusal is somebody else's success. */
	assert(accepted > 0 && (refused == 0 || accepted > 1))
}

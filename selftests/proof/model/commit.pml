// SPDX-License-Identifier: GPL-2.0
/*
 * A commit, and a packet that looks up meanwhile.
 *
 *	commit		mcr_commit() of kmod/commit.c: mcr_commit_start(),
 *			mcr_commit_change(), mcr_commit_stop(), and
 *			mcr_commit_delete(), which frees after a grace period
 *	part()		mcr_commit_part(): synchronize_net() where something is
 *			pending
 *	step_part()	mcr_step_part()
 *	packet		mcr_lookup_find() of kmod/lookup.c: one probe for each
 *			mask in use, most specific first, the first hit wins;
 *			then mcr_forward(), which reads the rule's fan-out once
 *
 * There are N rules in the order of mcr_match_order(), rule 0 the most specific;
 * all of them take the packet. Rules 0 and 1 are of one mask, the others of one
 * each. What a commit does to each of them is any of KEEP, ADD, DEL, CHANGE, or
 * the rule is not there at all. Of readers one is enough: they do not know of each
 * other, and the writer waits for each on its own.
 *
 * Claimed: each packet is treated by the rules as they were, or by the rules as
 * they are to be; once the commit is over by these; and no rule is used that is
 * freed.
 *
 * Each of -DBROKEN_START, -DBROKEN_CHANGE, -DBROKEN_STOP, -DBROKEN_ORDER and
 * -DBROKEN_FREE leaves something out that it needs; run.sh sees them refuted.
 */
#define N	4
#define MASK(i)	((i) < 2 -> 0 : (i) - 1)
#define MASKS	3
#define NOBODY	N

mtype = { ABSENT, KEEP, ADD, DEL, CHANGE };

mtype kind[N];
bool inforce[N];	/* in the classifier: a lookup finds it */
bool newer[N];		/* its fan-out is the one that it is to have */
bool freed[N];
bool began;		/* the commit, and whether it is over */
bool over;

/* What a packet is to get. */
byte won_before = NOBODY;
byte won_after = NOBODY;

/* RCU: is the reader in its section, and which one is it? */
bool reading;
byte section;

bool pending;

inline grace()
{
	byte seen;

	d_step {
		seen = section;
	}
	(!reading || section != seen);
}

inline part()
{
	if
	:: pending -> grace()
	:: else
	fi;
	pending = false
}

/* Both are rules; NOBODY: there was none before. */
inline step_part(last, i)
{
	if
	:: last == NOBODY || MASK(last) != MASK(i) -> part()
	:: else
	fi;
	pending = true
}

inline apply(i)
{
	if
	:: kind[i] == CHANGE -> newer[i] = true
	:: else
	fi
}

/* All that can fail was done: what is to happen to each rule is known. */
inline prepare()
{
	i = 0;
	do
	:: i < N ->
		if
		:: kind[i] = ABSENT
		:: kind[i] = KEEP; inforce[i] = true
		:: kind[i] = ADD
		:: kind[i] = DEL; inforce[i] = true
		:: kind[i] = CHANGE; inforce[i] = true
		fi;
		if
		:: won_before == NOBODY && inforce[i] -> won_before = i
		:: else
		fi;
		if
		:: won_after == NOBODY && kind[i] != ABSENT && kind[i] != DEL ->
			won_after = i
		:: else
		fi;
		i++
	:: else -> break
	od
}

proctype commit()
{
	byte i, last;
	bool changed;

	/* mcr_commit_start(): the most specific first. */
	last = NOBODY;
	i = 0;
	do
	:: i < N && kind[i] == ADD ->
#ifdef BROKEN_START
		pending = true;
#else
		step_part(last, i);
#endif
		inforce[i] = true;
		last = i;
		i++
	:: i < N && kind[i] != ADD -> i++
	:: else -> break
	od;

	/* mcr_commit_change() */
	i = 0;
	do
	:: i < N && kind[i] == CHANGE ->
#ifndef BROKEN_CHANGE
		if
		:: !changed -> part()
		:: else
		fi;
#endif
		apply(i);
		changed = true;
		i++
	:: i < N && kind[i] != CHANGE -> i++
	:: else -> break
	od;
	pending = pending || changed;

	/* mcr_commit_stop(): the least specific first. */
	last = NOBODY;
#ifdef BROKEN_ORDER
	i = 0;
	do
	:: i < N && kind[i] == DEL ->
		step_part(last, i);
		inforce[i] = false;
		last = i;
		i++
	:: i < N && kind[i] != DEL -> i++
	:: else -> break
	od;
#else
	i = N;
	do
	:: i > 0 && kind[i - 1] == DEL ->
		i--;
#ifdef BROKEN_STOP
		pending = true;
#else
		step_part(last, i);
#endif
		inforce[i] = false;
		last = i
	:: i > 0 && kind[i - 1] != DEL -> i--
	:: else -> break
	od;
#endif
	over = true;

	/* mcr_commit_delete(): what is freed is freed by RCU. */
#ifndef BROKEN_FREE
	grace();
#endif
	i = 0;
	do
	:: i < N ->
		freed[i] = kind[i] == DEL;
		i++
	:: else -> break
	od
}

proctype packet()
{
	byte winner, mask;
	bool late, content;

	do
	:: d_step {
		/* rcu_read_lock() */
		section = 1 - section;
		reading = true;
		late = over;
		winner = NOBODY;
		mask = 0
	   };
	   /* One probe finds all of its mask as they are at one moment. */
	   do
	   :: winner == NOBODY && mask < MASKS ->
		d_step {
			if
			:: mask == 0 && inforce[0] -> winner = 0
			:: mask == 0 && !inforce[0] && inforce[1] -> winner = 1
			:: mask > 0 && inforce[mask + 1] -> winner = mask + 1
			:: else
			fi;
			mask++
		}
	   :: else -> break
	   od;
	   if
	   :: winner != NOBODY ->
		assert(!freed[winner]);
		content = newer[winner];
		assert(!freed[winner])
	   :: else -> content = false
	   fi;
	   d_step {
		if
		:: winner == won_before && !late &&
		   (winner == NOBODY || !content)
		:: winner == won_after &&
		   (winner == NOBODY || kind[winner] != CHANGE || content)
		:: else -> assert(false)
		fi;
		/* rcu_read_unlock() */
		reading = false
	   }
	od
}

init {
	byte i;

	prepare();
	atomic {
		run commit();
		run packet()
	}
}

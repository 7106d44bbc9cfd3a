// SPDX-License-Identifier: GPL-2.0
/*
 * The relay's supervisor takes an egress device from its worker, and gives it
 * another, while packets are being sent from buffers that the kernel fills.
 *
 *	supervisor	mcrd_plane_release() of tools/mcrd/plane.c: MCRD_TX_CLOSE,
 *			MCRD_RULE and MCRD_SYNC are told, mcrd_workers_sync() of
 *			talk.c waits for MCRD_DONE, close_done() closes
 *	worker		mcrd_worker_commands() of worker/command.c: between two
 *			batches, and nothing more is read while an answer is owed;
 *			mcrd_apply_sync() of worker/apply.c: rules change, then
 *			mcrd_sender_epoch(); mcrd_apply_done(): answers when
 *			mcrd_sender_settled()
 *	sends		mcrd_send() and mcrd_send_done() of worker/send.c:
 *			under_way[epoch & 1], and a run's reference to its buffer
 *	kernel		completes sends in any order; fills buffers that are lent
 *			(mcrd_pool_lend(), _filled(), _put() of worker/pool.h)
 *
 * There are sockets 0 and 1, of which rules use one at a time, and B buffers. Each
 * send may fail once and be sent again, singly, as of its own epoch
 * (send_singly() by way of send_failed()).
 *
 * Claimed: no socket is closed that a send uses, or that a later one will use;
 * no buffer is filled that a send refers to, and none is let go of twice. Not
 * claimed is that a MCRD_SYNC is answered in time: that is up to the kernel, and
 * the supervisor has its patience for it.
 *
 * -DBROKEN_DONE answers at once, -DBROKEN_READ reads on while an answer is owed,
 * -DBROKEN_PUT lets go of a buffer when its sends are begun, -DBROKEN_AGAIN sends
 * again as of the present epoch: run.sh sees each refuted.
 */
#define B	2	/* buffers */
#define SYNCS	3

mtype = { FREE, LENT, FULL };

mtype state[B];
byte refs[B];

/* A send for each buffer and socket at most. */
bool busy[4];		/* 2 * buffer + socket */
byte epoch_of[4];
bool again[4];		/* it has been sent again already */

bool closed[2];
byte use;		/* the socket that rules name */
byte epoch;
byte under_way[2];
bool owed;

chan told = [SYNCS] of { byte, byte };	/* a change and its SYNC: socket, cookie */
chan done = [SYNCS] of { byte };	/* the cookie */
byte cookie;		/* the last one that the worker has read */

inline put(b)
{
	assert(refs[b] > 0);
	refs[b]--;
	if
	:: refs[b] == 0 -> state[b] = FREE
	:: else
	fi
}

inline send(b, s)
{
	assert(!closed[s]);
	busy[2 * b + s] = true;
	epoch_of[2 * b + s] = epoch;
	again[2 * b + s] = false;
	under_way[epoch % 2]++;
	refs[b]++
}

proctype supervisor()
{
	byte n, old, next, x;

	do
	:: n < SYNCS ->
		next = 1 - old;
		/* It opens another of the name first. */
		closed[next] = false;
		told ! next, n;
#ifdef BROKEN_READ
		/* Two at once: only the worker's restraint keeps them apart. */
		if
		:: n + 1 < SYNCS -> n++; told ! next, n
		:: true
		fi;
#endif
		/* is_awaited() */
		do
		:: done ? x;
			if
			:: x == n -> break
			:: else
			fi
		od;
		closed[old] = true;
		old = next;
		n++
	:: else -> break
	od
}

proctype worker()
{
	byte b, next;

end:	do
	/* mcrd_worker_commands(), between two batches. */
#ifdef BROKEN_READ
	:: atomic { told ? next, cookie ->
#else
	:: atomic { !owed && nempty(told) -> told ? next, cookie;
#endif
		use = next;
		epoch++;
		owed = true
	   }
	/* mcrd_apply_done() */
#ifdef BROKEN_DONE
	:: atomic { owed -> owed = false; done ! cookie }
#else
	:: atomic { owed && under_way[(epoch + 1) % 2] == 0 ->
		owed = false;
		done ! cookie
	   }
#endif
	/* A batch: what was filled is sent. */
	:: atomic { state[0] == FULL && refs[0] == 0 -> b = 0; goto batch }
	:: atomic { state[1] == FULL && refs[1] == 0 -> b = 1; goto batch }
	/* Buffers are lent again. */
	:: atomic { state[0] == FREE -> state[0] = LENT }
	:: atomic { state[1] == FREE -> state[1] = LENT }
	od;

batch:	atomic {
		/* The run itself holds the buffer while it is sent. */
		refs[b] = 1;
		assert(!busy[2 * b + use] || again[2 * b + use]);
		if
		:: !busy[2 * b + use] -> send(b, use)
		:: else
		fi;
#ifdef BROKEN_PUT
		refs[b] = 1;
#endif
		put(b)
	};
	goto end
}

proctype kernel()
{
	byte i;

end:	do
	/* A frame comes in. */
	:: atomic { state[0] == LENT -> assert(!busy[0] && !busy[1]); state[0] = FULL }
	:: atomic { state[1] == LENT -> assert(!busy[2] && !busy[3]); state[1] = FULL }
	/* A send is done, or has failed and is made anew. */
	:: atomic { busy[0] -> i = 0; goto complete }
	:: atomic { busy[1] -> i = 1; goto complete }
	:: atomic { busy[2] -> i = 2; goto complete }
	:: atomic { busy[3] -> i = 3; goto complete }
	od;

complete:
	atomic {
		assert(!closed[i % 2]);
		if
		:: !again[i] ->
			/* The new one is counted before the old one is not. */
			again[i] = true;
#ifdef BROKEN_AGAIN
			under_way[epoch % 2]++;
			under_way[epoch_of[i] % 2]--;
			epoch_of[i] = epoch
#else
			under_way[epoch_of[i] % 2]++;
			under_way[epoch_of[i] % 2]--
#endif
		:: true ->
			busy[i] = false;
			under_way[epoch_of[i] % 2]--;
#ifndef BROKEN_PUT
			put(i / 2)
#endif
		fi
	};
	goto end
}

init {
	closed[1] = true;
	state[0] = FREE;
	state[1] = FREE;
	atomic {
		run supervisor();
		run worker();
		run kernel()
	}
}

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What each loop of the relay's workers makes of more than it can forward: io_uring,
recvmmsg() with sendmmsg(), and io_uring with a thread of the kernel's that submits.
A program of recvmmsg() and sendmmsg() alone, without what a relay needs, beside them.

usage: loops.py [--rate 1e6] [--seconds 10] [--rounds 3] [--n 1,4] [--results FILE]

Rows have loop (peer: that program), n, payload, gro, cores, offered_pps, seconds, out_pps
(of all outputs), loss, cpu_us_per_out, run, and of the relay syscalls and wakeups, for
each packet that came in, and missed: frames that its sockets had no room for, a share of
what was offered where each frame is a packet (GRO off).
"""

import argparse
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

# pylint: disable=wrong-import-position
import rows
from paths import Mmsg, Relay
from search import drain, result_of
from topo import Topology

RATE, PAYLOAD = 1e6, 1400
# What mcrd is told, and what it says that its workers have.
LOOPS = {"uring": "io_uring", "mmsg": "mmsg", "sqpoll": "sqpoll"}
COUNTED = ("packets", "syscalls", "wakeups")


def counters(way):
    """Sums of what the workers count, and of what they did not receive; each has the
    loop that was asked for.
    """
    status, _ = way.status()
    for worker in status["workers"]:
        if worker["loop"] != LOOPS[way.more["options"][1]]:
            raise RuntimeError("a worker has the loop %s" % worker["loop"])
    found = {key: sum(w[key] for w in status["workers"]) for key in COUNTED}
    found["missed"] = sum(dev["missed"] for dev in status["ingress"])
    return found


def per_packet(before, after, sent):
    """What the relay did for each packet that came in."""
    change = {key: after[key] - before[key] for key in after}
    came = max(1, change["packets"])
    return {"syscalls": change["syscalls"] / came,
            "wakeups": change["wakeups"] / came,
            "missed": change["missed"] / max(1, sent)}


def offer(topo, way, args):
    """The load: what came of it, and how many packets it was."""
    found = topo.blast(args.rate, args.seconds, payload=PAYLOAD, pids=way.pids,
                       drain=drain(way.n))
    return {**result_of(found, way.n), "seconds": found["seconds"]}, \
        found["sent"]


def relay(topo, loop, n, args):
    """A loop under the load."""
    with Relay(topo, n, options=("--loop", loop)) as way:
        topo.blast(5000, 0.2)
        before = counters(way)
        result, sent = offer(topo, way, args)
        return {**result, **per_packet(before, counters(way), sent)}


def peer(topo, n, args):
    """The program without what a relay needs."""
    with Mmsg(topo, n) as way:
        topo.blast(5000, 0.2)
        return offer(topo, way, args)[0]


def plan(args):
    """What is measured, in turn: a loop, and how many outputs."""
    for n in args.n:
        for loop in (*LOOPS, "peer"):
            yield loop, n


def one_round(topo, args, number, gro):
    """Measure each once."""
    for loop, n in plan(args):
        # It cannot take super-packets.
        if loop == "peer" and gro:
            continue
        row = peer(topo, n, args) if loop == "peer" else \
            relay(topo, loop, n, args)
        row.update(loop=loop, n=n, payload=PAYLOAD, gro=gro,
                   cores=topo.cores, run="%s-%d" % (args.run, number))
        rows.write(args.results, rows.read(args.results) + [row])
        print("%-6s n %d gro %d: %8.1f of %8.1f kpps in, %.3f us/out, "
              "%.4f calls" % (loop, n, gro, row["in_pps"] / 1e3,
                              row["offered_pps"] / 1e3, row["cpu_us_per_out"],
                              row.get("syscalls", float("nan"))), flush=True)


def main():
    """Measure it all."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rate", type=float, default=RATE)
    words.add_argument("--seconds", type=float, default=10)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--n", type=lambda s: [int(x) for x in s.split(",")],
                       default=[1, 4])
    words.add_argument("--shared", action="store_true")
    words.add_argument("--run", default=time.strftime("%Y%m%d-%H%M%S"))
    words.add_argument("--results", default=os.path.join(
        os.path.dirname(HERE), "results-relay-loops.json"))
    args = words.parse_args()
    topo = Topology(max(args.n), shared=args.shared)
    try:
        for number in range(1, args.rounds + 1):
            for gro in (True, False):
                topo.features(gro, False)
                one_round(topo, args, number, gro)
    finally:
        topo.close()


if __name__ == "__main__":
    main()

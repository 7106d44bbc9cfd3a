#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What bounds the relay: processor time for each packet of 1,400 bytes, of one flow
with GRO, in parts and in all.

usage: floor.py [--rounds 5] [--shared]
Prints medians in microseconds: of receiving alone (the relay, with all its outputs
down), of sending super-packets alone (the generator, as fast as it can, from where
the relay is to its sinks), and of the relay and nftables dup for each packet out, at
two thirds of what a processor can do by these. What the relay would have without
work of its own is receiving / N + sending.
"""

import argparse
import json
import os
import resource
import statistics
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

# pylint: disable=wrong-import-position
from paths import PATHS
from topo import BUILD, FORWARDER, Topology, run

OUTPUTS = (1, 4, 16)
SECONDS = 0.6
RATE = 250e3


def sinks(topo, state):
    """Set the other ends of all outputs up, or down."""
    topo.enter("snk", "sh", "-c", "; ".join(
        "ip link set k%d %s" % (i, state)
        for i in range(1, len(topo.outputs) + 1)))


def children_us():
    """Processor time of commands that have ended, in microseconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1e6


def sending(topo):
    """Microseconds for each packet of super-packets that are sent."""
    before = children_us()
    sent = json.loads(run(*topo.inside(
        "mcr", BUILD + "/bench-blast", topo.outputs[0], "1", "6e6",
        str(SECONDS), "1400", "1", cpus=str(FORWARDER))))
    return (children_us() - before) / sent["sent"]


def receiving(topo):
    """Microseconds for each packet that comes in."""
    sinks(topo, "down")
    with PATHS["mcr"](topo, 1) as way:
        topo.blast(RATE, 0.1)
        found = topo.blast(RATE, SECONDS, pids=way.pids)
    sinks(topo, "up")
    return found["cpu_ns"] / 1e3 / found["sent"]


def forwarding(topo, path, n, rate):
    """Microseconds for each packet that comes out."""
    with PATHS[path](topo, n) as way:
        topo.blast(rate, 0.1)
        found = topo.blast(rate, SECONDS, pids=way.pids)
    return found["cpu_ns"] / 1e3 / max(1, sum(found["out"]))


def main():
    """Measure it all, in turn."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--shared", action="store_true")
    args = words.parse_args()
    found = {}
    topo = Topology(max(OUTPUTS), shared=args.shared)
    try:
        topo.features(True, False)
        for _ in range(args.rounds):
            out = sending(topo)
            come = receiving(topo)
            found.setdefault("sending", []).append(out)
            found.setdefault("receiving", []).append(come)
            for n in OUTPUTS:
                rate = 1e6 * 2 / 3 / (come + n * out)
                found.setdefault("least, N=%d" % n, []).append(come / n + out)
                for path in ("mcr", "nft-dup"):
                    found.setdefault("%s, N=%d" % (path, n), []).append(
                        forwarding(topo, path, n, rate))
        for name, values in found.items():
            print("%-16s %.3f" % (name, statistics.median(values)))
    finally:
        topo.close()


if __name__ == "__main__":
    main()

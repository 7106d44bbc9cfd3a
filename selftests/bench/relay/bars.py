#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The relay's bars, against what was measured.

usage: bars.py [DIRECTORY]    where results-relay*.json are (selftests/bench)
Ratios are medians over the runs that have both sides. Ends with 1 if a bar was
missed.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE)]

# pylint: disable=wrong-import-position
import rows

USUAL = {"plane": "relay", "payload": 1400, "flows": 1, "rewrite": "none",
         "egress_gso": False, "cores": 1, "loss_limit": 0.01, "rules": 1}
MCR = {**USUAL, "path": "mcr", "mode": "pass"}
IMITATION = {**USUAL, "path": "per-packet", "gro": False}
NFT = {**USUAL, "path": "nft-dup"}

# What, ours, theirs, at n: at least.
RATIOS = [
    ("imitation against nftables dup (else the run is invalid)", IMITATION,
     {**NFT, "gro": False}, {1: 0.33, 4: 0.33}),
    ("GRO on, against the imitation", {**MCR, "gro": True}, IMITATION,
     {1: 2.4, 4: 2.8, 16: 2.8}),
    ("GRO off, against the imitation", {**MCR, "gro": False}, IMITATION,
     {1: 1.7, 4: 2.2, 16: 2.5}),
    ("GRO on, against nftables dup", {**MCR, "gro": True},
     {**NFT, "gro": True}, {1: 0.8, 4: 1.0, 16: 1.6}),
    ("GRO off, 16 flows, against per-packet io_uring",
     {**MCR, "gro": False, "flows": 16},
     {**USUAL, "path": "uring-per-packet", "gro": False, "flows": 16},
     {4: 1.4}),
    ("rewriting against transparent",
     {**MCR, "gro": True, "rewrite": "all"}, {**MCR, "gro": True}, {4: 0.95}),
]


def line(what, n, value, want, most=False):
    """One line of the table; was it met? None: not measured."""
    if value is None:
        print("%-56s %4s      not measured" % (what, n))
        return None
    met = value <= want if most else value >= want
    print("%-56s %4s %8.2f  %s %g  %s" % (
        what, n, value, "<=" if most else ">=", want,
        "met" if met else "MISSED"))
    return met


def ratios(found):
    """Bars of throughput."""
    return [line(what, n, rows.ratio(found, {**ours, "n": n},
                                     {**theirs, "n": n}), want)
            for what, ours, theirs, wants in RATIOS
            for n, want in wants.items()]


def newest(found, **setting):
    """The last row of a setting, or an empty one."""
    return ([row for row in found if all(row.get(k) == v for k, v in
                                         setting.items())] or [{}])[-1]


def held(found):
    """Bars of what is to be held; see hold.py."""
    met = []
    for name in ("100,000 packets/s to 16", "439,000 packets/s"):
        row = newest(found, what=name)
        met.append(line("lost at the sinks: " + name, row.get("n", ""),
                        row.get("lost"), 0, most=True))
    for name in ("100,000 packets/s, one core", "the same, GRO"):
        row = newest(found, what=name)
        for key in ("wakeups", "syscalls"):
            met.append(line("%s a packet: %s" % (key, name), row.get("n", ""),
                            row.get(key), 0.05, most=True))
    worst = [max(row["resident_kb"]) for row in found]
    met.append(line("resident MB of a worker, at most", "",
                    max(worst) / 1024 if worst else None, 32, most=True))
    return met


def latencies(found):
    """Bars of latency; see latency.py."""
    rare = newest(found, path="mcr", load=None, latency="auto")
    low = newest(found, path="mcr", latency="low", of="per-packet", load=0.5)
    theirs = newest(found, path="per-packet", load=0.5)
    return [line("p99 at 1,000 packets/s, us", rare.get("n", ""),
                 rare.get("p99"), 200, most=True),
            line("p99, latency low against the imitation",
                 low.get("n", ""), low["p99"] / theirs["p99"]
                 if low and theirs else None, 1, most=True)]


def main():
    """Print all bars."""
    where = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(HERE)
    met = ratios(rows.read(where + "/results-relay.json"))
    met += held(rows.read(where + "/results-relay-hold.json"))
    met += latencies(rows.read(where + "/results-relay-latency.json"))
    print("%d met, %d missed, %d not measured" % (
        met.count(True), met.count(False), met.count(None)))
    sys.exit(False in met)


if __name__ == "__main__":
    main()

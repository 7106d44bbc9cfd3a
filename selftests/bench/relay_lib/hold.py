#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What the relay is to hold: rates at which nothing may be lost, how often it
wakes up and calls the kernel, and what memory its workers have.

usage: hold.py [--seconds 60] [--imitation PPS] [--only TEXT] [--results FILE]
The imitation's rate is that of the newest run that measured it. --only: those
whose name ends so. What has one processor lasts ten seconds at most.

Rows have what (a name; whole: super-packets leave so), n, offered_pps, seconds, cores, lost (packets at the sinks),
wakeups and syscalls (for each packet that came in), resident_kb (of each worker).
"""

import argparse
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

# pylint: disable=wrong-import-position
import rows
from bars_kernel import newest
from paths import Relay
from topo import Topology

WANTED = 439e3


def workers(way):
    """Sums of what the workers count."""
    status, _ = way.status()
    found = status.get("workers", [])
    return {key: sum(w.get(key, 0) for w in found)
            for key in ("packets", "wakeups", "syscalls")}


def hold(topo, name, n, rate, seconds, gro=False, egress_gso=False):
    """Offer a rate for some time."""
    topo.features(gro, egress_gso)
    with Relay(topo, n) as way:
        topo.blast(5000, 0.2)
        before = workers(way)
        found = topo.blast(rate, seconds, pids=way.pids, expect=n)
        after = workers(way)
        packets = max(1, after["packets"] - before["packets"])
        return {"what": name, "n": n, "gro": gro,
                "egress_gso": egress_gso, "cores": topo.cores,
                "offered_pps": found["sent"] / found["seconds"],
                "seconds": found["seconds"],
                "lost": n * found["sent"] - sum(found["out"][:n]),
                "wakeups": (after["wakeups"] - before["wakeups"]) / packets,
                "syscalls": (after["syscalls"] - before["syscalls"]) / packets,
                "resident_kb": way.resident_kb()}


def imitation():
    """What the imitation of the Rust relay can do, 1:1 on one processor; 0: it was
    not measured.
    """
    found = rows.read(os.path.join(os.path.dirname(HERE),
                                   "results-relay.json"))
    return rows.median(newest(rows.select(
        found, path="per-packet", n=1, payload=1400, flows=1, cores=1,
        gro=False, loss_limit=0.01)), "in_pps") or 0


def plan(other):
    """What is to be held: its name, how many processors and outputs, packets a second,
    and whether super-packets come in, and may leave whole.
    """
    found = [("100,000 packets/s, one core", 1, 1, 1e5, False, False),
             ("100,000 packets/s, one core, GRO", 1, 1, 1e5, True, False),
             ("100,000 packets/s to 16", 2, 16, 1e5, False, False),
             ("100,000 packets/s to 16, GRO", 2, 16, 1e5, True, False),
             ("100,000 packets/s to 16, GRO, whole", 2, 16, 1e5, True, True),
             ("80,000 packets/s to 16, GRO", 2, 16, 8e4, True, False),
             ("439,000 packets/s", 2, 1, WANTED, True, False)]
    if other:
        found.append(("twice the imitation's rate", 2, 1, 2 * other, True,
                      False))
    return found


def main():
    """Measure it all."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seconds", type=float, default=60)
    words.add_argument("--imitation", type=float)
    words.add_argument("--only", default="")
    words.add_argument("--shared", action="store_true")
    words.add_argument("--run", default=time.strftime("%Y%m%d-%H%M%S"))
    words.add_argument("--results", default=os.path.join(
        os.path.dirname(HERE), "results-relay-hold.json"))
    args = words.parse_args()
    other = imitation() if args.imitation is None else args.imitation
    for name, cores, n, rate, gro, egress_gso in plan(other):
        if not name.endswith(args.only):
            continue
        seconds = min(args.seconds, 10) if cores == 1 else args.seconds
        topo = Topology(n, cores, shared=args.shared)
        try:
            row = hold(topo, name, n, rate, seconds, gro, egress_gso)
        finally:
            topo.close()
        row["run"] = args.run
        print(json.dumps(row), flush=True)
        rows.write(args.results, rows.read(args.results) + [row])


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Measure the relay and its peers on this machine, in namespaces of our own.

usage: bench.py [--quick | --set NAME]… [--paths A,B…] [--n 1,4…] [--results FILE]
                [--seconds S] [--limit 0.01|0] [--shared]
As root. Sets are in sets.py; without one, all of them. What is measured is added
to the file (selftests/bench/results-relay.json).
"""

import argparse
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

# pylint: disable=wrong-import-position
import rows
from paths import PATHS
from search import Search, drain
from sets import QUICK, SETS
from topo import Topology


def mode_of(setting, path):
    """Does the original go on to the stack? What the kernel forwards does not."""
    if path in ("nft-dup", "tc-mirred", "xdp", "ipmr"):
        return "consume"
    return setting["mode"] if path == "mcr" else "pass"


def row_of(setting, path, n, result, number):
    """A row of results."""
    row = {"plane": "relay", "path": path, "n": n, "rules": 1, "masks": 1,
           "mode": mode_of(setting, path), "place": "host", "run": number}
    row.update({key: setting[key] for key in (
        "payload", "flows", "rewrite", "mac", "gro", "egress_gso", "cores",
        "loss_limit")})
    row.update(result)
    return row


def measure(topo, setting, path, n, args):
    """One cell; None where the path cannot."""
    kind = PATHS[path]
    if n > kind.limit:
        return None
    with kind(topo, n, rewrite=setting["rewrite"], mac=setting["mac"],
              mode=setting["mode"]) as way:
        def offer(rate, seconds):
            return topo.blast(rate, seconds, payload=setting["payload"],
                              flows=setting["flows"], pids=way.pids,
                              drain=drain(n))

        # Neighbours, caches and pools are there before it counts.
        offer(5000, 0.1)
        return Search(offer, n, setting["loss_limit"],
                      seconds=args.seconds, cores=setting["cores"]).best()


def one_set(name, args, number):
    """Measure a set; peers in turn for each number of outputs."""
    setting = dict(SETS[name])
    if args.limit is not None:
        setting["loss_limit"] = args.limit
    paths = args.paths or setting["paths"]
    outputs = args.n or setting["outputs"]
    topo = Topology(max(outputs), setting["cores"],
                    1500 if setting["payload"] <= 1400 else 9000,
                    args.shared)
    try:
        topo.features(setting["gro"], setting["egress_gso"])
        for n in outputs:
            for path in paths:
                began = time.monotonic()
                result = measure(topo, setting, path, n, args)
                if result is None:
                    continue
                rows.add(args.results,
                         row_of(setting, path, n, result, number))
                print("%-22s %-17s n %-3d %8.1f kpps in %8.1f out  loss %5.2f"
                      " %%  %6.3f us/out  (%.0f s)" % (
                          name, path, n, result["in_pps"] / 1e3,
                          result["out_pps"] / 1e3, result["loss"] * 100,
                          result["cpu_us_per_out"],
                          time.monotonic() - began), flush=True)
    finally:
        topo.close()


def main():
    """Measure what was asked for."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--set", action="append", choices=sorted(SETS))
    words.add_argument("--quick", action="store_true")
    words.add_argument("--paths", type=lambda s: s.split(","))
    words.add_argument("--n", type=lambda s: [int(x) for x in s.split(",")])
    words.add_argument("--seconds", type=float, default=1.0)
    words.add_argument("--limit", type=float)
    words.add_argument("--shared", action="store_true")
    words.add_argument("--run", default=time.strftime("%Y%m%d-%H%M%S"))
    words.add_argument("--results", default=os.path.join(
        os.path.dirname(HERE), "results-relay.json"))
    args = words.parse_args()
    if os.geteuid():
        sys.exit("bench.py: namespaces are root's")
    for name in args.set or (QUICK if args.quick else SETS):
        one_set(name, args, args.run)


if __name__ == "__main__":
    main()

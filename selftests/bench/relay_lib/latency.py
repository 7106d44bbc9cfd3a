#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""How long packets take, from the generator to the sinks, at 10, 50 and 80 % of
what a path can do; 1,400 bytes, one processor.

usage: latency.py [--n 1,4] [--paths A,B…] [--results FILE]
Rows have path, n, latency (the rule's; peers: none), gro, load (share of the path's
capacity), of (whose capacity), offered_pps, loss, and p50, p90, p99, p999 and max
in microseconds, of nine runs that whose p99 is the median. Buckets are a sixteenth
wide.
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
from paths import PATHS
from search import Search, drain, loss_of
from topo import Topology

LOADS = (0.1, 0.5, 0.8)
RUNS = 9
SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p999": 0.999, "max": 1}


def upper_us(bucket):
    """Where a bucket of sink.bpf.c ends, in microseconds."""
    if bucket < 16:
        return (bucket + 1) / 1e3
    exponent = bucket // 16 + 3
    return ((16 + bucket % 16 + 1) << (exponent - 4)) / 1e3


def percentiles(buckets):
    """From (bucket, number) in order; in microseconds."""
    total = sum(n for _, n in buckets)
    found = {}
    for name, share in SHARES.items():
        left = max(1, share * total)
        for bucket, n in buckets:
            left -= n
            if left <= 0:
                break
        found[name] = upper_us(bucket) if buckets else None
    return found


def once(topo, way, rate, seconds):
    """Latencies at a rate, in one run."""
    found = topo.blast(rate, seconds, latency=True, pids=way.pids)
    return {"offered_pps": found["sent"] / found["seconds"],
            "loss": max(0.0, loss_of(found, way.n)),
            **percentiles(found["latency"])}


def measure(topo, way, rate, seconds):
    """Latencies at a rate: the run whose p99 is the median."""
    results = [once(topo, way, rate, seconds) for _ in range(RUNS)]
    return sorted(results, key=lambda r: r["p99"])[RUNS // 2]


def capacity(topo, way):
    """What it can do, in packets a second in."""
    return Search(lambda rate, seconds: topo.blast(rate, seconds,
                                                   pids=way.pids,
                                                   drain=drain(way.n)),
                  way.n, 0.01, seconds=0.4).best()["in_pps"]


def one(topo, path, n, args, low=False):
    """A path: its rows, and its capacity; or at that of another path."""
    more = {"latency": "low"} if low else {}
    with PATHS[path](topo, n, **more) as way:
        topo.blast(5000, 0.1)
        most = args.capacity.get(n) if low else capacity(topo, way)
        if path == "per-packet":
            args.capacity[n] = most
        for load in LOADS:
            row = {"path": path, "n": n, "gro": args.gro,
                   "latency": ("low" if low else "auto") if path == "mcr"
                   else "none", "load": load,
                   "of": "per-packet" if low else path, "run": args.run}
            row.update(measure(topo, way, most * load, args.seconds))
            yield row
        if path == "mcr":
            row = dict(row, load=None, of=None)
            row.update(measure(topo, way, 1000, args.seconds))
            yield row


def write(path, new):
    """Add rows to a file."""
    rows.write(path, rows.read(path) + new)
    for row in new:
        print(json.dumps(row), flush=True)


def main():
    """Measure what was asked for."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--paths", type=lambda s: s.split(","), default=[
        "per-packet", "mcr", "nft-dup", "tc-mirred"])
    words.add_argument("--n", type=lambda s: [int(x) for x in s.split(",")],
                       default=[1, 4])
    words.add_argument("--gro", action="store_true")
    words.add_argument("--shared", action="store_true")
    words.add_argument("--seconds", type=float, default=0.5)
    words.add_argument("--run", default=time.strftime("%Y%m%d-%H%M%S"))
    words.add_argument("--results", default=os.path.join(
        os.path.dirname(HERE), "results-relay-latency.json"))
    args = words.parse_args()
    args.capacity = {}
    topo = Topology(max(args.n), shared=args.shared)
    try:
        topo.features(args.gro, False)
        for n in args.n:
            for path in args.paths:
                write(args.results, list(one(topo, path, n, args)))
            if args.capacity.get(n):
                write(args.results, list(one(topo, "mcr", n, args, low=True)))
    finally:
        topo.close()


if __name__ == "__main__":
    main()

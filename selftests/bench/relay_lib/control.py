#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""How long the relay's control plane takes, what rules cost in memory, and whether
packets of a rule that stays are lost meanwhile.

usage: control.py [--rules 1000,10000,100000] [--results FILE]

Rows have plane, path, rules, apply_s, list_s, change_s (one of them), delete_s (medians),
times (how often all of that was done, one behind the other), packets (offered
meanwhile), lost (of them), rest_kb and resident_kb (all of mcrd's processes, without those
rules and with them), bytes_per_rule and run.
"""

import argparse
import os
import statistics
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

# pylint: disable=wrong-import-position
import rows
from paths import Relay
from topo import Topology

CHANGES = 100
RATE = 2000


# The stream begins that much before, and lasts as long as some rounds.
BEFORE, ROUNDS, LEAST = 0.5, 3, 3


class Traffic(threading.Thread):
    """A thin stream of the rule that stays, for some seconds."""

    def __init__(self, topo, seconds):
        super().__init__()
        self.topo, self.seconds, self.found = topo, seconds, None

    def run(self):
        self.found = self.topo.blast(RATE, self.seconds)

    def end(self):
        """How many packets there were, and how many were lost."""
        self.join()
        if not self.found:
            raise RuntimeError("the stream has failed")
        return {"packets": self.found["sent"],
                "lost": self.found["sent"] - self.found["out"][0]}


def line(topo, i):
    """A rule of its own, as a line of a file."""
    return "rule name r%d iif %s group 239.%d.%d.%d dport 5000 join none to %s" % (
        i, topo.dev, 16 + (i >> 16), i >> 8 & 255, i & 255, topo.outputs[0])


def timed(way, *words, text):
    """The seconds that a command takes."""
    began = time.monotonic()
    way.tool(*words, text=text)
    return time.monotonic() - began


def all_kb(way):
    """What all of its processes have in memory."""
    found = 0
    for pid in way.pids:
        with open("/proc/%d/status" % pid, encoding="ascii") as f:
            found += sum(int(words.split()[1]) for words in f
                         if words.startswith("VmRSS"))
    return found


def once(way, keep, lines):
    """All commands once: seconds of each, and memory with the rules there."""
    return {
        "apply_s": timed(way, "apply", "-",
                         text=keep + "\n".join(lines) + "\n"),
        "resident_kb": all_kb(way),
        "list_s": timed(way, "rule", "list", text=""),
        "change_s": timed(way, "-b", "-", text="\n".join(
            "%s ttl %d" % (lines[-1].replace("rule ", "rule replace ", 1), ttl)
            for ttl in range(1, CHANGES + 1))) / CHANGES,
        "delete_s": timed(way, "apply", "-", text=keep)}


def measure(topo, n):
    """A row."""
    with Relay(topo, 1) as way:
        keep = way.tool("save").stdout
        lines = [line(topo, i) for i in range(n)]
        rest = all_kb(way)
        began = time.monotonic()
        first = once(way, keep, lines)
        lasts = max(LEAST, ROUNDS * (time.monotonic() - began))
        traffic = Traffic(topo, BEFORE + 2 * lasts)
        traffic.start()
        time.sleep(BEFORE)
        until = time.monotonic() + lasts
        rounds = [once(way, keep, lines)]
        while time.monotonic() < until:
            rounds.append(once(way, keep, lines))
        if not traffic.is_alive():
            raise RuntimeError("the stream has ended too early")
        row = {"plane": "relay", "path": "mcr", "rules": n,
               "times": len(rounds), **traffic.end(), "rest_kb": rest,
               "resident_kb": first["resident_kb"],
               "bytes_per_rule": (first["resident_kb"] - rest) * 1024 / n}
        row.update({key: statistics.median(found[key] for found in rounds)
                    for key in first if key.endswith("_s")})
        return row


def main():
    """Measure it all."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rules", type=lambda s: [int(x) for x in s.split(",")],
                       default=[1000, 10000, 100000])
    words.add_argument("--shared", action="store_true")
    words.add_argument("--run", default=time.strftime("%Y%m%d-%H%M%S"))
    words.add_argument("--results", default=os.path.join(
        os.path.dirname(HERE), "results-relay-control.json"))
    args = words.parse_args()
    topo = Topology(1, cores=2, shared=args.shared)
    try:
        for n in args.rules:
            row = {key: round(value, 6) if isinstance(value, float) else value
                   for key, value in measure(topo, n).items()}
            row["run"] = args.run
            print(", ".join("%s %s" % pair for pair in row.items()), flush=True)
            rows.write(args.results, rows.read(args.results) + [row])
    finally:
        topo.close()


if __name__ == "__main__":
    main()

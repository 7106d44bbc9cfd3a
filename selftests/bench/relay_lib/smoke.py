#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The relay's benchmark, for a moment: each path forwards, what comes out is
counted as what was sent, and a search ends with a row that is sound. No figures.

usage: smoke.py
"""

import argparse
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE),
                os.path.join(HERE, "../../netlink")]

# pylint: disable=wrong-import-position
import loops
import rows
from bench import row_of
from build import build
from ktap import Suite, equal, skip_all, true
from paths import PATHS
from search import Search
from sets import SETS, USUAL
from topo import BUILD, Topology

# As many as find room in a ring of veth's: none is lost however slow all is.
RATE, SECONDS, N = 1000, 0.2, 2
suite = Suite()


class World:
    """The topology, made once."""

    topo = None


def forwards(path, flows):
    """All that is sent slowly comes out of each output, once and in order."""
    with PATHS[path](World.topo, N) as way:
        World.topo.blast(RATE, 0.1)
        found = World.topo.blast(RATE, SECONDS, flows=flows, pids=way.pids,
                                 expect=N)
        # A machine that has no time for the generator has it send less.
        true(0 < found["sent"] <= RATE * SECONDS, "sent")
        equal(found["out"], [found["sent"]] * N, "counted at the sinks")
        equal(found["late"], 0, "late or double")
        true(found["cpu_ns"] > 0, "it costs no time")


def no_more_than_sent(path):
    """However much comes in, and whether or not some of it is lost, no more comes
    out than was sent.
    """
    with PATHS[path](World.topo, N):
        World.topo.blast(RATE, 0.1, expect=N)
        found = World.topo.blast(3e6, SECONDS)
        true(all(0 < out <= found["sent"] for out in found["out"]),
             "%r of %d" % (found["out"], found["sent"]))


def lost():
    """What is lost is not counted: a sink is down. It stays so: this is last."""
    with PATHS["mcr"](World.topo, N) as way:
        World.topo.enter("snk", "ip", "link", "set", "k%d" % N, "down")
        World.topo.blast(RATE, 0.1)
        found = World.topo.blast(RATE, SECONDS, pids=way.pids, expect=N - 1)
        equal(found["out"], [found["sent"]] * (N - 1) + [0],
              "counted at the sinks")


def nobody():
    """Where nothing forwards, nothing is counted."""
    found = World.topo.blast(RATE, SECONDS)
    equal(found["out"], [0] * N, "counted at the sinks")


def relay_agrees():
    """The relay's own counters say what the sinks say."""
    with PATHS["mcr"](World.topo, N) as way:
        found = World.topo.blast(RATE, SECONDS, expect=N)
        _, rules = way.status()
        rule = rules["rules"][0] if isinstance(rules, dict) else rules[0]
        equal([o["sent"] for o in rule["outputs"]], found["out"], "sent")


def loop_counts(loop):
    """What is measured of a loop is what its workers did."""
    args = argparse.Namespace(rate=RATE, seconds=SECONDS)
    row = loops.relay(World.topo, loop, N, args)
    true(row["out_pps"] > 0 and row["loss"] < 1, "out")
    true(row["wakeups"] > 0, "no wake-up")
    true(0 <= row["missed"] < 1, "missed")


def search_ends():
    """A search gives a row that can be added to results."""
    with PATHS["mcr"](World.topo, N) as way:
        result = Search(lambda rate, seconds: World.topo.blast(
            min(rate, 2e4), 0.05, pids=way.pids), N, 1.0, seconds=0.05,
                        probe=0.05).best()
        equal(rows.check(row_of(USUAL, "mcr", N, result, "smoke")), [],
              "faults of the row")


def sets_are_sound():
    """Each set names paths and keys that there are."""
    for name, setting in SETS.items():
        equal([p for p in setting["paths"] if p not in PATHS], [], name)
        equal(sorted(setting), sorted(USUAL), name)


def usable(path):
    """What the path needs of this machine is there."""
    needs = {"socat": "socat", "nft-dup": "nft", "tc-mirred": "tc"}
    return shutil.which(needs.get(path, "true"))


def main():
    """Run the tests."""
    if os.geteuid() or (os.cpu_count() or 1) < 2:
        return skip_all("it needs root and two processors")
    if not build("peers") or not os.path.exists(BUILD + "/bench-sink"):
        print("# the peers do not compile")
        return 1
    suite.add("sets", sets_are_sound)
    suite.add("nothing forwards", nobody)
    for path in filter(usable, PATHS):
        for flows in (1, 4):
            suite.add("%s, %d flows" % (path, flows),
                      lambda p=path, f=flows: forwards(p, f))
    suite.add("too much", lambda: no_more_than_sent("mcr"))
    suite.add("counters agree", relay_agrees)
    suite.add("a search", search_ends)
    for loop in ("uring", "mmsg"):
        suite.add("the loop %s" % loop, lambda w=loop: loop_counts(w))
    suite.add("a sink is down", lost)
    World.topo = Topology(N)
    try:
        World.topo.features(False, False)
        return suite.run()
    finally:
        World.topo.close()


if __name__ == "__main__":
    sys.exit(main())

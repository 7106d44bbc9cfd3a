# SPDX-License-Identifier: GPL-2.0
"""KTAP output: cases are collected first, so that the plan is known."""

import os
import re
import sys
import traceback

PASS, FAIL, SKIP = 0, 1, 4

# Whole dumps are compared; their beginnings must do as a diagnosis.
LONGEST = 1000


def has_super_packets():
    """Can packet sockets send, and hand over, super-packets of UDP?"""
    release = re.match(r"(\d+)\.(\d+)", os.uname().release)
    return tuple(int(n) for n in release.groups()) >= (6, 2)


class Skip(Exception):
    """Raised by a case that cannot run here; its text says why."""


class Suite:
    """Cases in the order they were added."""

    def __init__(self):
        self.cases = []

    def add(self, name, func):
        """Add a case: func() returns on success and raises otherwise."""
        self.cases.append((name, func))

    def case(self, name):
        """Decorator: add the function as a case."""
        def wrap(func):
            self.add(name, func)
            return func
        return wrap

    def run(self, before=None, only=None):
        """Run the cases, each after before(); return the exit status.

        only: run just those whose name contains this text.
        """
        cases = [c for c in self.cases if only is None or only in c[0]]
        results = {"passed": 0, "failed": 0, "skipped": 0}
        print("TAP version 13")
        print("1..%d" % len(cases))
        for number, (name, func) in enumerate(cases, 1):
            results[_run_one(number, name, func, before)] += 1
        print("# %s" % ", ".join("%d %s" % (n, w) for w, n in results.items()))
        if results["failed"] or not cases:
            return FAIL
        return PASS if results["passed"] else SKIP


def _run_one(number, name, func, before):
    # A "#" in a name would start a directive.
    name = name.replace("#", "no. ")
    try:
        if before:
            before()
        func()
    except Skip as why:
        print("ok %d %s # SKIP %s" % (number, name, why), flush=True)
        return "skipped"
    except Exception as error:
        print("not ok %d %s" % (number, name))
        text = str(error)
        if not isinstance(error, AssertionError) or not text:
            text = traceback.format_exc()
        for line in text.rstrip().splitlines():
            print("# " + line[:LONGEST])
        sys.stdout.flush()
        return "failed"
    print("ok %d %s" % (number, name), flush=True)
    return "passed"


def skip_all(why):
    """Print a plan of nothing with the reason; return the exit status."""
    print("TAP version 13")
    print("1..0 # SKIP %s" % why)
    return SKIP


def equal(got, expected, what):
    """Fail unless got is what was expected."""
    if got != expected:
        raise AssertionError("%s: expected %r, observed %r"
                             % (what, expected, got))


def true(condition, what):
    """Fail with this text unless the condition holds."""
    if not condition:
        raise AssertionError(what)

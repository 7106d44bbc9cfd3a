#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""What good messages do: every command, as its manual has it.

Each case begins without rules, in a namespace with dummy devices (bench.py).
Replies are decoded by the spec, strictly: an attribute too many, too few bytes
or a missing NLA_F_NESTED fails the case that received it.
"""

import sys

import bench
import good_dumps
import good_events
import good_rules
import ktap
import starved


def main():
    """Run the cases; an argument selects them by a part of their name."""
    status = bench.enter()
    if status is not None:
        return status
    suite = ktap.Suite()
    for part in (good_rules, good_dumps, good_events, starved):
        suite.cases += part.CASES.suite.cases
    return suite.run(only=sys.argv[1] if len(sys.argv) > 1 else None)


if __name__ == "__main__":
    sys.exit(main())

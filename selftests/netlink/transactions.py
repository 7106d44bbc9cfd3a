#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Transactions: what is staged, what a commit puts in force, and who may.

Each case begins without rules, in a namespace with dummy devices (bench.py).
"""

import sys

import bench
import ktap
import txn_commit
import txn_limits
import txn_owner
import txn_stage


def main():
    """Run the cases; an argument selects them by a part of their name."""
    status = bench.enter()
    if status is not None:
        return status
    suite = ktap.Suite()
    for part in (txn_stage, txn_commit, txn_owner, txn_limits):
        suite.cases += part.CASES.suite.cases
    return suite.run(only=sys.argv[1] if len(sys.argv) > 1 else None)


if __name__ == "__main__":
    sys.exit(main())

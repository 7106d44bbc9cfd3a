#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""toggle.py COUNT NAME: disable and enable a rule, COUNT times in all.

One process for many changes: starting one takes long in a guest.
"""

import sys

from mcrnl import Client


def main():
    """Disable first; an even COUNT leaves the rule enabled."""
    count, name = int(sys.argv[1]), sys.argv[2]
    client = Client()
    for number in range(count):
        client.do("rule-set", {"rule": {"name": name,
                                        "disabled": 1 - number % 2}})


if __name__ == "__main__":
    main()

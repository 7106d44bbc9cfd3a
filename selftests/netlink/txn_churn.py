#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Replace rules over and over, one commit each, until standard input ends.

    txn_churn.py CASE

Writes "ready" after the first commits, and in the end how many there were. The
cases, for transaction.sh:

    others   rule "keep" is deleted and added again as it was, all others are
             other ones each time
    handed   one flow is handed from rule to rule, each more or less specific
             than the one before; all send it to out1
    outputs  rule "keep" gains and loses outputs other than its first
    left     nothing is committed: four transactions are left open (unload.sh)
"""

import select
import signal
import sys

from mcrnl import Client
from rules import REPLACE, group4
from txn import Txn

GROUP = bytes([239, 1, 1, 1])
SOURCE = bytes([10, 0, 0, 1])
KEEP = {"name": "keep", "group": GROUP}
OUT1, OUT2 = [{"dev": "out1"}], [{"dev": "out2"}]

HANDED = [
    {"group": GROUP},
    {"group": GROUP, "src": SOURCE, "dport_min": 5000},
    {"group": GROUP, "dport_min": 5000},
    {"group": GROUP, "src": SOURCE},
    {"group": bytes([239, 1, 1, 0]), "group_len": 24},
    {"group": GROUP, "dport_min": 4000, "dport_max": 6000},
    {"group": GROUP, "proto": 0},
]


def others(client, turn):
    """All but one rule are others."""
    txn = Txn(client)
    txn.flush()
    for n in range(20):
        txn.new(group=group4(20 * (turn % 3) + n), outputs=OUT2)
    txn.new(outputs=OUT1, **KEEP)
    # More and less specific ones beside it, for other packets.
    txn.new(group=GROUP, dport_min=1 + turn % 2, outputs=OUT2)
    txn.new(group=GROUP, src=group_source(turn % 2), outputs=OUT2)
    txn.commit()


def group_source(n):
    """A source that sends nothing."""
    return bytes([192, 0, 2, 1 + n])


def handed(client, turn):
    """The flow is another rule's, or two rules' of which one wins."""
    txn = Txn(client)
    txn.flush(output=OUT1)
    for n in {turn % len(HANDED), turn // 3 % len(HANDED)}:
        txn.new(outputs=OUT1, **HANDED[n])
    txn.commit()


def outputs(client, turn):
    """Outputs come and go, one stays."""
    txn = Txn(client)
    if turn % 2:
        txn.output("add", "keep", dev="out2")
    else:
        txn.new(REPLACE, outputs=[{"dev": "out2", "ttl": 5 + turn % 3}] + OUT1,
                **KEEP)
    txn.commit()
    if turn % 2:
        txn = Txn(client)
        txn.output("del", "keep", dev="out2")
        txn.commit()


def left(client):
    """Open all transactions there may be, and let them be."""
    for n in range(4):
        txn = Txn(client)
        txn.flush()
        txn.new(group=group4(n), outputs=OUT1)
    print("ready", flush=True)
    signal.pause()


def main():
    """Run a case."""
    client = Client()
    if sys.argv[1] == "left":
        left(client)
    step = {"others": others, "handed": handed,
            "outputs": outputs}[sys.argv[1]]
    turn = 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        step(client, turn)
        turn += 1
        if turn == 3:
            print("ready", flush=True)
    print(turn, flush=True)


if __name__ == "__main__":
    main()

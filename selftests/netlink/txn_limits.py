# SPDX-License-Identifier: GPL-2.0
"""How many transactions there may be, and how much in them."""

from errno import ENOSPC

import bench
import ktap
from mcrnl import Client
from rules import Cases, group4, new, refused, status
from txn import Txn

CASES = Cases()


@CASES.case("at most 4 transactions are open")
def _(client):
    other = Client(client.spec)
    txns = [Txn(client), Txn(other), Txn(client), Txn(other)]
    answer = refused(ENOSPC, Txn, client)
    ktap.true("at most 4" in answer.text, answer.text)
    txns[1].abort()
    txns[1] = Txn(client)
    refused(ENOSPC, Txn, other)
    ktap.equal(len({t.number for t in txns}), 4, "different numbers")
    for txn in txns:
        txn.commit()
    ktap.equal(status(client)["txns"], 0, "open transactions")
    new(client)
    other.close()


@CASES.case("staged rules count towards those of a user namespace")
def _(client):
    bench.only_kernel("a daemon counts the rules of its own namespace")

    def child():
        bench.own_user_namespace(bench.CLONE_NEWNET)
        bench.add_devices(["in0", "out0"])
        owner = Client(client.spec)
        txn, other = Txn(owner), Txn(owner)
        txn.many("in0", range(4096))
        for func in (txn.new, other.new):
            answer = refused(ENOSPC, func, group=group4(5000))
            ktap.true("user namespace" in answer.text, answer.text)
        refused(ENOSPC, new, owner, group=group4(5000))
        # One goes, one comes; and an abort gives all back.
        ktap.equal(txn.flush(filter={"group": group4(1)}), 1, "flushed")
        txn.new(group=group4(5000))
        refused(ENOSPC, txn.new, group=group4(5001))
        txn.abort()
        other.new(group=group4(5000))
        other.commit()
        ktap.equal(status(owner)["rules"], 1, "rules")
    bench.in_child(child)

# SPDX-License-Identifier: GPL-2.0
"""Whose a transaction is, and how it ends without having been asked to."""

import socket
from errno import EINVAL, ENOENT, EPERM

import bench
import ktap
from mcrnl import Client
from rules import NEW, Cases, group4, names, new, refused, rule, status
from txn import Idle, Txn, wait_for

CASES = Cases()


def none_open(client):
    """No transaction is open any more."""
    return status(client)["txns"] == 0


@CASES.case("only the socket that began it stages and commits, any may abort")
def _(client):
    other = Client(client.spec)
    txn = Txn(client)
    txn.new(name="a")
    for op, attrs in (
            ("rule-new", {"rule": rule(), "output": [{"dev": "out0"}]}),
            ("rule-set", {"rule": {"name": "a", "disabled": 1}}),
            ("rule-del", {"rule": {"name": "a"}}), ("rule-flush", {}),
            ("output-add", {"rule": {"name": "a"},
                            "output": [{"dev": "out1"}]}),
            ("output-del", {"rule": {"name": "a"},
                            "output": [{"dev": "out0"}]}),
            ("txn-commit", {})):
        data = other.build(op, dict(attrs, txn=txn.number),
                           NEW if op == "rule-new" else 0)
        answer = other.exchange(data)[1]
        ktap.equal(answer.name, "EPERM", op)
        ktap.true("another socket" in answer.text, answer.text)
    other.do("txn-abort", {"txn": txn.number})
    refused(ENOENT, txn.commit)
    ktap.equal(names(client), [], "rules")
    other.close()


@CASES.case("a transaction that was not begun, and none at all")
def _(client):
    txn = Txn(client)
    txn.commit()
    for op in ("txn-commit", "txn-abort"):
        answer = refused(ENOENT, client.do, op, {"txn": txn.number})
        ktap.true("no such transaction" in answer.text, answer.text)
        answer = refused(EINVAL, client.do, op)
        ktap.true("missing" in answer.text, answer.text)
    refused(ENOENT, txn.new)


@CASES.case("a transaction ends with its socket")
def _(client):
    new(client, name="a")
    before = client.raw_dump("rule-get")
    for _ in range(300):
        owner = Client(client.spec)
        txn = Txn(owner)
        txn.delete("a")
        txn.new(name="b", group=group4(1))
        Txn(owner)
        mine = Txn(client)
        # What comes next finds it closed, however soon.
        owner.close()
        refused(ENOENT, client.do, "txn-abort", {"txn": txn.number})
        ktap.equal(status(client)["txns"], 1, "open transactions")
        ktap.equal(client.raw_dump("rule-get"), before, "rules")
        mine.commit()


@CASES.case("a transaction that its owner cannot be told of does not begin")
def _(client):
    bench.only_kernel("the daemon keeps answers until they are read")
    deaf = Client(client.spec)
    Txn(deaf).commit()
    # Room for a message or two, which nobody reads.
    deaf.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    for _ in range(16):
        deaf.send(deaf.build("status-get"))
    deaf.send(deaf.build("txn-begin"))
    ktap.equal(status(client)["txns"], 0, "open transactions")
    for _ in range(4):
        Txn(client)
    deaf.close()


@CASES.case("a transaction ends with its process")
def _(client):
    def child():
        owner = Client(client.spec)
        for n in range(4):
            Txn(owner).new(group=group4(n))
        # It ends without closing anything.
    bench.in_child(child)
    ktap.equal(status(client)["txns"], 0, "open transactions")
    for _ in range(4):
        Txn(client)


@CASES.case("sockets that are closed at once leave room for others")
def _(client):
    for _ in range(200):
        owner = Client(client.spec)
        for _ in range(4):
            Txn(owner).new()
        owner.close()
        ktap.equal(status(client)["txns"], 0, "open transactions")


@CASES.case("a transaction left alone is aborted, one in use is not")
def _(client):
    with Idle(1000):
        left, used = Txn(client), Txn(client)
        left.new(name="a")
        wait_for(lambda: used.flush() == 0 and status(client)["txns"] == 1,
                 "one is left")
        answer = refused(ENOENT, left.commit)
        ktap.true("too long" in answer.text, answer.text)
        used.new(name="b")
        used.commit()
    ktap.equal(names(client), ["b"], "rules")


@CASES.case("reading, and other transactions, do not keep one open")
def _(client):
    with Idle(300):
        Txn(client).new(name="a")
        wait_for(lambda: none_open(client), "none is left")
    ktap.equal(names(client), [], "rules")


@CASES.case("transactions end with their namespace")
def _(client):
    def child():
        bench.unshare(bench.CLONE_NEWNET)
        bench.add_devices(["in0", "out0"])
        owner = Client(client.spec)
        new(owner, name="a")
        txn = Txn(owner)
        txn.delete("a")
        txn.new(name="b", group=group4(1))
        refused(ENOENT, client.do, "txn-abort", {"txn": txn.number})
    bench.in_child(child)


@CASES.case("a user without the capability neither begins nor aborts")
def _(client):
    txn = Txn(client)

    def child():
        bench.become_nobody()
        other = Client(client.spec)
        refused(EPERM, other.do, "txn-begin")
        refused(EPERM, other.do, "txn-abort", {"txn": txn.number})
    bench.in_child(child)
    txn.commit()

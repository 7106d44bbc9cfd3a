# SPDX-License-Identifier: GPL-2.0
"""Who may change rules."""

from errno import errorcode

import bench
import ktap
from build import GROUP4, pack
from mcrnl import NLM_F_CREATE, Client


def changes(bad):
    """A message of each command that changes something."""
    for op, _, flags, make in bad.bases():
        if bad.spec.ops[op].flags:
            yield op, flags, make
    for op in ("txn-begin", "txn-commit", "txn-abort"):
        yield op, 0, lambda: []


def all_forbidden(bad, client):
    """Fail unless a client may read, and change nothing."""
    for op, flags, make in changes(bad):
        answer = client.exchange(client.build(op, pack(make()), flags))[1]
        ktap.equal(errorcode.get(answer.error, answer.error), "EPERM", op)
    ktap.equal(len(client.dump("rule-get")), 2, "rules read")
    client.do("rule-get", {"rule": {"name": "keep"}})
    client.do("status-get")
    client.dump("ingress-get")


def add_all(bad):
    """Who may read only, and who may do all."""
    def unchanged(func):
        def case():
            bench.in_child(func)
            bad.unchanged()
        return case

    def nobody():
        bench.become_nobody()
        all_forbidden(bad, Client(bad.spec))

    def roots_socket():
        bench.only_kernel("a connection has the rights of who connected")
        client = Client(bad.spec)
        bench.become_nobody()
        all_forbidden(bad, client)

    def other_user_namespace():
        bench.own_user_namespace()
        all_forbidden(bad, Client(bad.spec))

    def own_namespaces():
        bench.only_kernel("the daemon is root's, with root's packet sockets")
        bench.own_user_namespace(bench.CLONE_NEWNET)
        bench.add_devices(["in0", "out0"])
        client = Client(bad.spec)
        ktap.equal(client.dump("rule-get"), [], "rules of a new namespace")
        client.do("rule-new", {"rule": {"iif": "in0", "group": GROUP4},
                               "output": [{"dev": "out0"}]}, NLM_F_CREATE)
        ktap.equal(len(client.dump("rule-get")), 1, "rules")
        client.do("rule-flush")
        ktap.equal(client.dump("rule-get"), [], "rules")
    bad.suite.add("nobody may read only", unchanged(nobody))
    bad.suite.add("nobody may read only, with a socket of root's",
                  unchanged(roots_socket))
    bad.suite.add("root of a user namespace that does not own the network "
                  "namespace may read only", unchanged(other_user_namespace))
    bad.suite.add("root of a user namespace may do all in a network namespace "
                  "of its own", unchanged(own_namespaces))

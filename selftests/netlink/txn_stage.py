# SPDX-License-Identifier: GPL-2.0
"""What is staged is checked like what is not, and is not in force."""

from errno import EBUSY, EEXIST, EINVAL, ENOENT, ENOSPC, EOPNOTSUPP

import ktap
from build import GROUP4, GROUP6
from mcrnl import NLM_F_REPLACE
from rules import (NEW, REPLACE, Cases, dump, generation, get, group4, names,
                   new, refused, rule, stated, status)
from txn import Txn, by

CASES = Cases()


@CASES.case("a transaction has a number and the generation it starts from")
def _(client):
    first, second = Txn(client), Txn(client)
    ktap.true(first.number and first.number != second.number, "numbers %d, %d"
              % (first.number, second.number))
    ktap.equal(first.base, generation(client), "base")
    ktap.equal(status(client)["txns"], 2, "open transactions")
    first.abort()
    second.commit()
    ktap.equal(status(client)["txns"], 0, "open transactions")


@CASES.case("what is staged is not in force, and what is aborted never is")
def _(client):
    new(client, name="a")
    before = client.raw_dump("rule-get")
    txn = Txn(client)
    txn.new(name="b", group=group4(1))
    txn.output("add", "a", dev="out1")
    txn.disable("a")
    txn.delete("a")
    ktap.equal(client.raw_dump("rule-get"), before, "rules")
    txn.abort()
    ktap.equal(client.raw_dump("rule-get"), before, "rules")
    ktap.equal(generation(client), txn.base, "generation")


@CASES.case("an empty transaction changes nothing")
def _(client):
    new(client)
    before = client.raw_dump("rule-get")
    Txn(client).commit()
    ktap.equal(client.raw_dump("rule-get"), before, "rules")


@CASES.case("an id is told when a rule is staged, and is good at once")
def _(client):
    txn = Txn(client)
    number = txn.new(name="a")
    txn.output("add", number, dev="out1")
    refused(ENOENT, get, client, number)
    txn.commit()
    one, outputs = get(client, number)
    ktap.equal(stated(one), rule(name="a", proto=17), "rule")
    ktap.equal([(o["id"], o["dev"]) for o in outputs],
               [(1, "out0"), (2, "out1")], "outputs")


@CASES.case("a rule staged by one transaction is not seen by another")
def _(client):
    one, other = Txn(client), Txn(client)
    number = one.new(name="a")
    refused(ENOENT, other.delete, number)
    refused(ENOENT, other.delete, "a")
    ktap.true(other.new(name="a") != number, "one id twice")
    one.abort()
    other.commit()
    ktap.equal(names(client), ["a"], "rules")


@CASES.case("an id of a transaction that was aborted is not used again soon")
def _(client):
    txn = Txn(client)
    number = txn.new()
    txn.abort()
    ktap.true(new(client) > number, "the id again")


# What is refused in a transaction that has replaced rule "a" by one with two
# outputs, deleted "b", and staged a new rule "c".
REFUSED = [
    ("a twin in force", EEXIST, "match", 1,
     lambda t: t.new(group=group4(1))),
    ("a staged twin", EEXIST, "match", 3, lambda t: t.new(group=group4(3))),
    ("a replacement of a rule that is not", ENOENT, "match", None,
     lambda t: t.new(NLM_F_REPLACE, group=group4(4))),
    ("a replacement of a rule staged to be deleted", ENOENT, "match", None,
     lambda t: t.new(NLM_F_REPLACE, group=group4(2))),
    ("a name of a rule in force", EEXIST, "name", 1,
     lambda t: t.new(group=group4(4), name="a2")),
    ("a name of a staged rule", EEXIST, "name", 3,
     lambda t: t.new(group=group4(4), name="c")),
    ("a name of a staged rule, by replacing", EEXIST, "name", 3,
     lambda t: t.new(REPLACE, group=group4(1), name="c")),
    ("the same output twice", EEXIST, "output", None,
     lambda t: t.new(group=group4(4), outputs=[{"dev": "out0"}] * 2)),
    ("an output to a device of another kind", EOPNOTSUPP, "Ethernet", None,
     lambda t: t.output("add", "c", dev="lo")),
    ("a rule that is not, by id", ENOENT, "no such rule", None,
     lambda t: t.delete(0x7fffffff)),
    ("a rule that is not, by name", ENOENT, "no such rule", None,
     lambda t: t.disable("x")),
    ("a rule staged to be deleted, by name", ENOENT, "no such rule", None,
     lambda t: t.output("add", "b", dev="out3")),
    ("a rule by the name it had", ENOENT, "no such rule", None,
     lambda t: t.delete("a")),
    ("an output of a rule in force that is there", EEXIST, "output", None,
     lambda t: t.output("add", "a2", dev="out1")),
    ("an output of a staged rule that is there", EEXIST, "output", None,
     lambda t: t.output("add", "c", dev="out0")),
    ("the last output of a staged rule", EBUSY, "at least one", None,
     lambda t: t.output("del", "c", dev="out0")),
    ("the last output of a staged rule, by id", EBUSY, "at least one", None,
     lambda t: t.output("del", "c", id=1)),
    ("an output that is not", ENOENT, "output", None,
     lambda t: t.output("del", "c", dev="out3")),
    ("an output that is not, by id", ENOENT, "output", None,
     lambda t: t.output("del", "c", id=2)),
    ("an unsound rule", EINVAL, "multicast", None,
     lambda t: t.new(group=bytes([10, 0, 0, 1]))),
    ("an unsound output", EINVAL, "family", None,
     lambda t: t.output("add", "c", dev="out3", group=GROUP6)),
]


def add_refused():
    """A refused command leaves the transaction and the rules alone."""
    def case(client, error, says, twin, func):
        a = new(client, name="a", group=group4(1))
        new(client, name="b", group=group4(2))
        txn = Txn(client)
        txn.new(REPLACE, name="a2", group=group4(1),
                outputs=[{"dev": "out1"}, {"dev": "out2"}])
        txn.delete("b")
        c = txn.new(name="c", group=group4(3))
        before = client.raw_dump("rule-get")
        answer = refused(error, func, txn)
        ktap.true(says in answer.text, "the sentence %r does not say %r"
                  % (answer.text, says))
        ktap.equal(answer.twin, {1: a, 3: c}.get(twin), "cookie")
        ktap.equal(client.raw_dump("rule-get"), before, "rules")
        txn.commit()
        ktap.equal([(r["id"], r["name"], [o["dev"] for o in outputs])
                    for r, outputs in dump(client)],
                   [(a, "a2", ["out1", "out2"]), (c, "c", ["out0"])], "rules")
    for name, *rest in REFUSED:
        CASES.add("refused: " + name,
                  lambda client, words=rest: case(client, *words))


add_refused()


@CASES.case("a staged rule has at most 256 outputs")
def _(client):
    txn = Txn(client)
    txn.new(name="a", outputs=[{"dev": "out0", "dport": 1 + n}
                               for n in range(255)])
    txn.output("add", "a", dev="out1")
    answer = refused(ENOSPC, txn.output, "add", "a", dev="out2")
    ktap.true("256" in answer.text, answer.text)
    txn.commit()
    ktap.equal(get(client, "a")[0]["outputs"], 256, "outputs")


@CASES.case("a refusal names the attribute at fault")
def _(client):
    txn = Txn(client)
    txn.new()
    data = client.build("rule-new", {
        "rule": rule(group=group4(2)), "txn": txn.number,
        "output": [{"dev": "out0"}, {"dev": "out1"}, {"dev": "out0"}]}, NEW)
    answer = client.exchange(data)[1]
    ktap.equal(answer.name, "EEXIST", "errno")
    ktap.equal(answer.offset, data.rindex(b"\x09\0\x03\0out0\0"), "offset")


@CASES.case("a flush in a transaction means rules as they are staged")
def _(client):
    for n in range(4):
        new(client, name="r%d" % n, group=group4(n), mode=n % 2)
    txn = Txn(client)
    txn.new(name="s", group=group4(9), mode=1)
    txn.new(REPLACE, name="r0", group=group4(0), mode=1)
    txn.new(REPLACE, name="r1", group=group4(1))
    ktap.equal(txn.flush(filter={"mode": 1}), 3, "r0, r3 and s")
    ktap.equal(txn.flush(filter={"mode": 1}), 0, "deleted twice")
    ktap.equal(txn.flush(output=[{"dev": "out1"}]), 0, "none sends to out1")
    txn.output("add", "r2", dev="out1")
    ktap.equal(txn.flush(output=[{"dev": "out1"}]), 1, "r2")
    ktap.equal(names(client), ["r0", "r1", "r2", "r3"], "rules in force")
    txn.commit()
    ktap.equal(names(client), ["r1"], "rules")


@CASES.case("a flush without filter deletes all, and all can be made anew")
def _(client):
    kept = new(client, name="a")
    new(client, name="b", group=group4(1))
    txn = Txn(client)
    ktap.equal(txn.flush(), 2, "count")
    ktap.equal(txn.new(name="a"), kept, "id")
    ktap.equal(txn.flush(), 1, "count")
    ktap.equal(txn.new(name="b"), kept, "id")
    txn.commit()
    ktap.equal(names(client), ["b"], "rules")


@CASES.case("what a transaction deletes of its own leaves no trace")
def _(client):
    new(client, name="a")
    before = client.raw_dump("rule-get")
    txn = Txn(client)
    number = txn.new(name="b", group=group4(1))
    txn.delete("b")
    refused(ENOENT, txn.delete, number)
    txn.new(name="b", group=group4(1))
    txn.flush(filter={"name": "b"})
    txn.disable("a")
    txn.disable("a", 0)
    txn.output("add", "a", dev="out1")
    txn.output("del", "a", dev="out1")
    txn.commit()
    ktap.equal(client.raw_dump("rule-get"), before, "rules and generation")


@CASES.case("the same IPv4 group in force and staged: each has its own twin")
def _(client):
    txn = Txn(client)
    txn.new(name="a", dport_min=5000)
    txn.new(name="b", dport_min=5001)
    txn.new(name="c", iif="in1", dport_min=5000)
    refused(EEXIST, txn.new, dport_min=5000)
    txn.commit()
    ktap.equal(names(client, filter={"group": GROUP4}), ["a", "b", "c"],
               "rules")


@CASES.case("a rule is named by its id or its name, and once")
def _(client):
    new(client, name="a")
    txn = Txn(client)
    refused(EINVAL, txn.do, "rule-del", {})
    refused(EINVAL, txn.do, "rule-del", {"rule": {}})
    refused(EINVAL, txn.do, "rule-del", {"rule": {"id": 1, "name": "a"}})
    refused(EINVAL, txn.do, "rule-set", {"rule": by("a")})
    txn.commit()

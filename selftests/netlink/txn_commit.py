# SPDX-License-Identifier: GPL-2.0
"""What a commit puts in force, and what it leaves as it was."""

from errno import EAGAIN, EEXIST, ENOENT, EOPNOTSUPP

import bench
import ktap
from build import GROUP4
from good_events import MANY, hear, quiet
from mcrnl import NLM_F_CREATE, NLM_F_REPLACE, Listener
from rules import (REPLACE, Cases, dump, generation, get, group4, names,
                   new, refused, rule, stated, status)
from txn import Txn, make_wire, offered, packets, send, wait_for

CASES = Cases()


@CASES.case("a commit of many kinds is one step of the generation")
def _(client):
    for n in range(5):
        new(client, name="r%d" % n, group=group4(n))
    txn = Txn(client)
    txn.delete("r0")
    txn.disable("r1")
    txn.output("add", "r2", dev="out1")
    txn.new(REPLACE, name="r9", group=group4(3), comment="new",
            outputs=[{"dev": "out3"}])
    txn.new(name="r5", group=group4(5), disabled=1)
    txn.commit()
    ktap.equal(generation(client), txn.base + 1, "generation")
    ktap.equal([(stated(r), [(o["id"], o["dev"]) for o in outputs])
                for r, outputs in dump(client)],
               [(rule(name="r1", group=group4(1), proto=17, disabled=1),
                 [(1, "out0")]),
                (rule(name="r2", group=group4(2), proto=17),
                 [(1, "out0"), (2, "out1")]),
                (rule(name="r9", group=group4(3), proto=17, comment="new"),
                 [(2, "out3")]),
                (rule(name="r4", group=group4(4), proto=17), [(1, "out0")]),
                (rule(name="r5", group=group4(5), proto=17, disabled=1),
                 [(1, "out0")])], "rules")
    one = status(client)
    ktap.equal((one["rules"], one["outputs"]), (5, 6), "rules, outputs")
    refused(ENOENT, txn.commit)


@CASES.case("replacing rules by the same changes nothing")
def _(client):
    values = {"name": "a", "comment": "text", "mode": 1, "join": 1,
              "outputs": [{"dev": "out1", "ttl": 3}, {"dev": "out0"}]}
    new(client, **values)
    new(client, group=group4(1))
    before = client.raw_dump("rule-get")
    txn = Txn(client)
    txn.flush()
    txn.new(**values)
    txn.new(REPLACE, group=group4(1))
    txn.commit()
    ktap.equal(client.raw_dump("rule-get"), before, "rules and generation")


@CASES.case("names are swapped, and handed on")
def _(client):
    ids = [new(client, name="n%d" % n, group=group4(n)) for n in range(3)]
    txn = Txn(client)
    txn.new(REPLACE, group=group4(0))
    txn.new(REPLACE, group=group4(1), name="n0")
    txn.new(REPLACE, group=group4(0), name="n1")
    txn.delete("n2")
    txn.new(group=group4(3), name="n2")
    txn.commit()
    ktap.equal(names(client), ["n1", "n0", "n2"], "names")
    ktap.equal(get(client, "n0")[0]["id"], ids[1], "id of n0")
    ktap.equal(get(client, "n1")[0]["id"], ids[0], "id of n1")
    ktap.equal(get(client, "n2")[0]["group"], group4(3), "group of n2")
    # Each name is known once: the old ones are free.
    for name in ("n0", "n1", "n2"):
        refused(EEXIST, new, client, group=group4(9), name=name)
        client.do("rule-del", {"rule": {"name": name}})
        refused(ENOENT, get, client, name)


@CASES.case("a rule that was deleted and added again keeps id and counters")
def _(client):
    make_wire()
    number = new(client, iif="in9", name="a",
                 outputs=[{"dev": "out0"}, {"dev": "out1"}])
    send(GROUP4, 7, 10)
    wait_for(lambda: offered(client, "a") == [10, 10], "10 packets")
    outputs = get(client, "a")[1]
    txn = Txn(client)
    txn.delete("a")
    ktap.equal(txn.new(iif="in9", name="b",
                       outputs=[{"dev": "out2"}, {"dev": "out1"}]), number,
               "id")
    txn.commit()
    one, now = get(client, "b")
    ktap.equal((one["id"], one["packets"]), (number, 10), "id, packets")
    ktap.equal(now[1], outputs[1], "the output that stayed")
    ktap.equal((now[0]["id"], now[0].get("offered", 0)), (3, 0),
               "the output that is new")
    client.do("rule-flush")


@CASES.case("a change of outputs keeps the counters of the others")
def _(client):
    make_wire()
    new(client, iif="in9", name="a",
        outputs=[{"dev": "out0"}, {"dev": "out1", "ttl": 7}])
    send(GROUP4, 7, 10)
    wait_for(lambda: offered(client, "a") == [10, 10], "10 packets")
    before = get(client, "a")[1]
    txn = Txn(client)
    txn.output("add", "a", dev="out2")
    txn.output("del", "a", id=1)
    txn.output("add", "a", dev="out3")
    txn.output("del", "a", dev="out2")
    txn.commit()
    one, now = get(client, "a")
    ktap.equal(one["packets"], 10, "packets")
    ktap.equal(now[0], before[1], "the output that stayed")
    ktap.equal((now[1]["dev"], now[1]["id"]), ("out3", 4), "the other")
    client.do("rule-flush")


@CASES.case("a counter reset is no change: the transaction goes on")
def _(client):
    new(client, name="a")
    txn = Txn(client)
    txn.new(REPLACE, name="b")
    client.do("stats-reset")
    txn.output("add", "b", dev="out1")
    txn.commit()
    ktap.equal([o["id"] for o in get(client, "b")[1]], [1, 2], "outputs")


CHANGES = [
    ("a rule was added", lambda c: new(c, group=group4(7))),
    ("a rule was replaced", lambda c: new(c, REPLACE, name="b")),
    ("a rule was disabled",
     lambda c: c.do("rule-set", {"rule": {"name": "a", "disabled": 1}})),
    ("an output was added",
     lambda c: c.do("output-add", {"rule": {"name": "a"},
                                   "output": [{"dev": "out2"}]})),
    ("the rules were flushed", lambda c: c.do("rule-flush")),
]


def add_stale():
    """A transaction whose base has moved is refused, staging included."""
    def case(client, change):
        new(client, name="a")
        txn = Txn(client)
        txn.new(name="c", group=group4(1))
        change(client)
        before = client.raw_dump("rule-get")
        answer = refused(EAGAIN, txn.commit)
        ktap.true("begin again" in answer.text, answer.text)
        refused(EAGAIN, txn.new, group=group4(2))
        refused(EAGAIN, txn.delete, "c")
        refused(EAGAIN, txn.flush)
        ktap.equal(client.raw_dump("rule-get"), before, "rules")
        txn.abort()
    for name, change in CHANGES:
        CASES.add("it can not be committed any more when %s" % name,
                  lambda client, func=change: case(client, func))


add_stale()


@CASES.case("of two transactions the one that commits first wins")
def _(client):
    one, other = Txn(client), Txn(client)
    one.new(name="a")
    other.new(name="b")
    other.commit()
    refused(EAGAIN, one.commit)
    one.abort()
    ktap.equal(names(client), ["b"], "rules")
    one, other = Txn(client), Txn(client)
    one.new(REPLACE, name="b")
    one.commit()
    other.new(name="c", group=group4(1))
    other.commit()
    ktap.equal(names(client), ["b", "c"], "one has changed nothing")


@CASES.case("a commit that finds a device of another kind changes nothing, and "
            "can be repeated")
def _(client):
    bench.add_devices(["gone0"])
    new(client, name="a")
    before = client.raw_dump("rule-get")
    txn = Txn(client)
    txn.new(REPLACE, name="a2", outputs=[{"dev": "out1"}])
    txn.new(name="b", group=group4(1), outputs=[{"dev": "out0"},
                                                {"dev": "gone0"}])
    bench.ip("link", "del", "gone0")
    bench.ip("tuntap", "add", "gone0", "mode", "tun")
    refused(EOPNOTSUPP, txn.commit)
    ktap.equal(client.raw_dump("rule-get"), before, "rules")
    txn.output("del", "b", dev="gone0")
    txn.commit()
    ktap.equal(names(client), ["a2", "b"], "rules")
    bench.ip("link", "del", "gone0")


@CASES.case("a commit that finds a device gone has the rule wait for it")
def _(client):
    bench.add_devices(["gone0"])
    txn = Txn(client)
    txn.new(name="a", outputs=[{"dev": "out0"}, {"dev": "gone0"}])
    bench.ip("link", "del", "gone0")
    txn.commit()
    ktap.equal(["ifindex" in o for o in get(client, "a")[1]], [True, False],
               "outputs that have a device")


@CASES.case("a commit is told rule by rule, what was deleted first")
def _(client):
    gone = new(client, name="a", group=group4(0))
    new(client, name="b", group=group4(1))
    new(client, name="c", group=group4(2))
    listener = Listener()
    txn = Txn(client)
    txn.delete("a")
    txn.new(name="a", group=group4(3))
    txn.new(REPLACE, name="b", group=group4(1), mode=1)
    txn.output("add", "c", dev="out1")
    txn.output("del", "c", dev="out1")
    txn.commit()
    told = hear(listener, "rule-del-ntf")
    ktap.equal(told, {"rule": {"id": gone, "name": "a"},
                      "generation": txn.base + 1}, "deleted")
    heard = [listener.hear() for _ in range(2)]
    ktap.equal(sorted((values["rule"]["name"], flags, values["generation"])
                      for _, flags, values in heard),
               [("a", NLM_F_CREATE, txn.base + 1),
                ("b", NLM_F_REPLACE, txn.base + 1)], "created and changed")
    quiet(listener, client)
    listener.close()


@CASES.case("a commit that changes much is told as one event")
def _(client):
    listener = Listener()
    txn = Txn(client)
    for n in range(MANY):
        txn.new(group=group4(n))
    txn.commit()
    ktap.equal(hear(listener, "generation-ntf"),
               {"generation": txn.base + 1}, "event")
    quiet(listener, client)
    listener.close()


@CASES.case("20,000 rules are added in one step, and many of them replaced")
def _(client):
    count, few = 20000, 1000
    make_wire()
    first = new(client, iif="in9", name="first", group=group4(0))
    send(group4(0), 7, 3)
    wait_for(lambda: packets(client, first) == 3, "3 packets")

    txn = Txn(client)
    txn.many("in9", range(1, count))
    txn.commit()
    ktap.equal(status(client)["rules"], count, "rules")
    ktap.equal(generation(client), txn.base + 1, "generation")

    txn = Txn(client)
    txn.many("in9", range(1, 2 * few, 2), REPLACE, "out1")
    txn.commit()
    ktap.equal(generation(client), txn.base + 1, "generation")

    txn = Txn(client)
    ktap.equal(txn.flush(output=[{"dev": "out1"}]), few, "flushed")
    txn.many("in9", range(count, count + few // 2))
    txn.commit()
    ktap.equal(status(client)["rules"], count - few // 2, "rules")
    ktap.equal(packets(client, first), 3, "packets of the first")
    client.do("rule-flush")

# SPDX-License-Identifier: GPL-2.0
"""Rules and the server's state are read; filters, generation, namespaces."""

from errno import EEXIST

import bench
import ktap
import relay
from build import GROUP4, GROUP6, HOST4, HOST6
from mcrnl import NLM_F_DUMP, NLM_F_DUMP_INTR, NLMSG_DONE, Client
from rules import (NEW, REPLACE, Cases, dump, generation, get, group4, names,
                   new, refused, rule, status, together)

CASES = Cases()

# Bytes in one step of a dump that is read slowly.
STEP = 4096
# The daemon goes on with a dump as long as its peer's socket has room.
LARGER = 12 if relay.WANTED else 1


@CASES.case("a dump of many rules has each once, by ascending id")
def _(client):
    made = [new(client, group=group4(n)) for n in range(500)]
    rules = dump(client)
    ktap.equal([r["id"] for r, _ in rules], made, "ids")
    ktap.equal([r["group"] for r, _ in rules],
               [group4(n) for n in range(500)], "groups")
    ktap.equal(status(client)["rules"], 500, "rules in the status")


@CASES.case("a dump of rules with 256, 1 and 256 outputs")
def _(client):
    wide = [{"dev": "out0", "dport": 1 + n} for n in range(256)]
    for number, outputs in enumerate((wide, wide[:1], wide, wide[:200])):
        new(client, group=group4(number), outputs=outputs)
    ktap.equal([len(o) for _, o in dump(client)], [256, 1, 256, 200],
               "outputs")


def filters():
    """Rules of all kinds, and which of them a filter selects."""
    second = {"iif": "in1", "group": group4(2)}
    rules = {
        "plain": {},
        "other": {"iif": "in1"},
        "src": {"src": HOST4},
        "port": {"dport_min": 9},
        "six": {"group": GROUP6},
        "sixsrc": {"group": GROUP6, "src": HOST6},
        "set": {"group": group4(1), "mode": 1, "join": 1, "plane": relay.PLANE,
                "latency": 1, "disabled": 1},
        "net": {"iif": "in1", "group": b"\xef\5\0\0", "group_len": 16},
        "range": dict(second, dport_min=5000, dport_max=5009),
        "any": dict(second, proto=0),
        "vlan": dict(second, vlan=7),
        "srcnet": dict(second, src=HOST4[:3] + b"\0", src_len=24),
    }
    plain = {"iif": "in0", "group": GROUP4}
    chosen = [
        ({"name": "src"}, ["src"]),
        ({"name": "nosuch"}, []),
        ({"iif": "in1"}, ["other", "net", "range", "any", "vlan", "srcnet"]),
        ({"iif": "nosuch0"}, []),
        ({"group": GROUP4}, ["plain", "other", "src", "port"]),
        ({"group": GROUP4, "group-len": 32},
         ["plain", "other", "src", "port"]),
        ({"group": b"\xef\0\0\0", "group-len": 8}, []),
        ({"group": b"\xef\5\0\0", "group-len": 16}, ["net"]),
        ({"group": b"\xef\5\0\0"}, []),
        ({"src": HOST4[:3] + b"\0", "src-len": 24}, ["srcnet"]),
        ({"group": GROUP6}, ["six", "sixsrc"]),
        ({"src": HOST4}, ["src"]),
        ({"src": HOST4, "src-len": 32}, ["src"]),
        ({"src": HOST6}, ["sixsrc"]),
        ({"group": GROUP6, "src": HOST6}, ["sixsrc"]),
        ({"proto": 17}, [r for r in rules if r != "any"]),
        ({"proto": 0}, ["any"]),
        ({"dport-min": 5000, "dport-max": 5009}, ["range"]),
        ({"dport-min": 5000, "dport-max": 5008}, []),
        ({"dport-min": 9}, ["port"]),
        ({"dport-min": 9, "dport-max": 9}, ["port"]),
        ({"dport-min": 8}, []),
        ({"vlan": 7}, ["vlan"]),
        ({"vlan": 8}, []),
        ({"mode": 1}, ["set"]),
        ({"mode": 0}, [r for r in rules if r != "set"]),
        ({"join": 1}, ["set"]),
        ({"plane": relay.PLANE}, ["set"]),
        ({"plane": relay.OTHER_PLANE}, []),
        ({"latency": 1}, ["set"]),
        ({"disabled": 1}, ["set"]),
        ({"disabled": 0}, [r for r in rules if r != "set"]),
        (dict(plain, mode=0), ["plain", "src", "port"]),
        ({}, list(rules)),
    ]
    return rules, chosen


def make_filtered(client):
    """Make the rules of filters(); every other one has out1, too."""
    for number, (name, values) in enumerate(filters()[0].items()):
        outputs = [{"dev": "out0", "ttl": 5}]
        if number % 2:
            outputs.append({"dev": "out1"})
        new(client, name=name, outputs=outputs, **values)


@CASES.case("filters select the rules that equal them")
def _(client):
    make_filtered(client)
    for values, expected in filters()[1]:
        ktap.equal(names(client, filter=values), expected, repr(values))


@CASES.case("an output selects the rules that send to its device")
def _(client):
    make_filtered(client)
    every = list(filters()[0])
    for dev, expected in (("out0", every), ("out1", every[1::2]),
                          ("out2", []), ("nosuch0", [])):
        ktap.equal(names(client, output=[{"dev": dev}]), expected, dev)
    ktap.equal(names(client, filter={"group": GROUP6},
                     output=[{"dev": "out1"}]), ["sixsrc"], "both")


@CASES.case("flush deletes what the filter selects, and counts it")
def _(client):
    make_filtered(client)
    left = list(filters()[0])
    for attrs, gone in (
            ({"filter": {"name": "nosuch"}}, []),
            ({"filter": {"group": GROUP6}}, ["six", "sixsrc"]),
            ({"filter": {"iif": "in0"}, "output": [{"dev": "out1"}]},
             ["other", "port"]),
            ({"output": [{"dev": "out1"}]},
             ["other", "net", "any", "srcnet"])):
        gone = [n for n in gone if n in left
                and not (n == "other" and "filter" in attrs)]
        replies = client.do("rule-flush", attrs)
        ktap.equal(replies, [{"count": len(gone)}], repr(attrs))
        left = [n for n in left if n not in gone]
        ktap.equal(names(client), left, repr(attrs))
    ktap.equal(client.do("rule-flush"), [{"count": len(left)}], "the rest")
    ktap.equal(dump(client), [], "rules")
    ktap.equal(client.do("rule-flush"), [{"count": 0}], "nothing left")


@CASES.case("the generation moves when something changes, and not otherwise")
def _(client):
    ref = {"rule": {"name": "a"}}
    plain = {"rule": rule(name="a"), "output": [{"dev": "out0"}]}
    both = dict(plain, output=[{"dev": "out0"}, {"dev": "out1"}])
    moves = [
        ("rule-new", plain, NEW), ("rule-new", both, REPLACE),
        ("rule-set", {"rule": {"name": "a", "disabled": 1}}, 0),
        ("rule-set", {"rule": {"name": "a", "disabled": 0}}, 0),
        ("output-add", dict(ref, output=[{"dev": "out2"}]), 0),
        ("output-del", dict(ref, output=[{"dev": "out2"}]), 0),
        ("rule-del", ref, 0), ("rule-new", both, NEW), ("rule-flush", {}, 0),
        ("rule-new", plain, NEW)]
    for op, attrs, flags in moves:
        before = generation(client)
        client.do(op, attrs, flags)
        ktap.true(generation(client) != before, "%s: it did not move" % op)
    stays = [
        ("rule-get", ref, 0), ("rule-get", {}, NLM_F_DUMP),
        ("status-get", {}, 0), ("ingress-get", {}, NLM_F_DUMP),
        ("stats-reset", {}, 0), ("stats-reset", ref, 0),
        ("rule-set", {"rule": {"name": "a", "disabled": 0}}, 0),
        ("rule-flush", {"filter": {"name": "nosuch"}}, 0)]
    for op, attrs, flags in stays:
        before = generation(client)
        client.do(op, attrs, flags)
        ktap.equal(generation(client), before, "generation after " + op)
    before = generation(client)
    refused(EEXIST, client.do, "rule-new", plain, NEW)
    ktap.equal(generation(client), before, "generation after a refusal")


@CASES.case("every reply of a dump tells the generation of the set")
def _(client):
    new(client)
    new(client, iif="in1")
    now = generation(client)
    ktap.true(now != 0, "generation 0")
    for op in ("rule-get", "ingress-get"):
        replies = client.dump(op)
        ktap.equal([r["generation"] for r in replies], [now, now], op)


def read_slowly(between):
    """Dump in small steps, with a change after the first one.

    Return whether it was interrupted, and the replies.
    """
    client = Client(recv_bytes=STEP)
    client.send(client.build("rule-get", flags=NLM_F_DUMP))
    interrupted = False
    seen = []
    steps = 0
    done = False
    while not done:
        for message in client.recv_all():
            interrupted |= bool(message.flags & NLM_F_DUMP_INTR)
            if message.type == NLMSG_DONE:
                done = True
                ktap.equal(message.answer().error, 0, "errno of the dump")
            else:
                seen.append(client.decode(message)[1])
        steps += 1
        if steps == 1:
            between()
    client.close()
    ktap.true(steps > 2, "the dump took %d steps" % steps)
    return interrupted, seen


@CASES.case("a dump that met a change carries NLM_F_DUMP_INTR, others do not")
def _(client):
    count = 400 * LARGER
    for number_ in range(count):
        new(client, group=group4(number_))

    def number(index):
        return {"id": dump(client)[index][0]["id"]}
    for name, change, expected in (
            ("nothing", lambda: None, False),
            ("a read", lambda: client.dump("rule-get"), False),
            ("a new rule", lambda: new(client, group=GROUP6), True),
            ("a deleted rule",
             lambda: client.do("rule-del", {"rule": number(count * 3 // 4)}), True),
            ("a rule deleted that was told already",
             lambda: client.do("rule-del", {"rule": number(0)}), True),
            ("a disabled rule",
             lambda: client.do("rule-set", {"rule": dict(number(0),
                                                         disabled=1)}), True),
            ("all deleted", lambda: client.do("rule-flush"), True)):
        interrupted, _ = read_slowly(change)
        ktap.equal(interrupted, expected, "interrupted by " + name)


@CASES.case("a dump goes on where it was when the rule it was at is deleted")
def _(client):
    wide = [{"dev": "out0", "dport": 1 + n} for n in range(256)]
    for number in range(4 * LARGER):
        new(client, group=group4(number), outputs=wide)
    ids = [r["id"] for r, _ in dump(client)]
    interrupted, seen = read_slowly(
        lambda: client.do("rule-del", {"rule": {"id": ids[0]}}))
    ktap.true(interrupted, "it is not said to be interrupted")
    whole = {}
    for reply in seen:
        whole.setdefault(reply["rule"]["id"], []).extend(reply["output"])
    # The rules that nobody touched are whole.
    for number in ids[1:]:
        ktap.equal([o["dport"] for o in whole[number]],
                   list(range(1, 257)), "outputs of rule %d" % number)


@CASES.case("two dumps at once do not meet")
def _(client):
    for number in range(300):
        new(client, group=group4(number))
    expected = dump(client)
    found = []
    _, seen = read_slowly(lambda: found.extend(dump(client)))
    ktap.equal(found, expected, "the dump inside")
    ktap.equal(together(seen), expected, "the dump around")


@CASES.case("a dump that is not read to its end is given up")
def _(client):
    for number in range(300):
        new(client, group=group4(number))
    for _ in range(5):
        other = Client(recv_bytes=STEP)
        other.send(other.build("rule-get", flags=NLM_F_DUMP))
        other.recv_all()
        other.close()
    ktap.equal(len(dump(client)), 300, "rules")


@CASES.case("the status counts rules, outputs and memberships")
def _(client):
    ktap.equal({n: status(client)[n] for n in ("plane", "rules", "outputs",
                                               "joins", "txns")},
               {"plane": relay.PLANE, "rules": 0, "outputs": 0, "joins": 0, "txns": 0},
               "status of nothing")
    new(client, outputs=[{"dev": "out0"}, {"dev": "out1"}])
    new(client, group=GROUP6)
    # Same group, same device: one membership for both, but not for a source.
    new(client, dport_min=9)
    new(client, src=HOST4)
    new(client, iif="in1", disabled=1)
    found = status(client)
    ktap.equal((found["rules"], found["outputs"]), (5, 6), "status")
    ktap.equal(found["joins"], 3, "memberships")
    ktap.equal(found["rules-max"], client.spec.consts["rules-max"],
               "rules there may be")
    ktap.true(found["version"], "no version")


@CASES.case("ingress devices: those that rules name, hooked if one is enabled")
def _(client):
    def shown():
        return {i["ingress"]["dev"]: (i["ingress"].get("hooked", False),
                                      i["ingress"]["rules"],
                                      i["ingress"].get("allmulti", 0))
                for i in client.dump("ingress-get")}
    ktap.equal(shown(), {}, "without rules")
    new(client, name="a")
    new(client, group=GROUP6, join=1)
    new(client, iif="in1", disabled=1, name="off")
    ktap.equal(shown(), {"in0": (True, 2, 1), "in1": (False, 1, 0)},
               "with rules")
    client.do("rule-set", {"rule": {"name": "off", "disabled": 0}})
    ktap.equal(shown()["in1"], (True, 1, 0), "enabled")
    client.do("rule-del", {"rule": {"name": "off"}})
    ktap.equal(set(shown()), {"in0"}, "deleted")
    # The module has no sockets that could have one.
    filtered = [i["ingress"].get("filtered", False)
                for i in client.dump("ingress-get")]
    ktap.true(relay.WANTED or not any(filtered), "the module has a filter")


@CASES.case("each rule has its membership")
def _(client):
    for values, expected in (({}, 1), ({"group": GROUP6}, 1),
                             ({"iif": "in1", "join": 1}, 2),
                             ({"dport_min": 9, "disabled": 1}, 0)):
        number = new(client, **values)
        one = get(client, number)[0]
        ktap.equal(one["membership"], expected, repr(values))
        ktap.true("membership-error" not in one, "an error: %r" % one)


@CASES.case("counters that are 0 are absent, before and after a reset")
def _(client):
    number = new(client)
    for attrs in (None, {}, {"rule": {"id": number}}):
        if attrs is not None:
            client.do("stats-reset", attrs)
        one, outputs = get(client, number)
        for name in ("packets", "bytes", "last-seen"):
            ktap.true(name not in one, "%s: %r" % (name, one))
        for name in ("offered", "sent", "sent-bytes", "drops"):
            ktap.true(name not in outputs[0], "%s: %r" % (name, outputs))


@CASES.case("another network namespace has rules of its own")
def _(client):
    new(client, name="a")

    def inside():
        bench.unshare(bench.CLONE_NEWNET)
        bench.add_devices(["in0", "out0"])
        other = Client()
        ktap.equal(other.dump("rule-get"), [], "rules")
        new(other, name="a", mode=1)
        new(other, name="b", group=GROUP6)
        ktap.equal(names(other), ["a", "b"], "names")
    bench.in_child(inside)
    ktap.equal(names(client), ["a"], "names")
    ktap.true("mode" not in get(client, "a")[0], "the other's mode")


def make_and_delete(number):
    """One of several clients at once: make, change and delete rules."""
    client = Client()
    for turn in range(30):
        mine = group4(number << 8 | turn)
        made = new(client, group=mine, name="n%d.%d" % (number, turn))
        client.do("output-add", {"rule": {"id": made},
                                 "output": [{"dev": "out1"}]})
        new(client, REPLACE, group=mine, mode=1)
        one, outputs = get(client, made)
        ktap.equal((one["group"], one["mode"], len(outputs)), (mine, 1, 1),
                   "my own rule")
        if turn % 3:
            client.do("rule-del", {"rule": {"id": made}})
    client.close()


@CASES.case("several clients at once")
def _(client):
    children = [bench.start_child(lambda n=number: make_and_delete(n))
                for number in range(4)]
    for _ in range(30):
        for one, outputs in dump_as_it_is(client):
            ktap.true(len(outputs) in (1, 2), "%r: %r" % (one, outputs))
    for child in children:
        bench.end_child(child)
    left = sorted(r["group"] for r, _ in dump(client))
    ktap.equal(left, [group4(number << 8 | turn) for number in range(4)
                      for turn in range(0, 30, 3)], "groups left")
    found = status(client)
    ktap.equal((found["rules"], found["outputs"], found["joins"]),
               (40, 40, 40), "status")


def dump_as_it_is(client):
    """A dump while others change rules: retried until it met no change."""
    for _ in range(100):
        replies, answer = client.exchange(client.build("rule-get",
                                                       flags=NLM_F_DUMP))
        ktap.equal(answer.error, 0, "errno")
        if not any(r.flags & NLM_F_DUMP_INTR for r in replies):
            return together([client.decode(r)[1] for r in replies])
    return []

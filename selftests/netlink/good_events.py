# SPDX-License-Identifier: GPL-2.0
"""What is told to those who listen, and that it agrees with what is read."""

import errno
import os

import bench
import ktap
import relay
from build import GROUP6
from mcrnl import (NLM_F_CREATE, NLM_F_ECHO, NLM_F_REPLACE, Client,
                   Listener)
from rules import (NEW, REPLACE, Cases, dump, generation, get, group4, new,
                   refused, rule, together)

CASES = Cases()

# Counters, which no notification has.
COUNTERS = {"packets", "bytes", "last-seen", "offered", "sent", "sent-bytes",
            "drops"}

# MCR_NTF_SINGLE_MAX and one more.
SINGLE, MANY = 32, 33


def plain(values):
    """A rule or an output without counters."""
    return {n: v for n, v in values.items() if n not in COUNTERS}


def hear(listener, operation, flags=0):
    """The next notification, which must be this; its values.

    Groups are joined some time after a rule has changed: that this is done may
    be told before.
    """
    name, has, values = listener.hear()
    while name == "member-ntf" != operation:
        name, has, values = listener.hear()
    ktap.equal((name, has), (operation, flags), "operation and flags")
    return values


def hear_rule(listener, client, ref, flags):
    """A rule is told, as it is read."""
    told = [hear(listener, "rule-ntf", flags)]
    while told[-1].get("more"):
        told.append(hear(listener, "rule-ntf", flags))
    one, outputs = together(told)[0]
    expected, expected_outputs = get(client, ref)
    ktap.true(one["membership"] in (0, expected["membership"]),
              "membership %d" % one["membership"])
    one["membership"] = expected["membership"]
    ktap.equal(one, plain(expected), "rule")
    ktap.equal(outputs, [plain(o) for o in expected_outputs], "outputs")
    ktap.equal({t["generation"] for t in told}, {generation(client)},
               "generation")
    return len(told)


def hear_ingress(listener, dev, **state):
    """An ingress device is told; ifindex=None: one that is not known."""
    values = hear(listener, "ingress-ntf")["ingress"]
    if "ifindex" in state:
        ktap.true(values.pop("ifindex", 0) > 0, "no ifindex")
        del state["ifindex"]
    ktap.equal(values, dict(state, dev=dev), "ingress device")


def quiet(listener, client):
    """Nothing was told: what is told now is the first."""
    number = new(client, iif="in1", disabled=1)
    hear_ingress(listener, "in1", ifindex=None)
    hear_rule(listener, client, number, NLM_F_CREATE)
    client.do("rule-del", {"rule": {"id": number}})
    hear(listener, "rule-del-ntf")


@CASES.case("changes of a rule are told as the rule is read")
def _(client):
    listener = Listener()
    new(client, name="a", comment="text", dport_min=7, mode=1,
        outputs=[{"dev": "out0", "ttl": 3, "dscp": 7}, {"dev": "out1"}])
    hear_ingress(listener, "in0", ifindex=None, hooked=True)
    hear_rule(listener, client, "a", NLM_F_CREATE)
    client.do("rule-new", {"rule": rule(name="b", join=1, **{"dport-min": 7}),
                           "output": [{"dev": "out1"}]}, REPLACE)
    hear_rule(listener, client, "b", NLM_F_REPLACE)
    ref = {"rule": {"name": "b"}}
    client.do("output-add", dict(ref, output=[{"dev": "out2", "dport": 9}]))
    hear_rule(listener, client, "b", NLM_F_REPLACE)
    client.do("output-del", dict(ref, output=[{"dev": "out1"}]))
    hear_rule(listener, client, "b", NLM_F_REPLACE)
    client.do("rule-set", {"rule": {"name": "b", "disabled": 1}})
    hear_ingress(listener, "in0", ifindex=None)
    hear_rule(listener, client, "b", NLM_F_REPLACE)
    client.do("rule-set", {"rule": {"name": "b", "disabled": 0}})
    hear_ingress(listener, "in0", ifindex=None, hooked=True)
    hear_rule(listener, client, "b", NLM_F_REPLACE)
    number = get(client, "b")[0]["id"]
    client.do("rule-del", ref)
    hear_ingress(listener, "in0", ifindex=None)
    told = hear(listener, "rule-del-ntf")
    ktap.equal(told, {"rule": {"id": number, "name": "b"},
                      "generation": generation(client)}, "deleted")
    quiet(listener, client)


@CASES.case("a rule without a name is told by its id")
def _(client):
    listener = Listener()
    number = new(client, group=GROUP6, disabled=1)
    hear_ingress(listener, "in0", ifindex=None)
    hear_rule(listener, client, number, NLM_F_CREATE)
    client.do("rule-del", {"rule": {"id": number}})
    ktap.equal(hear(listener, "rule-del-ntf")["rule"], {"id": number}, "rule")


@CASES.case("a rule with 256 outputs is told in several messages")
def _(client):
    listener = Listener()
    number = new(client, outputs=[{"dev": "out0", "dport": 1 + n}
                                  for n in range(256)])
    hear_ingress(listener, "in0", ifindex=None, hooked=True)
    ktap.true(hear_rule(listener, client, number, NLM_F_CREATE) > 1,
              "one message")


@CASES.case("what changes nothing is not told")
def _(client):
    new(client, name="a")
    listener = Listener()
    ref = {"rule": {"name": "a"}}
    for op, attrs in (("rule-get", ref), ("status-get", {}),
                      ("stats-reset", {}), ("stats-reset", ref),
                      ("rule-set", {"rule": {"name": "a", "disabled": 0}}),
                      ("rule-flush", {"filter": {"name": "nosuch"}})):
        client.do(op, attrs)
    for op in ("rule-get", "ingress-get"):
        client.dump(op)
    refused(errno.EEXIST, new, client)
    refused(errno.EBUSY, client.do, "output-del",
            dict(ref, output=[{"dev": "out0"}]))
    bench.ip("link", "set", "out0", "down")
    bench.ip("link", "set", "out0", "up")
    quiet(listener, client)


@CASES.case("the echo comes behind what was told, and shows how the join went")
def _(client):
    listener = Listener()
    listener.send(listener.build("rule-new", {
        "rule": rule(name="a"), "output": [{"dev": "out0"}]},
        NEW | NLM_F_ECHO))
    came = []
    message = listener.recv()
    while message.type == listener.family:
        came.append(listener.decode(message))
        message = listener.recv()
    ktap.equal([name for name, _ in came[-3:]],
               ["rule-ntf", "member-ntf", "rule-new"], "operations")
    ktap.equal([values["rule"]["membership"] for _, values in came[-3:]],
               [0, 1, 1], "memberships")
    ktap.equal({values["generation"] for _, values in came[-3:]},
               {generation(client)}, "generations")


@CASES.case("devices that go and come are told, and memberships with them")
def _(client):
    bench.add_devices(["dev0"])
    new(client, name="a", iif="dev0", outputs=[{"dev": "out0"}])
    new(client, name="b", outputs=[{"dev": "out0"}, {"dev": "dev0"}])
    before = generation(client)
    listener = Listener()
    refs = [{"id": get(client, n)[0]["id"], "name": n} for n in ("a", "b")]
    bench.ip("link", "del", "dev0")
    hear_ingress(listener, "dev0")
    ktap.equal(hear(listener, "member-ntf"),
               {"rule": dict(refs[0], membership=0), "generation": before},
               "membership")
    ktap.equal(hear(listener, "output-ntf"),
               {"rule": refs[1], "output": [{"id": 2, "dev": "dev0"}],
                "generation": before}, "output")
    bench.add_devices(["dev0"])
    hear_ingress(listener, "dev0", ifindex=None, hooked=True)
    told = hear(listener, "output-ntf")["output"][0]
    ktap.equal(told, {"id": 2, "dev": "dev0",
                      "ifindex": get(client, "b")[1][1]["ifindex"]}, "output")
    told = hear(listener, "member-ntf")["rule"]
    one, _ = get(client, "a")
    state = {n: v for n, v in one.items() if n.startswith("membership")}
    ktap.equal(told, dict(refs[0], **state), "membership")
    ktap.equal(generation(client), before, "generation")
    client.do("rule-flush")
    bench.ip("link", "del", "dev0")


@CASES.case("up to 32 of a flush are told singly, more as one generation")
def _(client):
    for count in (SINGLE, MANY):
        for number in range(count):
            new(client, group=group4(number), disabled=1)
        listener = Listener()
        numbers = [r["id"] for r, _ in dump(client)]
        client.do("rule-flush")
        now = generation(client)
        if count == SINGLE:
            told = [hear(listener, "rule-del-ntf") for _ in range(count)]
            ktap.equal([t["rule"]["id"] for t in told], numbers, "ids")
            ktap.equal([t["generation"] for t in told],
                       list(range(now - count + 1, now + 1)), "generations")
        else:
            ktap.equal(hear(listener, "generation-ntf"), {"generation": now},
                       "many")
        quiet(listener, client)


@CASES.case("a device of more than 32 outputs is told as one generation")
def _(client):
    bench.add_devices(["dev0"])
    new(client, outputs=[{"dev": "dev0", "dport": 1 + n}
                         for n in range(MANY)] + [{"dev": "out0"}])
    listener = Listener()
    bench.ip("link", "del", "dev0")
    ktap.equal(hear(listener, "generation-ntf"),
               {"generation": generation(client)}, "many")
    quiet(listener, client)


@CASES.case("another namespace's changes are not told")
def _(client):
    listener = Listener()

    def elsewhere():
        bench.unshare(bench.CLONE_NEWNET)
        bench.add_devices(["in0", "out0"])
        own, there = Listener(), Client()
        new(there, name="there")
        hear_ingress(own, "in0", ifindex=None, hooked=True)
        hear_rule(own, there, "there", NLM_F_CREATE)
    bench.in_child(elsewhere)
    quiet(listener, client)


@CASES.case("nobody may listen, too")
def _(client):
    # The tree may be root's alone.
    os.seteuid(bench.NOBODY)
    try:
        listener = Listener(client.spec)
    finally:
        os.seteuid(0)
    quiet(listener, client)


@CASES.case("a listener that is too slow learns it, and hears again")
def _(client):
    new(client, name="a")
    new(client, name="b", group=GROUP6)
    # The daemon keeps 256 KiB for whoever does not read, whatever room that has.
    listener = Listener(room=8192)
    changes = 4000 if relay.WANTED else 200
    for count in range(changes):
        client.do("rule-set", {"rule": {"name": "a", "disabled": count % 2}})
    try:
        # The daemon says it in the place of what was lost, netlink at once.
        for _ in range(changes if relay.WANTED else 1):
            listener.hear()
        raise AssertionError("it does not know that it missed something")
    except OSError as error:
        ktap.equal(errno.errorcode[error.errno], "ENOBUFS", "errno")
    if not relay.WANTED:
        ktap.true(0 < listener.drain() < changes - 1,
                  "messages that were kept")
    client.do("rule-set", {"rule": {"name": "a", "disabled": 0}})
    hear_rule(listener, client, "a", NLM_F_REPLACE)

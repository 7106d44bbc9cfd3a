# SPDX-License-Identifier: GPL-2.0
"""Rules and outputs are made, changed and deleted."""

import struct
import time
from errno import EBUSY, EEXIST, ENOENT

import ktap
import relay
from build import GROUP4, GROUP6, HOST4, HOST6
from mcrnl import (NLM_F_CREATE, NLM_F_ECHO, NLM_F_EXCL, NLM_F_REPLACE,
                   NLM_F_REQUEST, Refused)
from rules import (NEW, REPLACE, Cases, dump, get, group4, names, new,
                   refused, rule, stated, status, together)

CASES = Cases()


@CASES.case("a rule of defaults reads back with its state")
def _(client):
    number = new(client)
    one, outputs = get(client, number)
    ktap.equal(stated(one), rule(proto=17), "rule")
    ktap.equal([stated(o) for o in outputs], [{"dev": "out0"}], "outputs")
    ktap.true(number > 0, "id %d" % number)
    ktap.equal(outputs[0]["id"], 1, "id of the first output")
    ktap.true(one["ifindex"] and outputs[0]["ifindex"], "no ifindex")


RULES = [
    ("an ingress device that is not there", {"iif": "nosuch0"}),
    ("IPv6", {"group": GROUP6}),
    ("a source", {"src": HOST4}),
    ("an IPv6 source", {"group": GROUP6, "src": HOST6}),
    ("a port", {"dport_min": 5000, "dport_max": 5000}),
    ("port 1", {"dport_min": 1, "dport_max": 1}),
    ("port 65535", {"dport_min": 65535, "dport_max": 65535}),
    ("a port range", {"dport_min": 5000, "dport_max": 5009}),
    ("all ports", {"dport_min": 1, "dport_max": 65535}),
    ("a group prefix", {"group": b"\xef\1\0\0", "group_len": 16}),
    ("all groups", {"group": b"\xe0\0\0\0", "group_len": 4}),
    ("an IPv6 group prefix", {"group": b"\xff\x15" + bytes(14),
                              "group_len": 16}),
    ("a source prefix", {"src": b"\xc0\0\2\0", "src_len": 24}),
    ("an IPv6 source prefix", {"group": GROUP6, "src": HOST6[:8] + bytes(8),
                               "src_len": 64}),
    ("any protocol", {"proto": 0}),
    ("a VLAN", {"vlan": 1}),
    ("the highest VLAN", {"vlan": 4094}),
    ("consume", {"mode": 1}),
    ("join none", {"join": 1}),
    ("the server's own plane", {"plane": relay.PLANE}),
    ("the other server's plane", {"plane": relay.OTHER_PLANE}),
    ("latency low", {"latency": 1}),
    ("disabled", {"disabled": 1}),
    ("a name", {"name": "a"}),
    ("the longest name", {"name": "n" + "9" * 30}),
    ("all that a name may hold", {"name": "aZ09_.-"}),
    ("a comment", {"comment": "the morning's feed"}),
    ("the longest comment", {"comment": "c" * 255}),
    ("a comment in UTF-8", {"comment": "Früh"}),
    ("all together", {"group": GROUP6, "src": HOST6, "dport_min": 7,
                      "dport_max": 7, "mode": 1, "join": 1,
                      "plane": relay.PLANE,
                      "latency": 1, "disabled": 1, "name": "all",
                      "comment": "all"}),
]

OUTPUTS = [
    ("a device that is not there", {"dev": "nosuch0"}),
    ("a group", {"group": bytes([239, 8, 8, 8])}),
    ("ports", {"dport": 1, "sport": 65535}),
    ("a source", {"src": HOST4, "src-mode": 1}),
    ("source auto", {"src-mode": 2}),
    ("TTL keep", {"ttl-mode": 1}),
    ("TTL dec", {"ttl-mode": 2}),
    ("a TTL", {"ttl-mode": 3, "ttl": 255}),
    ("a DSCP of 0", {"dscp": 0}),
    ("a DSCP", {"dscp": 63}),
    ("MAC keep", {"mac": 1}),
    ("all together", {"group": bytes([239, 8, 8, 8]), "dport": 2, "sport": 3,
                      "src": HOST4, "src-mode": 1, "ttl-mode": 3, "ttl": 1,
                      "dscp": 46}),
]


def add_statements():
    """Each way to state a rule and an output reads back as stated."""
    def rule_case(client, values):
        one = get(client, new(client, **values))[0]
        ktap.equal(stated(one), dict({"proto": 17}, **rule(**values)), "rule")

    def output_case(client, values):
        output = dict({"dev": "out1"}, **values)
        number = new(client, outputs=[output])
        ktap.equal(stated(get(client, number)[1][0]), output, "output")
    for name, values in RULES:
        CASES.add("a rule with %s reads back as stated" % name,
                  lambda c, v=values: rule_case(c, v))
    for name, values in OUTPUTS:
        CASES.add("an output with %s reads back as stated" % name,
                  lambda c, v=values: output_case(c, v))


@CASES.case("defaults that are spelled out are defaults")
def _(client):
    number = new(client, proto=17, group_len=32, src=HOST4, src_len=32, mode=0,
                 join=0, plane=0, latency=0, disabled=0, comment="",
                 outputs=[{"dev": "out0", "src-mode": 0, "ttl-mode": 0,
                           "mac": 0, "mtu": 0}])
    one, outputs = get(client, number)
    ktap.equal(stated(one), rule(proto=17, src=HOST4), "rule")
    ktap.equal(stated(outputs[0]), {"dev": "out0"}, "output")


@CASES.case("one port given is a range of one")
def _(client):
    one = get(client, new(client, dport_min=5000))[0]
    ktap.equal((one["dport-min"], one["dport-max"]), (5000, 5000), "ports")


@CASES.case("src alone implies src-mode set, ttl alone ttl-mode set")
def _(client):
    number = new(client, outputs=[{"dev": "out0", "src": HOST4, "ttl": 3}])
    output = get(client, number)[1][0]
    ktap.equal((output["src-mode"], output["ttl-mode"]), (1, 3), "modes")


@CASES.case("the ingress device may be an output, and one device several")
def _(client):
    number = new(client, outputs=[{"dev": "in0"}, {"dev": "out0"},
                                  {"dev": "out0", "ttl": 1}])
    ktap.equal([o["id"] for o in get(client, number)[1]], [1, 2, 3], "ids")


@CASES.case("attributes may come in any order")
def _(client):
    number = client.do("rule-new", {
        "output": [{"ttl": 9, "dev": "out0"}],
        "rule": {"comment": "c", "group": GROUP4, "name": "n", "iif": "in0"}},
                       NEW | NLM_F_ECHO)[0]["rule"]["id"]
    ktap.equal(get(client, "n")[0]["id"], number, "id")


@CASES.case("without NLM_F_ECHO there is an acknowledgement only")
def _(client):
    replies = client.do("rule-new", {"rule": rule(),
                                     "output": [{"dev": "out0"}]}, NEW)
    ktap.equal(replies, [], "replies")
    ktap.equal(len(dump(client)), 1, "rules")


@CASES.case("the echo is the rule as rule-get shows it, continuations included")
def _(client):
    outputs = [{"dev": "out0", "dport": 1 + n} for n in range(256)]
    echo = client.do("rule-new", {"rule": rule(name="big"),
                                  "output": outputs}, NEW | NLM_F_ECHO)
    shown = client.do("rule-get", {"rule": {"name": "big"}})
    ktap.equal(echo, shown, "echo")
    # The group is joined behind the change, and before the echo.
    ktap.equal(echo[0]["rule"]["membership"], 1, "membership in the echo")
    ktap.true(len(echo) > 1, "256 outputs came in one message")
    ktap.equal([stated(o) for o in together(echo)[0][1]], outputs, "outputs")


@CASES.case("without NLM_F_ACK there is an answer to a refusal only")
def _(client):
    def unasked(attrs):
        data = bytearray(client.build("rule-new", attrs, NEW))
        data[6:8] = struct.pack("=H", NLM_F_REQUEST | NEW)
        return bytes(data)
    good = {"rule": rule(), "output": [{"dev": "out0"}]}
    client.send(unasked(good))
    # Had there been an answer, this would find it first.
    ktap.equal(status(client)["rules"], 1, "rules")
    answer = client.exchange(unasked(good))[1]
    ktap.equal(answer.error, EEXIST, "errno")


@CASES.case("messages in one datagram are carried out each for itself")
def _(client):
    good = {"rule": rule(name="a"), "output": [{"dev": "out0"}]}
    batch = [client.build("rule-new", good, NEW),
             client.build("rule-new", good, NEW),
             client.build("rule-new", dict(good, rule=rule(iif="in1")), NEW),
             client.build("rule-del", {"rule": {"name": "a"}})]
    # Each begins at a multiple of 4 bytes.
    client.send(b"".join(m + bytes(-len(m) % 4) for m in batch))
    answers = [client.recv().answer().error for _ in batch]
    ktap.equal(answers, [0, EEXIST, 0, 0], "errors")
    ktap.equal([r["iif"] for r, _ in dump(client)], ["in1"], "rules")


@CASES.case("an equal match is EEXIST with the twin's id, and changes nothing")
def _(client):
    first = new(client, name="first", dport_min=9)
    before = client.raw_dump("rule-get")
    for flags in (NLM_F_CREATE, NLM_F_CREATE | NLM_F_EXCL):
        answer = refused(EEXIST, new, client, flags, dport_min=9, mode=1,
                         outputs=[{"dev": "out3"}])
        ktap.equal(answer.twin, first, "rule in the cookie")
    ktap.equal(client.raw_dump("rule-get"), before, "rules")


@CASES.case("matches that differ in one thing are two rules")
def _(client):
    new(client)
    for values in ({"iif": "in1"}, {"group": group4(1)}, {"src": HOST4},
                   {"dport_min": 9}, {"dport_min": 10}, {"group": GROUP6},
                   {"dport_min": 9, "dport_max": 10}, {"vlan": 9},
                   {"proto": 0}, {"src": HOST4[:3] + b"\0", "src_len": 24},
                   {"group": GROUP4[:3] + b"\0", "group_len": 24}):
        new(client, **values)
    ktap.equal(len(dump(client)), 12, "rules")


def warned(client, values, flags=NEW):
    """Make a rule; (sentence, id in the cookie) of its acknowledgement."""
    _, answer = client.ask("rule-new", {"rule": rule(**values),
                                        "output": [{"dev": "out0"}]}, flags)
    return answer.text, answer.twin


@CASES.case("a rule that takes packets from a wider one is warned of")
def _(client):
    wide = new(client, group=b"\xef\0\0\0", group_len=8)
    for values in ({"dport_min": 9},
                   {"group": b"\xef\1\0\0", "group_len": 16}):
        text, twin = warned(client, values)
        ktap.true("wider rule" in text, repr(text))
        ktap.equal(twin, wide, "rule in the cookie")
    # Of several the most specific is named.
    port = dump(client)[1][0]["id"]
    ktap.equal(warned(client, {"src": HOST4, "proto": 0})[1], port,
               "a source, shadowing a port of any source")
    source = dump(client)[3][0]["id"]
    ktap.equal(warned(client, {"dport_min": 9, "src": HOST4})[1], source,
               "with a source")
    client.do("rule-flush", {"filter": {"src": HOST4}})
    ktap.equal(warned(client, {"dport_min": 9, "src": HOST4})[1], port,
               "with a port")


@CASES.case("a rule in a range of ports is warned of, and in all ports")
def _(client):
    wide = new(client, dport_min=5000, dport_max=5009)
    every = new(client, dport_min=1, dport_max=65535)
    for values, twin in (({"dport_min": 5000}, wide),
                         ({"dport_min": 5009, "dport_max": 5010}, wide),
                         ({"dport_min": 4000, "dport_max": 4100}, every),
                         ({"dport_min": 65535}, every)):
        ktap.equal(warned(client, values)[1], twin, repr(values))


@CASES.case("who takes nothing from others is not warned of")
def _(client):
    new(client, dport_min=5000, dport_max=5009)
    for values, flags in (
            # wider; beside; in a VLAN; another device's; disabled
            ({}, NEW), ({"dport_min": 5010}, NEW), ({"dport_min": 4999}, NEW),
            ({"group": group4(1), "dport_min": 5000}, NEW),
            ({"vlan": 9, "dport_min": 5000}, NEW),
            ({"iif": "in1", "dport_min": 5000}, NEW),
            ({"dport_min": 5001, "disabled": 1}, NEW),
            # replaced: it takes what it took
            ({"dport_min": 5000, "dport_max": 5009}, REPLACE),
            # all groups, but not those of the link
            ({"group": b"\xe0\0\0\0", "group_len": 4, "proto": 0}, NEW),
            ({"group": b"\xe0\0\0\xfb"}, NEW)):
        # Only the port range may be shadowed.
        if values in ({"dport_min": 5010}, {"dport_min": 4999}):
            client.do("rule-flush", {"filter": {"group": GROUP4}})
            new(client, dport_min=5000, dport_max=5009)
        ktap.equal(warned(client, values, flags), ("", None), repr(values))


@CASES.case("a rule made by replace or create is warned of, a disabled one "
            "takes nothing and loses nothing")
def _(client):
    wide = new(client, dport_min=5000, dport_max=5009)
    ktap.equal(warned(client, {"dport_min": 5000}, REPLACE)[1], wide, "made")
    client.do("rule-set", {"rule": {"id": wide, "disabled": 1}})
    ktap.equal(warned(client, {"dport_min": 5001}), ("", None), "disabled")


@CASES.case("the warning comes with the echo, too")
def _(client):
    wide = new(client)
    replies, answer = client.ask(
        "rule-new", {"rule": rule(dport_min=9), "output": [{"dev": "out0"}]},
        NEW | NLM_F_ECHO)
    ktap.equal((len(replies), answer.twin), (1, wide), "echo and cookie")


@CASES.case("a name that is taken is EEXIST with its rule's id")
def _(client):
    first = new(client, name="first")
    answer = refused(EEXIST, new, client, name="first", iif="in1")
    ktap.equal(answer.twin, first, "rule in the cookie")
    # Not even by a replacement that is sound otherwise.
    new(client, name="second", iif="in1")
    answer = refused(EEXIST, new, client, REPLACE, name="first", iif="in1")
    ktap.equal(answer.twin, first, "rule in the cookie")
    ktap.equal(names(client), ["first", "second"], "names")


@CASES.case("a name is free again when its rule is renamed or deleted")
def _(client):
    new(client, name="first")
    new(client, REPLACE, name="other")
    new(client, name="first", iif="in1")
    ktap.equal(names(client), ["other", "first"], "names")
    client.do("rule-del", {"rule": {"name": "first"}})
    new(client, REPLACE, name="first")
    ktap.equal(names(client), ["first"], "names")


@CASES.case("NLM_F_REPLACE alone changes a rule, and makes none")
def _(client):
    answer = refused(ENOENT, new, client, NLM_F_REPLACE)
    ktap.true("no rule" in answer.text, answer.text)
    ktap.equal(dump(client), [], "rules")
    number = new(client)
    ktap.equal(new(client, NLM_F_REPLACE, mode=1), number, "id")
    ktap.equal(get(client, number)[0]["mode"], 1, "mode")


@CASES.case("replace: id stays, everything else is as newly stated")
def _(client):
    number = new(client, name="a", comment="b", mode=1, join=1,
                 plane=relay.PLANE, latency=1, disabled=1)
    ktap.equal(new(client, REPLACE), number, "id")
    ktap.equal(stated(get(client, number)[0]), rule(proto=17), "rule")
    new(client, REPLACE, name="a", comment="b", mode=1, join=1,
        plane=relay.PLANE, latency=1, disabled=1)
    ktap.equal(stated(get(client, number)[0]),
               rule(proto=17, name="a", comment="b", mode=1, join=1,
                    plane=relay.PLANE, latency=1, disabled=1), "rule")


@CASES.case("a rule that is to change planes says when, and not twice")
def _(client):
    number = new(client, plane=relay.PLANE)
    before = time.time_ns()
    new(client, REPLACE, plane=relay.OTHER_PLANE)
    found = get(client, number)[0]
    ktap.equal(found["plane"], relay.OTHER_PLANE, "plane")
    ktap.true(before + 400e6 < found["plane-since"] < before + 10e9,
              "it moves at %d, %d ns after it was told to"
              % (found["plane-since"], found["plane-since"] - before))
    # What else it says changes as ever.
    new(client, REPLACE, plane=relay.OTHER_PLANE, mode=1)
    ktap.equal(get(client, number)[0]["plane-since"], found["plane-since"],
               "when it moves")
    answer = refused(EBUSY, new, client, REPLACE, plane=relay.PLANE)
    ktap.true("moving" in answer.text, answer.text)
    ktap.equal(get(client, number)[0]["plane"], relay.OTHER_PLANE, "plane")
    while "plane-since" in get(client, number)[0]:
        ktap.true(time.time_ns() < before + 10e9, "it moves for ever")
        time.sleep(0.05)
    ktap.true(time.time_ns() > found["plane-since"], "it had moved too early")
    new(client, REPLACE, plane=0)
    ktap.true("plane-since" in get(client, number)[0], "it does not move back")


@CASES.case("a rule that is disabled changes planes at once")
def _(client):
    number = new(client, plane=relay.PLANE, disabled=1)
    new(client, REPLACE, plane=relay.OTHER_PLANE)
    ktap.true("plane-since" not in get(client, number)[0], "it moves")
    new(client, REPLACE, plane=relay.PLANE, disabled=1)
    ktap.true("plane-since" not in get(client, number)[0], "it moves")


@CASES.case("replace: outputs that are the same keep their ids, others get new")
def _(client):
    number = new(client, outputs=[{"dev": "out0"}, {"dev": "out1", "ttl": 5},
                                  {"dev": "out2"}])
    new(client, REPLACE, outputs=[{"dev": "out2"}, {"dev": "out1", "ttl": 6},
                                  {"dev": "out0"}, {"dev": "out3"}])
    ktap.equal([(o["dev"], o["id"]) for o in get(client, number)[1]],
               [("out2", 3), ("out1", 4), ("out0", 1), ("out3", 5)],
               "outputs and their ids")
    # An id is not used again when its output is gone.
    new(client, REPLACE, outputs=[{"dev": "out0"}])
    new(client, REPLACE, outputs=[{"dev": "out0"}, {"dev": "out2"}])
    ktap.equal([o["id"] for o in get(client, number)[1]], [1, 6], "ids")


@CASES.case("replace: a refused one changes nothing")
def _(client):
    new(client, name="a", outputs=[{"dev": "out0"}, {"dev": "out1"}])
    before = client.raw_dump("rule-get")
    for outputs in ([{"dev": "out2"}, {"dev": "lo"}],
                    [{"dev": "out2"}, {"dev": "out2"}]):
        try:
            new(client, REPLACE, outputs=outputs, name="b", mode=1)
        except Refused:
            ktap.equal(client.raw_dump("rule-get"), before, "rules")
        else:
            raise AssertionError("not refused: %r" % outputs)
    # Nor does it use up ids of outputs.
    new(client, REPLACE, outputs=[{"dev": "out0"}, {"dev": "out2"}])
    ktap.equal([o["id"] for o in dump(client)[0][1]], [1, 3], "ids")


@CASES.case("a rule is the same by id and by name")
def _(client):
    number = new(client, name="a")
    ktap.equal(get(client, number), get(client, "a"), "rule")
    for ref in ({"id": number + 1}, {"name": "b"}):
        refused(ENOENT, client.do, "rule-get", {"rule": ref})


@CASES.case("ids are not used again soon")
def _(client):
    seen = set()
    for _ in range(20):
        number = new(client)
        ktap.true(number not in seen, "id %d came back" % number)
        seen.add(number)
        client.do("rule-del", {"rule": {"id": number}})


@CASES.case("delete by id and by name")
def _(client):
    number = new(client, name="a")
    new(client, name="b", iif="in1")
    client.do("rule-del", {"rule": {"id": number}})
    ktap.equal(names(client), ["b"], "names")
    client.do("rule-del", {"rule": {"name": "b"}})
    ktap.equal(dump(client), [], "rules")
    refused(ENOENT, client.do, "rule-del", {"rule": {"name": "b"}})


@CASES.case("disable and enable")
def _(client):
    new(client, name="a")
    for disabled in (1, 1, 0, 0):
        client.do("rule-set", {"rule": {"name": "a", "disabled": disabled}})
        one = get(client, "a")[0]
        ktap.equal(one.get("disabled", 0), disabled, "disabled")
        ktap.equal(one["membership"], 0 if disabled else 1, "membership")


@CASES.case("a disabled rule still holds its match and its name")
def _(client):
    number = new(client, name="a", disabled=1)
    ktap.equal(refused(EEXIST, new, client).twin, number, "rule in the cookie")
    ktap.equal(refused(EEXIST, new, client, name="a", iif="in1").twin, number,
               "rule in the cookie")


@CASES.case("outputs are added and taken out")
def _(client):
    new(client, name="a")
    ref = {"name": "a"}
    client.do("output-add", {"rule": ref, "output": [{"dev": "out1"}]})
    client.do("output-add", {"rule": ref,
                             "output": [{"dev": "out1", "ttl": 9}]})
    ktap.equal([(o["id"], o["dev"]) for o in get(client, "a")[1]],
               [(1, "out0"), (2, "out1"), (3, "out1")], "outputs")
    client.do("output-del", {"rule": ref, "output": [{"id": 1}]})
    client.do("output-del", {"rule": ref, "output": [{"dev": "out1",
                                                      "ttl": 9}]})
    ktap.equal([o["id"] for o in get(client, "a")[1]], [2], "outputs")
    refused(ENOENT, client.do, "output-del", {"rule": ref,
                                              "output": [{"id": 1}]})


@CASES.case("the last output stays")
def _(client):
    new(client, name="a", outputs=[{"dev": "out0"}, {"dev": "out1"}])
    client.do("output-del", {"rule": {"name": "a"}, "output": [{"id": 1}]})
    before = client.raw_dump("rule-get")
    for output in ({"id": 2}, {"dev": "out1"}):
        try:
            client.do("output-del", {"rule": {"name": "a"},
                                     "output": [output]})
        except Refused as refusal:
            ktap.true("at least one output" in refusal.answer.text,
                      refusal.answer.text)
        else:
            raise AssertionError("the last output went")
    ktap.equal(client.raw_dump("rule-get"), before, "rules")


@CASES.case("256 outputs one by one, and in continuations")
def _(client):
    new(client, name="a", outputs=[{"dev": "out0", "sport": 1}])
    for number in range(2, 257):
        client.do("output-add", {"rule": {"name": "a"},
                                 "output": [{"dev": "out0",
                                             "sport": number}]})
    for rules in (dump(client), [get(client, "a")]):
        ktap.equal([o["sport"] for o in rules[0][1]], list(range(1, 257)),
                   "source ports")
        ktap.equal([o["id"] for o in rules[0][1]], list(range(1, 257)), "ids")
    ktap.equal(status(client)["outputs"], 256, "outputs in the status")


add_statements()

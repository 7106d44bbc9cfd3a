# SPDX-License-Identifier: GPL-2.0
"""Wrong bytes: what can be wrong with any message of any command.

Made from the spec: a new attribute is covered as soon as it is there.
"""

import random
import struct
from errno import EINVAL, ENOENT, ERANGE

import ktap
from build import GROUP4, GROUP6, HOST4, Node, pack
from mcrnl import NLM_F_CREATE
from spec import INTEGERS, NLA_F_NESTED


def extend(make, extra, index=None):
    """The message with one node more, at its end or in one of its nests."""
    def nodes():
        made = make()
        (made if index is None else made[index].content).append(extra())
        return made
    return nodes


def last(made):
    """The last node of a message."""
    return made[-1]


def last_in(index):
    """A function that finds the last node in a nest."""
    return lambda made: made[index].content[-1]


def add_unknown(bad):
    """Unknown attributes, at the top and in each nest."""
    for op, _, flags, make in bad.bases():
        top = max(a.value for a in bad.spec.sets["mcr"].values())
        for kind in (0, top + 1, 1000, 0x3fff):
            bad.add("unknown attribute %d" % kind, op,
                    extend(make, lambda k=kind: Node(k, b"\1\0\0\0")), EINVAL,
                    last, flags=flags)
        for index, node, inside in bad.nests(make()):
            top = max(a.value for a in bad.spec.sets[inside].values())
            name = bad.named("mcr", node.kind).name
            for kind in (0, top + 1, 1000):
                bad.add("unknown attribute %d in %s" % (kind, name), op,
                        extend(make, lambda k=kind: Node(k, b"\1\0\0\0"),
                               index), EINVAL, last_in(index), flags=flags)


def add_read_only(bad):
    """What only the server sends, at the top and in each nest."""
    says = "cannot be set|only the server|not by ifindex|leave it out"
    for op, _, flags, make in bad.bases():
        places = [(None, "mcr")]
        places += [(i, s) for i, _, s in bad.nests(make())]
        for index, inside in places:
            for attr in bad.spec.sets[inside].values():
                if not attr.read_only and not attr.pad:
                    continue
                size = struct.calcsize(INTEGERS.get(attr.type, "=0s"))
                bad.add("read-only %r" % attr, op,
                        extend(make, lambda a=attr, s=size:
                               Node(a.value, bytes(s)), index), EINVAL,
                        last if index is None else last_in(index), says,
                        flags)


def add_not_taken(bad):
    """Attributes that are good elsewhere."""
    m = bad.make
    good = {"rule": lambda: m.rule(id=bad.keep),
            "output": lambda: m.output(dev="out2"),
            "filter": lambda: m.filter(iif="in0"), "txn": m.txn,
            "packet": lambda: m.packet(iif="in0", dst=GROUP4, src=HOST4)}
    for op, how, flags, make in bad.bases():
        taken = bad.spec.ops[op].attributes(how, "request")
        for name in sorted(good.keys() - set(taken)):
            bad.add("%s is not taken" % name, op, extend(make, good[name]),
                    EINVAL, last, "does not take", flags)
        if "txn" in taken:
            bad.add("a transaction that is not", op, extend(make, m.txn),
                    ENOENT, last, "no such transaction", flags)
        key = op + (" dump" if how == "dump" else "")
        for index, _, inside in bad.nests(make()):
            for name in sorted(bad.not_taken(key, inside)):
                attr = bad.spec.attr(inside, name)
                bad.add("%r is not taken" % attr, op,
                        extend(make, lambda a=attr: m.node(
                            a.set, a.name, m.sample(a)), index),
                        EINVAL, last_in(index), "no meaning here", flags)


def add_repeated(bad):
    """Attributes given twice; the second is at fault."""
    for op, _, flags, make in bad.bases():
        for index, node, inside in bad.nests(make()):
            if op != "rule-new" or inside != "output":
                bad.add("%s twice" % bad.named("mcr", node.kind).name, op,
                        extend(make, lambda mk=make, i=index: mk()[i]), EINVAL,
                        last, "twice|one output", flags)
            for number, child in enumerate(node.content):
                bad.add("%r twice" % bad.named(inside, child.kind), op,
                        extend(make, lambda mk=make, i=index, n=number:
                               mk()[i].content[n], index), EINVAL,
                        last_in(index), "twice", flags)


def put(make, index, maker, inside, name, payload):
    """The message with one attribute of a nest set to a payload."""
    def nodes():
        made = make()
        attr = maker.spec.attr(inside, name)
        content = made[index].content
        content[:] = [n for n in content if n.kind != attr.value]
        content.append(maker.node(inside, name, payload))
        return made
    return nodes


def add_sizes(bad):
    """Wrong lengths and values out of range, for each attribute."""
    for op, _, flags, make in bad.bases():
        # Once for each of the sets is enough; rule-get dumps have the filter.
        if (op, bool(flags)) not in (("rule-new", True), ("rule-get", True),
                                     ("output-add", False),
                                     ("rule-del", False)):
            continue
        for index, _, inside in bad.nests(make()):
            for attr in bad.spec.sets[inside].values():
                if attr.pad or attr.read_only:
                    continue
                for what, payload, error in wrong_values(bad, attr):
                    bad.add("%r: %s" % (attr, what), op,
                            put(make, index, bad.make, inside, attr.name,
                                payload), error, last_in(index), flags=flags)


def wrong_values(bad, attr):
    """(what, payload, errno) for an attribute that is not a nest."""
    for what, payload in bad.make.wrong_sizes(attr):
        # A length between those of the families is for the module to find.
        far = attr.type == "binary" and not 4 <= len(payload) <= 16
        yield what, payload, ERANGE if far else EINVAL
    if attr.type not in INTEGERS:
        return
    size = struct.calcsize(INTEGERS[attr.type])
    low, high = bad.spec.limits(attr)
    wrong = [low - 1, high + 1] + ([255] if attr.enum else [])
    for value in wrong:
        if 0 <= value < 1 << 8 * size:
            yield "value %d" % value, bad.spec.payload(attr, value), ERANGE


def add_nests(bad):
    """Nests that are not, or are broken."""
    for op, _, flags, make in bad.bases():
        for index, node, inside in bad.nests(make()):
            name = "%s: " % bad.named("mcr", node.kind).name

            def without(mk=make, i=index):
                made = mk()
                made[i].flags = 0
                return made
            bad.add(name + "NLA_F_NESTED is missing", op, without, EINVAL,
                    lambda made, i=index: made[i], flags=flags)
            for number, child in enumerate(node.content):
                def with_flag(mk=make, i=index, n=number):
                    made = mk()
                    made[i].content[n].flags = NLA_F_NESTED
                    return made
                bad.add("%r with NLA_F_NESTED" % bad.named(inside, child.kind),
                        op, with_flag, EINVAL,
                        lambda made, i=index, n=number: made[i].content[n],
                        flags=flags)
            for what, payload in (("1 byte", b"\0"), ("3 bytes", b"\0\0\0")):
                def short(mk=make, i=index, p=payload):
                    made = mk()
                    made[i].content = p
                    return made
                bad.add(name + what, op, short, ERANGE,
                        lambda made, i=index: made[i], flags=flags)
            # Where the end is wrong, no attribute is at fault.
            for what, payload in (
                    ("zeros", bytes(4)), ("an attribute without end",
                                          struct.pack("=HH", 500, 2)),
                    ("an attribute of length 3", struct.pack("=HH", 3, 2))):
                bad.add(name + what + " at its end", op,
                        extend(make, lambda p=payload: Raw(p), index), EINVAL,
                        flags=flags)
        for what, payload in (("1 byte", b"\0"), ("3 bytes", b"\0\0\0"),
                              ("4 zeros", bytes(4)),
                              ("7 ones", b"\xff" * 7),
                              ("an attribute without end",
                               struct.pack("=HH", 8, 1)),
                              ("an attribute of length 3",
                               struct.pack("=HH", 3, 1))):
            bad.add("garbage behind: " + what, op,
                    extend(make, lambda p=payload: Raw(p)), EINVAL,
                    flags=flags)


class Raw(Node):
    """Bytes where an attribute should be."""

    def __init__(self, data):
        super().__init__(0, data)

    def packed(self, at):
        """The bytes alone."""
        self.offset = at
        return self.content


def add_cut(bad):
    """Every good message, cut at every byte."""
    for op, how, flags, make in bad.bases():
        bad.suite.add("%s: %s cut at every byte" % (op, how),
                      lambda o=op, f=flags, mk=make: cut(bad, o, f, mk))
        bad.suite.add("%s: %s sent in part, at every byte" % (op, how),
                      lambda o=op, f=flags, mk=make: sent_in_part(bad, o, f,
                                                                  mk))


def good_cuts(bad, op, make):
    """Lengths at which a good message is cut to another good one.

    These commands need none of the attributes that the message has.
    """
    if op not in ("rule-get", "rule-flush", "stats-reset"):
        return set()
    made = make()
    pack(made)
    return {n.offset for n in made if n.kind != bad.spec.attr(
        "mcr", "rule").value or op == "stats-reset"}


def cut(bad, op, flags, make):
    """Cut a message and say so in its length."""
    whole = len(bad.client.build(op, pack(make()), flags))
    good = good_cuts(bad, op, make)
    before = bad.generation()
    for length in range(whole):
        if length in good:
            continue
        what = "cut at %d of %d" % (length, whole)
        data = bad.client.build(op, pack(make()), flags)[:length]
        if length >= 4:
            data = struct.pack("=I", length) + data[4:]
        if length < 16:
            ignored(bad, data)
            continue
        answer = bad.client.exchange(data)[1]
        ktap.true(answer.error in (EINVAL, ERANGE), "%s: %s" % (what, answer))
        # Less than the two headers is refused without a sentence.
        ktap.true(answer.text or length < 20, "%s: no sentence" % what)
        ktap.equal(bad.generation(), before, what)
    bad.unchanged()


def sent_in_part(bad, op, flags, make):
    """Send less than a message's length says."""
    whole = len(bad.client.build(op, pack(make()), flags))
    for length in range(1, whole):
        ignored(bad, bad.client.build(op, pack(make()), flags)[:length])
    bad.unchanged()


def ignored(bad, data):
    """Fail if there is an answer."""
    if data:
        bad.client.send(data)
    # exchange() fails on an answer to another message than its own.
    bad.generation()


def add_random(bad):
    """Good messages with random bytes changed: always the same ones."""
    for op, how, flags, make in bad.bases():
        # The others change rules when they are good.
        if op in ("rule-get", "stats-reset"):
            bad.suite.add("%s: random bytes in a %s" % (op, how),
                          lambda o=op, f=flags, mk=make: scramble(bad, o, f,
                                                                  mk))
    bad.suite.add("rule-new: random bytes", lambda: scramble_new(bad))


def changed(data, chance):
    """A message with some bytes behind its headers changed."""
    data = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        data[chance.randrange(20, len(data))] = chance.choice(
            (0, 1, 4, 0x7f, 0x80, 0xff, chance.randrange(256)))
    return bytes(data)


def scramble(bad, op, flags, make):
    """Random bytes in a message that changes nothing even if it is good."""
    chance = random.Random(op)
    for _ in range(100):
        data = changed(bad.client.build(op, pack(make()), flags), chance)
        answer = bad.client.exchange(data)[1]
        ktap.true(answer.text or not answer.error,
                  "no sentence: %s, %s" % (answer, data.hex()))
        ktap.equal(bad.generation(), bad.saved[1], data.hex())
    bad.unchanged()


def scramble_new(bad):
    """Random bytes in new rules; those that are taken are deleted again."""
    chance = random.Random("new")
    m = bad.make
    before = bad.generation()
    for _ in range(300):
        made = [m.rule(iif="in1", group=GROUP6, src=bytes([0x20] * 16),
                       name="new", dport_min=5000, mode=1),
                m.output(dev="out0", group=GROUP6, ttl=4, dscp=8),
                m.output(dev="out1", src_mode=2, sport=7)]
        data = changed(bad.client.build("rule-new", pack(made), NLM_F_CREATE),
                       chance)
        answer = bad.client.exchange(data)[1]
        if answer.error:
            ktap.true(answer.text, "no sentence: %s, %s" % (answer,
                                                            data.hex()))
            ktap.equal(bad.generation(), before, data.hex())
            continue
        new = [r["rule"]["id"] for r in bad.client.dump("rule-get")
               if r["rule"]["id"] not in (bad.keep, bad.six)]
        ktap.equal(len(new), 1, "new rules of %s" % data.hex())
        bad.client.do("rule-del", {"rule": {"id": new[0]}})
        before = bad.generation()


def add_all(bad):
    """All of these tables."""
    for add in (add_unknown, add_read_only, add_not_taken, add_repeated,
                add_sizes, add_nests, add_cut, add_random):
        add(bad)

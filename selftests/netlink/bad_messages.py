#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Malformed and unsound messages: each is refused and changes nothing.

Two rules are there all the time; after each message their dump must be what it
was, byte for byte, and the generation with it. A refusal has an errno, a
sentence, and the offset of the attribute at fault.

    rule keep    in0  239.9.9.9     out0, out1 (rewritten)
    rule six     in1  ff15::9       out0, disabled

What generic netlink itself refuses before any of the module's code runs has
whatever text the kernel gives it, in four cases none.
"""

import re
import struct
import sys
from errno import (EBUSY, EEXIST, EINVAL, ENOENT, ENOSPC, EOPNOTSUPP,
                   errorcode)

import bad_bytes
import bad_cases
import bad_who
import bench
import ktap
from build import GROUP4, HOST4, Maker, pack
from mcrnl import (NLM_F_ACK, NLM_F_APPEND, NLM_F_CREATE, NLM_F_DUMP,
                   NLM_F_REPLACE, Client)
from spec import Spec

KEEP4 = bytes([239, 9, 9, 9])
OTHER4 = bytes([239, 7, 7, 7])
KEEP6 = bytes([0xff, 0x15] + [0] * 13 + [9])

REF = {"id", "name"}
NOT_STATED = {"id"}
NOT_FILTERED = {"id", "comment"}


class Bad:
    """The messages, and the rules that must stay."""

    def __init__(self, suite):
        self.spec = Spec()
        self.make = Maker(self.spec)
        self.suite = suite
        self.client = None
        self.keep = None
        self.six = None
        self.saved = None
        self.ingress = None
        # The last case has left the rules as they were.
        self.good = False

    def before(self):
        """Have just the two rules that must stay, whatever a case has done."""
        if self.good:
            self.good = False
            return
        # Nothing that a failed case has left behind may come back.
        if self.client:
            self.client.close()
        self.client = Client(self.spec)
        self.client.do("rule-flush")
        out = [{"dev": "out0"}, {"dev": "out1", "group": OTHER4, "ttl": 9}]
        self.client.do("rule-new", {
            "rule": {"name": "keep", "iif": "in0", "group": KEEP4,
                     "comment": "must stay"},
            "output": out}, NLM_F_CREATE)
        self.client.do("rule-new", {
            "rule": {"name": "six", "iif": "in1", "group": KEEP6,
                     "disabled": 1},
            "output": out[:1]}, NLM_F_CREATE)
        self.keep, self.six = (r["rule"]["id"]
                               for r in self.client.dump("rule-get"))
        self.saved = self.state()
        self.ingress = self.client.raw_dump("ingress-get")

    def state(self):
        """All that a refused message must leave alone, as bytes."""
        return self.client.raw_dump("rule-get"), self.generation()

    def generation(self):
        """The status with the generation: a quick look.

        What the daemon's workers count goes on meanwhile.
        """
        replies = self.client.do("status-get")
        for reply in replies:
            reply["status"].pop("worker", None)
        return replies

    def unchanged(self):
        """Fail unless the rules are what they were when the case began."""
        ktap.equal(self.state(), self.saved, "the rules")
        self.good = True

    def refused(self, data, error, at=None, says=None, dump=False,
                silent=False):
        """Send a message; fail unless it is refused just so.

        at: the Node at fault; says: what its sentence must match; silent: the
        kernel itself refuses it, without a sentence.
        """
        answer = self.client.exchange(data)[1]
        ktap.equal(errorcode.get(answer.error, answer.error),
                   errorcode[error], "errno (%r)" % answer.text)
        if not silent:
            ktap.true(len(answer.text.split()) > 2,
                      "the sentence is %r" % answer.text)
        if says:
            ktap.true(re.search(says, answer.text),
                      "the sentence %r does not say %r" % (answer.text, says))
        # Linux before 6.3 tells no offset for what a dump is refused for.
        if not (dump and answer.offset is None):
            ktap.equal(answer.offset, at.offset if at else None,
                       "offset of the attribute at fault (%r)" % answer.text)
        self.unchanged()
        return answer

    def add(self, name, op, nodes, error, at=None, says=None, flags=0,
            silent=False, **head):
        """Add a case: nodes() makes a message; at(nodes) finds the fault."""
        def case():
            made = nodes()
            data = self.client.build(op, pack(made), flags, **head)
            self.refused(data, error, at(made) if at else None, says, dump,
                         silent)
        dump = flags & NLM_F_DUMP == NLM_F_DUMP
        self.suite.add("%s%s: %s" % (op, " dump" if dump else "", name), case)

    def bases(self):
        """Good messages: (operation, how, flags, function that makes them).

        All end where their last attribute does, without padding.
        """
        m = self.make

        def ref():
            return m.rule(id=self.keep or 1)

        yield "rule-new", "do", NLM_F_CREATE, lambda: [
            m.rule(iif="in1", group=GROUP4), m.output(dev="in0")]
        yield "rule-set", "do", 0, lambda: [
            m.rule(disabled=1, id=self.keep or 1)]
        yield "rule-del", "do", 0, lambda: [ref()]
        yield "rule-get", "do", 0, lambda: [ref()]
        yield "rule-get", "dump", NLM_F_DUMP, lambda: [
            m.filter(iif="in0"), m.output(dev="in0")]
        yield "rule-flush", "do", 0, lambda: [
            m.filter(iif="in0"), m.output(dev="in0")]
        yield "output-add", "do", 0, lambda: [ref(), m.output(dev="in0")]
        yield "output-del", "do", 0, lambda: [ref(), m.output(id=1)]
        yield "stats-reset", "do", 0, lambda: [ref()]
        yield "status-get", "do", 0, lambda: []
        yield "ingress-get", "dump", NLM_F_DUMP, lambda: []

    def not_taken(self, op, nest):
        """Input attributes that an operation does not take in a nest."""
        attrs = {n for n, a in self.spec.sets[nest].items()
                 if not a.pad and not a.read_only}
        if op == "rule-new":
            return attrs & NOT_STATED
        if op == "output-add":
            return attrs & ({"id"} if nest == "output" else attrs - REF)
        if op == "output-del":
            return attrs - REF
        if op in ("rule-get dump", "rule-flush"):
            return attrs & NOT_FILTERED if nest == "rule" else attrs - {"dev"}
        return attrs - REF - ({"disabled", "plane"} if op == "rule-set" else set())

    def nests(self, made):
        """(index, Node, set) of the nests of a message."""
        for index, node in enumerate(made):
            yield index, node, self.named("mcr", node.kind).nested

    def named(self, inside, kind):
        """The attribute of this number in a set."""
        return next(a for a in self.spec.sets[inside].values()
                    if a.value == kind)


def find(bad, made, path, output=1):
    """The node that "rule", "rule.name" or "output.dev" means."""
    nest, _, name = path.partition(".")
    node = made[0] if nest == "rule" else made[output]
    return bad.make.child(node, nest, name) if name else node


def last(made):
    """The last node of a message."""
    return made[-1]


def stated(values, changes):
    """A copy of values with changes, of which None takes one out."""
    result = dict(values, **changes)
    return {n: v for n, v in result.items() if v is not None}


def add_unsound(bad):
    """Rules, outputs and filters that are sound bytes and no sound rules."""
    m = bad.make
    rule = {"iif": "in1", "group": GROUP4}
    for name, values, error, path, says in bad_cases.RULES:
        for flags in (NLM_F_CREATE, NLM_F_CREATE | NLM_F_REPLACE):
            bad.add("%s%s" % (name, " (replace)" if flags & NLM_F_REPLACE
                              else ""), "rule-new",
                    lambda v=values: [m.rule(**stated(rule, v)),
                                      m.output(dev="out0")],
                    error, lambda made, p=path: find(bad, made, p), says,
                    flags)
    for name, values, error, path, says in bad_cases.OUTPUTS:
        def output(v=values):
            return m.output(**stated({"dev": "out2"}, v))

        def fault(made, p=path):
            return find(bad, made, p, -1)
        bad.add("output: " + name, "rule-new",
                lambda o=output: [m.rule(**rule), m.output(dev="out3"), o()],
                error, fault, says, NLM_F_CREATE)
        # A rule that is there must not change by half.
        bad.add("output: %s (replace)" % name, "rule-new",
                lambda o=output: [m.rule(iif="in0", group=KEEP4),
                                  m.output(dev="out3"), o()],
                error, fault, says, NLM_F_CREATE | NLM_F_REPLACE)
        bad.add(name, "output-add",
                lambda o=output: [m.rule(id=bad.keep), o()], error, fault,
                says)
    for name, values, error in bad_cases.FILTERS:
        for op, flags in (("rule-get", NLM_F_DUMP), ("rule-flush", 0)):
            bad.suite.add(
                "%s: filter: %s" % (op, name),
                lambda o=op, f=flags, v=values, e=error: bad_filter(bad, o, f,
                                                                    v, e))
    for op, flags in (("rule-get", NLM_F_DUMP), ("rule-flush", 0)):
        bad.add("an output without dev", op, lambda: [m.output()], EINVAL,
                last, "device", flags)


def bad_filter(bad, op, flags, values, error):
    """A filter that is refused for one of its attributes, or as a whole."""
    made = [bad.make.filter(**values)]
    answer = bad.client.exchange(bad.client.build(op, pack(made), flags))[1]
    ktap.equal(answer.error, error, "errno (%r)" % answer.text)
    ktap.true(len(answer.text.split()) > 2, "the sentence: %r" % answer.text)
    places = {made[0].offset} | {n.offset for n in made[0].content}
    if not (flags and answer.offset is None):
        ktap.true(answer.offset in places, "offset %s" % answer.offset)
    bad.unchanged()


def add_missing(bad):
    """Needed attributes that are missing, and rules that do."""
    m = bad.make
    for op in ("rule-new", "rule-set", "rule-del", "rule-get", "output-add",
               "output-del"):
        flags = NLM_F_CREATE if op == "rule-new" else 0
        bad.add("no attributes", op, lambda: [], EINVAL, None,
                "missing|needs an output", flags)
        bad.add("an empty rule", op,
                lambda o=op: [m.rule()] + [m.output(dev="out2")] * (
                    o in ("rule-new", "output-add", "output-del")),
                EINVAL, lambda made: made[0], None, flags)
    bad.add("no rule", "rule-new", lambda: [m.output(dev="out0")], EINVAL,
            None, "rule is missing", NLM_F_CREATE)
    bad.add("no output", "rule-new", lambda: [m.rule(iif="in1", group=GROUP4)],
            EINVAL, None, "at least one output", NLM_F_CREATE)
    bad.add("an empty output", "rule-new",
            lambda: [m.rule(iif="in1", group=GROUP4), m.output()], EINVAL,
            last, "device", NLM_F_CREATE)
    for op in ("output-add", "output-del"):
        bad.add("no rule", op, lambda: [m.output(dev="out0")], EINVAL, None,
                "rule is missing")
        bad.add("no output", op, lambda: [m.rule(id=bad.keep)], EINVAL, None,
                "output is missing|needs an output")
    bad.add("an empty output", "output-del",
            lambda: [m.rule(id=bad.keep), m.output()], EINVAL, last)
    bad.add("nothing to change", "rule-set", lambda: [m.rule(id=bad.keep)],
            EINVAL, last, "disabled is missing, and plane")


def add_refs(bad):
    """References to rules and outputs that are not there, or to two."""
    m = bad.make
    more = {"rule-set": lambda: {"disabled": 1}}
    for op in ("rule-set", "rule-del", "rule-get", "output-add", "output-del",
               "stats-reset"):
        def nodes(ref, o=op):
            made = [m.rule(**ref(), **more.get(o, dict)())]
            if o.startswith("output"):
                made.append(m.output(dev="out2"))
            return made

        def first(made):
            return made[0].content[0]
        bad.add("no rule of this id", op,
                lambda f=nodes: f(lambda: {"id": bad.six + 1000}), ENOENT,
                first, "no such rule")
        bad.add("no rule of this name", op,
                lambda f=nodes: f(lambda: {"name": "nosuch"}), ENOENT, first,
                "no such rule")
        bad.add("a name in other letters", op,
                lambda f=nodes: f(lambda: {"name": "KEEP"}), ENOENT, first,
                "no such rule")
        bad.add("a name that cannot be", op,
                lambda f=nodes: f(lambda: {"name": "a b"}), EINVAL, first,
                "letter")
        bad.add("both id and name", op,
                lambda f=nodes: f(lambda: {"id": bad.keep, "name": "keep"}),
                EINVAL, lambda made: made[0], "either")
    bad.add("no output of this id", "output-del",
            lambda: [m.rule(id=bad.keep), m.output(id=1000)], ENOENT, last,
            "no such output")
    bad.add("no output like this", "output-del",
            lambda: [m.rule(id=bad.keep), m.output(dev="out1")], ENOENT, last,
            "no such output")
    bad.add("the last output", "output-del",
            lambda: [m.rule(name="six"), m.output(dev="out0")], EBUSY, last,
            "at least one output")
    bad.add("the last output by its id", "output-del",
            lambda: [m.rule(name="six"), m.output(id=1)], EBUSY, last,
            "at least one output")
    bad.add("an output that is there", "output-add",
            lambda: [m.rule(id=bad.keep), m.output(dev="out0")], EEXIST,
            lambda made: made[1].content[0], "already")
    bad.add("neither NLM_F_CREATE nor NLM_F_REPLACE", "rule-new",
            lambda: [m.rule(iif="in1", group=GROUP4), m.output(dev="out0")],
            EINVAL, None, "CREATE")
    bad.add("a rule that is not there, NLM_F_REPLACE alone", "rule-new",
            lambda: [m.rule(iif="in1", group=GROUP4), m.output(dev="out0")],
            ENOENT, lambda made: made[0], None, NLM_F_REPLACE)


def add_twins(bad):
    """Rules and outputs that are there already; the cookie has the rule."""
    m = bad.make

    def twin(values, error, path, says, flags, owner):
        made = [m.rule(**values), m.output(dev="out3")]
        data = bad.client.build("rule-new", pack(made), flags)
        answer = bad.refused(data, error, find(bad, made, path), says)
        ktap.equal(answer.twin, owner(), "rule id in the cookie")
    match = {"iif": "in0", "group": KEEP4}
    for name, values, error, path, says in bad_cases.TWINS:
        bad.suite.add("rule-new: " + name, lambda v=dict(match, **values),
                      e=error, p=path, s=says: twin(v, e, p, s, NLM_F_CREATE,
                                                    lambda: bad.keep))
    bad.suite.add("rule-new: a name that is taken", lambda: twin(
        {"iif": "in1", "group": GROUP4, "name": "keep"}, EEXIST, "rule.name",
        "name", NLM_F_CREATE, lambda: bad.keep))
    bad.suite.add("rule-new: a name that is taken (replace)", lambda: twin(
        dict(match, name="six"), EEXIST, "rule.name", "name",
        NLM_F_CREATE | NLM_F_REPLACE, lambda: bad.six))
    for name, rule, flags in (
            ("", {"iif": "in1", "group": GROUP4}, NLM_F_CREATE),
            (" (replace)", match, NLM_F_CREATE | NLM_F_REPLACE)):
        bad.add("the same output twice" + name, "rule-new", lambda r=rule: [
            m.rule(**r), m.output(dev="out2"), m.output(dev="out3"),
            m.output(dev="out2")],
                EEXIST, lambda made: made[-1].content[0], "already", flags)


def add_limits(bad):
    """One more than there may be."""
    m = bad.make

    def outputs(count):
        return [m.output(dev="out0", dport=1 + n) for n in range(count)]
    most = bad.spec.consts["outputs-max"]
    for count in (most + 1, most + 2, 700):
        bad.add("%d outputs" % count, "rule-new",
                lambda c=count: [m.rule(iif="in1", group=GROUP4)] + outputs(c),
                ENOSPC, last, "256", NLM_F_CREATE)

    def one_more():
        made = [m.rule(name="full", iif="in1", group=GROUP4)] + outputs(most)
        bad.client.do("rule-new", pack(made), NLM_F_CREATE)
        bad.saved = bad.state()
        made = [m.rule(name="full"), m.output(dev="out1")]
        data = bad.client.build("output-add", pack(made))
        bad.refused(data, ENOSPC, made[1].content[0], "256")
        bad.good = False
    bad.suite.add("output-add: one output more than there may be", one_more)


def add_commands(bad):
    """Unknown commands, wrong headers, and what is not built yet."""
    m = bad.make
    values = {o.value: o for o in bad.spec.ops.values()}
    for command in (0, *[v for v, o in values.items() if not o.asked],
                    max(values) + 1, 100, 255):
        for flags in (0, NLM_F_DUMP):
            bad.add("no such command", command, lambda: [], EOPNOTSUPP,
                    flags=flags, silent=True)
    for op in bad.spec.ops.values():
        if op.asked and op.dump is None:
            bad.add("there is none", op.name, lambda: [], EOPNOTSUPP,
                    flags=NLM_F_DUMP, silent=True)
        if op.asked and op.do is None:
            bad.add("a dump only", op.name, lambda: [], EOPNOTSUPP,
                    silent=True)
    for op, _, flags, make in bad.bases():
        for version in (0, 2, 255):
            bad.add("version %d" % version, op, make, EINVAL, says="version",
                    flags=flags, version=version)
        for reserved in (1, 0xffff):
            bad.add("reserved %d" % reserved, op, make, EINVAL, flags=flags,
                    reserved=reserved)
        for name, flag in (("NLM_F_CREATE", NLM_F_CREATE),
                           ("NLM_F_APPEND", NLM_F_APPEND)):
            if not flags & flag:
                bad.add("with %s" % name, op, make, EINVAL,
                        flags=flags | flag)
    for op in ("txn-commit", "txn-abort"):
        bad.add("without a transaction", op, lambda: [], EINVAL,
                says="missing")
        bad.add("a transaction that is not", op, lambda: [m.txn()], ENOENT,
                bad_bytes.last, "no such transaction")
        bad.add("a rule beside the transaction", op,
                lambda: [m.txn(), m.rule(id=bad.keep)], EINVAL,
                bad_bytes.last, "does not take")
    bad.add("a transaction is given", "txn-begin", lambda: [m.txn()], EINVAL,
            bad_bytes.last, "does not take")
    bad.add("not built yet", "explain",
            lambda: [m.packet(iif="in0", dst=GROUP4, src=HOST4)], EOPNOTSUPP,
            says="explain.*not supported yet")
    for attr in bad.spec.sets["packet"].values():
        for what, payload, error in bad_bytes.wrong_values(bad, attr):
            # 5 bytes are for the command to find, once there is one.
            if error == EINVAL and attr.type == "binary":
                continue
            bad.add("%r: %s" % (attr, what), "explain",
                    lambda a=attr, p=payload: [m.node("mcr", "packet", [
                        m.node("packet", a.name, p)])],
                    error, bad_bytes.last_in(0))

    def not_a_request():
        data = bytearray(bad.client.build("rule-del", pack([m.rule(
            id=bad.keep)])))
        data[6:8] = struct.pack("=H", NLM_F_ACK)
        ktap.equal(bad.client.exchange(bytes(data))[1].error, 0, "errno")
        bad.unchanged()
    bad.suite.add("rule-del: not a request", not_a_request)


def run(only):
    """Run the cases with a part of their name."""
    suite = ktap.Suite()
    bad = Bad(suite)
    bad_bytes.add_all(bad)
    for add in (add_missing, add_unsound, add_refs, add_twins, add_limits,
                add_commands, bad_who.add_all):
        add(bad)
    suite.add("the ingress devices are what they were", lambda: ktap.equal(
        bad.client.raw_dump("ingress-get"), bad.ingress, "ingress devices"))
    return suite.run(bad.before, only)


def main():
    """Run the tables; an argument selects cases by a part of their name."""
    status = bench.enter()
    if status is not None:
        return status
    return run(sys.argv[1] if len(sys.argv) > 1 else None)


if __name__ == "__main__":
    sys.exit(main())

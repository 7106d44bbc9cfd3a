#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""The spec, the uAPI header and the running module's policy say the same.

    mcr.yaml <-----> uapi/linux/mcr.h         names, values, types
        ^
        +----------> protocol.md, the manual  what commands take and answer
        +----------> the running module       operations, policy, groups

Each comparison goes both ways. So that it can fail, each is then made with
every kind of disagreement put in, one at a time (disagreements.py): all must be
found. Without the module all but the last line of the picture is compared, and
the disagreements are put into a policy that is made from the spec.
"""

import copy
import sys

import bench
import disagreements
import kernel
import ktap
import relay
from header import Header, Manual, compiled, names_by_compiler
from mcrnl import loaded
from spec import HEADER, INTEGERS, MANUAL, Spec, c_name

# The header's words for the spec's types.
HEADER_TYPES = {"binary": "4 or 16 bytes"}


def expected_constants(spec):
    """The header's constants, by enum ("" for the rest), from the spec."""
    raw = spec.raw
    enums = {"": {"MCR_" + c_name(n): v for n, v in spec.consts.items()}}
    enums[""][c_name(raw["c-family-name"])] = spec.name
    enums[""][c_name(raw["c-version-name"])] = spec.version
    for group in raw["mcast-groups"]["list"]:
        enums[""][c_name(group["c-define-name"])] = group["name"]
    for one in raw["definitions"]:
        if one["type"] == "enum":
            prefix = c_name(one.get("name-prefix", "mcr-%s-" % one["name"]))
            enums["mcr_" + one["name"].replace("-", "_")] = {
                prefix + c_name(n): v
                for n, v in spec.enums[one["name"]].items()}
    for one in raw["attribute-sets"]:
        values = {a.name: a.value for a in spec.sets[one["name"]].values()}
        enums[one["enum-name"].replace("-", "_")] = _numbered(
            c_name(one["name-prefix"]), values)
    enums[raw["operations"]["enum-name"].replace("-", "_")] = _numbered(
        "MCR_CMD_", {o.name: o.value for o in spec.ops.values()})
    return enums


def _numbered(prefix, values):
    enum = {prefix + "UNSPEC": 0}
    enum.update({prefix + c_name(n): v for n, v in values.items()})
    enum["__" + prefix + "MAX"] = max(values.values()) + 1
    enum[prefix + "MAX"] = max(values.values())
    return enum


def differences(expected, observed, what):
    """Sentences on the keys and values that two dicts do not share."""
    for key in expected.keys() | observed.keys():
        if key not in observed:
            yield "%s: %s is in the spec only" % (what, key)
        elif key not in expected:
            yield "%s: %s is not in the spec" % (what, key)
        elif expected[key] != observed[key]:
            yield "%s: %s is %r in the spec and %r" % (
                what, key, expected[key], observed[key])


def compare_constants(spec, header):
    """Spec and header: every constant, with its value, in the same enum."""
    expected = expected_constants(spec)
    flat = {n: v for enum in expected.values() for n, v in enum.items()}
    yield from differences(flat, header.constants, "header")
    enums = {n: sorted(e) for n, e in expected.items() if n}
    yield from differences(enums, {n: sorted(e) for n, e in
                                   header.enums.items()}, "header's enum")


def compare_compiled(header):
    """The header as text and as a compiler sees it: the same constants."""
    names = names_by_compiler(header.text)
    if names is None:
        raise ktap.Skip("no C compiler")
    for name in names ^ set(header.constants):
        yield "header: %s was not read as the compiler reads it" % name
    if names == set(header.constants):
        yield from differences(header.constants,
                               compiled(header.text, names), "compiler")


def compare_comments(spec, header):
    """Spec and header's comments: types, limits, who sends what."""
    for one in spec.raw["attribute-sets"]:
        enum = one["enum-name"].replace("-", "_")
        prefix = c_name(one["name-prefix"])
        docs = header.docs.get(enum, {})
        for attr in spec.sets[one["name"]].values():
            doc = docs.get(prefix + c_name(attr.name))
            if doc is None:
                yield "comments: %r is not described in the header" % attr
                continue
            for fault in _compare_doc(spec, attr, doc):
                yield "comments: %r: %s" % (attr, fault)
        known = {prefix + c_name(a) for a in spec.sets[one["name"]]}
        for name in docs.keys() - known - {prefix + "UNSPEC"}:
            yield "comments: %s is not in the spec" % name


def _compare_doc(spec, attr, doc):
    kind = HEADER_TYPES.get(attr.type, attr.type)
    if attr.elements:
        kind = attr.elements + " array"
    if kind != doc.kind:
        yield "type is %s in the spec and %s" % (kind, doc.kind)
    if attr.pad:
        return
    if attr.read_only != doc.read_only:
        yield "read-only is %s in the spec and %s" % (attr.read_only,
                                                      doc.read_only)
    if attr.multi != doc.multi:
        yield "repeated is %s in the spec and %s" % (attr.multi, doc.multi)
    about = None
    if attr.enum:
        about = "mcr_" + attr.enum.replace("-", "_")
    elif attr.nested:
        about = next(s["enum-name"] for s in spec.raw["attribute-sets"]
                     if s["name"] == attr.nested).replace("-", "_")
    # The one value that is an attribute; YNL has no word for it.
    if about != doc.about and repr(attr) != "verdict.mismatch":
        yield "it is of %s in the spec and of %s" % (about, doc.about)
    if doc.limits and doc.limits != spec.limits(attr):
        yield "limits are %s in the spec and %s" % (spec.limits(attr),
                                                    doc.limits)
    if doc.never_0 and spec.limits(attr)[0] != 1:
        yield "0 is allowed in the spec, never in the header"
    if doc.most and "MCR_" + c_name(attr.checks.get("max-len", "")) != doc.most:
        yield "length is %s in the spec and %s" % (attr.checks, doc.most)


def compare_commands(spec, manual):
    """Spec and what the manual says of the commands: attributes they have."""
    expected = {"MCR_CMD_" + c_name(o.name): o for o in spec.ops.values()
                if o.asked}
    for name in expected.keys() ^ manual.commands.keys():
        yield "manual: %s is in one of the two only" % name
    for name in expected.keys() & manual.commands.keys():
        op = expected[name]
        asked = set(op.attributes("do", "request")
                    + op.attributes("dump", "request"))
        answered = set(op.attributes("do", "reply")
                       + op.attributes("dump", "reply"))
        told = _told(manual, name)
        for attr in told - asked - answered:
            yield "manual: %s speaks of %s, the spec does not" % (name, attr)
        # Filters are described once, for all who take them.
        if "filter" in asked:
            told.add("output")
        for other in manual.replies_like[name]:
            told |= _told(manual, other) & answered
        for attr in (asked | answered) - told:
            yield "manual: %s does not speak of %s" % (name, attr)


def _told(manual, command):
    return {n[len("MCR_A_"):].lower() for n in manual.commands[command]}


def expected_policy(spec, attr, index):
    """The kernel's policy of an attribute; index: {set: policy index}."""
    if attr.pad or attr.read_only:
        return None
    if attr.type == "nest":
        entry = {"policy": index.get(attr.nested),
                 "maxtype": max(a.value for a in spec.nested(attr).values())}
    elif attr.type in INTEGERS:
        entry = dict(zip(("min", "max"), spec.limits(attr)))
    else:
        entry = {k: spec.number(v) for k, v in attr.checks.items()}
    entry["type"] = attr.type
    return entry


def policy_indexes(spec, policy, root):
    """{set: policy index}, from the root on through the kernel's nests."""
    index = {"mcr": root}
    todo = ["mcr"]
    while todo:
        name = todo.pop()
        for attr in spec.sets[name].values():
            entry = policy.policies.get(index[name], {}).get(attr.value, {})
            if attr.nested and "policy" in entry and attr.nested not in index:
                index[attr.nested] = entry["policy"]
                todo.append(attr.nested)
    return index


def compare_policy(spec, policy):
    """Spec and running policy: every input attribute with type and limits."""
    roots = {i for op in policy.ops.values() for i in op.values()}
    if len(roots) != 1:
        yield "policy: the operations have policies %s, not one" % roots
        return
    index = policy_indexes(spec, policy, roots.pop())
    for name, number in index.items():
        expected = {}
        for attr in spec.sets[name].values():
            entry = expected_policy(spec, attr, index)
            if entry:
                expected[attr.value] = entry
        yield from differences(expected, policy.policies.get(number, {}),
                               "policy of %s" % name)
    for number in policy.policies.keys() - set(index.values()):
        yield "policy: there is a policy %d more than the spec has" % number
    for op in spec.ops.values():
        ways = {w for w in ("do", "dump") if getattr(op, w) is not None}
        if ways != policy.ops.get(op.value, {}).keys():
            yield "policy: %s has %s in the spec and %s" % (
                op.name, sorted(ways), sorted(policy.ops.get(op.value, {})))
    for value in policy.ops.keys() - {o.value for o in spec.ops.values()}:
        yield "policy: operation %d is not in the spec" % value


def expected_ops(spec):
    """{command: flags as the kernel tells them}."""
    ops = {}
    for op in spec.ops.values():
        if not op.asked:
            continue
        flags = kernel.HAS_POLICY
        flags |= kernel.CAN_DO if op.do is not None else 0
        flags |= kernel.CAN_DUMP if op.dump is not None else 0
        flags |= kernel.ADMIN_PERM if "admin-perm" in op.flags else 0
        flags |= kernel.UNS_ADMIN_PERM if "uns-admin-perm" in op.flags else 0
        ops[op.value] = flags
    return ops


def compare_family(spec, family):
    """Spec and running family: name, version, operations, groups."""
    expected = {"name": spec.name, "version": spec.version, "hdrsize": 0,
                "maxattr": max(a.value for a in spec.sets["mcr"].values()),
                "groups": spec.groups}
    yield from differences(expected, {k: getattr(family, k) for k in expected},
                           "family")
    yield from differences(expected_ops(spec), family.ops, "operation")


class Made:
    """A family and a policy as a kernel would have them, from the spec."""

    def __init__(self, spec):
        self.name = spec.name
        self.version = spec.version
        self.hdrsize = 0
        self.maxattr = max(a.value for a in spec.sets["mcr"].values())
        self.groups = list(spec.groups)
        self.family_ops = expected_ops(spec)
        index = {"mcr": 0, "rule": 1, "output": 2, "packet": 3}
        self.policies = {}
        for name, number in index.items():
            entries = {a.value: expected_policy(spec, a, index)
                       for a in spec.sets[name].values()}
            self.policies[number] = {k: e for k, e in entries.items() if e}
        self.policy_ops = {
            o.value: {w: 0 for w in ("do", "dump") if getattr(o, w) is not None}
            for o in spec.ops.values() if o.asked}

    def family(self):
        """With the names of kernel.Family."""
        made = copy.copy(self)
        made.ops = self.family_ops
        return made

    def policy(self):
        """With the names of kernel.Policy."""
        made = copy.copy(self)
        made.ops = self.policy_ops
        return made


COMPARISONS = [
    ("spec and header have the same constants", compare_constants,
     ("spec", "header")),
    ("the header is read as a compiler reads it", compare_compiled,
     ("header",)),
    ("spec and the header's comments describe the same attributes",
     compare_comments, ("spec", "header")),
    ("spec and the manual describe the same commands", compare_commands,
     ("spec", "manual")),
    ("spec and running policy agree", compare_policy, ("spec", "policy")),
    ("spec and running family agree", compare_family, ("spec", "family")),
]


def agree(compare, needs, world):
    """Fail with all that a comparison finds."""
    missing = [n for n in needs if world.get(n) is None]
    if missing:
        raise ktap.Skip("module mcr is not loaded")
    found = list(compare(*(world[n] for n in needs)))
    ktap.true(not found, "\n".join(found))


def is_found(mutation, world):
    """Put one disagreement in; fail unless a comparison finds it."""
    changed = dict(world)
    changed[mutation.where] = mutation.apply(world[mutation.where])
    for _, compare, needs in COMPARISONS:
        # Those who do not see the change say nothing on it, and compiling
        # takes its time.
        if mutation.where not in needs or compare is compare_compiled:
            continue
        if list(compare(*(changed[n] for n in needs))):
            return
    raise AssertionError("no comparison found it")


def main():
    """Compare, then prove that each comparison can fail."""
    world = {"spec": Spec()}
    with open(HEADER, encoding="utf-8") as file:
        world["header"] = Header(file.read())
    with open(MANUAL, encoding="utf-8") as file:
        world["manual"] = Manual(file.read())
    made = Made(world["spec"])
    whole = dict(world, family=made.family(), policy=made.policy())
    if loaded():
        # One of the relay's has to be started.
        if relay.WANTED:
            bench.unshare(bench.CLONE_NEWNET)
        world.update(family=kernel.Family(world["spec"].name),
                     policy=kernel.Policy(world["spec"].name))
        whole = world
    suite = ktap.Suite()
    for name, compare, needs in COMPARISONS:
        suite.add(name, lambda c=compare, n=needs: agree(c, n, world))
    for mutation in disagreements.ALL:
        suite.add("is found: %s: %s" % (mutation.where, mutation.name),
                  lambda m=mutation: is_found(m, whole))
    return suite.run()


if __name__ == "__main__":
    sys.exit(main())

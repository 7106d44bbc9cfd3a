# SPDX-License-Identifier: GPL-2.0
"""Ways in which spec, header and kernel may disagree, one of each kind.

Every mutation changes one of "spec", "header", "manual", "policy", "family" and
leaves it readable; spec_agrees.py must then find something.
"""

import copy

import kernel
from header import Header, Manual
from spec import Spec


class Mutation:
    """A disagreement: where it is put in, its name, and how."""

    def __init__(self, where, name, change):
        self.where = where
        self.name = name
        self.change = change

    def apply(self, original):
        """A changed copy of the spec, header, manual, policy or family."""
        if self.where in ("header", "manual"):
            text = self.change(original.text)
            assert text != original.text, "the mutation changes nothing"
            return Header(text) if self.where == "header" else Manual(text)
        if self.where == "spec":
            raw = copy.deepcopy(original.raw)
            self.change(raw)
            assert raw != original.raw, "the mutation changes nothing"
            return Spec(raw)
        changed = copy.deepcopy(original)
        self.change(changed)
        assert vars(changed) != vars(original), "the mutation changes nothing"
        return changed


def _named(items, name):
    return next(i for i in items if i["name"] == name)


def _definition(raw, name):
    return _named(raw["definitions"], name)


def _attrs(raw, inside):
    return _named(raw["attribute-sets"], inside)["attributes"]


def _attr(raw, inside, name):
    return _named(_attrs(raw, inside), name)


def _op(raw, name):
    return _named(raw["operations"]["list"], name)


def _swap(items, a, b):
    a, b = items.index(_named(items, a)), items.index(_named(items, b))
    items[a], items[b] = items[b], items[a]


def _writable(raw):
    attr = _attr(raw, "rule", "packets")
    attr["doc"] = attr["doc"].replace("Read-only.", "")


SPEC = [
    ("a constant is missing",
     lambda r: r["definitions"].remove(_definition(r, "masks-max"))),
    ("a constant is new",
     lambda r: r["definitions"].append(
         {"name": "new-max", "type": "const", "value": 1})),
    ("a constant has another value",
     lambda r: _definition(r, "txns-max").update(value=5)),
    ("a constant has another name",
     lambda r: _definition(r, "joins-max").update(name="join-max")),
    ("an enum is missing",
     lambda r: r["definitions"].remove(_definition(r, "membership"))),
    ("an enum's entry is missing",
     lambda r: _definition(r, "membership")["entries"].pop()),
    ("an enum has one entry more",
     lambda r: _definition(r, "plane")["entries"].append({"name": "nic"})),
    ("an enum's entry has another name",
     lambda r: _definition(r, "mac")["entries"][0].update(name="own")),
    ("an enum's entry has another value",
     lambda r: _definition(r, "proto")["entries"][1].update(value=6)),
    ("two entries of an enum have changed places",
     lambda r: _swap(_definition(r, "src-mode")["entries"], "set", "auto")),
    ("an enum has another prefix",
     lambda r: _definition(r, "src-mode").update({"name-prefix": "mcr-s-"})),
    ("an attribute is missing",
     lambda r: _attrs(r, "rule").remove(_attr(r, "rule", "comment"))),
    ("the last attribute is missing",
     lambda r: _attrs(r, "packet").pop()),
    ("an attribute is new",
     lambda r: _attrs(r, "output").append(
         {"name": "colour", "type": "u8", "doc": ""})),
    ("two attributes have changed places",
     lambda r: _swap(_attrs(r, "rule"), "mode", "join")),
    ("two drop reasons have changed places",
     lambda r: _swap(_attrs(r, "drops"), "mtu", "ttl")),
    ("an attribute has another name",
     lambda r: _attr(r, "status", "joins").update(name="members")),
    ("an input attribute has another type",
     lambda r: _attr(r, "rule", "vlan").update(type="u32")),
    ("a read-only attribute has another type",
     lambda r: _attr(r, "rule", "packets").update(type="u32")),
    ("an attribute of a reply's set has another type",
     lambda r: _attr(r, "ingress", "hooked").update(type="u8")),
    ("an array has other elements",
     lambda r: _attr(r, "worker", "latency").update({"sub-type": "u32"})),
    ("an array is one number",
     lambda r: (_attr(r, "worker", "latency").pop("sub-type"),
                _attr(r, "worker", "latency").update(type="u64"))),
    ("an attribute has no lowest value",
     lambda r: _attr(r, "rule", "dport-min").pop("checks")),
    ("an attribute has another lowest value",
     lambda r: _attr(r, "output", "ttl")["checks"].update(min=0)),
    ("an attribute has another highest value",
     lambda r: _attr(r, "output", "dscp")["checks"].update(max=64)),
    ("an attribute has another shortest length",
     lambda r: _attr(r, "rule", "src")["checks"].update({"min-len": 1})),
    ("an attribute has another longest length",
     lambda r: _attr(r, "rule", "group")["checks"].update({"max-len": 32})),
    ("a string has another longest length",
     lambda r: _attr(r, "rule", "name")["checks"].update(
         {"max-len": "dev-max"})),
    ("an attribute has another enum",
     lambda r: _attr(r, "rule", "mode").update(enum="plane")),
    ("an attribute has no enum",
     lambda r: _attr(r, "rule", "latency").pop("enum")),
    ("an attribute has other attributes inside",
     lambda r: _attr(r, "mcr", "filter").update(
         {"nested-attributes": "packet"})),
    ("a repeated attribute is not",
     lambda r: _attr(r, "mcr", "output").pop("multi-attr")),
    ("an attribute that was not is repeated",
     lambda r: _attr(r, "mcr", "rule").update({"multi-attr": True})),
    ("a read-only attribute is not", _writable),
    ("an attribute that was not is read-only",
     lambda r: _attr(r, "rule", "name").update(doc="Read-only.")),
    ("a set has another prefix",
     lambda r: _named(r["attribute-sets"], "drops").update(
         {"name-prefix": "mcr-drops-"})),
    ("an operation is missing",
     lambda r: r["operations"]["list"].remove(_op(r, "txn-abort"))),
    ("the last notification is missing",
     lambda r: r["operations"]["list"].pop()),
    ("an operation is new",
     lambda r: r["operations"]["list"].append(
         {"name": "ping", "doc": "", "do": {"request": {"attributes": []}}})),
    ("two operations have changed places",
     lambda r: _swap(r["operations"]["list"], "rule-set", "rule-del")),
    ("an operation has another name",
     lambda r: _op(r, "explain").update(name="why")),
    ("an operation needs no privilege",
     lambda r: _op(r, "rule-flush").pop("flags")),
    ("an operation needs a privilege",
     lambda r: _op(r, "status-get").update(flags=["uns-admin-perm"])),
    ("an operation needs another privilege",
     lambda r: _op(r, "rule-new").update(flags=["admin-perm"])),
    ("an operation cannot dump", lambda r: _op(r, "rule-get").pop("dump")),
    ("an operation cannot do", lambda r: _op(r, "rule-get").pop("do")),
    ("an operation can dump",
     lambda r: _op(r, "status-get").update(dump={"request": {}})),
    ("a request has no transaction",
     lambda r: _op(r, "rule-flush")["do"]["request"]["attributes"].remove(
         "txn")),
    ("a request has one attribute more",
     lambda r: _op(r, "explain")["do"]["request"]["attributes"].append(
         "txn")),
    ("a reply has no count",
     lambda r: _op(r, "rule-flush")["do"]["reply"]["attributes"].remove(
         "count")),
    ("a reply has one attribute more",
     lambda r: _op(r, "explain")["do"]["reply"]["attributes"].append(
         "count")),
    ("the family has another name", lambda r: r.update(name="mcrx")),
    ("the family has another version", lambda r: r.update(version=2)),
    ("the multicast group has another name",
     lambda r: r["mcast-groups"]["list"][0].update(name="events")),
    ("there is another multicast group",
     lambda r: r["mcast-groups"]["list"].append(
         {"name": "more", "c-define-name": "mcr-mcgrp-more"})),
]


def _once(old, new):
    def change(text):
        assert text.count(old) == 1, "%r is there %d times" % (
            old, text.count(old))
        return text.replace(old, new)
    return change


HEADER = [
    ("a constant has another value",
     _once("#define MCR_MASKS_MAX		64", "#define MCR_MASKS_MAX 32")),
    ("a constant is missing", _once("#define MCR_TXNS_MAX		4", "#undef X")),
    ("a constant is new",
     _once("#define MCR_NAME_MAX", "#define MCR_NEW 1\n#define MCR_NAME_MAX")),
    ("the family has another name", _once('"mcr"\n', '"mcrx"\n')),
    ("the group has another name",
     _once('MCR_MCGRP_NOTIFY	"notify"', 'MCR_MCGRP_NOTIFY	"events"')),
    ("an attribute is missing", _once("\tMCR_RULE_A_COMMENT,\n", "")),
    ("an attribute is new",
     _once("\tMCR_A_COUNT,\n", "\tMCR_A_COUNT,\n\tMCR_A_NEW,\n")),
    ("two attributes have changed places",
     _once("\tMCR_OUTPUT_A_RATE,\n\tMCR_OUTPUT_A_RATE_UNIT,\n",
           "\tMCR_OUTPUT_A_RATE_UNIT,\n\tMCR_OUTPUT_A_RATE,\n")),
    ("an enum's entry has another value",
     _once("\tMCR_PROTO_UDP = 17,", "\tMCR_PROTO_UDP = 6,")),
    ("an enum's entry is in another enum",
     _once("\tMCR_TTL_SET,\n};", "\tMCR_TTL_SET,\n};\nenum mcr_x {\n"
           "\tMCR_X\n};")),
    ("a command is missing", _once("\tMCR_CMD_TXN_ABORT,\n", "")),
    ("an attribute has another type in a comment",
     _once("@MCR_RULE_A_VLAN: u16, 1-4094;", "@MCR_RULE_A_VLAN: u32;")),
    ("an array has other elements in a comment",
     _once("@MCR_WORKER_A_LATENCY: u64 array:",
           "@MCR_WORKER_A_LATENCY: u32 array:")),
    ("an array is one number in a comment",
     _once("@MCR_WORKER_A_LATENCY: u64 array:",
           "@MCR_WORKER_A_LATENCY: u64:")),
    ("an attribute has other limits in a comment",
     _once("@MCR_OUTPUT_A_DSCP: u8, 0-63", "@MCR_OUTPUT_A_DSCP: u8, 0-64")),
    ("an attribute has another enum in a comment",
     _once("@MCR_RULE_A_MODE: u8 of enum mcr_mode",
           "@MCR_RULE_A_MODE: u8 of enum mcr_mac")),
    ("an attribute is bounded by another constant in a comment",
     _once("string of at most MCR_NAME_MAX bytes",
           "string of at most MCR_DEV_MAX bytes")),
    ("an attribute is read-only in a comment",
     _once("@MCR_RULE_A_IIF: string", "@MCR_RULE_A_IIF: (r) string")),
    ("an attribute is not read-only in a comment",
     _once("@MCR_OUTPUT_A_SENT: (r) u64", "@MCR_OUTPUT_A_SENT: u64")),
    ("a set is not read-only in a comment",
     _once("enum mcr_status_attr - (r) the", "enum mcr_status_attr - the")),
    ("an attribute is repeated in a comment",
     _once("@MCR_A_PACKET: nest of enum mcr_packet_attr",
           "@MCR_A_PACKET: nest of enum mcr_packet_attr; may be repeated")),
    ("an attribute is not described in a comment",
     _once(" * @MCR_RULE_A_JOIN: u8 of enum mcr_join\n", "")),
    ("a comment describes an attribute that is not there",
     _once(" * @MCR_A_TXN: u32", " * @MCR_A_NEW: u32\n * @MCR_A_TXN: u32")),
]


MANUAL = [
    ("a command is not there",
     _once("### MCR_CMD_STATS_RESET\n", "### MCR-CMD_STATS_RESET\n")),
    ("a command is new", _once("### MCR_A_FILTER\n", "### MCR_CMD_FILTER\n")),
    ("a command has an attribute more",
     _once("Reply: `MCR_A_VERDICT`.",
           "Reply: `MCR_A_VERDICT`, `MCR_A_COUNT`.")),
    ("a reply has an attribute less", _once("Reply: `MCR_A_COUNT`.",
                                            "Reply: none.")),
    ("a command has an attribute less",
     _once("- `MCR_A_PACKET`: the packet\n", "")),
]


def _entry(attr_type):
    """(index, attribute) of the first entry of this type."""
    def find(policy):
        return next((i, a) for i, p in sorted(policy.policies.items())
                    for a, e in sorted(p.items()) if e["type"] == attr_type)
    return find


def _set(attr_type, **fields):
    def change(policy):
        index, attr = _entry(attr_type)(policy)
        entry = policy.policies[index][attr]
        entry.update((k.replace("_", "-"), v) for k, v in fields.items())
    return change


def _more(attr_type, field, by):
    def change(policy):
        index, attr = _entry(attr_type)(policy)
        policy.policies[index][attr][field] += by
    return change


def _lose(attr_type, field):
    def change(policy):
        index, attr = _entry(attr_type)(policy)
        policy.policies[index][attr].pop(field)
    return change


def _other_op(**ways):
    def change(policy):
        policy.ops[min(policy.ops)] = ways
    return change


POLICY = [
    ("an attribute is not taken",
     lambda p: p.policies[0].pop(min(p.policies[0]))),
    ("a nested attribute is not taken",
     lambda p: p.policies[1].pop(max(p.policies[1]))),
    ("a read-only attribute is taken",
     lambda p: p.policies[0].update(
         {max(p.policies[0]) + 1: {"type": "u32", "min": 0,
                                   "max": 2 ** 32 - 1}})),
    ("an attribute has another type", _set("u16", type="u32")),
    ("a string need not be terminated", _set("string", type="unterminated")),
    ("an attribute has another lowest value", _more("u32", "min", 1)),
    ("an attribute has another highest value", _more("u8", "max", 1)),
    ("an attribute has another shortest length", _more("binary", "min-len", 1)),
    ("an attribute has another longest length", _more("binary", "max-len", 1)),
    ("an attribute has no shortest length", _lose("binary", "min-len")),
    ("a string has another longest length", _more("string", "max-len", 1)),
    ("a string has no longest length", _lose("string", "max-len")),
    ("a nest has another policy", _more("nest", "policy", 1)),
    ("a nest has no policy", _lose("nest", "policy")),
    ("a nest has another highest attribute", _more("nest", "maxtype", 1)),
    ("an attribute has a check without a name", _set("u8", mask=1)),
    ("there is another policy", lambda p: p.policies.update(
        {max(p.policies) + 1: {1: {"type": "flag"}}})),
    ("an operation has no policy", lambda p: p.ops.pop(max(p.ops))),
    ("there is another operation",
     lambda p: p.ops.update({max(p.ops) + 1: {"do": 0}})),
    ("a notification is an operation", lambda p: p.ops.update({15: {"do": 0}})),
    ("an operation has a policy of its own", _other_op(do=1)),
    ("an operation has a policy for dumps", _other_op(do=0, dump=0)),
]

FAMILY = [
    ("it has another name", lambda f: setattr(f, "name", "mcrx")),
    ("it has another version", lambda f: setattr(f, "version", 2)),
    ("it has a header of its own", lambda f: setattr(f, "hdrsize", 4)),
    ("it has more attributes", lambda f: setattr(f, "maxattr", f.maxattr + 1)),
    ("it has fewer attributes", lambda f: setattr(f, "maxattr", f.maxattr - 1)),
    ("an operation is missing", lambda f: f.ops.pop(max(f.ops))),
    ("there is another operation",
     lambda f: f.ops.update({max(f.ops) + 1: kernel.CAN_DO})),
    ("an operation needs no privilege",
     lambda f: f.ops.update({1: f.ops[1] & ~kernel.UNS_ADMIN_PERM})),
    ("an operation needs privilege in the first user namespace",
     lambda f: f.ops.update({1: f.ops[1] | kernel.ADMIN_PERM})),
    ("an operation cannot do",
     lambda f: f.ops.update({4: f.ops[4] & ~kernel.CAN_DO})),
    ("an operation cannot dump",
     lambda f: f.ops.update({4: f.ops[4] & ~kernel.CAN_DUMP})),
    ("an operation can dump",
     lambda f: f.ops.update({1: f.ops[1] | kernel.CAN_DUMP})),
    ("an operation has no policy",
     lambda f: f.ops.update({2: f.ops[2] & ~kernel.HAS_POLICY})),
    ("it has no group", lambda f: f.groups.pop()),
    ("it has another group", lambda f: f.groups.append("more")),
    ("its group has another name", lambda f: f.groups.__setitem__(0, "events")),
]

ALL = [Mutation(where, name, change)
       for where, cases in (("spec", SPEC), ("header", HEADER),
                            ("manual", MANUAL), ("policy", POLICY),
                            ("family", FAMILY))
       for name, change in cases]

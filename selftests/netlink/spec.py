# SPDX-License-Identifier: GPL-2.0
"""The protocol as Documentation/netlink/specs/mcr.yaml has it.

Values go to bytes and back by what the spec says of each attribute; decoding is
strict, so that a server's reply that does not follow the spec raises.
"""

import os
import struct

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
PATH = os.path.join(TREE, "Documentation/netlink/specs/mcr.yaml")
HEADER = os.path.join(TREE, "uapi/linux/mcr.h")
MANUAL = os.path.join(TREE, "Documentation/netlink/protocol.md")

NLA_F_NESTED = 1 << 15
NLA_TYPE_MASK = 0x3fff

INTEGERS = {"u8": "=B", "u16": "=H", "u32": "=I", "u64": "=Q"}


class Malformed(Exception):
    """Bytes that do not follow the protocol."""


def c_name(name):
    """A spec's name as C has it."""
    return name.replace("-", "_").upper()


def nla(kind, payload=b""):
    """One attribute with its padding; kind includes flags."""
    return (struct.pack("=HH", 4 + len(payload), kind) + payload
            + bytes(-len(payload) % 4))


def split(data):
    """Yield (type with flags, payload, offset) of each attribute."""
    at = 0
    while at < len(data):
        if len(data) - at < 4:
            raise Malformed("%d bytes left over" % (len(data) - at))
        length, kind = struct.unpack_from("=HH", data, at)
        if length < 4 or at + length > len(data):
            raise Malformed("attribute %d of length %d in %d bytes"
                            % (kind, length, len(data) - at))
        yield kind, data[at + 4:at + length], at
        at += length + -length % 4


class Attr:
    """An attribute: name, value, type and what else the spec says of it."""

    def __init__(self, raw, value, inside, all_read_only):
        self.name = raw["name"]
        self.value = value
        self.set = inside
        self.type = raw["type"]
        self.nested = raw.get("nested-attributes")
        self.multi = raw.get("multi-attr", False)
        self.enum = raw.get("enum")
        self.elements = raw.get("sub-type")
        self.checks = raw.get("checks", {})
        self.pad = self.type == "pad"
        self.read_only = all_read_only or is_read_only(raw.get("doc"))

    def __repr__(self):
        return "%s.%s" % (self.set, self.name)


class Op:
    """An operation: value, flags, and attribute names of its messages."""

    def __init__(self, raw, value):
        self.name = raw["name"]
        self.value = value
        self.flags = raw.get("flags", [])
        self.do = raw.get("do")
        self.dump = raw.get("dump")
        self.notify = raw.get("notify")
        self.event = raw.get("event")
        self.mcgrp = raw.get("mcgrp")

    def attributes(self, how, way):
        """Names in the "request" or "reply" (way) of "do" or "dump" (how)."""
        return (getattr(self, how) or {}).get(way, {}).get("attributes", [])

    @property
    def asked(self):
        """Is this an operation, not a notification?"""
        return self.do is not None or self.dump is not None


def is_read_only(doc):
    """Does a doc text say that only the server sends this?"""
    return (doc or "").rstrip().endswith("Read-only.")


# Read now: who becomes another user later on may not read the tree.
with open(PATH, encoding="utf-8") as _file:
    TEXT = _file.read()


class Spec:
    """The whole spec; raw is the document, for tests that change it."""

    def __init__(self, raw=None):
        if raw is None:
            raw = yaml.safe_load(TEXT)
        self.raw = raw
        self.name = raw["name"]
        self.version = raw.get("version", 1)
        self.consts = {d["name"]: d["value"] for d in raw["definitions"]
                       if d["type"] == "const"}
        self.enums = {d["name"]: enum_values(d) for d in raw["definitions"]
                      if d["type"] == "enum"}
        self.sets = {s["name"]: self._read_set(s)
                     for s in raw["attribute-sets"]}
        self.ops = {}
        for value, op in enumerate(raw["operations"]["list"], 1):
            self.ops[op["name"]] = Op(op, value)
        self.groups = [g["name"] for g in raw["mcast-groups"]["list"]]

    @staticmethod
    def _read_set(raw):
        attrs = {}
        value = 0
        for attr in raw["attributes"]:
            value = attr.get("value", value + 1)
            attrs[attr["name"]] = Attr(attr, value, raw["name"],
                                       is_read_only(raw.get("doc")))
        return attrs

    def number(self, value):
        """A check's limit: a number, or the name of a constant."""
        return self.consts[value] if isinstance(value, str) else value

    def limits(self, attr):
        """(lowest, highest) value of an integer attribute."""
        highest = (1 << 8 * struct.calcsize(INTEGERS[attr.type])) - 1
        if attr.enum:
            highest = max(self.enums[attr.enum].values())
        return (self.number(attr.checks.get("min", 0)),
                self.number(attr.checks.get("max", highest)))

    def attr(self, inside, name):
        """The attribute of this name in a set."""
        return self.sets[inside][name]

    def nested(self, attr):
        """The attributes that an attribute of type nest holds."""
        return self.sets[attr.nested]

    def payload(self, attr, value):
        """The payload of an attribute; bytes are taken as they are."""
        if isinstance(value, bytes):
            return value
        if attr.type == "nest":
            return self.encode(attr.nested, value)
        if attr.type == "string":
            return value.encode(errors="surrogateescape") + b"\0"
        if attr.type == "flag":
            return b""
        if attr.elements:
            return b"".join(struct.pack(INTEGERS[attr.elements], e)
                            for e in value)
        if isinstance(value, str):
            value = self.enums[attr.enum][value]
        return struct.pack(INTEGERS[attr.type], value)

    def encode(self, inside, values):
        """A dict of values as attributes; a list is a repeated attribute."""
        data = b""
        for name, value in values.items():
            attr = self.attr(inside, name)
            kind = attr.value | (NLA_F_NESTED if attr.type == "nest" else 0)
            many = isinstance(value, list) and not attr.elements
            for one in value if many else [value]:
                data += nla(kind, self.payload(attr, one))
        return data

    def decode(self, inside, data):
        """Attributes as a dict of values, lists where the spec says multi."""
        by_value = {a.value: a for a in self.sets[inside].values()}
        values = {}
        for kind, payload, _ in split(data):
            attr = by_value.get(kind & NLA_TYPE_MASK)
            if attr is None:
                raise Malformed("unknown attribute %d in %s"
                                % (kind & NLA_TYPE_MASK, inside))
            if bool(kind & NLA_F_NESTED) != (attr.type == "nest"):
                raise Malformed("%s: NLA_F_NESTED is wrong" % attr)
            if attr.pad:
                continue
            value = self._value(attr, payload)
            if attr.multi:
                values.setdefault(attr.name, []).append(value)
            elif attr.name in values:
                raise Malformed("%s is there twice" % attr)
            else:
                values[attr.name] = value
        return values

    def _value(self, attr, payload):
        if attr.type == "nest":
            return self.decode(attr.nested, payload)
        if attr.elements:
            return self._elements(attr, payload)
        if attr.type == "binary":
            return payload
        if attr.type == "string":
            if payload.find(b"\0") != len(payload) - 1:
                raise Malformed("%s is no string: %r" % (attr, payload))
            # Names of devices may be any bytes.
            return payload[:-1].decode(errors="surrogateescape")
        if attr.type == "flag":
            if payload:
                raise Malformed("%s has a payload" % attr)
            return True
        fmt = INTEGERS[attr.type]
        if len(payload) != struct.calcsize(fmt):
            raise Malformed("%s has %d bytes" % (attr, len(payload)))
        return struct.unpack(fmt, payload)[0]

    @staticmethod
    def _elements(attr, payload):
        fmt = INTEGERS[attr.elements]
        if len(payload) % struct.calcsize(fmt):
            raise Malformed("%s has %d bytes" % (attr, len(payload)))
        return [e[0] for e in struct.iter_unpack(fmt, payload)]


def enum_values(raw):
    """The entries of an enum with their values."""
    values = {}
    value = raw.get("value-start", 0)
    for entry in raw["entries"]:
        value = entry.get("value", value)
        values[entry["name"]] = value
        value += 1
    return values

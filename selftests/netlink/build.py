# SPDX-License-Identifier: GPL-2.0
"""Messages as trees of nodes, so that a test can point at the one at fault."""

import struct

from spec import INTEGERS, NLA_F_NESTED, nla

GROUP4 = bytes([239, 1, 2, 3])
GROUP6 = bytes([0xff, 0x15] + [0] * 13 + [0x33])
HOST4 = bytes([192, 0, 2, 7])
HOST6 = bytes([0x20, 0x01, 0x0d, 0xb8] + [0] * 11 + [7])


class Node:
    """An attribute: kind, flags beside it, and a payload or nodes inside."""

    def __init__(self, kind, content=b"", flags=0):
        self.kind = kind
        self.content = content
        self.flags = flags
        self.offset = None

    def packed(self, at):
        """The node as bytes that begin at this offset of the message."""
        self.offset = at
        payload = self.content
        if not isinstance(payload, bytes):
            payload = b""
            for node in self.content:
                payload += node.packed(at + 4 + len(payload))
        return nla(self.kind | self.flags, payload)


def pack(nodes):
    """Nodes as the attributes of a message; they learn their offsets."""
    data = b""
    for node in nodes:
        data += node.packed(20 + len(data))
    return data


class Maker:
    """Makes nodes by the names of the spec."""

    def __init__(self, spec):
        self.spec = spec

    def node(self, inside, name, value):
        """An attribute of a set; value may be raw bytes, or nodes."""
        attr = self.spec.attr(inside, name)
        if attr.type == "nest":
            return Node(attr.value, value, flags=NLA_F_NESTED)
        return Node(attr.value, self.spec.payload(attr, value))

    def rule(self, **values):
        """The nest "rule"; "_" in names stands for "-"."""
        return self._nest("rule", "rule", values)

    def filter(self, **values):
        """The nest "filter"."""
        return self._nest("filter", "rule", values)

    def output(self, **values):
        """A nest "output"."""
        return self._nest("output", "output", values)

    def packet(self, **values):
        """The nest "packet"."""
        return self._nest("packet", "packet", values)

    def txn(self, value=1):
        """A transaction."""
        return self.node("mcr", "txn", value)

    def _nest(self, name, inside, values):
        return self.node("mcr", name,
                         [self.node(inside, n.replace("_", "-"), v)
                          for n, v in values.items()])

    def child(self, nest, inside, name):
        """The node of this name in a nest."""
        value = self.spec.attr(inside, name).value
        return next(n for n in nest.content if n.kind == value)

    def sample(self, attr):
        """A payload that the policy takes for an input attribute."""
        if attr.type == "nest":
            return []
        if attr.type == "string":
            return "out1"
        if attr.type == "binary":
            return HOST4 if attr.name == "src" else GROUP4
        return self.spec.limits(attr)[0]

    def wrong_sizes(self, attr):
        """Payloads of a wrong length for an attribute: (what, bytes)."""
        if attr.type in INTEGERS:
            size = struct.calcsize(INTEGERS[attr.type])
            value = self.spec.limits(attr)[0].to_bytes(size, "little")
            yield "empty", b""
            if size > 1:
                yield "one byte short", value[:-1]
            yield "one byte long", value + b"\0"
        elif attr.type == "string":
            most = self.spec.number(attr.checks["max-len"])
            yield "empty", b""
            yield "not terminated", b"out1"
            yield "not terminated and as long as may be", b"a" * most
            yield "one byte long", b"a" * (most + 1) + b"\0"
        elif attr.type == "binary":
            yield "empty", b""
            yield "3 bytes", GROUP4[:3]
            yield "5 bytes", GROUP4 + b"\0"
            yield "15 bytes", GROUP6[:15]
            yield "17 bytes", GROUP6 + b"\0"

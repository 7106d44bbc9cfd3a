# SPDX-License-Identifier: GPL-2.0
"""What the running kernel says of a family: its operations and its policy."""

import struct

from mcrnl import (CTRL_ATTR_FAMILY_NAME, CTRL_ATTR_HDRSIZE, CTRL_ATTR_MAXATTR,
                   CTRL_ATTR_MCAST_GROUPS, CTRL_ATTR_OPS, CTRL_ATTR_OP_POLICY,
                   CTRL_ATTR_POLICY, CTRL_ATTR_VERSION, CTRL_CMD_GETFAMILY,
                   CTRL_CMD_GETPOLICY, NLM_F_DUMP, Socket, dict_of)
from spec import NLA_TYPE_MASK, split

# Flags of an operation, as CTRL_ATTR_OP_FLAGS has them.
ADMIN_PERM = 0x01
CAN_DO = 0x02
CAN_DUMP = 0x04
HAS_POLICY = 0x08
UNS_ADMIN_PERM = 0x10

# enum netlink_attribute_type
TYPES = {1: "flag", 2: "u8", 3: "u16", 4: "u32", 5: "u64", 6: "s8", 7: "s16",
         8: "s32", 9: "s64", 10: "binary", 11: "unterminated", 12: "string",
         13: "nest", 14: "nest-array", 15: "bitfield32", 16: "sint",
         17: "uint"}

# enum netlink_policy_type_attr
POLICY_TYPE = 1
POLICY_PAD = 11
POLICY_FIELDS = {4: "min", 5: "max", 6: "min-len", 7: "max-len",
                 8: "policy", 9: "maxtype"}


def number(data):
    """An unsigned number of any size."""
    return int.from_bytes(data, "little" if struct.pack("=H", 1)[0] else "big")


class Family:
    """Name, version, header size, maxattr, {command: flags} and groups."""

    def __init__(self, name):
        sock = Socket()
        found = sock.control(CTRL_CMD_GETFAMILY, name)[0]
        sock.close()
        self.name = found[CTRL_ATTR_FAMILY_NAME].rstrip(b"\0").decode()
        self.version = number(found[CTRL_ATTR_VERSION])
        self.hdrsize = number(found[CTRL_ATTR_HDRSIZE])
        self.maxattr = number(found[CTRL_ATTR_MAXATTR])
        self.ops = {}
        for _, payload, _ in split(found.get(CTRL_ATTR_OPS, b"")):
            op = dict_of(payload)
            self.ops[number(op[1])] = number(op[2])
        self.groups = []
        for _, payload, _ in split(found.get(CTRL_ATTR_MCAST_GROUPS, b"")):
            self.groups.append(dict_of(payload)[1].rstrip(b"\0").decode())


class Policy:
    """The policies by index, and which of them each operation has.

    policies: {index: {attribute: {"type": ..., limits}}}
    ops: {command: {"do": index, "dump": index}}
    """

    def __init__(self, name):
        self.policies = {}
        self.ops = {}
        sock = Socket()
        for message in sock.control(CTRL_CMD_GETPOLICY, name, NLM_F_DUMP):
            for kind, payload, _ in split(message.get(CTRL_ATTR_OP_POLICY,
                                                      b"")):
                which = {{1: "do", 2: "dump"}[k]: number(p)
                         for k, p in dict_of(payload).items()}
                self.ops[kind & NLA_TYPE_MASK] = which
            for kind, payload, _ in split(message.get(CTRL_ATTR_POLICY, b"")):
                policy = self.policies.setdefault(kind & NLA_TYPE_MASK, {})
                for attr, fields, _ in split(payload):
                    policy[attr & NLA_TYPE_MASK] = _entry(dict_of(fields))
        sock.close()


def _entry(fields):
    entry = {"type": TYPES[number(fields.pop(POLICY_TYPE))]}
    fields.pop(POLICY_PAD, None)
    for field, value in fields.items():
        # What there is no name for is told, not passed over.
        entry[POLICY_FIELDS.get(field, "field %d" % field)] = number(value)
    return entry

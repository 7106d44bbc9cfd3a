# SPDX-License-Identifier: GPL-2.0
"""The frames of tools/mcrd/plan.h, and what a worker counts in."""

import ctypes
import ipaddress
import socket
import struct

CONFIG, DEV, RX_OPEN, RX_CLOSE, TX_OPEN, TX_CLOSE, RULE, RULE_GONE, SYNC, \
    LEVEL, STOP, DONE, HELLO, FIRST_DROP = range(1, 15)
LOOP_AUTO, LOOP_URING, LOOP_MMSG, LOOP_SQPOLL = range(4)

DROPS = ("no-device", "device-down", "mtu", "ttl", "rate", "queue-full",
         "no-memory", "neighbour", "no-source", "loop", "fragment",
         "malformed", "superpacket")
DROP_FIRST = 2
SET_GROUP, SET_DPORT, SET_SPORT, SET_DSCP = 1, 2, 4, 8
SRC_KEEP, SRC_SET, SRC_AUTO = range(3)
TTL_AUTO, TTL_KEEP, TTL_DEC, TTL_SET = range(4)
MAC_AUTO, MAC_KEEP = range(2)
PROTO_ANY, PROTO_UDP = 0, 17

STRIDE = 1 << 30

U8, U16, U32, U64 = (ctypes.c_uint8, ctypes.c_uint16, ctypes.c_uint32,
                     ctypes.c_uint64)
NAME = ctypes.c_char * 16
# Words, as it is aligned like them.
ADDR = U32 * 4


def struct_of(name, *fields):
    """A struct, laid out as C does it."""
    return type(name, (ctypes.Structure,), {"_fields_": list(fields)})


Config = struct_of("Config", ("worker", U32), ("workers", U32), ("loop", U32),
                   ("level", U32), ("buffers", U32), ("buffer_bytes", U32),
                   ("wait_us", U32), ("vnet", U16), ("gso", U16),
                   ("stats", U64))
Dev = struct_of("Dev", ("ifindex", U32), ("mtu", U32), ("flags", U32),
                ("type", U16), ("mac", U8 * 6), ("name", NAME),
                ("saddr", U32), ("n_saddr6", U32), ("saddr6", ADDR * 8))
Rx = struct_of("Rx", ("ifindex", U32), ("name", NAME), ("counters", U64),
               ("unmatched", U64))
Tx = struct_of("Tx", ("ifindex", U32), ("name", NAME))
Rewrite = struct_of("Rewrite", ("group", ADDR), ("src", ADDR), ("dport", U16),
                    ("sport", U16), ("set", U8), ("group_family", U8),
                    ("src_family", U8), ("src_mode", U8), ("ttl_mode", U8),
                    ("ttl", U8), ("dscp", U8), ("mac", U8))
Output = struct_of("Output", ("id", U32), ("feeds", U32), ("dev", NAME),
                   ("rewrite", Rewrite), ("counters", U64), ("drops", U64))
Match = struct_of("Match", ("group", ADDR), ("src", ADDR), ("vlan", U16),
                  ("dport_min", U16), ("family", U8), ("proto", U8),
                  ("group_len", U8), ("src_len", U8), ("dport_max", U16))
Rule = struct_of("Rule", ("id", U32), ("n", U32), ("iif", NAME),
                 ("match", Match), ("mode", U8), ("latency", U8),
                 ("carry", U8), ("since", U64),
                 ("counters", U64))

CARRY_HERE, CARRY_AWAY, CARRY_UNTIL, CARRY_FROM = range(4)

SIZE_COUNTERS = 24
SIZE_DROPS = 8 * len(DROPS)
SIZE_UNMATCHED = 512


def addr(text):
    """An address as union mcr_addr has it."""
    packed = ipaddress.ip_address(text).packed.ljust(16, b"\0")
    return ADDR.from_buffer_copy(packed)


def family(text):
    """AF_INET or AF_INET6."""
    return socket.AF_INET6 if ":" in text else socket.AF_INET


def match(group, dport=0, src=None, vlan=0, proto=PROTO_UDP):
    """What a rule takes: groups and sources may have a prefix length."""
    m = Match(vlan=vlan, family=family(group), proto=proto)
    net, _, length = group.partition("/")
    m.group = addr(net)
    bits = 128 if ":" in group else 32
    m.group_len = int(length) if length else bits
    m.dport_min = m.dport_max = dport
    if src:
        net, _, length = src.partition("/")
        m.src = addr(net)
        m.src_len = int(length) if length else bits
    return m


def rewrite(group=None, dport=None, src=None, sport=None, ttl=None, dscp=None,
            mac=MAC_AUTO):
    """What an output changes; ttl may be "keep" or "dec", src "auto"."""
    w = Rewrite(mac=mac)
    if group:
        w.set |= SET_GROUP
        w.group, w.group_family = addr(group), family(group)
    if dport:
        w.set |= SET_DPORT
        w.dport = dport
    if sport:
        w.set |= SET_SPORT
        w.sport = sport
    if dscp is not None:
        w.set |= SET_DSCP
        w.dscp = dscp
    if src == "auto":
        w.src_mode = SRC_AUTO
    elif src:
        w.src_mode, w.src, w.src_family = SRC_SET, addr(src), family(src)
    if ttl in ("keep", "dec"):
        w.ttl_mode = TTL_KEEP if ttl == "keep" else TTL_DEC
    elif ttl:
        w.ttl_mode, w.ttl = TTL_SET, ttl
    return w


def frame(kind, body=b"", fds=0):
    """A frame with its head."""
    body = bytes(body)
    return struct.pack("=IHH", 8 + len(body), kind, fds) + body

# SPDX-License-Identifier: GPL-2.0
"""Frames through the rules: made, sent, received and taken apart as bytes.

In a namespace of the test's own:

       s0 ---- in0   rules   out1 ---- k1

What goes into s0 comes in at in0, what goes out of out1 comes to k1. Nothing
has addresses, so the host itself has no part in it.
"""

import fcntl
import socket
import struct
import time

import bench
import ktap

# Seconds in which a busy machine has counted.
PATIENCE = 10

ETH_P_ALL = 0x0003
ETH_P_IP = 0x0800
ETH_P_IPV6 = 0x86dd
ETH_P_8021Q = 0x8100
ETH_P_8021AD = 0x88a8

TCP, UDP, DCCP, ICMP6, SCTP, UDPLITE = 6, 17, 33, 58, 132, 136
IGMP, ESP, PIM, UNKNOWN = 2, 50, 103, 253

SIOCGIFFLAGS = 0x8913
IFF_RUNNING = 0x40
SO_RCVBUFFORCE = 33
SOL_PACKET = 263
PACKET_AUXDATA = 8
PACKET_VNET_HDR = 15
PACKET_IGNORE_OUTGOING = 23
TP_STATUS_CSUMNOTREADY = 1 << 3
TP_STATUS_VLAN_VALID = 1 << 4
TP_STATUS_VLAN_TPID_VALID = 1 << 6

SMAC = bytes([2, 0, 0, 1, 0, 1])
SOURCE = {4: bytes([10, 0, 0, 1]),
          6: bytes([0x20, 1, 0xd, 0xb8] + [0] * 11 + [1])}
# Checksums that cover the addresses: the offset in the header.
CSUM = {TCP: 16, UDP: 6, DCCP: 6, ICMP6: 2, UDPLITE: 6}

# The last frame of a flight: its rule takes nothing else.
LAST = {4: bytes([239, 255, 255, 1]), 6: bytes([0xff, 0x1e] + [0xff] * 13 + [1])}
LAST_SECONDS = 60


def flags(dev):
    """A device's flags, of this namespace: /sys shows another's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        found = fcntl.ioctl(sock, SIOCGIFFLAGS,
                            struct.pack("=16sH14x", dev.encode(), 0))
    return struct.unpack_from("=H", found, 16)[0]


def csum(data, start=0):
    """The ones' complement sum of RFC 1071, folded."""
    if len(data) % 2:
        data += b"\0"
    total = start + sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def group_mac(group):
    """The Ethernet address of a group."""
    if len(group) == 4:
        return bytes([1, 0, 0x5e, group[1] & 0x7f]) + group[2:]
    return b"\x33\x33" + group[12:]


def pseudo(src, dst, proto, length):
    """The sum of a pseudo-header."""
    return csum(src + dst, proto + length)


def upper(src, dst, proto, dport=5000, size=40, partial=False):
    """A header of this protocol and something behind it."""
    data = bytearray((7 * i + 1) & 255 for i in range(size))
    if proto == UDP:
        struct.pack_into("!HHH", data, 0, 4000, dport, size)
    if proto == TCP:
        data[12] = 5 << 4
    if proto == ICMP6:
        data[0] = 128
    at = CSUM.get(proto)
    if at is not None:
        data[at:at + 2] = bytes(2)
        total = pseudo(src, dst, proto, size)
        if not partial:
            total = csum(bytes(data), total) ^ 0xffff
        struct.pack_into("!H", data, at, total or 0xffff)
    return bytes(data)


def ip(src, dst, proto, payload, ttl=9, frag=0x4000):
    """An IP header and the payload."""
    if len(dst) == 16:
        return struct.pack("!IHBB", 6 << 28, len(payload), proto,
                           ttl) + src + dst + payload
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 1, frag, ttl,
                       proto, 0) + src + dst
    return (head[:10] + struct.pack("!H", csum(head) ^ 0xffff) + head[12:] +
            payload)


def frame(dst, proto=UDP, src=None, tags=(), data=None, frag=0x4000, **how):
    """An Ethernet frame. tags: (protocol, TCI), the outermost first."""
    family = 4 if len(dst) == 4 else 6
    src = src or SOURCE[family]
    if data is None:
        data = upper(src, dst, proto, **how)
    head = group_mac(dst) + SMAC
    for kind, tci in tags:
        head += struct.pack("!HH", kind, tci)
    head += struct.pack("!H", ETH_P_IP if family == 4 else ETH_P_IPV6)
    return head + ip(src, dst, proto, data, frag=frag)


class Got:
    """A frame received: tag (TCI or None), addresses, ttl, proto, payload."""

    def __init__(self, data, tci, partial):
        self.mac, self.tag, self.partial = data[:14], tci, partial
        kind = struct.unpack_from("!H", data, 12)[0]
        if kind == ETH_P_8021Q:
            self.tag, kind = struct.unpack_from("!HH", data, 14)
            data = data[4:]
        if kind == ETH_P_IP:
            self.ttl, self.proto = data[22], data[23]
            self.src, self.dst = data[26:30], data[30:34]
            self.data = data[34:14 + struct.unpack_from("!H", data, 16)[0]]
            self.sound = csum(data[14:34]) == 0xffff
        else:
            self.proto, self.ttl = data[20], data[21]
            self.src, self.dst = data[22:38], data[38:54]
            self.data = data[54:54 + struct.unpack_from("!H", data, 18)[0]]
            self.sound = kind == ETH_P_IPV6

    def csum_ok(self):
        """Is the checksum right, or can it still be made right?"""
        if self.proto not in CSUM:
            return True
        total = pseudo(self.src, self.dst, self.proto, len(self.data))
        if not self.partial:
            return csum(self.data, total) == 0xffff
        at = CSUM[self.proto]
        return struct.unpack_from("!H", self.data, at)[0] % 0xffff == \
            total % 0xffff


class Wire:
    """The devices and the sockets at both ends."""

    def __init__(self):
        for one, other in (("s0", "in0"), ("k1", "out1")):
            bench.ip("link", "add", one, "type", "veth", "peer", "name", other)
        for dev in ("s0", "in0", "k1", "out1"):
            with open("/proc/sys/net/ipv6/conf/%s/disable_ipv6" % dev, "w",
                      encoding="utf-8") as file:
                file.write("1")
            bench.ip("link", "set", dev, "up")
        self.source = self.end("s0", 0)
        self.raw = self.end("s0", 0)
        self.raw.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
        self.sink = self.end("k1", ETH_P_ALL)
        self.sink.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        self.sink.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        # All of a flight is sent before any of it is read.
        self.sink.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 22)
        self.sink.settimeout(LAST_SECONDS)
        for dev in ("s0", "in0", "k1", "out1"):
            self.wait_up(dev)

    @staticmethod
    def end(dev, kind):
        """A packet socket on a device."""
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                             socket.htons(kind))
        sock.bind((dev, kind))
        return sock

    @staticmethod
    def wait_up(dev):
        """Wait until a device has its carrier."""
        end = time.monotonic() + LAST_SECONDS
        while True:
            if flags(dev) & IFF_RUNNING:
                return
            ktap.true(time.monotonic() < end, dev + " does not come up")
            time.sleep(0.02)

    def rules(self, client, *rules):
        """Have these rules, of (values, outputs), and the last frames'."""
        client.do("rule-flush")
        last = [({"group": g}, [{}]) for g in LAST.values()]
        for values, outputs in list(rules) + last:
            client.do("rule-new", {
                "rule": {n.replace("_", "-"): v for n, v in
                         dict({"iif": "in0"}, **values).items()},
                "output": [dict({"dev": "out1"}, **o) for o in outputs]},
                      0x400)

    def fly(self, frames, family=4, vnet=None):
        """Send frames; the Got that come to k1, without the last one."""
        for data in frames:
            if vnet:
                self.raw.send(vnet + data)
            else:
                self.source.send(data)
        self.source.send(frame(LAST[family]))
        came = []
        while True:
            got = self.receive()
            if got is None:
                continue
            if got.dst == LAST[family]:
                return came
            came.append(got)

    def receive(self):
        """The next IP frame; None if it is another."""
        data, extra, _, _ = self.sink.recvmsg(1 << 17, 256)
        status, tci, tpid = 0, 0, 0
        for level, kind, value in extra:
            if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
                status, = struct.unpack_from("=I", value)
                tci, tpid = struct.unpack_from("=HH", value, 16)
        tagged = status & TP_STATUS_VLAN_VALID
        if tagged and status & TP_STATUS_VLAN_TPID_VALID:
            ktap.equal(tpid, ETH_P_8021Q, "tag protocol")
        if struct.unpack_from("!H", data, 12)[0] not in (
                ETH_P_IP, ETH_P_IPV6, ETH_P_8021Q):
            return None
        return Got(data, tci if tagged else None,
                   bool(status & TP_STATUS_CSUMNOTREADY))


def all_offered(rule, outputs):
    """Was each packet of a rule offered to each output?"""
    return all(output.get("offered", 0) >= rule.get("packets", 0)
               for output in outputs)


def counters(client):
    """{name: (rule, outputs)} of the rules that have one, as soon as all is counted:
    the relay counts what it has sent some milliseconds later."""
    end = time.monotonic() + PATIENCE
    while True:
        found = {reply["rule"]["name"]: (reply["rule"], reply["output"])
                 for reply in client.dump("rule-get") if "name" in reply["rule"]}
        if (all(all_offered(*one) for one in found.values()) or
                time.monotonic() > end):
            return found
        time.sleep(0.01)

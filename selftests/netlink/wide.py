#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Rules that are wider than one flow, by what comes over the wire.

Prefixes, port ranges, any protocol, VLANs; which of several rules fires; what
becomes of the addresses of other protocols than UDP. Each rule sets a TTL of
its own, so that a copy tells which rule sent it. See wire.py for the devices.
"""

import json
import random
import struct
import subprocess
import sys

import bench
import ktap
from mcrnl import Client
from wire import (DCCP, ESP, ETH_P_8021AD, ETH_P_8021Q, ICMP6, IGMP, PIM, SCTP,
                  SOURCE, TCP, UDP, UDPLITE, UNKNOWN, Wire, counters, frame,
                  upper)

SUITE = ktap.Suite()
FAMILIES = {4: "IPv4", 6: "IPv6"}
GROUP = {4: bytes([239, 1, 1, 1]), 6: bytes([0xff, 0x1e] + [0] * 13 + [1])}
OTHER = {4: bytes([239, 2, 2, 2]), 6: bytes([0xff, 0x1e] + [0] * 13 + [2])}
SOURCE2 = {4: bytes([10, 0, 0, 99]), 6: SOURCE[6][:-1] + b"\x63"}
NEW_SOURCE = {4: bytes([192, 0, 2, 9]), 6: SOURCE[6][:-1] + b"\x09"}
BITS = {4: 32, 6: 128}
MALFORMED, SUPERPACKET, FRAGMENT = "malformed", "superpacket", "fragment"


class Rig:
    """The devices and a client, made when the first case needs them."""

    wire = None
    client = None

    @classmethod
    def get(cls):
        """(wire, client)"""
        if not cls.wire:
            cls.wire = Wire()
            cls.client = Client()
        return cls.wire, cls.client


def masked(addr, length):
    """The prefix of this length that an address is in."""
    value = int.from_bytes(addr, "big") >> (len(addr) * 8 - length)
    return (value << (len(addr) * 8 - length)).to_bytes(len(addr), "big")


def prefix(addr, length):
    """The values of a rule for a group prefix."""
    return {"group": masked(addr, length), "group_len": length}


def taken(values, yes, no=(), outputs=None):
    """A rule of these values takes the frames yes, and leaves those in no."""
    wire, client = Rig.get()
    family = 4 if len(values["group"]) == 4 else 6
    outputs = outputs or [{"ttl": 77}]
    wire.rules(client, (dict({"name": "r"}, **values), outputs))
    frames = [x for pair in zip(no, yes) for x in pair]
    frames += list(yes[len(no):]) + list(no[len(yes):])
    came = wire.fly(frames, family)
    ktap.equal([g.ttl for g in came], [77] * len(yes), "TTLs")
    for got in came:
        ktap.true(got.sound and got.csum_ok(), "a broken copy")
    ktap.equal(counters(client)["r"][0].get("packets", 0), len(yes),
               "packets matched")
    return came


def for_families(name):
    """Decorator: a case for each family, which is handed on."""
    def wrap(func):
        for family, text in FAMILIES.items():
            SUITE.add("%s: %s" % (text, name), lambda f=family: func(f))
        return func
    return wrap


def step(addr, by):
    """The address that is so much more."""
    return (int.from_bytes(addr, "big") + by).to_bytes(len(addr), "big")


@for_families("a group prefix takes its first and its last group, no other")
def _(family):
    for length in ((4, 16, 31) if family == 4 else (16, 64, 127)):
        first = masked(GROUP[family], length)
        last = step(first, (1 << (BITS[family] - length)) - 1)
        # Of all groups, those of the link are not meant.
        yes = [frame(a) for a in {GROUP[family], last} |
               ({first} if length > 8 else set())]
        no = [frame(a) for a in (step(first, -1), step(last, 1))
              if masked(a, 4)[0] in (0xe0, 0xf0) and a[0] in (239, 0xff)]
        taken(prefix(GROUP[family], length), yes, no)


@for_families("a source prefix takes its first and its last source")
def _(family):
    length = BITS[family] - 3
    first = masked(NEW_SOURCE[family], length)
    taken({"group": GROUP[family], "src": first, "src_len": length},
          [frame(GROUP[family], src=step(first, n)) for n in (1, 5, 7)],
          [frame(GROUP[family], src=step(first, n)) for n in (-1, 8)])


@for_families("a port range takes its ports, no other, and no fragment")
def _(family):
    taken({"group": GROUP[family], "dport_min": 5000, "dport_max": 5009},
          [frame(GROUP[family], dport=p) for p in (5000, 5004, 5009)],
          [frame(GROUP[family], dport=p) for p in (4999, 5010, 1, 65535)] +
          [frame(GROUP[family], TCP)])


@for_families("any protocol: all but IGMP, MLD and PIM")
def _(family):
    group = GROUP[family]
    yes = [frame(group, p) for p in (UDP, TCP, UDPLITE, SCTP, ESP, UNKNOWN)]
    no = [frame(group, PIM)]
    if family == 4:
        no.append(frame(group, IGMP))
    else:
        yes.append(frame(group, ICMP6))
        for kind in (130, 131, 132, 143):
            data = bytearray(upper(SOURCE[6], group, ICMP6))
            data[0] = kind
            no.append(frame(group, ICMP6, data=bytes(data)))
    for values in ({"group": group}, prefix(group, 16)):
        came = taken(dict(values, proto=0), yes, no)
        ktap.equal(sorted(g.proto for g in came),
                   sorted(y[23 if family == 4 else 20] for y in yes),
                   "protocols")


@for_families("UDP alone leaves other protocols")
def _(family):
    taken({"group": GROUP[family]}, [frame(GROUP[family])],
          [frame(GROUP[family], p) for p in (TCP, UDPLITE, UNKNOWN)])


@for_families("groups of the link: only by those who mean them")
def _(family):
    local = {4: bytes([224, 0, 0, 251]),
             6: bytes([0xff, 2] + [0] * 13 + [0xfb])}[family]
    wide, narrow = {4: (4, 24), 6: (8, 16)}[family]
    taken(dict(prefix(local, wide), proto=0), [frame(GROUP[family])],
          [frame(local), frame(local, UNKNOWN)])
    taken(prefix(local, narrow), [frame(local)], [frame(GROUP[family])])
    taken({"group": local}, [frame(local)])


def order(one):
    """The key by which rules go first, as the manual says; see random_rule."""
    width = 65536 if not one.get("dport_min") else \
        one["dport_max"] - one["dport_min"] + 1
    return (-one["group_len"], -one.get("src_len", 0), one["proto"] == 0,
            width, one.get("dport_min", 0))


def hits(one, flow):
    """Does the rule take the packet? By arithmetic on the addresses."""
    group, src, proto, dport, vlan = flow
    if masked(group, one["group_len"]) != one["group"]:
        return False
    if "src" in one and masked(src, one["src_len"]) != one["src"]:
        return False
    if one.get("vlan", 0) != vlan or (one["proto"] and proto != UDP):
        return False
    return not one.get("dport_min") or \
        one["dport_min"] <= dport <= one["dport_max"]


def random_rule(dice, family):
    """A rule that overlaps with others."""
    length = dice.choice((32, 31, 24, 16) if family == 4 else
                         (128, 127, 64, 33))
    one = prefix(dice.choice((GROUP[family], OTHER[family])), length)
    one["proto"] = dice.choice((UDP, UDP, UDP, 0))
    if dice.random() < 0.4:
        bits = dice.choice((BITS[family], BITS[family] - 3, 8))
        one["src"] = masked(dice.choice((SOURCE, SOURCE2))[family], bits)
        one["src_len"] = bits
    if one["proto"] and dice.random() < 0.7:
        one["dport_min"], one["dport_max"] = sorted(
            dice.choice((1, 4999, 5000, 5001, 5005, 65535)) for _ in "12")
    if dice.random() < 0.2:
        one["vlan"] = 5
    return one


@for_families("random rules: each packet is taken by the most specific")
def _(family):
    wire, client = Rig.get()
    dice = random.Random(family)
    rules = []
    while len(rules) < 100:
        one = random_rule(dice, family)
        if one not in rules:
            rules.append(one)
    # The relay would send packets of one flow together, before others.
    wire.rules(client, *((dict(one, latency=1), [{"ttl": 1 + n}])
                         for n, one in enumerate(rules)))
    frames, expected = [], []
    for _ in range(300):
        flow = (dice.choice((GROUP[family], OTHER[family],
                             step(GROUP[family], 2))),
                dice.choice((SOURCE, SOURCE2, NEW_SOURCE))[family],
                dice.choice((UDP, UDP, UDP, TCP)),
                dice.choice((1, 4999, 5000, 5003, 5005, 5006, 65535)),
                dice.choice((0, 0, 0, 5, 6)))
        best = min((n for n, r in enumerate(rules) if hits(r, flow)),
                   key=lambda n: order(rules[n]), default=None)
        expected += [] if best is None else [1 + best]
        frames.append(frame(flow[0], flow[2], src=flow[1], dport=flow[3],
                            tags=[(ETH_P_8021Q, flow[4])] * (flow[4] > 0)))
    ktap.true(len(set(expected)) > 20, "few rules fire")
    ktap.equal([g.ttl for g in wire.fly(frames, family)], expected,
               "TTLs by rule")


Q, AD = ETH_P_8021Q, ETH_P_8021AD
# Tags of frames that no rule takes: service tags, and two of any kind.
NO_RULES = [[(AD, 5)], [(AD, 6), (Q, 5)], [(Q, 5), (Q, 6)], [(AD, 5), (Q, 5)],
            [(Q, 5), (Q, 5)]]


@for_families("a rule with vlan takes frames of one tag, that VLAN's")
def _(family):
    group = GROUP[family]
    taken({"group": group, "vlan": 5},
          [frame(group, tags=[(Q, tci)]) for tci in (5, 0xe005)],
          [frame(group, tags=t) for t in
           [[], [(Q, 6)], [(Q, 0)], [(Q, 0xe000)]] + NO_RULES])


@for_families("a rule without vlan takes untagged frames and priority tags")
def _(family):
    group = GROUP[family]
    taken({"group": group},
          [frame(group, tags=t) for t in ([], [(Q, 0)], [(Q, 0xe000)])],
          [frame(group, tags=t) for t in [[(Q, 5)], [(Q, 4095)]] + NO_RULES])


@for_families("copies of a VLAN go out untagged, with mac keep as they came")
def _(family):
    group = GROUP[family]
    data = [frame(group, tags=[(Q, 0xa005)])]
    for output, tag in (({}, None), ({"mac": 1}, 0xa005)):
        came = taken({"group": group, "vlan": 5}, data,
                     outputs=[dict(output, ttl=77)])
        ktap.equal(came[0].tag, tag, "tag")
    # Not even the TTL is changed: the frame is shared.
    wire, client = Rig.get()
    wire.rules(client, ({"group": group, "vlan": 5}, [{"mac": 1}]))
    came = wire.fly(data, family)
    ktap.equal([(g.tag, g.mac[:12]) for g in came],
               [(0xa005, data[0][:12])], "frames")
    # A priority tag is no VLAN, but part of the frame.
    wire.rules(client, ({"group": group}, [{"mac": 1}, {"ttl": 3}]))
    came = wire.fly([frame(group, tags=[(Q, 0xe000)])], family)
    ktap.equal([g.tag for g in came], [0xe000, None], "tags")


def moved(family, proto, vnet=None, **how):
    """One frame of the protocol through a rule that changes its addresses."""
    wire, client = Rig.get()
    outputs = [{"group": OTHER[family], "src": NEW_SOURCE[family], "ttl": 1},
               {"ttl": 2}]
    wire.rules(client, ({"name": "r", "group": GROUP[family], "proto": 0},
                        outputs))
    came = wire.fly([frame(GROUP[family], proto, **how)], family, vnet)
    return came, counters(client)["r"]


@for_families("other addresses: checksums that cover them stay right")
def _(family):
    protocols = [TCP, UDPLITE, DCCP, UDP] + [ICMP6] * (family == 6)
    for proto in protocols:
        at = 14 + (20 if family == 4 else 40)
        # As made by a machine that leaves the checksum to the device.
        partial = struct.pack("=BBHHHH", 1, 0, 0, 0, at,
                              {TCP: 16, ICMP6: 2}.get(proto, 6))
        for vnet in (None, partial):
            came, _ = moved(family, proto, vnet, partial=bool(vnet))
            ktap.equal([(g.dst, g.src) for g in came],
                       [(OTHER[family], NEW_SOURCE[family]),
                        (GROUP[family], SOURCE[family])], "addresses")
            ktap.equal([g.csum_ok() for g in came], [True, True],
                       "checksums of protocol %d" % proto)


@for_families("other addresses: protocols without such a checksum go out")
def _(family):
    came, _ = moved(family, SCTP)
    data = upper(SOURCE[family], GROUP[family], SCTP)
    ktap.equal([(g.dst, g.data) for g in came],
               [(OTHER[family], data), (GROUP[family], data)], "packets")


@for_families("other addresses: what they would break is counted malformed")
def _(family):
    for proto in (ESP, UNKNOWN):
        came, (_, outputs) = moved(family, proto)
        ktap.equal([g.ttl for g in came], [2], "TTLs")
        ktap.equal([(o["offered"], o.get("sent", 0), o.get("drops", {}))
                    for o in outputs],
                   [(1, 0, {MALFORMED: 1}), (1, 1, {})], "counters")


@for_families("a super-packet of another protocol is counted, not sent")
def _(family):
    at = 14 + (20 if family == 4 else 40)
    # VIRTIO_NET_HDR_GSO_TCPV4 and _TCPV6: three segments of 1000 bytes
    vnet = struct.pack("=BBHHHH", 1, 1 if family == 4 else 4, at + 20, 1000,
                       at, 16)
    came, (one, outputs) = moved(family, TCP, vnet, partial=True, size=3020)
    ktap.equal(came, [], "frames")
    ktap.equal(one["packets"], 3, "packets matched")
    for output in outputs:
        ktap.equal((output["offered"], output["drops"]),
                   (3, {SUPERPACKET: 3}), "counters")


@SUITE.case("fragments of any protocol are counted, not sent")
def _():
    wire, client = Rig.get()
    for proto, more in ((UDP, {}), (UNKNOWN, {}), (UDP, {"vlan": 5})):
        wire.rules(client, (dict(prefix(GROUP[4], 16), name="r", proto=0,
                                 **more), [{}]))
        tags = [(Q, 5)] if more else []
        came = wire.fly([frame(GROUP[4], proto, frag=f, tags=tags)
                         for f in (0x2000, 0x2005, 0x0005)])
        ktap.equal(came, [], "frames")
        ktap.equal(counters(client)["r"][1][0]["drops"], {FRAGMENT: 3},
                   "drops")


def held_in_allmulti(dev):
    """How often the kernel says that a device is held in it."""
    found = subprocess.run(["ip", "-d", "-j", "link", "show", "dev", dev],
                           check=True, capture_output=True)
    return json.loads(found.stdout)[0]["allmulti"]


@SUITE.case("a prefix and a VLAN hold the device in allmulti")
def _():
    wire, client = Rig.get()
    for values in (prefix(GROUP[4], 16), {"group": GROUP[4], "vlan": 5},
                   prefix(GROUP[6], 16)):
        wire.rules(client, (dict(values, name="r"), [{}]))
        ktap.equal(counters(client)["r"][0]["membership"], 2, "membership")
        found = [m["ingress"] for m in client.dump("ingress-get")]
        ktap.equal([i["allmulti"] for i in found], [1], "allmulti")
    ktap.equal(held_in_allmulti("in0"), 1, "allmulti")
    client.do("rule-flush")
    ktap.equal(held_in_allmulti("in0"), 0, "allmulti")


def main():
    """Run the cases; an argument selects them by a part of their name."""
    status = bench.enter(devices=())
    if status is not None:
        return status
    return SUITE.run(only=sys.argv[1] if len(sys.argv) > 1 else None)


if __name__ == "__main__":
    sys.exit(main())

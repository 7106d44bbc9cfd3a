#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What a rule that consumes keeps from the host's own stack, on a real kernel.

   network namespace of its own
  +----------------------------------+
  |  v1 ===== v0 - - sockets         |   frames are sent out of v1; rules are
  |            :                     |   on v0; d0 has what is in no VLAN of
  |           d0 ===== d1            |   the host's own, but is not dropped
  +----------------------------------+

Usage: consume.py CONSUMER, which is tools/tests/consumer.c
"""

import ctypes
import ipaddress
import json
import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys

CLONE_NEWNET = 0x40000000
WAIT = 2.0
QUIET = 0.05
PORTS = range(5000, 5008)
GROUPS4 = ["239.1.1.%d" % i for i in range(3)] + ["239.1.2.1", "224.0.0.99"]
GROUPS6 = ["ff05::%d" % i for i in range(1, 4)] + ["ff0e::1", "ff02::99"]
SOURCES4 = ["10.0.0.1", "10.0.0.2", "10.1.0.1"]
SOURCES6 = ["2001:db8::1", "2001:db8::2", "2001:db8:1::1"]
MARK = "the frame that comes last"

libc = ctypes.CDLL(None, use_errno=True)


def run(*words, ok=True):
    """A command; its output. It has to succeed if @ok."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if ok and done.returncode:
        raise AssertionError("%s: %s" % (" ".join(words), done.stderr))
    return done.stdout if ok else done.returncode


def checksum(data):
    """RFC 1071"""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def udp(src, dst, dport, payload):
    """A datagram with its checksum."""
    length = 8 + len(payload)
    pseudo = src.packed + dst.packed + struct.pack("!IHBB", length, 0, 0, 17)
    head = struct.pack("!HHHH", 4000, dport, length, 0)
    total = checksum(pseudo + head + payload) or 0xffff
    return struct.pack("!HHHH", 4000, dport, length, total) + payload


def ip(src, dst, proto, body, frag=0, options=b""):
    """A packet of either family, with a good header checksum."""
    if dst.version == 6:
        return (struct.pack("!IHBB", 6 << 28, len(body), proto, 1) +
                src.packed + dst.packed + body)
    words = 5 + len(options) // 4
    head = struct.pack("!BBHHHBBH", 0x40 | words, 0, 4 * words + len(body), 1,
                       frag, 1, proto, 0) + src.packed + dst.packed + options
    return (head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body)


def ethernet(dst, packet, tags=b"", unicast=None):
    """A frame; @tags is what is between addresses and type."""
    if unicast:
        mac = bytes.fromhex(unicast.replace(":", ""))
    elif dst.version == 4:
        mac = b"\x01\x00\x5e" + bytes([dst.packed[1] & 0x7f]) + dst.packed[2:]
    else:
        mac = b"\x33\x33" + dst.packed[12:]
    kind = 0x0800 if dst.version == 4 else 0x86dd
    return (mac + b"\x02\x00\x00\x00\x00\x01" + tags +
            struct.pack("!H", kind) + packet)


def tag(vid, tpid=0x8100, pcp=0):
    """What a VLAN adds to a frame."""
    return struct.pack("!HH", tpid, pcp << 13 | vid)


class Consumer:
    """The program under test."""

    all = []

    def __init__(self, *words):
        self.proc = subprocess.Popen(words, stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, text=True)
        self.all.append(self)

    def ask(self, line):
        """A command; what is said to it."""
        self.proc.stdin.write(line + "\n")
        self.proc.stdin.flush()
        return self.proc.stdout.readline().strip()

    def do(self, *lines):
        """Commands that have to be carried out."""
        for line in lines:
            said = self.ask(line)
            assert said == "ok", "%s: %s" % (line, said)

    def commit(self, *lines):
        """A change in both steps."""
        self.do(*lines, "less", "more")

    def kill(self):
        """End it as nobody could be prepared for."""
        self.proc.send_signal(signal.SIGKILL)
        self.proc.wait()

    def end(self):
        """End it as it is meant to be."""
        self.proc.stdin.close()
        assert self.proc.wait() == 0


def make_devices():
    """v0 and v1."""
    run("ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
    for dev in ("lo", "v0", "v1"):
        for name, value in (("rp_filter", 0), ("accept_local", 1),
                            ("force_igmp_version", 3)):
            with open("/proc/sys/net/ipv4/conf/%s/%s" % (dev, name), "w",
                      encoding="ascii") as f:
                f.write(str(value))
        run("ip", "link", "set", dev, "up")
    run("ip", "addr", "add", "192.0.2.1/24", "dev", "v0")
    run("ip", "addr", "add", "2001:db8:a::1/64", "dev", "v0", "nodad")


class Stack:
    """What the host's own stack has delivered."""

    def __init__(self, dev="v0"):
        index = socket.if_nametoindex(dev)
        self.socks = []
        for family in (socket.AF_INET, socket.AF_INET6):
            for proto in (17, 253):
                kind = socket.SOCK_DGRAM if proto == 17 else socket.SOCK_RAW
                for port in list(PORTS) if proto == 17 else [0]:
                    self._open(family, kind, proto, port, index)
        self.sender(dev)

    def sender(self, dev):
        """Where frames for a device are sent from."""
        self.mac = mac_of(dev)
        self.out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.out.bind(("v1", 0))

    def _open(self, family, kind, proto, port, index):
        s = socket.socket(family, kind, 0 if proto == 17 else proto)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        if family == socket.AF_INET:
            for group in GROUPS4:
                s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                             struct.pack("4s4si", socket.inet_aton(group),
                                         b"\0" * 4, index))
        else:
            if port:
                s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            for group in GROUPS6:
                s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                             socket.inet_pton(socket.AF_INET6, group) +
                             struct.pack("I", index))
        if port:
            s.bind(("" if family == socket.AF_INET else "::", port))
        self.socks.append(s)

    def close(self):
        """No more."""
        for s in self.socks + [self.out]:
            s.close()

    def _read(self, wait):
        return {s.recv(4096) for s in
                select.select(self.socks, [], [], wait)[0]}

    def drain(self):
        """What is waiting is of no interest."""
        while self._read(0):
            pass

    def delivered(self, frames, first=lambda: None):
        """Which of frames (payload to frame) are delivered? A last one is."""
        self.drain()
        first()
        mark = b"mark %d" % random.getrandbits(60)
        # Unicast, which nobody has a rule for.
        src, dst = map(ipaddress.ip_address, ("10.9.9.9", "192.0.2.1"))
        last = ethernet(dst, ip(src, dst, 17, udp(src, dst, PORTS[-1], mark)),
                        unicast=self.mac)
        for frame in frames.values():
            self.out.send(frame)
        self.out.send(last)
        got = set()
        while not any(data.endswith(mark) for data in got):
            more = self._read(WAIT)
            assert more, MARK + " is not delivered"
            got |= more
        while True:
            more = self._read(QUIET)
            if not more:
                break
            got |= more
        return {p for p in frames if any(data.endswith(p) for data in got)}


class Behind(Stack):
    """What is not dropped, VLANs and all: a chain behind ours sends it to d0."""

    def __init__(self):
        run("ip", "link", "add", "d0", "type", "veth", "peer", "name", "d1")
        for dev in ("d0", "d1"):
            run("ip", "link", "set", dev, "up")
        run("nft", "add table netdev behind; add chain netdev behind c { type"
            " filter hook ingress device v0 priority 200; }; add rule netdev"
            " behind c fwd to d0")
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        s.bind(("d1", 3))
        self.socks = [s]
        self.sender("v0")

    def close(self):
        super().close()
        run("nft", "delete", "table", "netdev", "behind")
        run("ip", "link", "del", "d0")


class Rule:
    """A rule, and the definition of what it takes."""

    def __init__(self, number, consume, group, src=None, proto="udp",
                 ports=(0, 0), vlan=0):
        self.number = number
        self.consume = consume
        self.group = ipaddress.ip_network(group)
        zero = "0.0.0.0/0" if self.group.version == 4 else "::/0"
        self.src = ipaddress.ip_network(src or zero)
        self.proto = proto
        self.ports = ports
        self.vlan = vlan

    def command(self, dev="v0"):
        """How the consumer is told."""
        return "rule %d %s %s %s %d %s %d %s %d %d %d" % (
            self.number, dev, "consume" if self.consume else "pass",
            self.group.network_address, self.group.prefixlen,
            self.src.network_address, self.src.prefixlen, self.proto,
            self.ports[0], self.ports[1], self.vlan)

    def takes(self, src, dst, proto, dport, vlan):
        """mcr_match_hits()"""
        local = (dst.packed[:3] == b"\xe0\0\0" if dst.version == 4 else
                 dst.packed[:2] == b"\xff\x02")
        wide = 24 if dst.version == 4 else 16
        return (dst.version == self.group.version and dst in self.group and
                src in self.src and vlan == self.vlan and
                not (local and self.group.prefixlen < wide) and
                (self.proto == "any" or proto == 17) and
                (not self.ports[0] or
                 self.ports[0] <= dport <= self.ports[1]))

    def order(self):
        """mcr_match_order()"""
        width = (self.ports[1] - self.ports[0] + 1 if self.ports[0] else
                 65536)
        return (-self.group.prefixlen, -self.src.prefixlen,
                self.proto == "any", width, self.ports[0])


def consumed(rules, *flow):
    """Does the most specific rule consume this flow?"""
    hits = [r for r in rules if r.takes(*flow)]
    return bool(hits) and min(hits, key=Rule.order).consume


def flow_frame(src, dst, proto, dport, vlan, payload):
    """A frame of a flow."""
    body = udp(src, dst, dport, payload) if proto == 17 else payload
    return ethernet(dst, ip(src, dst, proto, body), tag(vlan) if vlan else b"")


def flows(vlan):
    """All flows that sockets are there for."""
    for groups, sources in ((GROUPS4, SOURCES4), (GROUPS6, SOURCES6)):
        for dst in map(ipaddress.ip_address, groups):
            for src in map(ipaddress.ip_address, sources):
                yield (src, dst, 253, 0, vlan)
                for dport in PORTS:
                    yield (src, dst, 17, dport, vlan)


def compare(stack, rules, vlan=0):
    """Each flow is delivered, unless its rule consumes it."""
    frames, want = {}, set()
    number = 0
    for flow in flows(vlan):
        number += 1
        payload = b"flow %d" % number
        frames[payload] = flow_frame(*flow, payload)
        if not consumed(rules, *flow):
            want.add(payload)
    # Not more at once than queues hold.
    keys = list(frames)
    for i in range(0, len(keys), 64):
        part = {k: frames[k] for k in keys[i:i + 64]}
        got = stack.delivered(part)
        assert got == want & set(part), (got ^ (want & set(part)), vlan)
    return len(frames) - len(want)


def mask_of(address, length):
    """The prefix of an address."""
    return str(ipaddress.ip_network((address, length), strict=False))


def random_rule(rng, number, vlan):
    """A rule that some of the flows have."""
    six = rng.random() < .5
    group = mask_of(rng.choice(GROUPS6 if six else GROUPS4),
                    rng.choice([8, 16, 112, 127, 128] if six else
                               [4, 8, 24, 31, 32]))
    src = None
    if rng.random() < .4:
        src = mask_of(rng.choice(SOURCES6 if six else SOURCES4),
                      rng.choice([32, 64, 128] if six else [8, 24, 32]))
    proto = rng.choice(["udp", "udp", "any"])
    ports = (0, 0)
    if proto == "udp" and rng.random() < .7:
        low = rng.choice(PORTS)
        ports = (low, min(low + rng.choice([0, 0, 1, 2, 5, 60000]), 65535))
    return Rule(number, rng.random() < .6, group, src, proto, ports, vlan)


def match_of(rule):
    """What makes two rules the same one."""
    return (rule.group, rule.src, rule.proto, rule.ports, rule.vlan)


def test_random(consumer):
    """Random rules against the definition, untagged and in a VLAN."""
    rng = random.Random(20261128)
    dropped = 0
    for _ in range(6):
        rules = {}
        for number in range(1, 25):
            rule = random_rule(rng, number, rng.choice([0, 0, 7]))
            rules.setdefault(match_of(rule), rule)
        served = Consumer(consumer)
        served.commit(*(r.command() for r in rules.values()))
        plain = Stack()
        dropped += compare(plain, rules.values())
        plain.close()
        behind = Behind()
        dropped += compare(behind, rules.values(), 7)
        for key in rng.sample(list(rules), len(rules) // 2):
            served.do("gone %d" % rules.pop(key).number)
        served.commit()
        dropped += compare(behind, rules.values())
        dropped += compare(behind, rules.values(), 7)
        behind.close()
        served.end()
    assert dropped > 1000, dropped


def test_more_specific(consumer):
    """A pass rule inside a wider one that consumes, in both families."""
    stack, served = Stack(), Consumer(consumer)
    rules = [Rule(1, True, "239.1.0.0/16"), Rule(2, False, "239.1.1.0/24",
                                                 ports=(5002, 5004)),
             Rule(3, True, "ff00::/8", proto="any"),
             Rule(4, False, "ff05::2/128", src="2001:db8::1/128")]
    served.commit(*(r.command() for r in rules))
    assert compare(stack, rules)
    served.commit("gone 2", "gone 4")
    assert compare(stack, [rules[0], rules[2]])
    served.end()
    compare(stack, [])
    stack.close()


def odd_frames(src, dst):
    """Frames of the flow that a rule does not take, or does; by payload."""
    def of(payload, **more):
        return ip(src, dst, 17, udp(src, dst, 5000, payload), **more)

    opt = b"\x94\x04\x00\x00"
    return {
        b"plain": (ethernet(dst, of(b"plain")), False),
        b"options": (ethernet(dst, of(b"options", options=opt)), False),
        b"unicast": (ethernet(dst, of(b"unicast"), unicast=mac_of("v0")),
                     False),
        b"q-tag 0 priority": (ethernet(dst, of(b"q-tag 0 priority"), tag(0, pcp=5)), False),
        b"s-tag priority":
            (ethernet(dst, of(b"s-tag priority"), tag(0, 0x88a8)), False),
        b"in a vlan": (ethernet(dst, of(b"in a vlan"), tag(7)), True),
    }


def mac_of(dev):
    """Its address."""
    return json.loads(run("ip", "-j", "link", "show", dev))[0]["address"]


def test_frames(consumer):
    """Tags, options, unicast frames, fragments."""
    src, dst = map(ipaddress.ip_address, ("10.0.0.1", "239.1.1.1"))
    rule = Rule(1, True, "239.1.1.1/32").command()
    stack, served = Behind(), Consumer(consumer)
    odd = odd_frames(src, dst)
    served.commit(rule)
    got = stack.delivered({p: f for p, (f, _) in odd.items()})
    assert got == {p for p, (_, ok) in odd.items() if ok}, got
    served.commit("gone 1")
    got = stack.delivered({p: f for p, (f, _) in odd.items()})
    assert got == set(odd), got
    stack.close()
    served.commit(rule)
    stack = Stack()
    whole = udp(src, dst, 5000, b"fragments" + b"." * 55)
    frames = [ethernet(dst, ip(src, dst, 17, whole[:40], frag=0x2000)),
              ethernet(dst, ip(src, dst, 17, whole[40:], frag=5))]
    assert stack.delivered({whole[8:]: frames[1]},
                           lambda: stack.out.send(frames[0]))
    served.end()
    stack.close()


def test_own_copies(consumer):
    """What the host sends itself, and has looped back, is not consumed."""
    stack, served = Stack(), Consumer(consumer)
    served.commit(Rule(1, True, "239.1.1.0/24").command(),
                  Rule(2, True, "ff05::/16").command())
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                 socket.inet_aton("192.0.2.1"))
    six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF,
                   socket.if_nametoindex("v0"))
    none = b"\0" * 60

    def send():
        s.sendto(b"own", ("239.1.1.1", 5000))
        six.sendto(b"of six", ("ff05::1", 5000))

    got = stack.delivered({b"own": none, b"of six": none}, send)
    assert got == {b"own", b"of six"}, got
    served.end()
    stack.close()


def ingress_packets():
    """What somebody else's chain has counted."""
    out = run("nft", "list", "chain", "netdev", "other", "c")
    return int(out.split("packets")[1].split()[0])


def test_others(consumer):
    """Chains of others come first; nobody takes the table away."""
    src, dst = map(ipaddress.ip_address, ("10.0.0.1", "239.1.1.1"))
    stack, served = Stack(), Consumer(consumer)
    frame = {b"x": flow_frame(src, dst, 17, 5000, 0, b"x")}
    served.commit(Rule(1, True, "239.1.1.1/32").command())
    run("nft", "add table netdev other; add chain netdev other c { type filter"
        " hook ingress device v0 priority 0; }; add rule netdev other c"
        " ip daddr 239.1.1.1 counter")
    assert not stack.delivered(frame)
    assert ingress_packets() == 1
    run("nft", "delete table netdev other")
    run("nft", "flush", "ruleset")
    assert run("nft", "delete", "table", "netdev", "mcrd", ok=False)
    assert "mcrd" in run("nft", "list", "ruleset")
    assert not stack.delivered(frame)
    served.kill()
    assert "mcrd" not in run("nft", "list", "ruleset")
    assert stack.delivered(frame) == {b"x"}
    stack.close()


def test_refused(consumer):
    """Where it is not possible, a sentence says why, and nothing changes."""
    served = Consumer(consumer)
    served.commit(Rule(1, True, "239.1.1.1/32").command())
    before = run("nft", "list", "ruleset")
    other = Consumer(consumer)
    said = other.ask("check")
    assert "another process owns" in said, said
    other.do(Rule(1, True, "239.1.1.1/32").command(), "less")
    said = other.ask("more")
    assert "cannot be kept" in said, said
    other.end()
    after = run("nft", "list", "ruleset")
    assert after == before, after
    served.end()
    run("nft", "add", "table", "netdev", "mcrd")
    other = Consumer(consumer)
    said = other.ask("check")
    assert "delete it" in said, said
    run("nft", "delete", "table", "netdev", "mcrd")
    other.do("check", "check")
    other.end()
    other = Consumer("setpriv", "--inh-caps=-all", "--bounding-set=-net_admin",
                     consumer)
    said = other.ask("check")
    assert "CAP_NET_ADMIN" in said, said
    other.end()
    after = run("nft", "list", "ruleset")
    assert not after, after


def test_devices(consumer):
    """A device goes, comes back, is renamed; another one has its name."""
    src, dst = map(ipaddress.ip_address, ("10.0.0.1", "239.1.1.1"))
    served = Consumer(consumer)
    rule = Rule(1, True, "239.1.1.1/32")
    frame = {b"x": flow_frame(src, dst, 17, 5000, 0, b"x")}
    served.commit(rule.command())
    for told in (True, False):
        run("ip", "link", "del", "v0")
        if told:
            served.commit("device v0")
        make_devices()
        stack = Stack()
        served.commit("device v0")
        assert not stack.delivered(frame)
        stack.close()
    # It is gone before that is heard of: that is no failure.
    served.do(Rule(2, True, "239.1.1.2/32").command("v1"))
    run("ip", "link", "del", "v1")
    served.commit()
    make_devices()
    served.commit("gone 2", "device v0")
    run("ip", "link", "set", "v0", "down")
    run("ip", "link", "set", "v0", "name", "w0")
    run("ip", "link", "set", "w0", "up")
    served.commit("device v0")
    stack = Stack("w0")
    assert stack.delivered(frame) == {b"x"}
    served.commit(rule.command("w0"))
    assert not stack.delivered(frame)
    stack.close()
    served.end()
    run("ip", "link", "del", "w0")
    make_devices()


TESTS = (test_more_specific, test_frames, test_own_copies, test_others,
         test_refused, test_devices, test_random)


def main():
    """Run all of it, in a namespace; print TAP."""
    if libc.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    make_devices()
    failed = 0
    print("1..%d" % len(TESTS))
    for number, test in enumerate(TESTS, 1):
        try:
            test(os.path.abspath(sys.argv[1]))
            print("ok %d - %s" % (number, test.__doc__))
        except (AssertionError, OSError) as err:
            failed += 1
            print("not ok %d - %s\n# %s" % (number, test.__doc__, err))
        for served in Consumer.all:
            served.kill()
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

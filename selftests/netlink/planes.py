#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Module and daemon do the same: the same frames out, and the same counts.

    s0 ---- in0   rules   out0 ---- k0
                          out1 ---- k1
                          out2 ---- k2

All of it is in one network namespace. The same rules are put in force by one server
and then by the other, and the same frames are sent to both: sound ones, such with
options, extension headers, fragments, tags and padding, such whose sender leaves it to
others to compute checksums or to cut super-packets, such with data in pages, and
spoiled ones. Each frame has a source port of its own, so that the relay joins none of
them. Devices they leave by do nothing of that, so that what is compared is what a wire
would carry.

MCR_FUZZ_ROUNDS says how many frames, MCR_FUZZ_SEED which.
"""

import errno
import json
import os
import random
import shutil
import socket
import struct
import subprocess
import sys
import time

import bench
import ktap
import relay
from mcrnl import loaded

FRAMES = int(os.environ.get("MCR_FUZZ_ROUNDS", "400"))
SEED = int(os.environ.get("MCR_FUZZ_SEED", "1"))
TOOL = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "../../build/tools/mcrtool")
OUTS = ["out0", "out1", "out2"]
MTU = 9000
SOL_PACKET = 263
PACKET_AUXDATA = 8
PACKET_VNET_HDR = 15
# struct tpacket_auxdata: status, lengths, offsets, the tag and its kind.
AUXDATA = struct.Struct("=IIIHHHH")
VLAN_VALID = 1 << 4
# Of virtio-net headers.
NEEDS_CSUM = 1
GSO_UDP_L4 = 5
NO_OFFLOAD = bytes(10)
END = b"this is the end of all frames"
END_GROUP = "239.255.255.1"
PATIENCE = 60
ETH_P_ALL = 3

RULES = """\
rule name end iif in0 group 239.255.255.1 join none to out0 to out1 to out2
rule name a iif in0 group 239.1.1.1 join none to out0 to out1 ttl dec dscp ef
rule name b iif in0 group 239.1.1.0/24 dport 5000-5009 join none \
 to out0 group 239.7.7.7 dport 7000 sport 7001 to out2 mac keep
rule name c iif in0 group 239.1.1.1 src 10.1.1.1 dport 5000 join none consume \
 to out1 src 192.0.2.7 ttl 3 to out2
rule name d iif in0 group 239.1.0.0/16 proto any join none to out1 ttl dec
rule name e iif in0 group ff3e::1 join none to out0 src 2001:db8::7 dport 9 \
 to out1 group ff3e::77 ttl 1 dscp 9 to out2
rule name f iif in0 group ff3e::/16 proto any join none to out2 group ff3e::5
rule name g iif in0 group 239.1.1.1 vlan 5 join none to out0 ttl 8 \
 to out1 mac keep
rule name h iif in0 group 224.0.0.0/4 dport 6000 join none to out2 ttl dec
"""


def mcrtool(plane, *words, text=None):
    """Run the tool; what it prints."""
    return subprocess.run([TOOL, "--via", plane, *words], check=True, input=text,
                          stdout=subprocess.PIPE, text=True).stdout


def mostly(rnd, good, odd):
    """One of the good, and now and then one of the odd ones."""
    return rnd.choice(good if rnd.randrange(8) else odd)


def checksum(data):
    """RFC 1071."""
    data += bytes(len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def udp(rnd, sport, pseudo):
    """A datagram."""
    body = bytes([rnd.randrange(256)]) * rnd.choice([0, 1, 18, 100, 700])
    head = struct.pack("!HHHH", sport, rnd.choice([5000, 5005, 6000, 9]),
                       8 + len(body), 0)
    check = checksum(pseudo + struct.pack("!HH", 17, 8 + len(body)) + head
                     + body)
    check = rnd.choice([check or 0xffff, 0, 0x1234])
    return head[:6] + struct.pack("!H", check) + body


def ipv4(rnd, sport):
    """A packet; its checksum is right, mostly."""
    dst = mostly(rnd, [b"\xef\1\1\1", b"\xef\1\1\2", b"\xef\1\2\3"],
                 [b"\xe0\0\0\x09", b"\xef\x09\1\1"])
    src = mostly(rnd, [b"\x0a\1\1\1", b"\x0a\1\1\2"],
                 [b"\x7f\0\0\1", bytes(4)])
    options = mostly(rnd, [b""], [b"\x94\4\0\0", b"\1\1\1\0", b"\x44\3\5\0",
                                  b"\x07\x07\x04\0\0\0\0\0"])
    proto = mostly(rnd, [17], [6, 1, 2, 132, 50])
    body = udp(rnd, sport, src + dst)
    fragment = mostly(rnd, [0, 0x4000], [0x2000, 7])
    head = struct.pack("!BBHHHBBH", 0x45 + len(options) // 4,
                       rnd.randrange(256), 20 + len(options) + len(body),
                       sport, fragment, rnd.choice([0, 1, 2, 64]), proto, 0)
    head += src + dst + options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def ipv6(rnd, sport):
    """A packet."""
    dst = mostly(rnd, [b"\xff\x3e" + bytes(13) + b"\1",
                       b"\xff\x3e" + bytes(13) + b"\2"],
                 [b"\xff\x01" + bytes(13) + b"\1",
                  b"\xff\x02" + bytes(13) + b"\x16"])
    src = b"\x20\1\x0d\xb8" + bytes(11) + bytes([rnd.randrange(1, 3)])
    body = udp(rnd, sport, src + dst)
    kind, header = rnd.choice([(17, b"")] * 8 + [
                               (0, b"\x11\0\5\2\0\0\1\0"),
                               (60, b"\x11\0\1\4\0\0\0\0"),
                               (44, b"\x11\0\0\1\0\0\0\1"),
                               (44, b"\x11\0\0\0\0\0\0\1"),
                               (43, b"\x11\0\4\1\0\0\0\0"), (58, b""),
                               (6, b""), (59, b"")])
    return (struct.pack("!IHBB", 0x60000000 + rnd.randrange(1 << 28),
                        len(header) + len(body), kind, rnd.choice([0, 1, 64]))
            + src + dst + header + body)


def spoil(rnd, frame):
    """Some bytes behind the Ethernet addresses are others, or missing."""
    frame = bytearray(frame)
    for _ in range(rnd.randrange(1, 4)):
        frame[rnd.randrange(12, len(frame))] = rnd.randrange(256)
    if not rnd.randrange(4):
        del frame[rnd.randrange(14, len(frame)):]
    return bytes(frame)


def make_frame(rnd, number):
    """A frame; none is like another."""
    four = rnd.randrange(3) > 0
    sport = 10000 + number
    packet = ipv4(rnd, sport) if four else ipv6(rnd, sport)
    kind = struct.pack("!H", 0x0800 if four else 0x86dd)
    tag = mostly(rnd, [b"", b"", b"\x81\0\0\5"],
                 [b"\x81\0\x20\0", b"\x88\xa8\0\5",
                  b"\x81\0\0\5\x81\0\0\6"])
    frame = (b"\1\0\x5e\1\1\1\2\0\0\0\0\1" + tag + kind + packet
             + rnd.choice([b"", b"", bytes(4)]))
    return spoil(rnd, frame) if not rnd.randrange(5) else frame


def ip_head(rnd, four, sport, length):
    """(addresses, header) of what has so many bytes behind it."""
    if four:
        addresses = (rnd.choice([b"\x0a\1\1\1", b"\x0a\1\1\2"]) +
                     rnd.choice([b"\xef\1\1\1", b"\xef\1\1\2"]))
        head = struct.pack("!BBHHHBBH", 0x45, rnd.randrange(256), 20 + length,
                           sport, rnd.choice([0, 0x4000]),
                           rnd.choice([1, 2, 64]), 17, 0) + addresses
        return addresses, (head[:10] + struct.pack("!H", checksum(head)) +
                           head[12:])
    addresses = (b"\x20\1\x0d\xb8" + bytes(11) + b"\1" +
                 b"\xff\x3e" + bytes(13) + bytes([rnd.randrange(1, 3)]))
    return addresses, struct.pack("!IHBB", 0x60000000, length, 17,
                                  rnd.choice([1, 64])) + addresses


def make_offloaded(rnd, number):
    """(header, frame) of a sender that has left some work to others.

    Where the checksum is to be, the one of the pseudo-header is. Of more than a page,
    what is behind the bytes that the header calls its own is in pages.
    """
    four, sport = rnd.randrange(2), 10000 + number
    segment = rnd.choice([0, 0, 100, 1000]) if ktap.has_super_packets() else 0
    size = (rnd.randrange(segment, 20 * segment) if segment else
            rnd.choice([18, 700, 5000, 8900]))
    body = bytes(rnd.randrange(256) for _ in range(64)) * (size // 64 + 1)
    body = body[:size]
    addresses, head = ip_head(rnd, four, sport, 8 + size)
    pseudo = checksum(addresses + struct.pack("!HH", 17, 8 + size)) ^ 0xffff
    # A wrong one is to stay wrong.
    pseudo ^= 0x1234 * (not rnd.randrange(6))
    tag = rnd.choice([b"", b"", b"\x81\0\0\5"])
    start = 14 + len(tag) + len(head)
    frame = (b"\1\0\x5e\1\1\1\2\0\0\0\0\1" + tag +
             struct.pack("!H", 0x0800 if four else 0x86dd) + head +
             struct.pack("!HHHH", sport, rnd.choice([5000, 5005, 6000]),
                         8 + size, pseudo) + body)
    if not segment and rnd.randrange(2):
        # Nothing is left to do, and the headers may be in pages, too.
        check = checksum(addresses + struct.pack("!HH", 17, 8 + size) +
                         frame[start:start + 6] + body) or 0xffff
        frame = frame[:start + 6] + struct.pack("!H", check) + body
        header = struct.pack("=BBHHHH", 0, 0, rnd.choice([14, 30, start]), 0, 0,
                             0)
    else:
        header = struct.pack("=BBHHHH", NEEDS_CSUM,
                             GSO_UDP_L4 if segment else 0, start + 8, segment,
                             start, 6)
    if not rnd.randrange(8):
        # Among the headers: what is behind them is looked at by nobody.
        frame = spoil(rnd, frame[:80]) + frame[80:]
    return header, frame


def make(rnd, number):
    """(header, frame): a frame, as it would come from a packet socket."""
    if rnd.randrange(4):
        return NO_OFFLOAD, make_frame(rnd, number)
    return make_offloaded(rnd, number)


def end_frame():
    """What is sent last."""
    body = struct.pack("!HHHH", 1, 1, 8 + len(END), 0) + END
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 9, 17, 0)
    head += b"\x0a\1\1\1" + socket.inet_aton(END_GROUP)
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return b"\1\0\x5e\x7f\xff\1\2\0\0\0\0\1\x08\0" + head + body


def open_device(name):
    """A packet socket of a device."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                         socket.htons(ETH_P_ALL))
    sock.bind((name, ETH_P_ALL))
    sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUFFORCE
                    if hasattr(socket, "SO_RCVBUFFORCE") else 33, 1 << 24)
    sock.settimeout(PATIENCE)
    return sock


def receive(sock):
    """A frame, with the tag that the core has put beside it."""
    frame, beside, _, _ = sock.recvmsg(65536, socket.CMSG_SPACE(AUXDATA.size))
    for level, kind, data in beside:
        if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
            status, _, _, _, _, tci, tpid = AUXDATA.unpack(data)
            if status & VLAN_VALID:
                return frame[:12] + struct.pack("!HH", tpid, tci) + frame[12:]
    return frame


def drain(sock):
    """All frames up to the last one, which is not among them."""
    frames = []
    while True:
        frame = receive(sock)
        if END in frame:
            # Of different flows the relay keeps no order.
            return sorted(frames)
        frames.append(frame)


def counters(plane):
    """What each rule and the ingress device have counted, by name."""
    rules = strip(json.loads(mcrtool(plane, "-j", "stats")))
    status = json.loads(mcrtool(plane, "-j", "status"))
    found = {rule["name"]: rule for rule in rules}
    # A filter keeps frames from the daemon that no rule can take.
    found["in0"] = [(device["seen"] - device["not_matched"],
                     device["malformed"]) for device in status["ingress"]]
    return found


def strip(value):
    """Without what is the server's own: ids and times."""
    if isinstance(value, list):
        return [strip(v) for v in value]
    if isinstance(value, dict):
        return {k: strip(v) for k, v in value.items()
                if k not in ("id", "last_seen_ms")}
    return value


def is_tagged(frame):
    """Does it have an 802.1Q tag?"""
    return frame[12:14] == b"\x81\0"


def port_of(frame):
    """The UDP source port of a frame that came out; 0: it has none."""
    if is_tagged(frame):
        frame = frame[:12] + frame[16:]
    four = frame[12:14] == b"\x08\0"
    if frame[23 if four else 20] != 17 or four and frame[14] != 0x45:
        return 0
    return int.from_bytes(frame[34:36] if four else frame[54:56], "big")


def kind_of(header, frame):
    """What its sender has left to others, and the version of IP."""
    flags, gso = header[:2]
    version = frame[18 if is_tagged(frame) else 14] >> 4
    return "IPv%d, %s" % (version, "super-packets" if gso else "partial checksum"
                          if flags else "headers in pages")


def kinds(frames, came):
    """How many frames of each kind have come out of some device."""
    ports = {port_of(frame) for out in came for frame in out}
    found = {}
    for number, (header, frame) in enumerate(frames):
        if header == NO_OFFLOAD:
            continue
        kind = kind_of(header, frame)
        found[kind] = found.get(kind, 0) + (10000 + number in ports)
    return {kind: n for kind, n in found.items() if kind[3] in "46"}


def run_plane(plane, frames):
    """(frames by device, counters, frames that no server saw) of a server."""
    mcrtool(plane, "apply", "-", text=RULES)
    sinks = [open_device("k%d" % i) for i in range(len(OUTS))]
    sender = open_device("s0")
    sender.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    refused = []
    for number, (header, frame) in enumerate(frames):
        try:
            sender.send(header + frame)
        except OSError as err:
            # Of a frame that was spoiled, what the header says is not so, or
            # cannot be done.
            if err.errno not in (errno.EINVAL, errno.ENOMEM):
                raise
            refused.append(number)
        # One after the other, as they would be on a slow wire.
        time.sleep(0.001)
    sender.send(NO_OFFLOAD + end_frame())
    came = [drain(sink) for sink in sinks]
    for sock in sinks + [sender]:
        sock.close()
    counts = counters(plane)
    mcrtool(plane, "rule", "flush")
    return came, counts, refused


def first_difference(name, kernel, daemon):
    """A sentence on two lists of frames; None: they are the same."""
    for i in range(max(len(kernel), len(daemon))):
        one = kernel[i].hex() if i < len(kernel) else "nothing"
        other = daemon[i].hex() if i < len(daemon) else "nothing"
        if one != other:
            return ("%s, frame %d: the module has sent %s, the daemon %s"
                    % (name, i, one, other))
    return None


def set_up():
    """The devices, silent beside what is sent here."""
    for name in ("default", "all"):
        path = "/proc/sys/net/ipv6/conf/%s/disable_ipv6" % name
        with open(path, "w", encoding="ascii") as file:
            file.write("1")
    pairs = [("s0", "in0")] + [("k%d" % i, out) for i, out in enumerate(OUTS)]
    for one, other in pairs:
        bench.ip("link", "add", one, "type", "veth", "peer", "name", other)
        for name in (one, other):
            bench.ip("link", "set", name, "mtu", str(MTU), "up")
    for out in OUTS:
        subprocess.run(["ethtool", "-K", out, "tx", "off", "tso", "off"],
                       check=True, stdout=subprocess.DEVNULL)
    end = time.monotonic() + PATIENCE
    while "LOWER_UP" not in subprocess.run(
            ["ip", "-o", "link", "show", "k2"], check=True,
            stdout=subprocess.PIPE, text=True).stdout:
        if time.monotonic() > end:
            raise AssertionError("devices do not come up")
        time.sleep(0.05)


def main():
    """Both, and what they differ in."""
    if relay.program() is None:
        return ktap.skip_all("there is no mcrd")
    if not loaded():
        return ktap.skip_all("module mcr is not loaded")
    if shutil.which("ethtool") is None:
        return ktap.skip_all("there is no ethtool")
    status = bench.enter(devices=())
    if status is not None:
        return status
    set_up()
    relay.WANTED = True
    relay.start("--alone")
    relay.WANTED = False
    rnd = random.Random(SEED)
    frames = [make(rnd, i) for i in range(FRAMES)]
    kernel, kernel_counts, refused = run_plane("kernel", frames)
    daemon, daemon_counts, refused_too = run_plane("relay", frames)
    suite = ktap.Suite()
    suite.add("what cannot be sent is little", lambda: ktap.true(
        refused == refused_too and len(refused) <= FRAMES // 20,
        "%s, then %s" % (refused, refused_too)))
    for name, one, other in zip(OUTS, kernel, daemon):
        suite.add("%s: the same frames" % name,
                  lambda n=name, a=one, b=other: ktap.equal(
                      first_difference(n, a, b), None, "difference"))
        suite.add("%s: some of them" % name, lambda a=one: ktap.true(
            len(a) > FRAMES // 50, "only %d frames" % len(a)))
    for name, counts in kernel_counts.items():
        suite.add("%s: the same counts" % name, lambda n=name, c=counts:
                  ktap.equal(daemon_counts[n], c, "what the daemon has counted"))
    suite.add("some with a tag", lambda: ktap.true(
        any(is_tagged(frame) for out in kernel for frame in out), "none"))
    # Rules may rewrite the port: few do.
    for kind, came in sorted(kinds(frames, kernel).items()):
        suite.add("%s: some of them" % kind,
                  lambda n=came: ktap.true(n > FRAMES // 400, "only %d" % n))
    print("# %d frames sent, %s came out of %s"
          % (FRAMES, [len(f) for f in kernel], OUTS))
    return suite.run()


if __name__ == "__main__":
    sys.exit(main())

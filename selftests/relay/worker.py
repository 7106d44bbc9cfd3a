#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What a worker forwards, with each of its loops: byte by byte at sinks, and by
its counters. The picture is in rig.py.

usage: worker.py [PART-OF-A-NAME]
MCR_HELPERS has mcsend and mcsink, MCR_WORKER is tools/Makefile's mcrd-worker.
"""

import ctypes
import os
import signal
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../netlink"))

# pylint: disable=wrong-import-position
import plan
import rig
from ktap import Suite, equal, has_super_packets, skip_all, true
from world import (COUNT, GROUP, HELPERS, LOOPS, OUTPUTS, SOURCE, WORKER,
                   World, all_sent, delivered, end, expect, has_uring,
                   refuse_uring, rewritten, settled, start)

suite = Suite()


def fan_out(loop, family, outputs, *words, count=COUNT, gro=False, size=300,
            csum="ok", **config):
    """Every other output rewrites; all of them deliver all."""
    topo = World.topo
    topo.ethtool("mcr", "in0", "gro", "on" if gro else "off",
                 "rx-udp-gro-forwarding", "on" if gro else "off")
    w = start(loop, outputs, **config)
    sink = ["count", count, "size", size, "csum", csum]
    outs = []
    for i in range(1, outputs + 1):
        new = i % 2 == 0
        outs.append(("out%d" % i,
                     rewritten(family) if new else plan.rewrite()))
        sink += expect("k%d" % i, family, new)
    w.rule(1, "in0", plan.match(GROUP[family], 5000), outs)
    w.sync()
    s = rig.Sink(HELPERS, topo, *sink)
    rig.send(HELPERS, topo, "--group", GROUP[family], "--count", count,
             "--size", size, "--ttl", 5, "--end", *words)
    delivered(s.lines(), count)
    all_sent(w, 1, outputs, count + 1)
    return end(w)


def chained(loop, family):
    """Packets that GRO has only chained, with checksums left to the device."""
    topo = World.topo
    topo.ethtool("src", "s0", "tx-udp-segmentation", "off")
    topo.ethtool("mcr", "in0", "rx-gro-list", "on")
    try:
        fan_out(loop, family, 4, "--gso", 8, gro=True)
        with Segmented(4):
            fan_out(loop, family, 4, "--gso", 8, gro=True, csum="good")
    finally:
        topo.ethtool("src", "s0", "tx-udp-segmentation", "on")
        topo.ethtool("mcr", "in0", "rx-gro-list", "off")


def frames_are_few(loop, family):
    """Packets are gathered: what arrives are super-packets."""
    w = start(loop, 1)
    w.rule(1, "in0", plan.match(GROUP[family], 5000),
           [("out1", plan.rewrite())])
    w.sync()
    s = rig.Sink(HELPERS, World.topo, "count", COUNT, "dev", "k1")
    rig.send(HELPERS, World.topo, "--group", GROUP[family], "--count", COUNT,
             "--size", 300, "--end")
    lines = s.lines()
    delivered(lines, COUNT)
    true(lines[0]["frames"] < COUNT / 4,
         "%d packets came in %d frames" % (COUNT, lines[0]["frames"]))
    end(w)


def egress_is_plain(devs, plain):
    """Whether devices take super-packets and open checksums."""
    state = "off" if plain else "on"
    for dev in devs:
        World.topo.ethtool("mcr", dev, "tx", state, "tx-udp-segmentation",
                           state)


class Segmented:
    """Outputs whose devices take neither super-packets nor open checksums."""

    def __init__(self, outputs):
        self.devs = ["out%d" % i for i in range(1, outputs + 1)]

    def __enter__(self):
        egress_is_plain(self.devs, True)

    def __exit__(self, *what):
        egress_is_plain(self.devs, False)


def segmented(loop, family):
    """What arrives is complete where the kernel cuts runs apart."""
    with Segmented(2):
        fan_out(loop, family, 2, csum="good")


def checksums(loop, family, kind):
    """What is not known to be right is not mended, and nothing put in."""
    with Segmented(2):
        checksums_arrive(loop, family, kind)


def checksums_arrive(loop, family, kind):
    """Packets with such checksums, which are the same behind a rewrite."""
    w = start(loop, 2)
    w.rule(1, "in0", plan.match(GROUP[family], 5000),
           [("out1", plan.rewrite()), ("out2", rewritten(family))])
    w.sync()
    words = ["count", 500, "csum", kind]
    s = rig.Sink(HELPERS, World.topo, *words, "dev", "k1", "dev", "k2",
                 end=False)
    rig.send(HELPERS, World.topo, "--mode", "raw", "--group", GROUP[family],
             "--src", SOURCE[family], "--count", 500, "--csum", kind)
    for line in s.lines():
        equal([line[k] for k in ("unique", "wrong", "why")], [500, 0, ""],
              line["dev"])
    all_sent(w, 1, 2, 500)
    end(w)


def ids_count_up(loop, df):
    """IPv4 ids that mean something are kept where packets are gathered."""
    with Segmented(1):
        ids_arrive(loop, df)


def ids_arrive(loop, df):
    """Packets with ids that count up."""
    w = start(loop, 1)
    w.rule(1, "in0", plan.match(GROUP[4], 5000), [("out1", plan.rewrite())])
    w.sync()
    s = rig.Sink(HELPERS, World.topo, "count", 500, "id", "seq", "dev", "k1")
    rig.send(HELPERS, World.topo, "--mode", "raw", "--group", GROUP[4],
             "--src", SOURCE[4], "--count", 500, "--end", *df)
    delivered(s.lines(), 500)
    end(w)


def id_stays(loop):
    """Where they do not count up, they are what they were."""
    w = start(loop, 1)
    w.rule(1, "in0", plan.match(GROUP[4], 5000), [("out1", plan.rewrite())])
    w.sync()
    s = rig.Sink(HELPERS, World.topo, "count", 500, "id", 77, "dev", "k1")
    rig.send(HELPERS, World.topo, "--mode", "raw", "--group", GROUP[4],
             "--src", SOURCE[4], "--count", 500, "--id", 77, "--end")
    delivered(s.lines(), 500)
    end(w)


def vlan(loop, family):
    """The tag goes with mac keep, and does not with mac auto."""
    w = start(loop, 2)
    w.rule(1, "in0", plan.match(GROUP[family], 5000, vlan=5),
           [("out1", plan.rewrite(mac=plan.MAC_KEEP)),
            ("out2", plan.rewrite())])
    w.sync()
    s = rig.Sink(HELPERS, World.topo, "count", 300, "dev", "k1", "vlan", 5,
                 "smac", "02:00:00:01:00:01", "dev", "k2", end=False)
    rig.send(HELPERS, World.topo, "--mode", "raw", "--group", GROUP[family],
             "--src", SOURCE[family], "--vlan", 5, "--count", 300, "--smac",
             "02:00:00:01:00:01")
    for line in s.lines():
        equal([line[k] for k in ("unique", "wrong", "why")], [300, 0, ""],
              line["dev"])
    all_sent(w, 1, 2, 300)
    end(w)


def shapes(loop, family):
    """Frames of every shape that is sound arrive as they were."""
    names = subprocess.run((HELPERS + "/mcsend", "--shapes", str(family),
                            "good"), capture_output=True, text=True,
                           check=True).stdout.split()
    w = start(loop, 2)
    w.rule(1, "in0", plan.match(GROUP[family], proto=plan.PROTO_ANY),
           [("out1", plan.rewrite()),
            ("out2", plan.rewrite(mac=plan.MAC_KEEP))])
    w.sync()
    s = rig.Sink(HELPERS, World.topo, "count", len(names), "csum", "good",
                 "dev", "k1", "dev", "k2")
    rig.send(HELPERS, World.topo, "--mode", "raw", "--group", GROUP[family],
             "--src", SOURCE[family], "--shape", ",".join(names), "--end")
    delivered(s.lines(), len(names))
    settled(w, 1, 2)
    end(w)


def malformed(loop, family):
    """Frames that the stack would not take are counted, and not sent."""
    names = subprocess.run((HELPERS + "/mcsend", "--shapes", str(family),
                            "malformed"), capture_output=True, text=True,
                           check=True).stdout.split()
    w = start(loop, 1)
    w.rule(1, "in0", plan.match(GROUP[family], proto=plan.PROTO_ANY),
           [("out1", plan.rewrite())])
    w.sync()
    s = rig.Sink(HELPERS, World.topo, "dev", "k1")
    sent = rig.send(HELPERS, World.topo, "--mode", "raw", "--group",
                    GROUP[family], "--src", SOURCE[family], "--shape",
                    ",".join(names), "--end")
    line = s.lines()[0]
    equal([line[k] for k in ("received", "wrong", "end")], [0, 0, True], "k1")
    equal(w.seen()[2], sent["frames"] - 1, "malformed frames")
    end(w)


def drops(loop):
    """Each reason, counted and told of once."""
    w = start(loop, 1)
    w.device("out2", mtu=100)
    w.transmit("out2")
    w.device("out3", flags=rig.IFF_UP)
    w.transmit("out3")
    w.device("out4", type=772)
    w.transmit("out4")
    keep = plan.rewrite(mac=plan.MAC_KEEP)
    w.rule(1, "in0", plan.match(GROUP[4], 5000),
           [("out1", plan.rewrite()), ("out1", plan.rewrite(ttl="dec")),
            ("out1", plan.rewrite(src="auto")), ("out2", plan.rewrite()),
            ("out3", plan.rewrite()), ("out4", plan.rewrite()),
            ("absent", plan.rewrite()), ("out1", keep)])
    w.sync()
    rig.send(HELPERS, World.topo, "--group", GROUP[4], "--count", 50, "--size",
             200, "--ttl", 1)
    rows = settled(w, 1, 8, 50)
    equal([r[1] for r in rows],
          [{}, {"ttl": 50}, {"no-source": 50}, {"mtu": 50},
           {"device-down": 50}, {"no-device": 50}, {"no-device": 50}, {}],
          "drops")
    w.sync()
    equal(sorted(w.told),
          [(1, 2, "ttl"), (1, 3, "no-source"), (1, 4, "mtu"),
           (1, 5, "device-down"), (1, 6, "no-device"), (1, 7, "no-device")],
          "first drops")
    end(w)


def fragments(loop, family):
    """A fragment is taken by a rule, and dropped by its outputs."""
    names = subprocess.run((HELPERS + "/mcsend", "--shapes", str(family),
                            "fragment"), capture_output=True, text=True,
                           check=True).stdout.split()
    w = start(loop, 1)
    w.rule(1, "in0", plan.match(GROUP[family], proto=plan.PROTO_ANY),
           [("out1", plan.rewrite())])
    w.sync()
    rig.send(HELPERS, World.topo, "--mode", "raw", "--group", GROUP[family],
             "--src", SOURCE[family], "--shape", ",".join(names))
    # An atomic one (RFC 6946) is whole.
    whole = names.count("fragment-atomic")
    rows = settled(w, 1, 1, len(names))
    equal((rows[0][0][1], rows[0][1]),
          (whole, {"fragment": len(names) - whole}), "sent, drops")
    end(w)


def source_auto(loop, family):
    """The device's own address; of IPv6 the one whose scope fits."""
    w = start(loop, 0)
    w.device("out1", saddr="10.3.3.3",
             saddr6=["fe80::1", "2001:db8:3::3", "fec0::1"])
    w.transmit("out1")
    w.rule(1, "in0", plan.match(GROUP[family], 5000),
           [("out1", plan.rewrite(src="auto"))])
    w.sync()
    src = {4: "10.3.3.3", 6: "2001:db8:3::3"}[family]
    s = rig.Sink(HELPERS, World.topo, "count", 300, "src", src, "dev", "k1")
    rig.send(HELPERS, World.topo, "--group", GROUP[family], "--count", 300,
             "--end")
    delivered(s.lines(), 300)
    end(w)


def mixed_sizes(loop):
    """Where the last packet alone fits an MTU, it alone is sent."""
    w = start(loop, 0)
    w.device("out1", mtu=500)
    w.transmit("out1")
    w.rule(1, "in0", plan.match(GROUP[4], 5000), [("out1", plan.rewrite())])
    w.sync()
    for _ in range(5):
        rig.send(HELPERS, World.topo, "--group", GROUP[4], "--count", 20,
                 "--size", 600)
        rig.send(HELPERS, World.topo, "--group", GROUP[4], "--count", 1,
                 "--size", 400)
    row = settled(w, 1, 1, 105)[0]
    equal((row[0][1], row[1]), (5, {"mtu": 100}), "sent, drops")
    end(w)


def low_latency(loop):
    """Packets of such a rule are sent one by one."""
    w = start(loop, 1)
    w.rule(1, "in0", plan.match(GROUP[4], 5000), [("out1", plan.rewrite())],
           latency=1)
    w.sync()
    s = rig.Sink(HELPERS, World.topo, "count", 500, "dev", "k1")
    rig.send(HELPERS, World.topo, "--group", GROUP[4], "--count", 500, "--end")
    lines = s.lines()
    delivered(lines, 500)
    equal(lines[0]["frames"], 500, "frames")
    end(w)


def stalled(loop):
    """An egress that stands still costs the others nothing."""
    mcr = World.topo.ns["mcr"]
    rig.run("ip", "netns", "exec", mcr, "tc", "qdisc", "add", "dev", "out1",
            "root", "tbf", "rate", "8kbit", "burst", "70000", "limit",
            "1000000000")
    try:
        w = start(loop, 0, buffers=256)
        for i in range(1, 5):
            w.device("out%d" % i)
            w.transmit("out%d" % i, sndbuf=100000 if i == 1 else None)
        w.rule(1, "in0", plan.match(GROUP[4], 5000),
               [("out%d" % i, plan.rewrite()) for i in range(1, 5)])
        w.sync()
        s = rig.Sink(HELPERS, World.topo, "count", 20000, "dev", "k2", "dev",
                     "k3", "dev", "k4")
        rig.send(HELPERS, World.topo, "--group", GROUP[4], "--count", 20000,
                 "--size", 1000, "--rate", 40000, "--end")
        delivered(s.lines(), 20000)
        rows = settled(w, 1, 4, 20001)
        true(rows[0][1].get("queue-full", 0) > 10000,
             "the one that stalls: %r" % (rows[0],))
        equal([r[1] for r in rows[1:]], [{}, {}, {}], "drops of the others")
        end(w)
    finally:
        rig.run("ip", "netns", "exec", mcr, "tc", "qdisc", "del", "dev",
                "out1", "root")


def comes_to(number, expected, what):
    """What has been sent is counted a little later."""
    until = time.monotonic() + rig.WAIT
    while number() != expected and time.monotonic() < until:
        time.sleep(0.02)
    equal(number(), expected, what)


def changes(loop):
    """Rules change under traffic: each packet goes by one rule or the other."""
    w = start(loop, 2)
    m = plan.match(GROUP[4], 5000)
    w.rule(1, "in0", m, [("out1", plan.rewrite())])
    w.sync()
    count = 20000
    s = rig.Sink(HELPERS, World.topo, "count", count, "dev", "k1")
    with subprocess.Popen((HELPERS + "/mcsend", "--netns",
                           World.topo.ns["src"], "--dev", "s0", "--group",
                           GROUP[4], "--count", str(count), "--rate", "20000",
                           "--end"), stdout=subprocess.DEVNULL) as sender:
        turns = 0
        while sender.poll() is None:
            # By turns another id with the same match, told of before the old
            # one is gone; and the same id with another output.
            w.rule(2 + turns % 2, "in0", m,
                   [("out1", plan.rewrite())] +
                   [("out2", plan.rewrite())] * (turns % 3 == 0))
            w.rule_gone(1 if not turns else 3 - turns % 2)
            w.sync()
            turns += 1
    delivered(s.lines(), count)
    true(turns > 50, "only %d changes" % turns)
    comes_to(lambda: sum(w.output(r, 0)[0][1] for r in w.rules), count + 1,
             "packets that some rule sent")
    end(w)


def left_alone(loop):
    """Packets of the module's are left to it, by their time stamp."""
    w = start(loop, 2)
    now = time.time_ns()
    hour = 3600 * 10**9
    w.rule(1, "in0", plan.match("239.1.0.0/16"), [("out1", plan.rewrite())])
    total = 0
    for carry, since, comes in (
            (plan.CARRY_HERE, 0, True), (plan.CARRY_AWAY, 0, False),
            (plan.CARRY_UNTIL, now - hour, False),
            (plan.CARRY_UNTIL, now + hour, True),
            (plan.CARRY_FROM, now - hour, True),
            (plan.CARRY_FROM, now + hour, False)):
        w.rule(2, "in0", plan.match(GROUP[4], 5000),
               [("out2", plan.rewrite())], carry=carry, since=since)
        w.sync()
        seen = w.seen()[0]
        rig.send(HELPERS, World.topo, "--group", GROUP[4], "--count", 10)
        until = time.monotonic() + rig.WAIT
        while w.seen()[0] < seen + 10:
            true(time.monotonic() < until, "packets do not come")
            time.sleep(0.02)
        total += 10 * comes
        equal(w.counted(2)[0], total, "carry %d: packets" % carry)
    equal(w.counted(1)[0], 0, "packets of the wider rule")
    equal(w.seen()[1], 0, "packets that no rule took")
    end(w)


def moves(loop):
    """Two that have the rule, one after the other: each packet goes once."""
    count, rate = 4000, 2000
    s = rig.Sink(HELPERS, World.topo, "count", count, "dev", "k1")
    cut = time.time_ns() + 10**9
    ws = []
    for carry in (plan.CARRY_UNTIL, plan.CARRY_FROM):
        w = start(loop, 1)
        w.rule(1, "in0", plan.match(GROUP[4], 5000),
               [("out1", plan.rewrite())], carry=carry, since=cut)
        w.sync()
        ws.append(w)
    rig.send(HELPERS, World.topo, "--group", GROUP[4], "--count", count,
             "--rate", rate, "--end")
    for line in s.lines():
        equal({k: line[k] for k in ("unique", "lost", "dup", "wrong", "end")},
              {"unique": count, "lost": 0, "dup": 0, "wrong": 0, "end": True},
              line["dev"])
    comes_to(lambda: sum(w.output(1, 0)[0][1] for w in ws), count + 1,
             "packets of both")
    got = [w.output(1, 0)[0][1] for w in ws]
    true(min(got) > count / 10, "one of them had nearly nothing: %r" % got)
    for w in ws:
        end(w)


def devices_go(loop):
    """Sockets that are closed are not used; a device that comes back is."""
    w = start(loop, 1)
    w.rule(1, "in0", plan.match(GROUP[4], 5000), [("out1", plan.rewrite())])
    w.sync()
    for i in range(20):
        w.send(plan.TX_CLOSE, plan.Tx(ifindex=w.names["out1"], name=b"out1"))
        w.send(plan.DEV, plan.Dev(name=b"out1"))
        w.send(plan.RX_CLOSE, plan.Rx(ifindex=w.names["in0"]))
        w.sync()
        w.device("out1")
        w.transmit("out1")
        w.receive("in0")
        w.sync()
        # Others that had these names.
        w.send(plan.TX_CLOSE, plan.Tx(ifindex=99, name=b"out1"))
        w.send(plan.RX_CLOSE, plan.Rx(ifindex=99, name=b"in0"))
        w.sync()
        rig.send(HELPERS, World.topo, "--group", GROUP[4], "--count", 10)
        all_sent(w, 1, 1, 10 * (i + 1))
    fds = os.listdir("/proc/%d/fd" % w.proc.pid)
    true(len(fds) < 20, "%d descriptors are open" % len(fds))
    end(w)


def truncated(loop):
    """A frame that is longer than buffers is counted and never sent."""
    w = start(loop, 1, buffer_bytes=512)
    w.rule(1, "in0", plan.match(GROUP[4], 5000), [("out1", plan.rewrite())])
    w.sync()
    s = rig.Sink(HELPERS, World.topo, "count", 10, "dev", "k1")
    rig.send(HELPERS, World.topo, "--group", GROUP[4], "--count", 30, "--size",
             1000)
    rig.send(HELPERS, World.topo, "--group", GROUP[4], "--count", 10, "--size",
             200, "--end")
    delivered(s.lines(), 10)
    equal(w.seen()[2], 30, "malformed")
    true("rx-truncated" in end(w), "nothing was said of it")


def exhausted(loop):
    """With few buffers packets wait; none is lost, none is mixed up."""
    w = start(loop, 4, buffers=8)
    w.rule(1, "in0", plan.match(GROUP[4], 5000),
           [("out%d" % i, plan.rewrite()) for i in range(1, 5)])
    w.sync()
    s = rig.Sink(HELPERS, World.topo, "count", 5000, "dev", "k1", "dev", "k4")
    rig.send(HELPERS, World.topo, "--group", GROUP[4], "--count", 5000,
             "--size", 1000, "--rate", 50000, "--end")
    delivered(s.lines(), 5000)
    all_sent(w, 1, 4, 5001)
    end(w)


def ends_by_signal(loop):
    """SIGTERM is MCRD_STOP."""
    w = start(loop, 1)
    w.sync()
    w.proc.send_signal(signal.SIGTERM)
    equal(w.proc.wait(2), 0, "exit status")
    w.stop()


def ends_with_stream(loop):
    """Without a supervisor there is no worker."""
    w = start(loop, 1)
    w.sync()
    w.sock.shutdown(2)
    equal(w.proc.wait(2), 1, "exit status")
    w.stop()


def bad_frames(loop):
    """Frames that make no sense end a worker, with a sentence."""
    cases = (
        struct.pack("=IHH", 4, plan.SYNC, 0),
        struct.pack("=IHH", 1 << 20, plan.RULE, 0),
        struct.pack("=IHH", 8, 99, 0),
        struct.pack("=IHHI", 12, plan.SYNC, 0, 1),
        plan.frame(plan.RULE, b"x" * 20),
        plan.frame(plan.DEV, plan.Dev(ifindex=1, n_saddr6=9, name=b"a")),
        plan.frame(plan.DEV, b"\xff" * ctypes.sizeof(plan.Dev)),
        plan.frame(plan.RX_OPEN, plan.Rx(ifindex=1, name=b"a")),
        plan.frame(plan.RX_OPEN, plan.Rx(ifindex=1, name=b"a"), 1),
        plan.frame(plan.RX_OPEN, plan.Rx(ifindex=1, name=b"a"), 3),
        plan.frame(plan.CONFIG, plan.Config()),
        plan.frame(plan.RULE, bytes(plan.Rule(
            id=1, n=1, iif=b"a", match=plan.match(GROUP[4]),
            counters=1 << 40)) + bytes(plan.Output(dev=b"b"))),
    )
    for data in cases:
        w = rig.Worker(WORKER, loop=loop)
        w.sock.sendall(data)
        equal(w.proc.wait(5), 1, "exit status after %r" % data[:40])
        _, text = w.stop()
        true('"msg":"the supervisor' in text, "it says: " + text)
        true("Sanitizer" not in text, text)


def in_pieces(loop):
    """Frames may come byte by byte, and many at once."""
    w = rig.Worker(WORKER, loop=loop)
    data = b"".join(plan.frame(plan.SYNC, struct.pack("=Q", i))
                    for i in range(1, 40))
    for i in range(100):
        w.sock.sendall(data[i:i + 1])
        time.sleep(0.001)
    w.sock.sendall(data[100:])
    for i in range(1, 40):
        kind, body = w.read()
        equal((kind, body), (plan.DONE, struct.pack("=Q", i)), "answer")
    end(w)


def comes_and_goes(loop):
    """Often."""
    for _ in range(20):
        w = start(loop, 2)
        w.sync()
        end(w)


# struct sock_filter: load nr; jump if it is io_uring_setup; allow; error
def refused(error):
    """Without io_uring the other loop forwards the same packets."""
    text = fan_out(plan.LOOP_AUTO, 4, 2, seccomp=error)
    equal(text.count("io_uring is refused"), 1, "how often it is said")
    w = None
    try:
        w = rig.Worker(WORKER, loop=plan.LOOP_URING, hello=False,
                       setup=lambda: refuse_uring(error))
        equal(w.proc.wait(5), 3, "exit status of one that must have io_uring")
        true("io_uring is refused" in w.stop()[1], "it says why")
    finally:
        if w and w.proc.poll() is None:
            w.proc.kill()


def automatic():
    """Here, io_uring is to be had."""
    w = rig.Worker(WORKER)
    equal((w.loop, w.why), (plan.LOOP_URING, ""), "loop, why")
    end(w)


def loop_cases(name, loop):
    """All cases with one of the loops."""
    add = lambda what, func, *args, **kw: suite.add(
        "%s: %s" % (name, what), lambda: func(loop, *args, **kw))
    for f in (4, 6):
        for n in (1, 4, 16):
            add("IPv%d, %d outputs" % (f, n), fan_out, f, n)
        add("IPv%d, GRO" % f, fan_out, f, 4, gro=True)
        if has_super_packets():
            add("IPv%d, super-packets" % f, fan_out, f, 4, "--gso", 8)
            add("IPv%d, super-packets, GRO" % f, fan_out, f, 4, "--gso", 8,
                gro=True)
            add("IPv%d, super-packets that are chained" % f, chained, f)
        if loop == plan.LOOP_SQPOLL:
            # It receives as the first one does.
            continue
        add("IPv%d, jumbo frames" % f, fan_out, f, 4, size=8900)
        add("IPv%d, small packets" % f, fan_out, f, 2, size=24)
        add("IPv%d, without virtio-net headers" % f, fan_out, f, 4, vnet=0)
        add("IPv%d, packets are gathered" % f, frames_are_few, f)
        add("IPv%d, segmented" % f, segmented, f)
        for kind in ("good", "zero", "bad"):
            add("IPv%d, checksum %s" % (f, kind), checksums, f, kind)
        add("IPv%d, VLAN" % f, vlan, f)
        add("IPv%d, good shapes" % f, shapes, f)
        add("IPv%d, malformed shapes" % f, malformed, f)
        add("IPv%d, fragments" % f, fragments, f)
        add("IPv%d, src auto" % f, source_auto, f)
    add("IPv4 ids count up", ids_count_up, ())
    add("IPv4 ids count up, DF", ids_count_up, ("--df",))
    add("IPv4 ids that do not", id_stays)
    add("drops", drops)
    add("packets around an MTU", mixed_sizes)
    add("latency low", low_latency)
    add("a stalled egress", stalled)
    add("changes under traffic", changes)
    add("packets of the module's", left_alone)
    add("a rule that moves", moves)
    add("devices go and come", devices_go)
    add("frames too long for buffers", truncated)
    add("few buffers", exhausted)
    add("SIGTERM", ends_by_signal)
    add("the supervisor dies", ends_with_stream)
    add("bad frames", bad_frames)
    add("frames in pieces", in_pieces)
    add("twenty starts and stops", comes_and_goes)


def main():
    """Run the cases."""
    if os.geteuid():
        return skip_all("the tests need root")
    for program in (HELPERS + "/mcsend", WORKER):
        if not os.access(program, os.X_OK):
            return skip_all("there is no " + program)
    uring = has_uring()
    for name, loop in LOOPS.items():
        if uring or loop == plan.LOOP_MMSG:
            loop_cases(name, loop)
    if uring:
        suite.add("the best loop is taken", automatic)
    suite.add("io_uring is forbidden (EPERM)", lambda: refused(1))
    suite.add("io_uring is not there (ENOSYS)", lambda: refused(38))
    World.topo = rig.Topology(OUTPUTS, mtu=9000)
    try:
        World.topo.enter("mcr")
        return suite.run(only=sys.argv[1] if len(sys.argv) > 1 else None)
    finally:
        World.topo.close()


if __name__ == "__main__":
    sys.exit(main())

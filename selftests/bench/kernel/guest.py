#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Kernel paths measured in a guest, one after the other, again and again.

usage: guest.py PART FILE MODULE RUN [quick]

PART is one of those at the end; rows go to FILE; MODULE is mcr_bench.ko; RUN is
the name of the run. The generator has the processor that forwards, so packets
come at the speed of what forwards them: none is to be lost.
"""
import os
import sys

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)),
                os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")]
import control
import generator
import latency
import paths
import rows
from generator import put
from paths import run

SETTING = {"plane": "kernel", "n": 1, "payload": 1400, "flows": 1, "rules": 1,
           "masks": 1, "rewrite": "none", "mac": "keep", "mode": "consume",
           "gro": False, "egress_gso": False, "cores": 1, "loss_limit": 1.0}
OUTPUTS = [f"e{i}" for i in range(256)]
# Seconds that one measurement takes, about, and how often it is made.
SECONDS, ROUNDS = 0.25, 5
WARM = 2000


class Bench:
    """The guest's devices, and the rows that are measured with them."""

    def __init__(self, file, name, quick):
        self.file, self.name, self.quick = file, name, quick
        self.rounds = 3 if quick else ROUNDS
        self.seconds = 0.1 if quick else SECONDS
        place = os.environ["MCR_PLACE"]
        self.place = "uml" if place == "uml-bench" else "qemu-" + place
        for key in ("default/disable_ipv6", "all/disable_ipv6"):
            put(f"/proc/sys/net/ipv6/conf/{key}", "1")
        for key in ("default/rp_filter", "all/rp_filter"):
            put(f"/proc/sys/net/ipv4/conf/{key}", "0")
        # No output is to be held up by its neighbours' queries.
        run("ip", "-batch", "-", text="\n".join(
            f"link add {dev} mtu 9100 type dummy\n"
            f"link set {dev} up multicast on" for dev in OUTPUTS))
        self.paths = [kind(i) for i, kind in enumerate(paths.KINDS)]

    def keep_super(self):
        """Let a super-packet of a local sender be the model."""
        run("ip", "link", "add", "s0", "mtu", "9100", "type", "veth", "peer",
            "name", "s1", "mtu", "9100")
        run("ip", "addr", "add", f"{generator.SOURCE}/24", "dev", "s0")
        for dev in "s0", "s1":
            run("ip", "link", "set", dev, "up")
        generator.keep_super("s1", SETTING["payload"])
        run("ip", "addr", "flush", "dev", "s0")

    def measure(self, path, setting, round_):
        """One measurement: a row. Segments of a super-packet count as one
        each."""
        outputs = OUTPUTS[:setting["n"]]
        segs = generator.segments() if setting["gro"] else 1
        # Each flow twice at least: what is measured is not its first packet. Twice,
        # as one may be held up, and the measurement would have no time.
        warm = max(WARM, 2 * setting["flows"])
        how = (setting["flows"], setting["cores"])
        took = min(generator.send(path.gen, warm, *how) for _ in range(2))
        count = int(warm / took * self.seconds)
        before = generator.sent()
        generator.sample(outputs[0])
        generator.send(path.gen, count, *how)
        generator.sample(None)
        out = generator.counted(before, generator.sent(), outputs)
        if not out:
            raise RuntimeError(f"{path.name} sends nothing: {setting}")
        # What is cut into segments on its way out is counted by them.
        whole = setting["gro"] and setting["egress_gso"]
        rate = generator.rate() * (segs if whole else 1)
        share = out / (count * setting["cores"] * setting["n"] *
                       (1 if whole else segs))
        return {**setting, "path": path.name, "place": self.place,
                "offered_pps": round(rate / share), "in_pps": rate,
                "out_pps": rate * setting["n"], "loss": round(1 - share, 6),
                "cpu_us_per_out": round(
                    1e6 * setting["cores"] / (rate * setting["n"]), 4),
                "run": f"{self.name}-{round_}"}

    def begin(self, traffic, names, outputs=None):
        """Bring the paths up that can do it, as a list of (path, setting)."""
        ready = []
        for path in self.paths:
            setting = {**SETTING, **traffic, **path.does}
            if setting["n"] > path.most or names and path.name not in names:
                continue
            try:
                path.up(setting, (outputs or OUTPUTS)[:setting["n"]])
            except (RuntimeError, OSError) as error:
                print(f"# {path.name}, n {setting['n']}: {error}", flush=True)
                continue
            ready.append((path, setting))
        return ready

    def point(self, names=None, cores=(1,), **traffic):
        """All paths, or those named, with the same traffic, in turn, each by so many
        processors."""
        ready, found = self.begin(traffic, names), []
        if not traffic.get("gro"):
            generator.make({**SETTING, **traffic}["payload"])
        for i in range(self.rounds):
            turn = i % len(ready)
            found += [self.measure(path, {**setting, "cores": many}, i)
                      for path, setting in ready[turn:] + ready[:turn]
                      for many in cores]
        for path, _ in ready:
            path.down()
        self.keep(found)

    def keep(self, found):
        """Add rows to the file, and say what they are."""
        rows.add(self.file, *found)
        for setting, same in rows.groups(found):
            print(f"{setting['path']:16} n {setting['n']:3} payload "
                  f"{setting['payload']:4} rules {setting['rules']:6} masks "
                  f"{setting['masks']} flows {setting['flows']:5} rewrite "
                  f"{setting['rewrite']} mac {setting['mac']} "
                  f"{setting['mode']}: {rows.median(same) / 1e3:7.0f} kpps out",
                  flush=True)


def bars(bench):
    """What the bars are about, but for rules and super-packets."""
    for n in (1, 4, 16, 64):
        bench.point(n=n)


def matrix(bench):
    """All paths by fan-out, payload and flows."""
    for n in (1, 4, 16, 64, 256):
        for payload in (64, 512, 1400, 8900):
            bench.point(n=n, payload=payload)
    for flows in (4, 16, 64):
        bench.point(n=4, flows=flows)


# Frames of 60 bytes, which the bar is about.
SHORT = 18


def lookup(bench):
    """One output, many rules and flows."""
    path = paths.McrRules(len(bench.paths))
    points = [(1, 1, 1), (1000, 1, 1000), (1000, 8, 1000), (100000, 1, 10000),
              (100000, 8, 10000)]
    generator.make(SHORT)
    for i in range(bench.rounds):
        found = []
        for rules, masks, flows in points:
            setting = {**SETTING, "payload": SHORT, "rules": rules,
                       "masks": masks, "flows": flows}
            path.up(setting, OUTPUTS)
            found.append(bench.measure(path, setting, i))
        bench.keep(found)
    path.down()


def superpackets(bench):
    """UDP super-packets in, of 1400-byte segments: outputs that take them whole,
    and outputs that do not."""
    bench.keep_super()
    for whole in (True, False):
        for dev in OUTPUTS[:16]:
            run("ethtool", "-K", dev, "tx-udp-segmentation",
                "on" if whole else "off")
        for n in (1, 4, 16):
            bench.point(["mcr", "clone-loop", "tc-mirred", "nft-dup"], n=n,
                        gro=True, egress_gso=whole)


def commands(bench):
    """The control plane, and memory: rows of another kind."""
    path = paths.McrRules(len(bench.paths))
    generator.make(SHORT)
    for rules in (1000, 10000) if bench.quick else (1000, 10000, 100000):
        row = {"plane": "kernel", "path": "mcr", "rules": rules,
               "place": bench.place, "cpus": os.cpu_count(),
               **control.measure(path, rules), "run": bench.name}
        print(", ".join(f"{key} {value}" for key, value in row.items()),
              flush=True)
        rows.write(bench.file, rows.read(bench.file) + [row])


def smp(bench):
    """What one processor does, and what two do at a time."""
    bench.rounds *= 3
    for n in (1, 4, 16):
        bench.point(["mcr", "clone-loop", "tc-mirred", "nft-dup"], (1, 2), n=n)


def latencies(bench):
    """How long packets take: rows of another kind."""
    found = latency.Latency(bench, bench.file)
    for n in (1, 4):
        found.point(n)


def smoke(bench):
    """Does it all work? One round of next to nothing."""
    bench.rounds, bench.seconds = 1, 0.01
    latency.PACKETS = 1000
    for n in (1, 4):
        bench.point(n=n)
    latency.Latency(bench, bench.file + "-latency").point(2)
    try:
        generator.send(bench.paths[0].gen, 1, cpus=os.cpu_count() + 1)
    except OSError:
        return
    raise RuntimeError("more processors send than there are")


PARTS = {"smoke": smoke, "bars": bars, "commands": commands, "lookup": lookup,
         "superpackets": superpackets, "matrix": matrix, "smp": smp,
         "latency": latencies}


def main(words):
    """The command line."""
    part, file, module, name, *quick = words
    run("modprobe", "mcr")
    run("insmod", module)
    try:
        PARTS[part](Bench(file, name, bool(quick)))
    finally:
        run("rmmod", "mcr_bench")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

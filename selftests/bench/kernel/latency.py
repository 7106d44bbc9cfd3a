# SPDX-License-Identifier: GPL-2.0
"""How long packets take in the guest, from when they were due to when an output has
them, at some shares of what a path can do. All that happens to a packet is done on the
processor of who sends it, so that what is seen is the path itself, what it makes the
next packet wait, and what takes the processor meanwhile.

Rows have what was done (as rows.py has it), capacity (packets a second), load (the
share of it), offered_pps, loss, and p50, p90, p99, p999 and max in microseconds: of some
rounds, in turn with those of other paths, that whose p99 is the median.
"""
import statistics

import generator
import rows
from paths import run

OUTPUTS = [f"l{i}" for i in range(16)]
# Packets that tell what a path can do.
WARM = 5000
LOADS = (0.1, 0.5, 0.8)
# Packets at the sinks in a round: sink.c notes no more.
PACKETS = 200000
# Of a path that nothing else takes the processor from.
TRIES = 5
SETTING = ("plane", "path", "n", "payload", "flows", "rewrite", "mac", "mode",
           "cores", "place")


def capacity(path):
    """Packets a second that it forwards."""
    return max(WARM / generator.send(path.gen, WARM)
               for _ in range(TRIES))


class Latency:
    """Outputs that note it, and the rows that come of them."""

    def __init__(self, bench, file):
        self.bench, self.file = bench, file
        run("ip", "-batch", "-", text="\n".join(
            f"link add {dev} mtu 9100 type mcr_sink\n"
            f"link set {dev} up multicast on" for dev in OUTPUTS))

    def once(self, path, n, pps):
        """One round at a rate."""
        # Half a second at most, where that is enough packets.
        count = int(min(PACKETS / n, max(2000, pps / 2)))
        generator.watch()
        took = generator.send(path.gen, count, gap=round(1e9 / pps))
        found = generator.latency()
        return {"offered_pps": round(count / took),
                "loss": round(1 - found.pop("packets") / (count * n), 6),
                **found}

    def row(self, path, setting, most, load, rounds):
        """A row of some rounds."""
        p99 = statistics.median_low(found["p99"] for found in rounds)
        return {**{key: {"place": self.bench.place, "path": path.name,
                         **setting}[key] for key in SETTING},
                "capacity": round(most), "load": load,
                **next(found for found in rounds if found["p99"] == p99),
                "run": self.bench.name}

    def point(self, n):
        """All paths, with so many outputs."""
        ready = self.bench.begin({"n": n}, None, OUTPUTS)
        generator.make(1400)
        most = [capacity(path) for path, _ in ready]
        rounds = [[[self.once(path, n, load * most[i]) for load in LOADS]
                   for i, (path, _) in enumerate(ready)]
                  for _ in range(self.bench.rounds)]
        found = [self.row(path, setting, most[i], load,
                          [turn[i][j] for turn in rounds])
                 for i, (path, setting) in enumerate(ready)
                 for j, load in enumerate(LOADS)]
        for path, _ in ready:
            path.down()
        for row in found:
            print(", ".join(f"{key} {row[key]}" for key in (
                "path", "rewrite", "mac", "mode", "n", "load", "offered_pps",
                "loss", "p50", "p90", "p99", "p999", "max")), flush=True)
        rows.write(self.file, rows.read(self.file) + found)

# SPDX-License-Identifier: GPL-2.0
"""The bars of the relay plane; see bars_kernel.py for what a bar has."""
import rows
from bars_kernel import bar, newest_with

USUAL = {"payload": 1400, "flows": 1, "rewrite": "none", "egress_gso": False,
         "cores": 1, "loss_limit": 0.01}
MCR = {"path": "mcr", "mode": "pass"}
# It cannot take super-packets: it is at its best without.
IMITATION = {"path": "per-packet", "gro": False}
NFT = {"path": "nft-dup"}
LOST = ("100,000 packets/s to 16", "100,000 packets/s to 16, GRO")
WHOLE = "100,000 packets/s to 16, GRO, whole"
LESS = "80,000 packets/s to 16, GRO"
FAST = "439,000 packets/s"
TWICE = "twice the imitation's rate"
ALONE = ("100,000 packets/s, one core", "100,000 packets/s, one core, GRO")


def ratio(one, other, n, **setting):
    """A figure: one path's rate by another's."""
    setting = {**USUAL, **setting, "n": n}

    def value(results):
        both = {**setting, **one}, {**setting, **other}
        return rows.ratio(newest_with(results.get("relay", []), *both), *both)
    return value


def held(key, *names, worst=max):
    """A figure: the worst of the newest run of hold.py."""
    def value(results):
        found = [row for row in results.get("relay-hold", [])
                 if not names or row["what"] in names]
        found = rows.last_run(found)
        return worst(row[key] for row in found) if found else None
    return value


def largest(results):
    """A figure: resident memory of the largest worker, in MB."""
    found = [kb for row in results.get("relay-hold", [])
             for kb in row["resident_kb"]]
    return max(found) / 1024 if found else None


def late(results, key="p99", **setting):
    """The last row of latency.py in a setting; None: there is none."""
    found = [row[key] for row in results.get("relay-latency", [])
             if all(row[k] == v for k, v in setting.items())]
    return found[-1] if found else None


def rare(results):
    """A figure: p99 at 1,000 packets a second, in microseconds."""
    return late(results, path="mcr", latency="auto", load=None, n=1)


def low(results):
    """A figure: p99 of `latency low` by that of the imitation."""
    ours = late(results, path="mcr", latency="low", load=0.5, n=1)
    theirs = late(results, path="per-packet", load=0.5, n=1)
    return ours / theirs if ours and theirs else None


BARS = [bar(f"relay: valid if imitation / nftables dup, N={_n}",
            ratio(IMITATION, {**NFT, "gro": False}, _n), least=0.33, valid=True)
        for _n in (1, 4)]
for _what, _ours, _other, _bars in (
        ("GRO on: / imitation", {**MCR, "gro": True}, IMITATION,
         ((1, 2.4), (4, 2.8), (16, 2.8))),
        ("GRO off: / imitation", {**MCR, "gro": False}, IMITATION,
         ((1, 1.7), (4, 2.2), (16, 2.5))),
        ("GRO on: / nftables dup", {**MCR, "gro": True}, {**NFT, "gro": True},
         ((1, 0.8), (4, 1.0), (16, 1.6)))):
    BARS += [bar(f"relay, {_what}, N={_n}", ratio(_ours, _other, _n),
                 least=_least) for _n, _least in _bars]
# The bars come from prototypes, and nftables dup had no super-packets there.
BARS += [bar(f"relay, GRO on: / nftables dup without GRO, N={_n}",
             ratio({**MCR, "gro": True}, {**NFT, "gro": False}, _n))
         for _n in (1, 4, 16)]
BARS += [
    bar("relay, GRO off, 16 flows, N=4: / per-packet io_uring",
        ratio(MCR, {"path": "uring-per-packet"}, 4, gro=False, flows=16),
        least=1.4),
    bar("relay, rewriting, N=4: / transparent",
        ratio({**MCR, "rewrite": "all"}, MCR, 4, gro=True), least=0.95),
    bar("relay, two cores, 100,000 packets/s to 16 outputs: lost",
        held("lost", *LOST), most=0),
    bar("relay, two cores, the same where egress devices segment: lost",
        held("lost", WHOLE), most=0),
    bar("relay, two cores, 80,000 packets/s to 16 outputs: lost",
        held("lost", LESS)),
    bar("relay, two cores, 439,000 packets/s 1:1: lost",
        held("lost", FAST), most=0),
    bar("relay, two cores, the same at twice the imitation's rate: lost",
        held("lost", TWICE), most=0),
    bar("relay, wake-ups a packet at 100,000 packets/s",
        held("wakeups", *ALONE), most=0.05),
    bar("relay, system calls a packet at 100,000 packets/s",
        held("syscalls", *ALONE), most=0.05),
    bar("relay, p99 at 1,000 packets/s, us", rare, most=200),
    bar("relay, p99 of latency low at half the imitation's rate: / imitation",
        low, most=1.0),
    bar("relay, resident memory of a worker, MB", largest, most=32),
]

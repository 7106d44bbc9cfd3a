# SPDX-License-Identifier: GPL-2.0
"""The bars of the kernel plane. Each has what it is about, the least or the most
that is to be reached, and a function from results to the figure."""
import rows

CLONE = {"path": "clone-loop"}
KEEP = {"path": "mcr", "mac": "keep", "rewrite": "none", "mode": "consume"}
OWN = {"path": "mcr", "mac": "own", "rewrite": "none", "mode": "consume"}
ALL = {"path": "mcr", "mac": "own", "rewrite": "all", "mode": "consume"}


def run_of(row):
    """The run's name, without the number of the round."""
    return row["run"].rsplit("-", 1)[0]


def newest(found):
    """The rows of the newest run that has any of them: what is measured is added
    at the end."""
    return [row for row in found if run_of(row) == run_of(found[-1])]


def newest_with(found, *settings):
    """The rows of the newest run that has some of each setting."""
    for run in dict.fromkeys(map(run_of, reversed(found))):
        mine = [row for row in found if run_of(row) == run]
        if all(rows.select(mine, **setting) for setting in settings):
            return mine
    return []


def ratio(one, other, **setting):
    """A figure: one path's rate by another's, in the same setting."""
    setting = {"payload": 1400, "flows": 1, "rules": 1, "gro": False,
               "cores": 1, "place": "uml", **setting}

    def value(results):
        found = newest(rows.select(results.get("kernel", []), **setting))
        return rows.ratio(found, one, other)
    return value


def many(rules, masks):
    """A figure: the rate with many rules by that with one."""
    def value(results):
        found = newest(rows.select(results.get("kernel", []), n=1, payload=18,
                                   path="mcr"))
        return rows.ratio(found, {"rules": rules, "masks": masks}, {"rules": 1})
    return value


def more_ns(rules, masks):
    """A figure: what a packet costs more with many rules than with one."""
    def value(results):
        found = newest(rows.select(results.get("kernel", []), n=1, payload=18,
                                   path="mcr"))
        one = rows.median(rows.select(found, rules=1))
        other = rows.median(rows.select(found, rules=rules, masks=masks))
        return 1e9 / other - 1e9 / one if one and other else None
    return value


def command(key, scale=1.0):
    """A figure of the control plane with 100,000 rules."""
    def value(results):
        found = [row for row in results.get("kernel-control", [])
                 if row["rules"] == 100000]
        return found[-1][key] * scale if found else None
    return value


def bar(what, value, **limits):
    """One bar."""
    return {"what": what, "value": value, **limits}


BARS = [bar("kernel: valid if clone loop / tc mirred, N=4",
            ratio(CLONE, {"path": "tc-mirred"}, n=4), least=1.15, valid=True),
        bar("kernel, transparent, N=1: / clone loop",
            ratio(KEEP, CLONE, n=1), least=0.80),
        bar("kernel, transparent, N=1: / tc mirred",
            ratio(KEEP, {"path": "tc-mirred"}, n=1), least=1.0)]
for _n in (4, 16, 64):
    BARS.append(bar(f"kernel, transparent, N={_n}: / clone loop",
                    ratio(KEEP, CLONE, n=_n), least=0.92))
for _n in (4, 16):
    BARS += [bar(f"kernel, transparent, N={_n}: / tc mirred",
                 ratio(KEEP, {"path": "tc-mirred"}, n=_n), least=1.10),
             bar(f"kernel, transparent, N={_n}: / nftables dup",
                 ratio(KEEP, {"path": "nft-dup"}, n=_n), least=1.75)]
for _n, _share in ((4, 0.66), (16, 0.61), (64, 0.58)):
    BARS += [bar(f"kernel, own MAC, N={_n}: / clone loop",
                 ratio(OWN, CLONE, n=_n), least=_share),
             bar(f"kernel, rewriting, N={_n}: / clone loop",
                 ratio(ALL, CLONE, n=_n), least=_share),
             bar(f"kernel, rewriting, N={_n}: / tc pedit+csum+mirred",
                 ratio(ALL, {"path": "tc-pedit-mirred"}, n=_n), least=1.5)]
BARS += [
    bar("kernel, GRO super-packets, egress segmentation on, N=4: / tc mirred",
        ratio(KEEP, {"path": "tc-mirred"}, n=4, gro=True, egress_gso=True),
        least=0.9),
    bar("kernel, 100,000 rules in one mask, 10,000 flows: / one rule",
        many(100000, 1), least=0.85),
    bar("kernel, 100,000 rules in eight masks, 10,000 flows: / one rule",
        many(100000, 8), least=0.70),
    bar("kernel, 100,000 rules in one mask: more ns a packet",
        more_ns(100000, 1)),
    bar("kernel, 100,000 rules in eight masks: more ns a packet",
        more_ns(100000, 8)),
    bar("kernel, 100,000 rules: apply, s", command("apply_s"), most=3),
    bar("kernel, 100,000 rules: list, s", command("list_s"), most=1),
    bar("kernel, 100,000 rules: change of one, ms",
        command("change_s", 1000), most=1),
    bar("kernel, 100,000 rules: packets lost meanwhile", command("lost"),
        most=0),
    bar("kernel, bytes a rule with one output, on one CPU",
        command("bytes_per_rule"), most=448),
]

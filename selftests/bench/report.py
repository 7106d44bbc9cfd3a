#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The tables and plots of Documentation/performance-kernel.md, made anew from
results.

usage: report.py [DIR]

DIR holds results-*.json (default: this directory). What stands between a line
"<!-- NAME -->" and the next "<!-- end -->" is replaced by the table of that name.
"""
import contextlib
import io
import os
import re
import shutil
import statistics
import subprocess
import sys

import bars
import rows
from bars_kernel import newest

HERE = os.path.dirname(os.path.abspath(__file__))
DOCUMENT = os.path.join(HERE, "..", "..", "Documentation",
                        "performance-kernel.md")
LABELS = {"mcr none keep consume": "mcr, transparent",
          "mcr none own consume": "mcr, own MAC",
          "mcr all own consume": "mcr, rewriting",
          "mcr none keep pass": "mcr, transparent, pass"}


def label(row):
    """What a path is called in tables."""
    does = " ".join(row[key] for key in ("path", "rewrite", "mac", "mode"))
    return LABELS.get(does, row["path"])


def table_bars(results):
    """All bars."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        bars.show(results, True)
    return text.getvalue()


def rates_by(found, key):
    """Rates: a dictionary by label of those by a key of rows."""
    rates = {}
    for row in found:
        rates.setdefault(label(row), {}).setdefault(row[key], []).append(row)
    return {name: {value: rows.median(same) for value, same in by.items()}
            for name, by in rates.items()}


def fan_out(results, payload=1400):
    """Rates by fan-out."""
    return rates_by(newest(rows.select(
        results.get("kernel", []), payload=payload, flows=1, rules=1,
        gro=False, cores=1, place="uml")), "n")


def flows(results):
    """Rates by the number of flows, to four outputs, of the run that has several."""
    found = rows.select(results.get("kernel", []), payload=1400, n=4, rules=1,
                        gro=False, cores=1, place="uml")
    run = newest([row for row in found if row["flows"] > 1])
    names = {row["run"] for row in run}
    return rates_by([row for row in found if row["run"] in names], "flows")


def grid(rates, letter="N"):
    """A table of rates in thousands a second."""
    columns = sorted({n for by_n in rates.values() for n in by_n})
    lines = ["| kpps out | " + " | ".join(
        f"{letter}={n}" for n in columns) + " |",
             "| --- |" + " --- |" * len(columns)]
    lines += ["| " + " | ".join([name] + [
        f"{by_n[n] / 1e3:.0f}" if n in by_n else "-" for n in columns]) + " |"
        for name, by_n in rates.items()]
    return "\n".join(lines) + "\n"


def table_commands(results):
    """The control plane, one line a number of rules."""
    keys = {"rules": "rules", "apply_s": "apply, s", "list_s": "list, s",
            "change_s": "change of one, s", "delete_s": "delete, s",
            "packets": "packets meanwhile", "lost": "of which lost",
            "bytes_per_rule": "bytes a rule",
            "bytes_per_output": "bytes an output more"}
    lines = ["| " + " | ".join(keys.values()) + " |", "|" + " --- |" * len(keys)]
    lines += ["| " + " | ".join(str(row[key]) for key in keys) + " |"
              for row in rows.last_run(results.get("kernel-control", []))]
    return "\n".join(lines) + "\n"


def scaling(found):
    """A cell of the table of two processors."""
    rounds = [rows.ratio(rows.select(found, run=run), {"cores": 2}, {"cores": 1})
              for run in sorted({row["run"] for row in found})]
    low, middle, high = statistics.quantiles(rounds, n=4)
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def table_smp(results):
    """What two processors do by what one does, by fan-out: the median of the rounds,
    and the middle half of them."""
    found = newest(rows.select(results.get("kernel", []),
                               place="qemu-stock-6.12", gro=False))
    outputs = sorted({row["n"] for row in found})
    lines = ["| two processors / one | " + " | ".join(
        f"N={n}" for n in outputs) + " |", "| --- |" + " --- |" * len(outputs)]
    for name in dict.fromkeys(map(label, found)):
        mine = [row for row in found if label(row) == name]
        lines.append(f"| {name} | " + " | ".join(
            scaling(rows.select(mine, n=n)) for n in outputs) + " |")
    return "\n".join(lines) + "\n"


def table_latency(results):
    """Microseconds, one line a path and load."""
    shares = ("p50", "p90", "p99", "p999", "max")
    lines = ["| path | N | load | packets/s | " + " | ".join(shares) + " |",
             "|" + " --- |" * 9]
    lines += [f"| {label(row)} | {row['n']} | {row['load'] * 100:.0f} % | "
              f"{row['offered_pps']} | " +
              " | ".join(f"{row[key]:.2f}" for key in shares) + " |"
              for row in rows.last_run(results.get("kernel-latency", []))]
    return "\n".join(lines) + "\n"


def fan_out_table(payload):
    """A table's maker: rates by fan-out with so many bytes."""
    return lambda results: grid(fan_out(results, payload))


TABLES = {"bars": table_bars,
          "kernel fan-out": fan_out_table(1400),
          "kernel fan-out 64": fan_out_table(64),
          "kernel fan-out 512": fan_out_table(512),
          "kernel fan-out 8900": fan_out_table(8900),
          "kernel flows": lambda results: grid(flows(results), "flows"),
          "kernel smp": table_smp,
          "kernel latency": table_latency,
          "kernel control": table_commands}


def plot(rates, path):
    """Rates by fan-out, as SVG."""
    if not rates or not shutil.which("gnuplot"):
        return
    lines = ["set terminal svg size 760,420", f'set output "{path}"',
             "set logscale x 2", 'set xlabel "outputs"', "set key outside",
             'set ylabel "packets out a second, in thousands"', "set grid",
             "set yrange [0:*]"]
    data, curves = [], []
    for i, (name, by_n) in enumerate(rates.items()):
        data.append(f"$d{i} << EOD")
        data += [f"{n} {by_n[n] / 1e3}" for n in sorted(by_n)] + ["EOD"]
        curves.append(f'$d{i} with linespoints title "{name}"')
    subprocess.run(["gnuplot"], text=True, check=True, input="\n".join(
        data + lines + ["plot " + ", ".join(curves)]) + "\n")


def main(words):
    """The command line."""
    results = bars.load(words[0] if words else HERE, None)
    with open(DOCUMENT, encoding="utf-8") as file:
        text = file.read()
    for name, make in TABLES.items():
        text = re.sub(f"(<!-- {name} -->\n).*?(<!-- end -->)",
                      lambda found, make=make: found[1] + make(results)
                      + found[2], text, flags=re.S)
    with open(DOCUMENT, "w", encoding="utf-8") as file:
        file.write(text)
    plot(fan_out(results),
         os.path.join(os.path.dirname(DOCUMENT), "performance-kernel.svg"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

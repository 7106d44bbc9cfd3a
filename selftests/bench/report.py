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


def fan_out(results, payload=1400):
    """Rates by fan-out: a dictionary by label of those by n."""
    found = newest(rows.select(results.get("kernel", []), payload=payload,
                               flows=1, rules=1, gro=False))
    rates = {}
    for row in found:
        rates.setdefault(label(row), {}).setdefault(row["n"], []).append(row)
    return {name: {n: rows.median(same) for n, same in by_n.items()}
            for name, by_n in rates.items()}


def grid(rates):
    """A table of rates in thousands a second."""
    columns = sorted({n for by_n in rates.values() for n in by_n})
    lines = ["| kpps out | " + " | ".join(f"N={n}" for n in columns) + " |",
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
              for row in newest(results.get("kernel-control", []))]
    return "\n".join(lines) + "\n"


TABLES = {"bars": table_bars,
          "kernel fan-out": lambda results: grid(fan_out(results)),
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

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The relay's tables of Documentation/performance-relay.md, made anew from results.

usage: document.py [--check]
Whatever is between the marks is replaced; --check fails if it would be another.
"""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BENCH = os.path.dirname(HERE)
sys.path[:0] = [BENCH, HERE]

# pylint: disable=wrong-import-position
import rows
from bars_kernel import newest, run_of
from sets import SETS

PAGE = os.path.join(BENCH, "../../Documentation/performance-relay.md")
BEGIN, END = "<!-- relay: begin -->", "<!-- relay: end -->"
KEYS = ("payload", "flows", "rewrite", "mac", "gro", "egress_gso", "cores",
        "loss_limit")


def cell(found):
    """Thousand packets a second out, and microseconds for each; and what was lost, where
    no rate was found at which it is as little as it was to be.
    """
    if not found:
        return "-"
    text = "%.0f / %.2f" % (rows.median(found) / 1e3,
                            rows.median(found, "cpu_us_per_out"))
    loss = rows.median(found, "loss")
    return text if loss <= found[0]["loss_limit"] else \
        "%s, %.2f %% lost" % (text, loss * 100)


def of_set(row, setting):
    """Is it a row of this set? The mode is the relay's; peers have their own."""
    return row["path"] in setting["paths"] and row["n"] in setting["outputs"] \
        and (row["path"] != "mcr" or row["mode"] == setting["mode"])


def table(found, name, setting):
    """A set's table, of the newest run that has it; nothing if none has."""
    mine = newest([row for row in rows.select(
        found, **{key: setting[key] for key in KEYS}) if of_set(row, setting)])
    paths = [p for p in setting["paths"] if rows.select(mine, path=p)]
    if not paths:
        return []
    lines = ["", "`%s`, rounds %d of %s: %s" % (
        name, len({row["run"] for row in mine}), run_of(mine[0]), ", ".join(
            "%s %s" % (key, setting[key]) for key in KEYS + ("mode",))), "",
             "| path | %s |" % " | ".join("N = %d" % n
                                          for n in setting["outputs"]),
             "| --- |" + " --- |" * len(setting["outputs"])]
    for path in paths:
        lines.append("| %s | %s |" % (path, " | ".join(
            cell(rows.select(mine, path=path, n=n))
            for n in setting["outputs"])))
    return lines


def latency(found):
    """The table of latency.py's rows."""
    found = rows.last_run(found)
    if not found:
        return []
    lines = ["", "Latency in µs, 1,400 bytes, one flow, one processor:", "",
             "| path | latency | N | packets/s | p50 | p90 | p99 | p99.9 | "
             "max |", "| --- |" + " --- |" * 8]
    for row in found:
        lines.append("| %s | %s | %d | %.0f | %s |" % (
            row["path"], row["latency"], row["n"], row["offered_pps"],
            " | ".join("%.0f" % row[k] for k in (
                "p50", "p90", "p99", "p999", "max"))))
    return lines


def hold(found):
    """The table of hold.py's rows."""
    found = rows.last_run(found)
    if not found:
        return []
    lines = ["", "What is held:", "",
             "| what | cores | seconds | lost | wake-ups | system calls | "
             "resident kB |", "| --- |" + " --- |" * 6]
    for row in found:
        lines.append("| %s | %d | %.1f | %d | %.3f | %.3f | %s |" % (
            row["what"], row["cores"], row["seconds"], row["lost"],
            row["wakeups"], row["syscalls"],
            ", ".join(str(kb) for kb in row["resident_kb"])))
    return lines


def control(found):
    """The table of control.py's rows."""
    found = rows.last_run(found)
    if not found:
        return []
    keys = {"rules": "rules", "times": "times", "apply_s": "apply, s", "list_s": "list, s",
            "change_s": "change of one, s", "delete_s": "delete, s",
            "packets": "packets meanwhile", "lost": "of which lost",
            "rest_kb": "kB without", "resident_kb": "kB with them",
            "bytes_per_rule": "bytes a rule"}
    return ["", "Commands, with a stream through a rule that stays:", "",
            "| %s |" % " | ".join(keys.values()), "|" + " --- |" * len(keys)
            ] + ["| %s |" % " | ".join("%.6g" % row[key] for key in keys)
                 for row in found]


def medians(found):
    """A row of the table of loops.py's rows: medians of all rounds."""
    line = " | ".join("%.*f" % (digits, rows.median(found, key) * scale)
                      for key, scale, digits in (
                          ("offered_pps", 1e-3, 0), ("out_pps", 1e-3, 0),
                          ("loss", 100, 1), ("cpu_us_per_out", 1, 2)))
    if "syscalls" not in found[0]:
        return line + " | - | -"
    return line + " | %.3f | %.3f" % (rows.median(found, "syscalls"),
                                      rows.median(found, "wakeups"))


def loops(found):
    """The table of loops.py's rows."""
    found = newest(found)
    if not found:
        return []
    lines = ["", "More offered than one processor forwards, %.0f s each, "
             "medians of %d rounds:" % (
                 rows.median(found, "seconds"),
                 len({row["run"] for row in found})), "",
             "| GRO | N | loop | offered, kpps | out, kpps | lost | µs/out | "
             "system calls | wake-ups |", "| --- |" + " --- |" * 8]
    cells = {}
    for row in found:
        key = ("yes" if row["gro"] else "no", row["n"], row["loop"])
        cells.setdefault(key, []).append(row)
    for key, same in cells.items():
        lines.append("| %s | %d | %s | %s |" % (*key, medians(same)))
    return lines


def part():
    """All tables."""
    found = rows.read(BENCH + "/results-relay.json")
    lines = ["", "Thousand packets a second out of all outputs, and "
             "microseconds of processor time for each."]
    for name, setting in SETS.items():
        lines += table(found, name, setting)
    lines += latency(rows.read(BENCH + "/results-relay-latency.json"))
    lines += hold(rows.read(BENCH + "/results-relay-hold.json"))
    lines += loops(rows.read(BENCH + "/results-relay-loops.json"))
    lines += control(rows.read(BENCH + "/results-relay-control.json"))
    bars = subprocess.run((BENCH + "/bars.py", "--markdown"),
                          capture_output=True, text=True, check=False).stdout
    lines += [""] + [line for i, line in enumerate(bars.splitlines())
                     if i < 2 or line.startswith("| relay")]
    return "\n".join(lines) + "\n\n"


def main():
    """Replace what is between the marks."""
    with open(PAGE, encoding="utf-8") as f:
        text = f.read()
    head, rest = text.split(BEGIN)
    tail = rest.split(END)[1]
    new = head + BEGIN + "\n" + part() + END + tail
    if "--check" in sys.argv[1:]:
        return int(new != text)
    with open(PAGE, "w", encoding="utf-8") as f:
        f.write(new)
    return 0


if __name__ == "__main__":
    sys.exit(main())

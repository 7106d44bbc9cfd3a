#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Rows of results: one measurement each, in a list of JSON, one row a line.

usage: rows.py check FILE...              are all rows sound?
       rows.py add FILE KEY=VALUE...      put one more row into a file
       rows.py join FILE FROM             put all rows of a file into another
       rows.py table FILE... [KEY=VALUE...]   medians of what was measured
"""
import fcntl
import json
import os
import statistics
import sys

# What was done, then what came of it. A row has all of these keys and no other.
SETTING = {
    "plane": ("kernel", "relay"),
    "path": ("mcr", "clone-loop", "tc-mirred", "tc-pedit-mirred", "nft-dup",
             "nft-dup-rewrite", "ipmr", "tee", "xdp", "socat", "mmsg",
             "per-packet", "uring-per-packet"),
    "n": int,
    "payload": int,
    "flows": int,
    "rules": int,
    "masks": int,
    "rewrite": ("none", "all"),
    "mac": ("keep", "own"),
    "mode": ("pass", "consume"),
    "gro": bool,
    "egress_gso": bool,
    "cores": int,
    "place": ("uml", "qemu-stock-6.1", "qemu-stock-6.12", "host"),
    "loss_limit": float,
}
RESULT = {
    "offered_pps": float,
    "in_pps": float,
    "out_pps": float,
    "loss": float,
    "cpu_us_per_out": float,
}
# Which run it was: rows of one run were measured in turn, and may be compared.
RUN = {"run": str}
KEYS = {**SETTING, **RESULT, **RUN}


def fault(key, value):
    """What is wrong with a value, as a sentence; None: nothing."""
    want = KEYS[key]
    if isinstance(want, tuple):
        if value not in want:
            return f"{key} is one of {', '.join(want)}, not {value!r}"
    elif want is float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) \
                or not 0 <= value < 1e12:
            return f"{key} is a number of 0 or more, not {value!r}"
    elif type(value) is not want or (want is int and value < 1):
        return f"{key} is {want.__name__}, not {value!r}"
    return None


def check(row):
    """All that is wrong with a row, as sentences."""
    faults = [f"{key} is missing" for key in KEYS if key not in row]
    faults += [f"{key} is no key of a row" for key in row if key not in KEYS]
    faults += [fault(key, row[key]) for key in row if key in KEYS]
    return [text for text in faults if text]


def read(path):
    """The rows of a file; none where it is not there."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write(path, rows):
    """All rows of a file, whole or not at all."""
    text = ",\n".join(json.dumps(row) for row in rows)
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(f"[\n{text}\n]\n" if rows else "[]\n")
    os.replace(path + ".new", path)


def add(path, *rows):
    """Put rows into a file; ValueError where one is not sound."""
    for row in rows:
        if faults := check(row):
            raise ValueError("; ".join(faults))
    with open(path + ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        write(path, read(path) + [{key: row[key] for key in KEYS}
                                  for row in rows])
    os.unlink(path + ".lock")


def wanted(row, **setting):
    """Was the row measured in this setting? A tuple or list: one of them."""
    return all(row[key] in value if isinstance(value, (tuple, list))
               else row[key] == value for key, value in setting.items())


def select(rows, **setting):
    """The rows measured in a setting, such as path="mcr", n=4."""
    return [row for row in rows if wanted(row, **setting)]


def median(rows, key="out_pps"):
    """The median of a result; None without rows."""
    return statistics.median(row[key] for row in rows) if rows else None


def ratio(rows, one, other, key="out_pps"):
    """The median, over the runs that have both, of one setting's result
    divided by the other's; None where no run has both."""
    ratios = []
    for run in sorted({row["run"] for row in rows}):
        here = select(rows, run=run)
        a = median(select(here, **one), key)
        b = median(select(here, **other), key)
        if a is not None and b:
            ratios.append(a / b)
    return statistics.median(ratios) if ratios else None


def last_run(rows):
    """The rows of the run that the last one is of; none without rows."""
    return select(rows, run=rows[-1]["run"]) if rows else []


def groups(rows):
    """Rows by setting: a list of (setting, rows), in order of appearance."""
    found = {}
    for row in rows:
        found.setdefault(tuple(row[key] for key in SETTING), []).append(row)
    return [(dict(zip(SETTING, key)), same) for key, same in found.items()]


def table(rows):
    """Medians, one line a setting. What all have in common is said once."""
    same = [key for key in SETTING if len({row[key] for row in rows}) == 1]
    other = [key for key in SETTING if key not in same]
    head = other + ["runs", "kpps in", "kpps out", "loss %", "us/out"]
    lines = [head]
    for setting, found in groups(rows):
        lines.append([str(setting[key]) for key in other] + [
            str(len(found)), f"{median(found, 'in_pps') / 1e3:.0f}",
            f"{median(found) / 1e3:.0f}",
            f"{median(found, 'loss') * 100:.2f}",
            f"{median(found, 'cpu_us_per_out'):.3f}"])
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    if rows:
        print("all:", ", ".join(f"{key} {rows[0][key]}" for key in same))
    for line in lines:
        print("  ".join(text.rjust(width)
                        for text, width in zip(line, widths)))


def value_of(key, text):
    """A value from the command line."""
    if key not in KEYS:
        raise ValueError(f"{key} is no key of a row: {', '.join(KEYS)}")
    want = KEYS[key]
    if want is bool and text in ("true", "false"):
        return text == "true"
    return want(text) if want in (int, float) else text


def main(words):
    """The command line."""
    if len(words) < 2 or words[0] not in ("check", "add", "join", "table"):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    verb, words = words[0], words[1:]
    pairs = [word.split("=", 1) for word in words if "=" in word]
    try:
        setting = {key: value_of(key, text) for key, text in pairs}
        files = [word for word in words if "=" not in word]
        if verb == "add":
            add(files[0], setting)
            return 0
        if verb == "join":
            write(files[0], read(files[0]) + read(files[1]))
            return 0
        rows = [row for path in files for row in read(path)]
    except (ValueError, OSError) as error:
        print(f"rows.py: {error}", file=sys.stderr)
        return 1
    if verb == "table":
        table(select(rows, **setting))
        return 0
    bad = [(row, text) for row in rows for text in check(row)]
    for row, text in bad:
        print(f"{text}: {row}", file=sys.stderr)
    print(f"{len(rows)} rows, {len(bad)} faults")
    return 1 if bad or not rows else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

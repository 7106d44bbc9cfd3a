#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What was to be reached, and what was: from the results of one run.

usage: bars.py [DIR] [--run NAME] [--markdown]

DIR holds results-*.json (default: this directory). Each bar is measured in the
newest run that has its rows, or in NAME. Fails where a run is not valid; that a
bar was missed is said, and is no failure.
"""
import os
import sys

import bars_kernel
import rows

try:
    import bars_relay
    PLANES = [bars_kernel, bars_relay]
except ImportError:
    PLANES = [bars_kernel]

HERE = os.path.dirname(os.path.abspath(__file__))


def load(folder, name):
    """Rows by file: "kernel", "relay", "kernel-control" and the like."""
    found = {}
    for entry in sorted(os.listdir(folder)):
        if entry.startswith("results-") and entry.endswith(".json"):
            kind = entry[len("results-"):-len(".json")]
            found[kind] = [row for row in rows.read(os.path.join(folder, entry))
                           if not name or row["run"].startswith(name)]
    return found


def verdict(value, least, most):
    """In words."""
    if value is None:
        return "not measured"
    met = (least is None or value >= least) and (most is None or value <= most)
    return "met" if met else "FELL SHORT"


def text_of(value):
    """A figure, as exactly as it means something."""
    if value is None:
        return "-"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def show(results, markdown):
    """All bars, a line each. True if what makes a run valid holds."""
    valid = True
    shape = "| {} | {} | {} | {} |" if markdown else "{:70} {:>9} {:>10}  {}"
    print(shape.format("what", "bar", "measured", "verdict"))
    if markdown:
        print("| --- | --- | --- | --- |")
    for plane in PLANES:
        for bar in plane.BARS:
            value = bar["value"](results)
            least, most = bar.get("least"), bar.get("most")
            word = verdict(value, least, most)
            limit = f">= {least}" if most is None else f"<= {most}"
            if least is None and most is None:
                limit, word = "-", "for information"
            print(shape.format(bar["what"], limit, text_of(value), word))
            if bar.get("valid") and word == "FELL SHORT":
                valid = False
    return valid


def main(words):
    """The command line."""
    markdown = "--markdown" in words
    words = [word for word in words if word != "--markdown"]
    name = None
    if "--run" in words:
        at = words.index("--run")
        name = words[at + 1]
        del words[at:at + 2]
    if show(load(words[0] if words else HERE, name), markdown):
        return 0
    print("bars.py: the run is not valid: a peer is slower than it should be",
          file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

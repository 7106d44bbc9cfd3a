#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Percentages of coverage against the bars, and what is missed.

usage: coverage.py GCOV-JSON MISSED REASONS

Of assertions, of which the failing side is not to be reached, the branches do
not count. Where branches have a bar, each that is missed has a reason in REASONS,
or is told. Fails where a bar is missed, or a reason.
"""

import json
import os
import re
import sys

# Name, files, least percentage of lines, of branches; None: there is no bar.
GROUPS = [
    ("netlink handlers", r"kmod/nl(_\w+)?\.c", 85, 90),
    ("match and forward", r"kmod/(match|lookup|mask|range|rewrite|forward)\.c",
     85, 90),
    ("other files of the module", r"kmod/\w+\.c", 85, None),
    ("library", r"tools/lib/\w+\.c", 85, None),
    ("tool", r"tools/mcrtool/\w+\.c", 85, None),
    ("relay: workers", r"tools/mcrd/worker/\w+\.c", 85, None),
    ("relay: supervisor", r"tools/mcrd/\w+\.c", 85, None),
]

# Their failing side ends the process.
ASSERTIONS = re.compile(r"lockdep_assert|ASSERT_RTNL|WARN_ON|BUILD_BUG_ON|"
                        r"KAPI_ASSERT|rcu_dereference_protected|"
                        r"mcr_lookup_owned|mcr_lookup_stable")


class Count:
    """Lines and branches, all and reached."""

    def __init__(self):
        self.lines = [0, 0]
        self.branches = [0, 0]
        self.files = set()

    def add(self, path, line, source):
        """One line."""
        self.files.add(path)
        self.lines[0] += 1
        self.lines[1] += line["count"] > 0
        if ASSERTIONS.search(source):
            return
        for branch in line["branches"]:
            self.branches[0] += 1
            self.branches[1] += branch["count"] > 0


def percent(pair):
    """Reached of all, in percent."""
    return 100.0 * pair[1] / pair[0] if pair[0] else 100.0


def group_of(path):
    """The first group that a file is in."""
    for group in GROUPS:
        if re.fullmatch(group[1], path):
            return group[0]
    return None


def merge(known, line):
    """A line once more, as another object has it."""
    known["count"] += line["count"]
    if len(known["branches"]) == len(line["branches"]):
        for one, other in zip(known["branches"], line["branches"]):
            one["count"] += other["count"]
    elif len(known["branches"]) < len(line["branches"]):
        known["branches"] = line["branches"]


def read_reasons(path):
    """Beginnings of lines that are missed with a reason, by file."""
    reasons = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            where, mark, _ = line.partition(" # ")
            if mark and not line.startswith("#"):
                name, _, source = where.partition(": ")
                reasons.setdefault(name, []).append(source.strip())
    return reasons


def has_reason(reasons, path, line, source):
    """Is nothing missed of this line, or with a reason?"""
    if ASSERTIONS.search(source):
        return True
    if all(branch["count"] for branch in line["branches"]):
        return True
    return source.strip().startswith(tuple(reasons.get(path, [])))


def read(path):
    """Lines by file, in the tree, and by number."""
    files = {}
    with open(path, encoding="utf-8") as file:
        for text in file:
            document = json.loads(text)
            where = document["current_working_directory"]
            for entry in document["files"]:
                name = os.path.relpath(os.path.join(where, entry["file"]))
                lines = files.setdefault(name, {})
                for line in entry["lines"]:
                    known = lines.setdefault(line["line_number"], line)
                    if known is not line:
                        merge(known, line)
    return files


def look(path, lines, counts, missed, reasons):
    """Count one file, and write down what is missed in it.

    Return the lines that are missed without a reason.
    """
    group = group_of(path)
    unexplained = []
    if group is None:
        return unexplained
    barred = any(name == group and bar for name, _, _, bar in GROUPS)
    with open(path, encoding="utf-8") as file:
        sources = file.read().split("\n")
    own = Count()
    for line in (lines[n] for n in sorted(lines)):
        source = sources[line["line_number"] - 1]
        counts[group].add(path, line, source)
        own.add(path, line, source)
        if barred and not has_reason(reasons, path, line, source):
            unexplained.append("%s:%d: %s" % (path, line["line_number"],
                                              source.strip()))
        if not line["count"]:
            missed.append("%s:%d: %s" % (path, line["line_number"],
                                         source.strip()))
    missed.append("%s: %.1f %% of %d lines, %.1f %% of %d branches\n"
                  % (path, percent(own.lines), own.lines[0],
                     percent(own.branches), own.branches[0]))
    return unexplained


def verdict(value, bar, below):
    """A percentage beside its bar; what is below it is added to a list."""
    if bar is None:
        return "%6.1f      " % value
    if value < bar:
        below.append(value)
    return "%6.1f %s %d" % (value, ">=" if value >= bar else "< ", bar)


def main():
    """Print the table."""
    counts = {name: Count() for name, *_ in GROUPS}
    missed = []
    unexplained = []
    below = []
    reasons = read_reasons(sys.argv[3])
    for path, lines in sorted(read(sys.argv[1]).items()):
        unexplained += look(path, lines, counts, missed, reasons)
    missed += ["without a reason: " + line for line in unexplained]
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write("\n".join(missed) + "\n")
    total = Count()
    for name, _, lines, branches in GROUPS:
        count = counts[name]
        print("%-28s %5d lines %s %%, %5d branches %s %%"
              % (name, count.lines[0], verdict(percent(count.lines), lines, below),
                 count.branches[0],
                 verdict(percent(count.branches), branches, below)))
        for i in range(2):
            total.lines[i] += count.lines[i]
            total.branches[i] += count.branches[i]
    print("%-28s %5d lines %s %%, %5d branches %s %%"
          % ("all", total.lines[0], verdict(percent(total.lines), 85, below),
             total.branches[0], verdict(percent(total.branches), None, below)))
    print("missed without a reason: %d" % len(unexplained))
    print("".join("  %s\n" % line for line in unexplained[:20]), end="")
    return 1 if below or unexplained else 0


if __name__ == "__main__":
    sys.exit(main())

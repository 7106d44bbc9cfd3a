#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""The protocol's spec as tables of C, for nlgen.c.

usage: spec_table.py >spec_table.h
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../selftests/netlink"))

from spec import INTEGERS, Spec  # noqa: E402

ATTR = ("\t{ .type = %d, .kind = NLGEN_%s, .read_only = %s, .multi = %s,\n"
        "\t  .nested = %d, .lowest = %dULL, .highest = %dULL, .name = \"%s\" },")
OP = ("\t{ .cmd = %d, .admin = %s, .has_do = %s, .has_dump = %s,\n"
      "\t  .attrs = { 0x%xULL, 0x%xULL } },")


def limits(spec, attr):
    """What an attribute may hold: values, or bytes."""
    if attr.type in INTEGERS:
        return spec.limits(attr)
    return (spec.number(attr.checks.get("min-len", 0)),
            spec.number(attr.checks.get("max-len", 0)))


def boolean(value):
    """A truth value of C."""
    return "true" if value else "false"


def mask(spec, op, how):
    """The attributes of a request, as bits."""
    return sum(1 << spec.attr("mcr", name).value
               for name in op.attributes(how, "request"))


def main():
    """Print all of it."""
    spec = Spec()
    numbers = {name: i for i, name in enumerate(spec.sets)}
    print("/* Made by spec_table.py of mcr.yaml. */")
    for name, attrs in spec.sets.items():
        print("static const struct nlgen_attr nlgen_set_%d[] = {"
              % numbers[name])
        for attr in attrs.values():
            lowest, highest = limits(spec, attr)
            print(ATTR % (attr.value, attr.type.upper(),
                          boolean(attr.read_only), boolean(attr.multi),
                          numbers.get(attr.nested, 0), lowest, highest,
                          attr.name))
        print("};\n")
    print("static const struct nlgen_set nlgen_sets[] = {")
    for name, attrs in spec.sets.items():
        print("\t{ nlgen_set_%d, %d }, /* %s */"
              % (numbers[name], len(attrs), name))
    print("};\n\nstatic const struct nlgen_op nlgen_ops[] = {")
    for op in spec.ops.values():
        print(OP % (op.value, boolean("uns-admin-perm" in op.flags),
                    boolean(op.do), boolean(op.dump), mask(spec, op, "do"),
                    mask(spec, op, "dump")))
    print("};")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: GPL-2.0
"""A worker in the topology of rig.py, and what each of its tests looks at."""

import ctypes
import os
import struct
import time

import plan
import rig
from ktap import equal

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.join(HERE, "../../build")
HELPERS = os.environ.get("MCR_HELPERS", BUILD + "/selftests")
WORKER = os.environ.get("MCR_WORKER", BUILD + "/tools/mcrd-worker")

GROUP = {4: "239.1.1.1", 6: "ff1e::1:1"}
NEW = {4: "239.7.7.7", 6: "ff1e::7:7"}
SOURCE = {4: "10.0.0.1", 6: "2001:db8:a::1"}
NEW_SOURCE = {4: "198.51.100.7", 6: "2001:db8:f::7"}
LOOPS = {"io_uring": plan.LOOP_URING, "mmsg": plan.LOOP_MMSG,
         "sqpoll": plan.LOOP_SQPOLL}
SYS_IO_URING_SETUP = 425
OUTPUTS = 16
COUNT = 2000

class World:
    """The topology, made once."""

    topo = None


def start(loop, outputs, seccomp=None, **config):
    """A worker that knows in0 and some outputs."""
    if seccomp:
        config["setup"] = lambda: refuse_uring(seccomp)
    w = rig.Worker(WORKER, loop=loop, **config)
    w.device("in0")
    w.receive("in0")
    for i in range(1, outputs + 1):
        w.device("out%d" % i)
        w.transmit("out%d" % i)
    return w


def end(w):
    """A worker ends as it should."""
    status, text = w.stop()
    equal(status, 0, "exit status (%s)" % text)
    return text


def settled(w, number, outputs, offered=None, wait=rig.WAIT):
    """Counters, as soon as all that was offered is accounted for."""
    until = time.monotonic() + wait
    while True:
        rows = [w.output(number, i) for i in range(outputs)]
        if all(r[0][0] == r[0][1] + sum(r[1].values()) and
               (offered is None or r[0][0] == offered) for r in rows):
            return rows
        if time.monotonic() > until:
            raise AssertionError("offered is not sent and dropped: %r" % rows)
        time.sleep(0.02)


def all_sent(w, number, outputs, n):
    """Every output sent n packets, and dropped none."""
    equal([(r[0][0], r[0][1], r[1]) for r in settled(w, number, outputs, n)],
          [(n, n, {})] * outputs, "offered, sent, drops")
    equal(w.counted(number)[0], n, "packets of the rule")


def delivered(lines, count):
    """Each sink had each packet once, in order, and nothing else."""
    for line in lines:
        equal({k: line[k] for k in ("unique", "lost", "dup", "reordered",
                                    "wrong", "why", "end")},
              {"unique": count, "lost": 0, "dup": 0, "reordered": 0,
               "wrong": 0, "why": "", "end": True}, line["dev"])


def rewritten(family):
    """An output that changes all there is to be changed."""
    return plan.rewrite(group=NEW[family], dport=6000, sport=6001,
                        src=NEW_SOURCE[family], ttl=9, dscp=34)


def expect(dev, family, new):
    """Words for mcsink."""
    if not new:
        return ["dev", dev, "group", GROUP[family], "port", 5000, "sport",
                4000, "src", SOURCE[family], "ttl", 5, "dscp", 0]
    return ["dev", dev, "group", NEW[family], "port", 6000, "sport", 6001,
            "src", NEW_SOURCE[family], "ttl", 9, "dscp", 34]


def has_uring():
    """May processes here have an io_uring?"""
    libc = ctypes.CDLL(None, use_errno=True)
    fd = libc.syscall(SYS_IO_URING_SETUP, 1, ctypes.create_string_buffer(120))
    if fd >= 0:
        os.close(fd)
    return fd >= 0


def refuse_uring(error):
    """From here on io_uring_setup() fails with that, in this process."""
    insns = ((0x20, 0, 0, 0), (0x15, 0, 1, SYS_IO_URING_SETUP), (0x06, 0, 0,
             0x00050000 | error), (0x06, 0, 0, 0x7fff0000))
    code = b"".join(struct.pack("=HBBI", *i) for i in insns)
    buf = ctypes.create_string_buffer(code, len(code))
    prog = struct.pack("@HxxxxxxP", len(insns), ctypes.addressof(buf))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, prog, 0, 0):
        os._exit(99)

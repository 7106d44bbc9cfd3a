#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""How many rules there may be, how fast they come and go, and who pays."""

import contextlib
import os
import select
import socket
import struct
import subprocess
import sys
import time
from errno import ENOMEM, ENOSPC, errorcode

import bench
import ktap
from build import GROUP4, HOST4
from mcrnl import NLM_F_ACK, Client, Refused
from rules import Cases, dump, get, new, refused, rule, status

CASES = Cases()
SUITE = CASES.suite

MANY = 20000
# No machine should take as long as this for that many.
MANY_SECONDS = 120
MASKS_MAX = 64
SO_RCVBUFFORCE = 33
# Bytes in one datagram of requests.
BATCH = 30000


class Batch:
    """Many rules that differ in one number, sent in few datagrams."""

    def __init__(self, client, op="rule-new", **values):
        self.client = client
        attrs = dict(rule(**dict(values, group=b"\xef\xaa\xbb\xcc")))
        self.data = bytearray(client.build(
            op, {"rule": attrs, "output": [{"dev": "out0"}]}, 0x400))
        self.data += bytes(-len(self.data) % 4)
        self.at = self.data.index(b"\xaa\xbb\xcc")
        flags = struct.unpack_from("=H", self.data, 6)[0] & ~NLM_F_ACK
        struct.pack_into("=H", self.data, 6, flags)
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self.each = BATCH // len(self.data)
        self.part = self.data * self.each
        # What is entered to send, and left again.
        self.sending = contextlib.nullcontext()
        # Rules that were sent, and refused.
        self.sent = self.refused = 0

    def send(self, numbers):
        """Send them; errno and number of the first that is refused."""
        step = len(self.data)
        for begin in range(numbers.start, numbers.stop, self.each):
            end = min(begin + self.each, numbers.stop)
            for number in range(begin, end):
                at = step * (number - begin)
                struct.pack_into("=I", self.part, at + 8, 1 + number)
                struct.pack_into("!BH", self.part, at + self.at, number >> 16,
                                 number & 0xffff)
            data = memoryview(self.part)[:step * (end - begin)]
            with self.sending:
                self.client.send(data)
            self.sent += end - begin
            # Only refusals are answered, and they are there by now.
            if select.select([self.client.sock], [], [], 0)[0]:
                return self.refusal()
        return None

    def refusal(self):
        """(errno, number) of the refusal that came first."""
        message = self.client.recv()
        found = message.answer().error, message.seq - 1
        # Others of the datagram are refused, too.
        self.refused += 1 + len(self.client.pending)
        self.client.pending = []
        self.drain()
        return found

    def drain(self):
        """Read what is there."""
        self.client.sock.setblocking(False)
        try:
            while True:
                self.refused += len(self.client.recv_all())
        except BlockingIOError:
            pass
        finally:
            self.client.sock.settimeout(60)


def rules_of(client):
    """(rules, how many there may be)"""
    found = status(client)
    return found["rules"], found["rules-max"]


@CASES.case("%d rules come and go" % MANY)
def _(client):
    begin = time.monotonic()
    ktap.equal(Batch(client).send(range(MANY)), None, "refused")
    added = time.monotonic()
    ktap.equal(rules_of(client), (MANY, 1048576), "rules")
    client.do("rule-flush")
    ended = time.monotonic()
    ktap.equal(rules_of(client)[0], 0, "rules")
    print("# %d rules: added in %d ms, flushed in %d ms"
          % (MANY, (added - begin) * 1000, (ended - added) * 1000))
    ktap.true(ended - begin < MANY_SECONDS, "%d s" % (ended - begin))


@CASES.case("1000 port ranges of one group come and go")
def _(client):
    begin = time.monotonic()
    for port in range(1, 20001, 20):
        new(client, dport_min=port, dport_max=port + 15)
    added = time.monotonic()
    ktap.equal(rules_of(client)[0], 1000, "rules")
    client.do("rule-flush")
    print("# 1000 ranges: added in %d ms, flushed in %d ms"
          % ((added - begin) * 1000, (time.monotonic() - added) * 1000))
    ktap.true(time.monotonic() - begin < MANY_SECONDS, "too slow")


def mask(number):
    """The values of a rule of the mask of this number."""
    group_len, src_len = 32 - number % 20, number // 20
    group = int.from_bytes(GROUP4, "big") >> (32 - group_len)
    values = {"group": (group << (32 - group_len)).to_bytes(4, "big"),
              "group_len": group_len}
    if src_len:
        src = int.from_bytes(HOST4, "big") >> (32 - src_len)
        values.update(src=(src << (32 - src_len)).to_bytes(4, "big"),
                      src_len=src_len)
    return values


@CASES.case("64 masks on an ingress device, not one more")
def _(client):
    made = [new(client, **mask(n)) for n in range(MASKS_MAX)]
    before = client.raw_dump("rule-get")
    answer = refused(ENOSPC, new, client, **mask(MASKS_MAX))
    ktap.true("64 distinct masks" in answer.text, answer.text)
    ktap.equal(client.raw_dump("rule-get"), before, "rules")
    # The same mask with other values, and one port of it all the more not.
    new(client, **dict(mask(0), group=b"\xef\x09\x09\x09"))
    refused(ENOSPC, new, client, **dict(mask(0), dport_min=9))
    # Other devices have masks of their own, disabled rules have none.
    new(client, **dict(mask(MASKS_MAX), iif="in1"))
    off = new(client, disabled=1, **mask(MASKS_MAX))
    refused(ENOSPC, client.do, "rule-set",
            {"rule": {"id": off, "disabled": 0}})
    client.do("rule-del", {"rule": {"id": made[40]}})
    client.do("rule-set", {"rule": {"id": off, "disabled": 0}})
    ktap.equal(get(client, off)[0].get("disabled", 0), 0, "disabled")
    refused(ENOSPC, new, client, **mask(40))


USERNS_MAX = 4096


def in_user_namespace(func):
    """Run func as root of a user namespace and a network namespace of it."""
    bench.only_kernel("a daemon counts the rules of its own namespace")

    def inside():
        bench.own_user_namespace(bench.CLONE_NEWNET)
        bench.add_devices(["in0", "out0"])
        func()
    bench.in_child(inside)


def second_namespace(ready, go):
    """Another network namespace of the user namespace, filled and left."""
    os.close(ready[0])
    os.close(go[1])
    bench.unshare(bench.CLONE_NEWNET)
    bench.add_devices(["in0", "out0"])
    client = Client()
    found = Batch(client).send(range(USERNS_MAX))
    ktap.equal(found, (ENOSPC, USERNS_MAX - 1000), "refused")
    ktap.equal(rules_of(client), (USERNS_MAX - 1000, USERNS_MAX), "rules")
    os.write(ready[1], b"x")
    os.read(go[0], 1)


def fill_two():
    """4,096 rules in two network namespaces together."""
    client = Client()
    ktap.equal(rules_of(client), (0, USERNS_MAX), "rules")
    ktap.equal(Batch(client).send(range(1000)), None, "refused")
    ready, go = os.pipe(), os.pipe()
    child = bench.start_child(lambda: second_namespace(ready, go))
    os.close(ready[1])
    os.close(go[0])
    full = os.read(ready[0], 1)
    if full:
        answer = refused(ENOSPC, new, client, outputs=[{"dev": "out0"}])
        ktap.true("4096 rules" in answer.text, answer.text)
        # What is deleted makes room, for one rule each.
        first = dump(client, filter={"group": b"\xef\0\0\0"})[0][0]["id"]
        client.do("rule-del", {"rule": {"id": first}})
        new(client, outputs=[{"dev": "out0"}])
        refused(ENOSPC, new, client, group=b"\xef\7\7\7")
        ktap.equal(rules_of(client)[0], 1000, "rules")
    os.close(go[1])
    bench.end_child(child)
    ktap.true(full, "the other namespace did not fill up")
    # The namespace that ended gives back what it had, in its own time.
    end = time.monotonic() + 60
    while True:
        try:
            new(client, group=b"\xef\7\7\7", outputs=[{"dev": "out0"}])
            break
        except Refused:
            ktap.true(time.monotonic() < end, "nothing is given back")
            time.sleep(0.05)
    ktap.equal(Batch(client, iif="in0", dport_min=9).send(range(3095)), None,
               "refused")
    ktap.equal(Batch(client, iif="in0", dport_min=10).send(range(1)),
               (ENOSPC, 0), "refused")
    client.do("rule-flush")
    ktap.equal(Batch(client).send(range(USERNS_MAX + 1)),
               (ENOSPC, USERNS_MAX), "refused")


SUITE.add("a user namespace has 4096 rules in all its network namespaces",
          lambda: in_user_namespace(fill_two))


@CASES.case("other user namespaces, and the initial one, have their own count")
def _(client):
    bench.only_kernel("a daemon counts the rules of its own namespace")
    ktap.equal(Batch(client).send(range(USERNS_MAX + 10)), None, "refused")
    ktap.equal(rules_of(client), (USERNS_MAX + 10, 1048576), "rules")

    def own():
        ktap.equal(Batch(Client()).send(range(10)), None, "refused")
    in_user_namespace(own)
    client.do("rule-flush")


class Cgroup:
    """A cgroup with little memory, of version 2 or 1."""

    LIMIT = 4 << 20

    def __init__(self):
        self.mounted = "/tmp/mcr-cgroup-%d" % os.getpid()
        os.mkdir(self.mounted)
        self.dir = None
        # cgroup.procs of it, and of where this process is otherwise.
        self.inside = self.outside = None
        v2, v1 = ("cgroup2", ""), ("cgroup", "memory")
        for kind, option in (v2, v1):
            # As /proc/self/cgroup has it.
            self.controllers = option
            if self.mount(kind, option):
                self.open()
                return
        os.rmdir(self.mounted)
        raise ktap.Skip("no memory cgroup")

    def mount(self, kind, option):
        """Mount and make the group; is there a memory controller?"""
        words = ["mount", "-t", kind] + (["-o", option] if option else [])
        if subprocess.run(words + ["none", self.mounted], check=False,
                          stderr=subprocess.DEVNULL).returncode:
            return False
        self.dir = os.path.join(self.mounted, "mcr-%d" % os.getpid())
        try:
            if kind == "cgroup2":
                self.write(self.mounted, "cgroup.subtree_control", "+memory")
            os.mkdir(self.dir)
            self.write(self.dir, "memory.max" if kind == "cgroup2" else
                       "memory.limit_in_bytes", str(self.LIMIT))
            return True
        except OSError:
            if os.path.isdir(self.dir):
                os.rmdir(self.dir)
            subprocess.run(["umount", self.mounted], check=True)
            return False

    def open(self):
        """Ready to enter and leave without another piece of memory."""
        with open("/proc/self/cgroup", encoding="utf-8") as file:
            for line in file.read().split():
                _, kinds, path = line.split(":", 2)
                if self.controllers in kinds.split(","):
                    before = self.mounted + path
        self.inside, self.outside = (
            os.open(os.path.join(where, "cgroup.procs"), os.O_WRONLY)
            for where in (self.dir, before))

    @staticmethod
    def write(where, name, text):
        """Write a file of a cgroup."""
        with open(os.path.join(where, name), "w", encoding="utf-8") as file:
            file.write(text)

    def __enter__(self):
        os.write(self.inside, b"0")

    def __exit__(self, *_):
        os.write(self.outside, b"0")

    def remove(self):
        """Undo it all; what is charged to it is freed soon."""
        os.close(self.inside)
        os.close(self.outside)
        end = time.monotonic() + 60
        while True:
            try:
                os.rmdir(self.dir)
                break
            except OSError:
                ktap.true(time.monotonic() < end, "the cgroup stays")
                time.sleep(0.05)
        subprocess.run(["umount", self.mounted], check=True)
        os.rmdir(self.mounted)


def out_of_memory(client, group):
    """Add rules until the cgroup is full; nobody is killed for it."""
    batch = Batch(client)
    # Room for all refusals of a datagram.
    client.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 22)
    # In it for the system call alone: any page that this process itself needed
    # there would be one too many, and it would be killed for that.
    batch.sending = group
    found = batch.send(range(200000))
    ktap.true(found is not None, "200,000 rules in %d bytes" % group.LIMIT)
    ktap.equal(errorcode[found[0]], errorcode[ENOMEM], "errno")
    ktap.true(found[1] > 100, "only %d rules" % found[1])
    print("# %d rules in %d MiB" % (found[1], group.LIMIT >> 20), flush=True)
    # Smaller things may still have had memory.
    ktap.true(batch.refused > 0, "nothing refused")
    ktap.equal(rules_of(client)[0], batch.sent - batch.refused, "rules")


@CASES.case("rules count against the cgroup's memory, and the machine goes on")
def _(client):
    bench.only_kernel("the memory is the daemon's")
    group = Cgroup()
    try:
        out_of_memory(client, group)
    finally:
        client.do("rule-flush")
        group.remove()
    ktap.equal(rules_of(client)[0], 0, "rules")
    new(client, iif="in1")


def main():
    """Run the cases; an argument selects them by a part of their name."""
    status_ = bench.enter()
    if status_ is not None:
        return status_
    return SUITE.run(only=sys.argv[1] if len(sys.argv) > 1 else None)


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: GPL-2.0
"""A transaction, for tests of them; and rules under traffic."""

import fcntl
import socket
import struct
import time

import bench
import ktap
from build import GROUP4
from mcrnl import NLM_F_ECHO, NLM_F_REQUEST
from rules import NEW, get, group4, rule

IDLE = "/sys/module/mcr/parameters/txn_idle_ms"

SIOCGIFFLAGS = 0x8913
IFF_RUNNING = 0x40

# Time for what must happen, not a measure of anything.
PATIENCE = 60


class Txn:
    """An open transaction of a client's."""

    def __init__(self, client):
        self.client = client
        reply = client.do("txn-begin")[0]
        self.number = reply["txn"]
        self.base = reply["generation"]

    def do(self, op, attrs=None, flags=0):
        """Stage a command; its replies as values."""
        return self.client.do(op, dict(attrs or {}, txn=self.number), flags)

    def new(self, flags=NEW, outputs=None, **values):
        """Stage a rule; the id it is going to have."""
        outputs = outputs or [{"dev": "out0"}]
        return self.do("rule-new", {"rule": rule(**values), "output": outputs},
                       flags | NLM_F_ECHO)[0]["rule"]["id"]

    def delete(self, ref):
        """Stage that a rule is deleted."""
        self.do("rule-del", {"rule": by(ref)})

    def disable(self, ref, disabled=1):
        """Stage that a rule is disabled."""
        self.do("rule-set", {"rule": dict(by(ref), disabled=disabled)})

    def output(self, what, ref, **values):
        """Stage that an output is added ("add") or taken out ("del")."""
        self.do("output-" + what, {"rule": by(ref), "output": [values]})

    def flush(self, **attrs):
        """Stage that rules are deleted; how many."""
        return self.do("rule-flush", attrs)[0]["count"]

    def many(self, iif, numbers, flags=NEW, dev="out0"):
        """Stage a rule for each group4(), quickly: only refusals answer."""
        data = self.client.build("rule-new", {
            "rule": {"iif": iif, "group": GROUP4}, "output": [{"dev": dev}],
            "txn": self.number}, flags)
        data = bytearray(data + b"\0" * (-len(data) % 4))
        data[6:8] = struct.pack("=H", NLM_F_REQUEST | flags)
        at = data.index(GROUP4)
        head, tail = bytes(data[:at]), bytes(data[at + 4:])
        numbers = list(numbers)
        for first in range(0, len(numbers), 500):
            self.client.send(b"".join(head + group4(n) + tail
                                      for n in numbers[first:first + 500]))
        # A refusal of one of them would come before the answer to this.
        ktap.equal(self.flush(filter={"name": "nobody"}), 0, "flushed")

    def commit(self):
        """Put it in force."""
        ktap.equal(self.do("txn-commit"), [], "replies")

    def abort(self):
        """Forget it."""
        ktap.equal(self.do("txn-abort"), [], "replies")


def by(ref):
    """A rule by its id or name."""
    return {"id" if isinstance(ref, int) else "name": ref}


def wait_for(condition, what):
    """Wait until a condition holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        ktap.true(time.monotonic() < end, "not in %d s: %s" % (PATIENCE, what))
        time.sleep(0.01)


class Idle:
    """Transactions that are left alone end sooner, inside "with"."""

    def __init__(self, milliseconds):
        bench.only_kernel("the daemon's time is not to be set")
        self.milliseconds = milliseconds
        self.before = None

    def __enter__(self):
        with open(IDLE, encoding="ascii") as file:
            self.before = file.read()
        self._set(str(self.milliseconds))

    def __exit__(self, *_):
        self._set(self.before)

    @staticmethod
    def _set(text):
        with open(IDLE, "w", encoding="ascii") as file:
            file.write(text)


def make_wire():
    """Have a pair of devices: what is sent out of tx0 comes in on in9.

    They stay from one case to the next.
    """
    if "in9" not in [name for _, name in socket.if_nameindex()]:
        bench.ip("link", "add", "tx0", "type", "veth", "peer", "name", "in9")
        for name in ("tx0", "in9"):
            bench.ip("link", "set", name, "up")
    wait_for(lambda: _runs("tx0") and _runs("in9"), "the wire is up")


def _runs(name):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        answer = fcntl.ioctl(sock, SIOCGIFFLAGS,
                             struct.pack("16sH22x", name.encode(), 0))
    return struct.unpack_from("H", answer, 16)[0] & IFF_RUNNING


def send(group, dport, count, device="tx0"):
    """Send UDP packets out of a device."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((device, 0))
    mac = bytes([1, 0, 0x5e, group[1] & 0x7f, group[2], group[3]])
    frame = mac + bytes.fromhex("020000000001") + b"\x08\0" + _ip(group, dport)
    for _ in range(count):
        sock.send(frame)
    sock.close()


def _ip(group, dport):
    udp = struct.pack(">HHHH", 1000, dport, 12, 0) + b"test"
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 9, 17, 0,
                       bytes([10, 0, 0, 1]), group)
    return head[:10] + struct.pack(">H", _checksum(head)) + head[12:] + udp


def _checksum(data):
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def packets(client, ref):
    """Packets a rule has matched."""
    return get(client, ref)[0].get("packets", 0)


def offered(client, ref):
    """Packets that were offered to each of a rule's outputs, and are accounted for."""
    return [output.get("offered", 0) for output in get(client, ref)[1]]

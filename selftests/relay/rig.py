# SPDX-License-Identifier: GPL-2.0
"""A worker without its supervisor: namespaces, sockets, frames, counters.

    NS[src]            NS[mcr]                         NS[snk]
   +---------+        +----------------------+        +---------+
   |     s0 -|--------|- in0           out1 -|--------|- k1     |
   |         |        |     worker     ...   |        |  ...    |
   +---------+        +----------------------+        +---------+
"""

import ctypes
import json
import mmap
import os
import signal
import socket
import struct
import subprocess
import time

import plan

SOL_PACKET = 263
PACKET_AUXDATA, PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING = 8, 15, 23
SO_SNDBUFFORCE, SO_RCVBUFFORCE, SO_TIMESTAMPNS = 32, 33, 35
ETH_P_ALL = 3
IFF_UP, IFF_LOOPBACK, IFF_LOWER_UP = 1, 8, 0x10000
WAIT = 20

_libc = ctypes.CDLL(None, use_errno=True)


def run(*words):
    """A command that has to succeed; its output."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError("%s: %s" % (" ".join(words),
                                         done.stdout + done.stderr))
    return done.stdout


class Topology:
    """Namespaces of one's own, with devices between them; see above."""

    def __init__(self, outputs, mtu=1500):
        self.ns = {r: "wrk-%d-%s" % (os.getpid(), r)
                   for r in ("src", "mcr", "snk")}
        self.outputs = outputs
        for name in self.ns.values():
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
            # What nobody has sent is counted, too.
            run("ip", "netns", "exec", name, "sysctl", "-qw",
                "net.ipv6.conf.default.router_solicitations=0")
        self._pair("src", "s0", "mcr", "in0", mtu)
        run("ip", "-n", self.ns["src"], "addr", "add", "10.0.0.1/24", "dev",
            "s0")
        run("ip", "-n", self.ns["src"], "addr", "add", "2001:db8:a::1/64",
            "dev", "s0", "nodad")
        for i in range(1, outputs + 1):
            self._pair("mcr", "out%d" % i, "snk", "k%d" % i, mtu)
        self._settle()

    def _pair(self, a, dev, b, peer, mtu):
        run("ip", "-n", self.ns[a], "link", "add", dev, "mtu", str(mtu),
            "type", "veth", "peer", "name", peer, "mtu", str(mtu), "netns",
            self.ns[b])
        run("ip", "-n", self.ns[a], "link", "set", dev, "up")
        run("ip", "-n", self.ns[b], "link", "set", peer, "up")

    def _settle(self):
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            links = []
            for name in self.ns.values():
                links += json.loads(run("ip", "-n", name, "-j", "link", "show",
                                        "type", "veth"))
            if all(l["operstate"] == "UP" for l in links):
                return
            time.sleep(0.02)
        raise AssertionError("devices do not come up")

    def ethtool(self, role, dev, *words):
        """Set features of a device."""
        run("ip", "netns", "exec", self.ns[role], "ethtool", "-K", dev, *words)

    def enter(self, role):
        """This process is in that namespace from now on."""
        with open("/run/netns/" + self.ns[role], encoding="ascii") as f:
            if _libc.setns(f.fileno(), 0):
                raise OSError(ctypes.get_errno(), "setns")

    def close(self):
        """Take it down."""
        for name in self.ns.values():
            subprocess.run(("ip", "netns", "del", name), check=False)


def link(name):
    """What rtnetlink says of a device in this process's namespace."""
    found = json.loads(run("ip", "-j", "-d", "addr", "show", "dev", name))
    return [l for l in found if l][0]


class Worker:
    """A worker, told by us what to do."""

    def __init__(self, program, loop=plan.LOOP_AUTO, hello=True, setup=None,
                 **config):
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock = ours
        self.arena = os.memfd_create("arena")
        os.ftruncate(self.arena, 2 * plan.STRIDE)
        self.mem = mmap.mmap(self.arena, 2 * plan.STRIDE,
                             flags=mmap.MAP_SHARED | 0x4000)
        # Before that it counts of itself.
        self.used = 2048
        self.cookie = 0
        self.names = {}
        self.fds = []
        self.rules = {}
        self.told = []
        self.log, log = os.pipe()
        self.proc = subprocess.Popen(
            (program,), preexec_fn=lambda: self._prepare(its.fileno(), setup),
            close_fds=False, stderr=log)
        its.close()
        self.config = dict(worker=0, workers=1, loop=loop, level=7,
                           buffers=1024, buffer_bytes=0, wait_us=100, vnet=1,
                           gso=1, stats=64)
        self.config.update(config)
        body = plan.Config(**self.config)
        socket.send_fds(ours, [plan.frame(plan.CONFIG, body, 2)],
                        [self.arena, log])
        os.close(log)
        self.loop = self.why = None
        if hello:
            kind, body = self.read()
            assert kind == plan.HELLO, "no hello, but %s" % kind
            _, self.loop = struct.unpack_from("=II", body)
            self.why = body[8:].split(b"\0")[0].decode()

    @staticmethod
    def _prepare(stream, setup):
        if stream != 3:
            os.dup2(stream, 3)
        os.set_inheritable(3, True)
        os.closerange(4, 1024)
        if setup:
            setup()

    # --- Frames.

    def send(self, kind, body=b"", fds=()):
        """Send a frame."""
        data = plan.frame(kind, body, len(fds))
        if fds:
            socket.send_fds(self.sock, [data], list(fds))
        else:
            self.sock.sendall(data)

    def read(self):
        """The next frame: its type and its body."""
        self.sock.settimeout(WAIT)
        head = self._exactly(8)
        length, kind, _ = struct.unpack("=IHH", head)
        return kind, self._exactly(length - 8)

    def _exactly(self, n):
        data = b""
        while len(data) < n:
            more = self.sock.recv(n - len(data))
            if not more:
                raise AssertionError("the worker is gone: %s" % self.said())
            data += more
        return data

    def sync(self):
        """Put all in force, and wait until it is."""
        self.cookie += 1
        self.send(plan.SYNC, struct.pack("=Q", self.cookie))
        while True:
            kind, body = self.read()
            if kind == plan.DONE:
                assert struct.unpack("=Q", body)[0] == self.cookie
                return
            self._take(kind, body)

    def _take(self, kind, body):
        assert kind == plan.FIRST_DROP, "frame %d" % kind
        rule, output, reason = struct.unpack("=III", body)
        self.told.append((rule, output,
                          plan.DROPS[reason - plan.DROP_FIRST]))

    # --- What it knows.

    def place(self, size):
        """Room for counters; an offset that is the same in all sections."""
        at = self.used
        self.used += -size % 64 + size
        return at

    def device(self, name, **changes):
        """Tell of a device of this process's namespace."""
        seen = link(name)
        flags = seen["flags"]
        dev = plan.Dev(ifindex=seen["ifindex"], mtu=seen["mtu"], type=1,
                       name=name.encode())
        dev.flags = ("UP" in flags) * IFF_UP | \
            ("LOWER_UP" in flags) * IFF_LOWER_UP
        dev.mac[:] = bytes.fromhex(seen["address"].replace(":", ""))
        for key, value in changes.items():
            if key == "saddr":
                value = plan.addr(value)[0]
            if key == "saddr6":
                dev.n_saddr6 = len(value)
                for i, text in enumerate(value):
                    dev.saddr6[i] = plan.addr(text)
            else:
                setattr(dev, key, value)
        self.names[name] = seen["ifindex"]
        self.send(plan.DEV, dev)

    def _packet_socket(self, name, proto):
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        s.setsockopt(SOL_PACKET, PACKET_VNET_HDR, self.config["vnet"])
        if proto:
            s.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
            s.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
            s.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20)
        else:
            s.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 16 << 20)
        s.bind((name, proto))
        return s

    def receive(self, name):
        """Have it receive from a device."""
        rx = plan.Rx(ifindex=self.names[name], name=name.encode(),
                     counters=self.place(plan.SIZE_COUNTERS),
                     unmatched=self.place(plan.SIZE_UNMATCHED))
        self.ingress = rx.counters
        with self._packet_socket(name, ETH_P_ALL) as s:
            s.setblocking(False)
            self.send(plan.RX_OPEN, rx, [s.fileno()])

    def transmit(self, name, sndbuf=None):
        """Let it send to a device."""
        tx = plan.Tx(ifindex=self.names[name], name=name.encode())
        with self._packet_socket(name, 0) as s:
            if sndbuf:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, sndbuf)
            self.send(plan.TX_OPEN, tx, [s.fileno()])

    def rule(self, number, iif, match, outputs, latency=0, carry=0, since=0):
        """A rule; outputs are pairs of a device and a rewrite."""
        old = self.rules.get(number, {"outputs": []})
        rule = plan.Rule(id=number, n=len(outputs), iif=iif.encode(),
                         match=match, latency=latency, carry=carry,
                         since=since,
                         counters=old.get("counters") or
                         self.place(plan.SIZE_COUNTERS))
        body = bytes(rule)
        places = []
        for i, (dev, rewrite) in enumerate(outputs):
            kept = old["outputs"][i:i + 1]
            places += kept or [(self.place(plan.SIZE_COUNTERS),
                                self.place(plan.SIZE_DROPS))]
            out = plan.Output(id=i + 1, dev=dev.encode(), rewrite=rewrite)
            out.counters, out.drops = places[i]
            body += bytes(out)
        self.rules[number] = {"counters": rule.counters, "outputs": places}
        self.send(plan.RULE, body)

    def rule_gone(self, number):
        """There is no such rule any more."""
        self.send(plan.RULE_GONE, struct.pack("=I", number))

    # --- What it counted.

    def _words(self, at, n):
        return struct.unpack_from("=%dQ" % n, self.mem, at)

    def counted(self, number):
        """(packets, bytes) of a rule."""
        return self._words(self.rules[number]["counters"], 2)

    def output(self, number, i):
        """(offered, sent, bytes) and drops by reason of an output."""
        at, drops = self.rules[number]["outputs"][i]
        n = self._words(plan.STRIDE + drops, len(plan.DROPS))
        return self._words(at, 3), {k: v for k, v in zip(plan.DROPS, n) if v}

    def seen(self):
        """(seen, not matched, malformed) on the device it receives from."""
        return self._words(self.ingress, 3)

    def said(self):
        """What it logged."""
        os.set_blocking(self.log, False)
        try:
            return os.read(self.log, 1 << 20).decode()
        except BlockingIOError:
            return ""

    # --- Its end.

    def stop(self):
        """Have it end; its exit status."""
        if self.proc.poll() is None:
            try:
                self.send(plan.STOP)
            except OSError:
                pass
        try:
            status = self.proc.wait(WAIT)
        except subprocess.TimeoutExpired:
            self.proc.send_signal(signal.SIGKILL)
            status = self.proc.wait()
        text = self.said()
        self.sock.close()
        self.mem.close()
        os.close(self.arena)
        os.close(self.log)
        return status, text


class Sink:
    """mcsink in NS[snk]."""

    def __init__(self, helpers, topo, *words, end=True):
        self.proc = subprocess.Popen(
            (helpers + "/mcsink", "--netns", topo.ns["snk"], "--ready", "1",
             "--timeout", str(WAIT)) + (("--until-end",) if end else ()) +
            tuple(str(w) for w in words), stdout=subprocess.PIPE, text=True)
        assert self.proc.stdout.readline() == "ready\n", "mcsink is not ready"

    def lines(self):
        """What came, for each device."""
        out, _ = self.proc.communicate()
        return [json.loads(l) for l in out.splitlines()]


def send(helpers, topo, *words):
    """mcsend in NS[src]."""
    out = run(helpers + "/mcsend", "--netns", topo.ns["src"], "--dev", "s0",
              *(str(w) for w in words))
    return json.loads(out)

# SPDX-License-Identifier: GPL-2.0
"""Ways from one device to many: the relay, and its peers. Each is set up by
entering it, and gone when it is left; .pids are its processes.
"""

import json
import os
import shutil
import subprocess
import tempfile
import time

from topo import BUILD, ROOT, WAIT

GROUP, PORT, NEW = "239.1.1.1", 5000, "239.2.2.2"
TOOLS = os.path.join(ROOT, "build/tools")


class Path:
    """A way; n of the topology's outputs are used."""

    # The most outputs that it can have.
    limit = 256

    def __init__(self, topo, n, rewrite="none", mac="own", **more):
        self.topo, self.n = topo, n
        self.rewrite, self.mac, self.more = rewrite, mac, more
        self.outputs = topo.outputs[:n]
        self.procs = []
        self.pids = []

    def __enter__(self):
        try:
            self.begin()
        except Exception:
            self.__exit__()
            raise
        return self

    def __exit__(self, *what):
        self.end()
        for proc in self.procs:
            self.topo.stop(proc)
        self.procs = []

    def start(self, *words, **how):
        """A process that forwards."""
        proc = self.topo.start("mcr", *words, **how)
        self.procs.append(proc)
        self.pids.append(proc.pid)
        return proc

    def begin(self):
        """Have it forward."""
        raise NotImplementedError

    def end(self):
        """Undo what is no process."""


def children(pid):
    """Process ids."""
    with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as f:
        return [int(word) for word in f.read().split()]


class Relay(Path):
    """mcrd, one worker for each processor that forwards."""

    def begin(self):
        self.dir = tempfile.mkdtemp(prefix="mcr-bench-")
        os.chmod(self.dir, 0o755)
        self.env = {"MCR_RUN_DIR": self.dir}
        with open(self.dir + "/log", "w", encoding="utf-8") as log:
            self.daemon = subprocess.Popen(
                self.topo.inside("mcr", self.more.get("mcrd", TOOLS + "/mcrd"),
                                 "--workers", str(self.topo.cores),
                                 "--no-state",
                                 *self.more.get("options", ())),
                stderr=log, stdout=log, env=dict(os.environ, **self.env))
        until = time.monotonic() + WAIT
        while self.tool("status", check=False).returncode:
            if time.monotonic() > until:
                raise RuntimeError("mcrd is not ready")
            time.sleep(0.05)
        words = ["rule", "add", "name", "bench", "iif", self.topo.dev,
                 "group", GROUP, "dport", str(PORT),
                 self.more.get("mode", "pass"), "join", "none",
                 "latency", self.more.get("latency", "auto")]
        for name in self.outputs:
            words += ["to", name, "mac",
                      "keep" if self.mac == "keep" else "auto"]
            if self.rewrite == "all":
                words += ["group", NEW, "dport", "6000", "src", "10.9.9.9",
                          "ttl", "7"]
        self.tool(*words)
        self.pids = [self.daemon.pid] + children(self.daemon.pid)

    def tool(self, *words, check=True, text=""):
        """What mcrtool says, to the daemon."""
        done = subprocess.run(
            self.topo.inside("mcr", TOOLS + "/mcrtool", *words),
            env=dict(os.environ, **self.env), capture_output=True, text=True,
            input=text, check=False)
        if check and done.returncode:
            raise RuntimeError("mcrtool: " + done.stderr)
        return done

    def status(self):
        """The daemon's status, and the rule's counters."""
        return (json.loads(self.tool("-j", "status").stdout),
                json.loads(self.tool("-j", "rule", "list").stdout))

    def resident_kb(self):
        """Of the workers, each."""
        found = []
        for pid in self.pids[1:]:
            with open("/proc/%d/status" % pid, encoding="ascii") as f:
                found += [int(line.split()[1]) for line in f
                          if line.startswith("VmRSS")]
        return found

    def end(self):
        if getattr(self, "daemon", None):
            self.daemon.terminate()
            self.daemon.wait()
        shutil.rmtree(getattr(self, "dir", "/nonexistent"),
                      ignore_errors=True)


class Peer(Path):
    """Programs of our own: peers/peer.c."""

    kind = None

    def begin(self):
        self.start(BUILD + "/bench-peer", self.kind, self.topo.dev,
                   *self.outputs)


class Mmsg(Peer):
    """recvmmsg() and sendmmsg()."""
    kind = "mmsg"


class PerPacket(Peer):
    """The imitation of the Rust relay."""
    kind = "per-packet"


class UringPerPacket(Peer):
    """io_uring on packet sockets."""
    kind = "uring-per-packet"


class Xdp(Path):
    """XDP in the driver, broadcast by a map of devices."""

    limit = 64

    def begin(self):
        self._sinks("on")
        self.start(BUILD + "/bench-xdp", BUILD + "/xdp.bpf.o", self.topo.dev,
                   *self.outputs)

    # What is redirected to a veth needs NAPI at the other end.
    def _sinks(self, state):
        self.topo.enter("snk", "sh", "-c", "; ".join(
            "ethtool -K k%d gro %s" % (i, state)
            for i in range(1, self.n + 1)))

    def end(self):
        self._sinks("off")


class Mirred(Path):
    """tc: copies by mirred, the last one is the packet itself."""

    limit = 32

    def begin(self):
        dev, last = self.topo.dev, len(self.outputs) - 1
        self.topo.enter("mcr", "tc", "qdisc", "add", "dev", dev, "clsact")
        words = ["tc", "filter", "add", "dev", dev, "ingress", "protocol",
                 "ip", "u32", "match", "ip", "dst", GROUP]
        for i, name in enumerate(self.outputs):
            words += ["action", "mirred", "egress",
                      "redirect" if i == last else "mirror", "dev", name]
            if i != last:
                words += ["pipe"]
        self.topo.enter("mcr", *words)

    def end(self):
        self.topo.enter("mcr", "sh", "-c",
                        "tc qdisc del dev %s clsact || :" % self.topo.dev)


class Nft(Path):
    """nftables: dup at the ingress hook, the last one is the packet itself."""

    def begin(self):
        words = ["dup to %s" % name for name in self.outputs[:-1]]
        words.append("fwd to %s" % self.outputs[-1])
        # An expression list has an end: what is too long goes on in a rule.
        lines = ["ip daddr %s %s" % (GROUP, " ".join(words[i:i + 8]))
                 for i in range(0, len(words), 8)]
        text = "table netdev bench {\nchain in {\ntype filter hook ingress " \
            "device %s priority 0;\n%s\n}\n}\n" % (
                self.topo.dev, "\n".join(lines))
        self.topo.enter("mcr", "nft", text)

    def end(self):
        self.topo.enter("mcr", "sh", "-c", "nft delete table netdev bench "
                        "2>/dev/null || :")


class Ipmr(Path):
    """The kernel's multicast routing, one static route."""

    limit = 31

    def begin(self):
        self.topo.enter("mcr", "sysctl", "-qw", "net.ipv4.ip_forward=1")
        self.start("python3", os.path.join(ROOT, "selftests/mroute.py"),
                   "10.0.0.1", GROUP, self.topo.dev, *self.outputs)


class Socat(Path):
    """socat, one for each output; each receives a copy."""

    def begin(self):
        for name in self.outputs:
            self.start("socat", "-b9216", "-u",
                       "UDP4-RECV:%d,bind=%s,ip-add-membership=%s:%s,"
                       "reuseaddr,rcvbuf-late=33554432" % (
                           PORT, GROUP, GROUP, self.topo.dev),
                       "UDP4-DATAGRAM:%s:%d,ip-multicast-loop=0,"
                       "so-bindtodevice=%s" % (NEW, PORT, name), ready=False)
        time.sleep(0.5)


PATHS = {
    "mcr": Relay, "per-packet": PerPacket, "nft-dup": Nft,
    "tc-mirred": Mirred, "xdp": Xdp, "ipmr": Ipmr, "socat": Socat,
    "mmsg": Mmsg, "uring-per-packet": UringPerPacket,
}

# SPDX-License-Identifier: GPL-2.0
"""Where the relay is measured: namespaces of our own, and who runs where.

    NS[src]            NS[mcr]                         NS[snk]
   +---------+        +----------------------+        +---------+
   |     s0 -|--------|- in0           out1 -|--------|- k1     |
   |  blast  |        |    what forwards ... |        |  sink   |
   +---------+        +----------------------+        +---------+

The generator has processor 0. Receiving (the NAPI thread of in0), forwarding,
sending and counting, which is done in the softirq of who sends, share processor
1, or both where two are measured.

On a machine that others use, too (shared), all of them have real-time priority:
measurements have to be shorter than the kernel lets that go on, and what comes of
it tells whether something got better, and is no result.
"""

import json
import os
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "../../.."))
BUILD = os.path.join(ROOT, "build/bench")
GENERATOR, FORWARDER = 0, 1
# Of processes, where others use the machine as well.
PRIORITY = 5
# Where they do not: what any machine does now and then is to wait, not to stop what is
# measured for longer than a device's ring lasts.
NICE = -20
WAIT = 10


def run(*words, check=True):
    """A command's output; it has to succeed."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise RuntimeError("%s: %s" % (" ".join(words),
                                       done.stdout + done.stderr))
    return done.stdout


def batch(ns, lines):
    """Commands of ip in a namespace, in one go."""
    done = subprocess.run(("ip", "-n", ns, "-batch", "-"),
                          input="\n".join(lines) + "\n",
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError("ip: " + done.stderr)


def cpu_ns(pid):
    """Processor time that a process's threads had so far."""
    total = 0
    try:
        for task in os.listdir("/proc/%d/task" % pid):
            with open("/proc/%d/task/%s/schedstat" % (pid, task),
                      encoding="ascii") as f:
                total += int(f.read().split()[0])
    except FileNotFoundError:
        pass
    return total


def threads_called(prefix):
    """Process ids of kernel threads."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/comm" % pid, encoding="ascii") as f:
                if f.read().startswith(prefix):
                    found.append(int(pid))
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


class Topology:
    """The namespaces, the sinks and the generator."""

    def __init__(self, outputs, cores=1, mtu=1500, shared=False):
        self.pid = os.getpid()
        self.ns = {r: "bench-%d-%s" % (self.pid, r)
                   for r in ("src", "mcr", "snk")}
        # A NAPI thread is called after its device, in all namespaces alike.
        self.dev = "i%d" % self.pid
        self.outputs = ["out%d" % i for i in range(1, outputs + 1)]
        self.cores = cores
        self.mtu = mtu
        self.shared = shared
        self.number = 0
        self.sink = None
        # Who reads late sees what came out meanwhile.
        if shared:
            os.sched_setscheduler(0, os.SCHED_FIFO,
                                  os.sched_param(PRIORITY))
        else:
            os.setpriority(os.PRIO_PROCESS, 0, NICE)
        self.procs = []
        for name in self.ns.values():
            run("ip", "netns", "add", name)
        try:
            self._links()
            self._settle()
            self._threads()
            self._sink()
        except Exception:
            self.close()
            raise

    def _links(self):
        mcr, snk = self.ns["mcr"], self.ns["snk"]
        batch(self.ns["src"], [
            "link set lo up",
            "link add s0 mtu %d type veth peer name %s mtu %d netns %s" % (
                self.mtu, self.dev, self.mtu, mcr),
            "link set s0 up"])
        lines = ["link set lo up", "link set %s up" % self.dev,
                 "addr add 10.0.0.2/24 dev %s" % self.dev]
        for i, name in enumerate(self.outputs, 1):
            lines += ["link add %s mtu %d type veth peer name k%d mtu %d "
                      "netns %s" % (name, self.mtu, i, self.mtu, snk),
                      "addr add 10.%d.%d.1/24 dev %s" % (
                          1 + i // 256, i % 256, name),
                      "link set %s up" % name,
                      # With it, the kernel keeps what it finds for UDP.
                      "route add 239.0.0.0/8 dev %s metric %d" % (name, i)]
        batch(mcr, lines)
        batch(snk, ["link set k%d up" % i
                    for i in range(1, len(self.outputs) + 1)])
        for role in ("src", "mcr", "snk"):
            for key in ("all", "default"):
                self.enter(role, "sysctl", "-qw",
                           "net.ipv6.conf.%s.disable_ipv6=1" % key)
        # A device with TSO hands packets over past NAPI unless GRO forwards.
        self.enter("src", "ethtool", "-K", "s0", "tx-udp-segmentation", "off",
                   "tso", "off")
        self.enter("mcr", "ethtool", "-K", self.dev, "gro", "on")

    def _settle(self):
        until = time.monotonic() + WAIT
        while time.monotonic() < until:
            links = json.loads(run("ip", "-n", self.ns["mcr"], "-j", "link",
                                   "show", "type", "veth"))
            if all(link["operstate"] == "UP" for link in links):
                return
            time.sleep(0.05)
        raise RuntimeError("devices do not come up")

    def _threads(self):
        self.threads = threads_called("ksoftirqd/%d" % FORWARDER)
        if self.cores > 1:
            self.threads += threads_called("ksoftirqd/%d" % GENERATOR)
            return
        self.enter("mcr", "sh", "-c",
                   "echo 1 >/sys/class/net/%s/threaded" % self.dev)
        napi = threads_called("napi/" + self.dev)
        for pid in napi:
            run("taskset", "-pc", self.cpus(), str(pid))
            if self.shared:
                os.sched_setscheduler(pid, os.SCHED_FIFO,
                                      os.sched_param(2 * PRIORITY))
            else:
                os.setpriority(os.PRIO_PROCESS, pid, NICE)
        self.threads += napi
        if not napi:
            raise RuntimeError("%s has no NAPI thread" % self.dev)

    def _sink(self):
        names = ["k%d" % i for i in range(1, len(self.outputs) + 1)]
        self.sink = self.start("snk", BUILD + "/bench-sink",
                               BUILD + "/sink.bpf.o", *names)

    def cpus(self):
        """The processors that forward, as taskset wants them."""
        return str(FORWARDER) if self.cores == 1 else \
            "%d,%d" % (GENERATOR, FORWARDER)

    def inside(self, role, *words, cpus=None):
        """Words that run a command in a namespace."""
        first = ("chrt", "-f", str(PRIORITY)) if self.shared else ()
        return first + ("taskset", "-c", cpus or self.cpus(), "ip", "netns",
                        "exec", self.ns[role]) + words

    def enter(self, role, *words):
        """Run a command in a namespace."""
        return run(*self.inside(role, *words, cpus=str(GENERATOR)))

    def start(self, role, *words, ready=True, env=None):
        """A process in a namespace; it says when it is ready."""
        proc = subprocess.Popen(
            self.inside(role, *words), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
            env=dict(os.environ, **(env or {})))
        if ready and proc.stdout.readline() != "ready\n":
            raise RuntimeError("%s is not ready" % words[0])
        self.procs.append(proc)
        return proc

    def stop(self, proc):
        """End a process that start() began."""
        self.procs.remove(proc)
        proc.stdin.close()
        proc.terminate()
        try:
            proc.wait(WAIT)
        except subprocess.TimeoutExpired:
            proc.kill()
            proc.wait()
        proc.stdout.close()

    def features(self, gro, egress_gso):
        """Whether super-packets come in, and may leave whole."""
        self.enter("mcr", "ethtool", "-K", self.dev, "rx-udp-gro-forwarding",
                   "on" if gro else "off")
        words = "; ".join("ethtool -K %s tx-udp-segmentation %s" % (
            name, "on" if egress_gso else "off") for name in self.outputs)
        self.enter("mcr", "sh", "-c", words)
        time.sleep(0.3)

    def _ask(self, line):
        self.sink.stdin.write(line + "\n")
        self.sink.stdin.flush()
        return self.sink.stdout.readline()

    def _wait_for_rest(self):
        """Let what still comes out of sockets' buffers not be in the way of the next
        run: out of many outputs that takes seconds.
        """
        until = time.monotonic() + WAIT
        before, now = None, self._ask("read")
        while before != now and time.monotonic() < until:
            time.sleep(0.02)
            before, now = now, self._ask("read")

    def blast(self, rate, seconds, payload=1400, flows=1, latency=False,
              pids=(), drain=0.05, expect=0):
        """Offer packets; what became of them: a dict. What is not out so many
        seconds behind the last one is not counted; where all of it is to come out
        of some outputs, that is waited for.
        """
        self.number += 1
        self._ask("run %d %d" % (self.number, latency))
        pids = list(pids) + self.threads
        before = {pid: cpu_ns(pid) for pid in pids}
        sent = json.loads(run(*self.inside(
            "src", BUILD + "/bench-blast", "s0", str(self.number),
            "%.0f" % rate, str(seconds), str(payload), str(flows),
            *(("sleep",) if self.cores > 1 else ()), cpus=str(GENERATOR))))
        time.sleep(drain)
        found = json.loads(self._ask("read"))
        until = time.monotonic() + WAIT
        while sum(d[0] for d in found["devices"]) < expect * sent["sent"] and \
                time.monotonic() < until:
            time.sleep(0.05)
            found = json.loads(self._ask("read"))
        cpu = sum(cpu_ns(pid) - before[pid] for pid in pids)
        self._wait_for_rest()
        return {"sent": sent["sent"], "seconds": sent["seconds"],
                "out": [d[0] for d in found["devices"]],
                "late": sum(d[1] for d in found["devices"]),
                "frames": sum(d[2] for d in found["devices"]),
                "latency": found["latency"], "cpu_ns": cpu}

    def close(self):
        """Take it all down."""
        for proc in list(self.procs):
            self.stop(proc)
        for name in self.ns.values():
            run("ip", "netns", "del", name, check=False)

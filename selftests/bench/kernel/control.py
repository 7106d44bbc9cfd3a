# SPDX-License-Identifier: GPL-2.0
"""How long the control plane takes in the guest, what rules cost in memory, and
whether packets are lost meanwhile."""
import re
import threading
import time

import generator
from generator import counted, get, sent
from paths import MCRTOOL, run

CHANGES = 200


class Traffic(threading.Thread):
    """A thin stream of the first flow, until it is ended."""

    def __init__(self, dev):
        super().__init__()
        self.dev, self.packets, self.over = dev, 0, threading.Event()

    def run(self):
        while not self.over.wait(0.005):
            generator.send(self.dev, 10)
            self.packets += 10

    def end(self):
        """No more; how many there were."""
        self.over.set()
        self.join()
        return self.packets


def timed(*words, text=None):
    """The seconds that a command takes."""
    start = time.monotonic()
    run(*words, text=text)
    return time.monotonic() - start


def memory():
    """Bytes that the kernel has taken."""
    fields = dict(re.findall(r"^(\w+): +(\d+) kB", get("/proc/meminfo"), re.M))
    return 1024 * sum(int(fields[key])
                      for key in ("Slab", "Percpu", "VmallocUsed"))


def with_traffic(path, rules, lines):
    """Seconds of apply, list, change and delete, and what was lost."""
    keep = lines[0]
    run(MCRTOOL, "apply", "-", text=keep)
    before, traffic = sent(), Traffic(path.gen)
    traffic.start()
    found = {
        "apply_s": timed(MCRTOOL, "apply", "-", text="\n".join(lines)),
        "list_s": timed(MCRTOOL, "rule", "list"),
        "change_s": timed(MCRTOOL, "-b", "-", text="\n".join(
            f"{lines[-1].replace('rule ', 'rule replace ', 1)} ttl {ttl}"
            for ttl in range(1, CHANGES + 1))) / CHANGES,
        "delete_s": timed(MCRTOOL, "apply", "-", text=keep),
    }
    packets = traffic.end()
    time.sleep(0.1)
    found["packets"] = packets
    found["lost"] = packets - counted(before, sent(), ["e0"])
    return {key: round(value, 6) for key, value in found.items()}


def bytes_of(lines):
    """What rules take, each."""
    run(MCRTOOL, "rule", "flush")
    # What has gone is freed after a grace period.
    time.sleep(0.5)
    before = memory()
    run(MCRTOOL, "apply", "-", text="\n".join(lines))
    return (memory() - before) / len(lines)


def measure(path, rules):
    """A row of the control plane."""
    lines = path.lines(rules, 1, "e0")
    row = with_traffic(path, rules, lines)
    few = lines[:max(1, rules // 10)]
    more = " ".join(f"to e{i} mac keep" for i in range(1, 16))
    one = bytes_of(lines)
    row["bytes_per_rule"] = round(one, 1)
    row["bytes_per_output"] = round(
        (bytes_of([f"{line} {more}" for line in few]) - bytes_of(few)) / 15, 1)
    run(MCRTOOL, "rule", "flush")
    return row

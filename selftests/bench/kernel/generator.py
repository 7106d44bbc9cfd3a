# SPDX-License-Identifier: GPL-2.0
"""What makes packets in the guest, pktgen, and what counts those that came out."""
import os
import re
import time

SOURCE = "10.1.0.2"
GROUP = (239 << 24) + (1 << 16) + (1 << 8)      # 239.1.1.0 and following
PORT = 5000
# Ethernet, IPv4 and UDP headers.
HEADERS = 42
PKTGEN = "/proc/net/pktgen/"
THREAD = PKTGEN + "kpktgend_0"


def put(path, text):
    """Write to a file of the kernel's."""
    with open(path, "w", encoding="ascii") as file:
        file.write(text + "\n")


def get(path):
    """All of a file of the kernel's."""
    with open(path, encoding="ascii") as file:
        return file.read()


def address(number):
    """An IPv4 address as text."""
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


def groups(flows):
    """The groups of that many flows."""
    return [address(GROUP + i) for i in range(flows)]


def mac_of(group):
    """The Ethernet address of a group (RFC 1112, 6.4)."""
    return f"01:00:5e:{group >> 16 & 127:02x}:{group >> 8 & 255:02x}" \
           f":{group & 255:02x}"


def sent():
    """Packets that each device has sent: a dictionary by its name."""
    lines = get("/proc/net/dev").splitlines()[2:]
    return {name.strip(): int(values.split()[9])
            for name, values in (line.split(":", 1) for line in lines)}


def counted(before, after, outputs):
    """Packets that outputs sent meanwhile."""
    return sum(after[name] - before[name] for name in outputs)


class Generator:
    """pktgen on one device, in the guest's first network namespace."""

    def __init__(self, dev, payload, flows=1):
        self.dev = dev
        put(THREAD, f"add_device {dev}")
        self.set(f"pkt_size {payload + HEADERS}", "delay 0",
                 # As of a driver: headers in the buffer, the payload in pages.
                 f"frags {0 if payload < 1024 else -(-payload // 4096)}",
                 "flag UDPCSUM", "flag NO_TIMESTAMP",
                 f"dst_mac {mac_of(GROUP)}",
                 f"dst_min {address(GROUP)}",
                 f"dst_max {address(GROUP + flows - 1)}",
                 f"src_min {SOURCE}", f"src_max {SOURCE}",
                 "udp_src_min 4000", "udp_src_max 4000",
                 f"udp_dst_min {PORT}", f"udp_dst_max {PORT}")

    def set(self, *commands):
        """pktgen's commands."""
        for command in commands:
            put(PKTGEN + self.dev, command)

    def run(self, count):
        """Send packets; how many, and the seconds that it took."""
        self.set(f"count {count}")
        put(PKTGEN + "pgctrl", "start")
        text = get(PKTGEN + self.dev)
        found = re.search(r"OK: (\d+)\(.*\) usec, (\d+) ", text)
        if not found or int(found[2]) != count:
            raise RuntimeError(f"pktgen on {self.dev} says: {text}")
        return count, int(found[1]) / 1e6

    def remove(self):
        """The device is free for others: the generator's thread sees to that."""
        put(THREAD, "rem_device_all")
        while os.path.exists(PKTGEN + self.dev):
            time.sleep(0.01)

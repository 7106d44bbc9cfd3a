# SPDX-License-Identifier: GPL-2.0
"""What makes packets in the guest, mcr_bench, and what counts those that came
out."""
import socket
import time

SOURCE = "10.1.0.2"
GROUP = (239 << 24) + (1 << 16) + (1 << 8)      # 239.1.1.0 and following
PORT = 5000
PARAMETERS = "/sys/module/mcr_bench/parameters/"


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


def sent():
    """Packets that each device has sent: a dictionary by its name."""
    lines = get("/proc/net/dev").splitlines()[2:]
    return {name.strip(): int(values.split()[9])
            for name, values in (line.split(":", 1) for line in lines)}


def counted(before, after, outputs):
    """Packets that outputs sent meanwhile."""
    return sum(after[name] - before[name] for name in outputs)


def make(payload):
    """The packet that is to be sent."""
    put(PARAMETERS + "model", f"{GROUP} {PORT} {payload}")


def send_super(payload, datagrams):
    """A super-packet of so many datagrams, from a socket."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_UDP, 103, payload)   # UDP_SEGMENT
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                        socket.inet_aton(SOURCE))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 32)
        sock.bind((SOURCE, 4000))
        sock.sendto(bytes(datagrams * payload), (address(GROUP), PORT))


def keep_super(iif, payload):
    """The packet that is to be sent is a super-packet: as many datagrams as go
    into one, which come in at iif. It comes some time after it was sent, and what
    came before it may be somebody else's."""
    datagrams = 65000 // payload
    for _ in range(10):
        put(PARAMETERS + "keep", iif)
        send_super(payload, datagrams)
        end = time.monotonic() + 1
        while not segments() and time.monotonic() < end:
            time.sleep(0.01)
        put(PARAMETERS + "keep", "")
        if segments() == datagrams:
            return
    raise RuntimeError(f"no super-packet comes in at {iif}")


def segments():
    """How many datagrams the packet is that is to be sent."""
    return int(get(PARAMETERS + "send").split()[1])


def send(dev, count, flows=1, cpus=1, gap=0):
    """Send copies of it out of a device, so many on each of some processors, one each
    gap nanoseconds or one behind the other; the seconds that it took."""
    put(PARAMETERS + "send", f"{dev} {count} {flows} {cpus} {gap}")
    return int(get(PARAMETERS + "send").split()[0]) / 1e9


def sample(dev):
    """Watch the rate of a device from now on; None: no more."""
    put(PARAMETERS + "sample", dev or "")


def rate():
    """Packets a second that it sent in 4 ms: what nine tenths of all such times
    do not exceed."""
    return int(get(PARAMETERS + "sample").split()[1])


def watch():
    """Note from now on how long packets take to devices of the type mcr_sink."""
    put(PARAMETERS + "latency", "")


def latency():
    """What was noted: microseconds by share, and of how many packets."""
    *shares, packets = map(int, get(PARAMETERS + "latency").split())
    return {**dict(zip(("p50", "p90", "p99", "p999", "max"),
                       (ns / 1e3 for ns in shares))), "packets": packets}

# SPDX-License-Identifier: GPL-2.0
"""What packets are replicated by in the guest: mcr, and those it is measured
against. Each has an ingress device of its own, so that all are there at a time
and can be measured in turn; the outputs are the same for all.

Each class: up(setting) makes it replicate what comes in at its device to
outputs, down() ends it. Peers are tuned as well as we know how: where the
original is consumed it is sent to the last output, not copied, as mcr does.
"""
import os
import socket
import struct
import subprocess

from generator import GROUP, PORT, SOURCE, address, groups, put

MCRTOOL = os.environ.get("MCRTOOL", "build/tools/mcrtool")
# What rewriting outputs change; {i} is the output's number.
NEW = {"group": "239.2.2.2", "dport": "5002", "src": "192.0.2.9", "ttl": "16"}
NEW_MAC, OWN_MAC = "01:00:5e:02:02:02", "02:00:00:00:00:01"


def run(*words, text=None):
    """Run a program; its message where it fails."""
    done = subprocess.run(words, input=text, text=True, capture_output=True,
                          check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)[:200]}: {done.stderr.strip()}")
    return done.stdout


def rules_of(iif, setting, outputs):
    """mcr's rules for a setting, as lines of a rule file."""
    change = " ".join(f"{key} {value}" for key, value in NEW.items()) \
        if setting["rewrite"] == "all" else ""
    mac = "mac keep" if setting["mac"] == "keep" else ""
    to = " ".join(f"to {dev} {change} {mac}" for dev in outputs)
    mode = "consume" if setting["mode"] == "consume" else ""
    return [f"rule add iif {iif} group {group} dport {PORT} join none {mode} {to}"
            for group in groups(setting["flows"])]


class Path:
    """A path and its pair of devices: packets are made on gen and come in at
    iif. does says what of a setting is the path's, not the traffic's."""
    name = ""
    most = 256
    does = {}

    def __init__(self, number):
        self.gen, self.iif = f"g{number}", f"i{number}"
        run("ip", "link", "add", self.gen, "mtu", "9100", "type", "veth",
            "peer", "name", self.iif, "mtu", "9100")
        for dev in self.gen, self.iif:
            run("ip", "link", "set", dev, "up")

    def up(self, setting, outputs):
        """Begin to replicate."""
        raise NotImplementedError

    def down(self):
        """End it."""
        raise NotImplementedError


class Mcr(Path):
    """The module, its rules by mcrtool."""
    name = "mcr"

    def up(self, setting, outputs):
        run(MCRTOOL, "-b", "-", text="\n".join(
            rules_of(self.iif, setting, outputs)))

    def down(self):
        run(MCRTOOL, "rule", "flush", "iif", self.iif)


class McrRules(Mcr):
    """As many rules as the setting says, in as many masks, in an order that has
    nothing to do with that of the flows; each takes one flow."""
    # Those of 10.1.0.2, all of them.
    masks = ("src 10.1.0.2 dport {}", "src 10.1.0.2", "src 10.1.0.0/24 dport {}",
             "src 10.1.0.0/24", "src 10.1.0.0/16 dport {}", "src 10.1.0.0/16",
             "dport {}", "")

    def up(self, setting, outputs):
        run(MCRTOOL, "apply", "-", text="\n".join(
            self.lines(setting["rules"], setting["masks"], outputs[0])))

    def lines(self, rules, masks, output):
        """The rules, as lines of a rule file."""
        # 7919 is prime: each group once, neighbours far apart.
        order = [i * 7919 % rules for i in range(rules)]
        if masks == 1:
            kinds = [f"dport {PORT}"]
        else:
            kinds = [kind.format(PORT) for kind in self.masks]
        return [f"rule iif {self.iif} group {address(GROUP + i)} "
                f"{kinds[i % masks]} "
                f"join none consume to {output} mac keep" for i in order]


class McrOwnMac(Mcr):
    """Each copy with its device's Ethernet header, which is the default."""
    does = {"mac": "own"}


class McrRewrite(Mcr):
    """Each copy with another group, port, source and TTL."""
    does = {"mac": "own", "rewrite": "all"}


class McrPass(Mcr):
    """The original goes up the stack as well."""
    does = {"mode": "pass"}


class CloneLoop(Path):
    """The least that it can cost."""
    name = "clone-loop"
    param = "/sys/module/mcr_bench/parameters/clone"

    def up(self, setting, outputs):
        put(self.param, f"{self.iif} {outputs[0].rstrip('0')} {len(outputs)}")

    def down(self):
        put(self.param, "")


class TcMirred(Path):
    """tc's mirred. A filter has 32 actions at most, so there may be several,
    each going on to the next."""
    name = "tc-mirred"
    chunk = 32

    def actions(self, dev, last_of_all, last):
        """What is done for one output."""
        if last_of_all:
            return f"action mirred egress redirect dev {dev}"
        return f"action mirred egress mirror dev {dev} " \
               f"{'continue' if last else 'pipe'}"

    def up(self, setting, outputs):
        lines = [f"qdisc add dev {self.iif} clsact"]
        for at in range(0, len(outputs), self.chunk):
            some = outputs[at:at + self.chunk]
            lines.append(
                f"filter add dev {self.iif} ingress protocol ip "
                f"pref {1 + at // self.chunk} matchall " +
                " ".join(self.actions(dev, dev == outputs[-1], dev == some[-1])
                         for dev in some))
        run("tc", "-batch", "-", text="\n".join(lines))

    def down(self):
        run("tc", "qdisc", "del", "dev", self.iif, "clsact")


class TcPedit(TcMirred):
    """The same with a rewrite for each output: pedit, csum, mirred."""
    name = "tc-pedit-mirred"
    chunk = 10
    does = {"mac": "own", "rewrite": "all"}

    def actions(self, dev, last_of_all, last):
        return (f"action pedit ex munge ip dst set {NEW['group']} "
                f"munge ip src set {NEW['src']} munge ip ttl set {NEW['ttl']} "
                f"munge udp dport set {NEW['dport']} "
                f"munge eth dst set {NEW_MAC} munge eth src set {OWN_MAC} pipe "
                f"action csum ip and udp pipe " +
                super().actions(dev, last_of_all, last))


class NftDup(Path):
    """nftables' dup, one rule for each output."""
    name = "nft-dup"

    def change(self):
        """What is done to the packet before it is sent."""
        return ""

    def up(self, setting, outputs):
        rules = "".join(
            f"{self.change()}{'fwd' if dev == outputs[-1] else 'dup'} to {dev}\n"
            for dev in outputs)
        run("nft", "-f", "-", text=f"table netdev t{self.iif} {{\nchain c {{\n"
            f"type filter hook ingress device {self.iif} priority 0;\n"
            f"{rules}}}\n}}\n")

    def down(self):
        run("nft", "delete", "table", "netdev", f"t{self.iif}")


class NftRewrite(NftDup):
    """The same with a rewrite for each output."""
    name = "nft-dup-rewrite"
    does = {"mac": "own", "rewrite": "all"}

    def change(self):
        return (f"ip daddr set {NEW['group']} ip saddr set {NEW['src']} "
                f"ip ttl set {NEW['ttl']} udp dport set {NEW['dport']} "
                f"ether daddr set {NEW_MAC} ether saddr set {OWN_MAC} ")


class Ipmr(Path):
    """The kernel's multicast routing, with static routes: by struct vifctl and
    struct mfcctl of linux/mroute.h."""
    name = "ipmr"
    does = {"mac": "own"}
    most = 31
    sock = None

    def up(self, setting, outputs):
        run("ip", "addr", "replace", "10.1.0.1/24", "dev", self.iif)
        sock = socket.socket(socket.AF_INET, socket.SOCK_RAW,
                             socket.IPPROTO_IGMP)
        self.sock = sock
        sock.setsockopt(socket.IPPROTO_IP, 200, 1)          # MRT_INIT
        for vif, dev in enumerate([self.iif] + outputs):
            sock.setsockopt(socket.IPPROTO_IP, 202, struct.pack(  # MRT_ADD_VIF
                "=HBBIII", vif, 8, 1, 0, socket.if_nametoindex(dev), 0))
        ttls = bytes([255] + [1] * len(outputs)).ljust(32, b"\xff")
        for group in groups(setting["flows"]):
            sock.setsockopt(socket.IPPROTO_IP, 204, struct.pack(  # MRT_ADD_MFC
                "=4s4sH32s2xIIIi", socket.inet_aton(SOURCE),
                socket.inet_aton(group), 0, ttls, 0, 0, 0, 0))

    def down(self):
        self.sock.close()
        run("ip", "addr", "flush", "dev", self.iif)


class Tee(Path):
    """iptables' TEE, which sends copies to a gateway's Ethernet address."""
    name = "tee"
    does = {"mac": "own"}
    most = 16
    outputs = ()

    def up(self, setting, outputs):
        self.outputs = outputs
        lines = ["*mangle"]
        for i, dev in enumerate(outputs):
            run("ip", "addr", "replace", f"10.2.{i}.1/24", "dev", dev)
            run("ip", "neigh", "replace", f"10.2.{i}.2", "dev", dev, "lladdr",
                "02:00:00:00:00:02", "nud", "permanent")
            lines.append(f"-A PREROUTING -i {self.iif} -j TEE "
                         f"--gateway 10.2.{i}.2")
        lines += [f"-A PREROUTING -i {self.iif} -j DROP", "COMMIT", ""]
        run("iptables-legacy-restore", text="\n".join(lines))

    def down(self):
        run("iptables-legacy", "-t", "mangle", "-F", "PREROUTING")
        for dev in self.outputs:
            run("ip", "addr", "flush", "dev", dev)


KINDS = (Mcr, McrOwnMac, McrRewrite, McrPass, CloneLoop, TcMirred, TcPedit, NftDup, NftRewrite,
         Ipmr, Tee)

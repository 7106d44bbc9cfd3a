#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""The kernel's own netlink library drives the family by our spec.

    ynl (tools/net/ynl) <-- mcr.yaml        the spec is valid by its schema
     |                                      all that is said comes back
     +--> the module <-- mcrtool -j         both are told the same

The library is in $MCR_YNL, or where ynl-fetch.sh has put it.
"""

import errno
import ipaddress
import json
import os
import pwd
import socket
import subprocess
import sys
import tempfile
import time

import bench
import ktap
from mcrnl import NLM_F_CREATE, NLM_F_ECHO, NLM_F_REPLACE
from spec import PATH as SPEC

HERE = os.path.dirname(os.path.abspath(__file__))
GROUP4, OTHER4, GROUP6 = "239.1.2.3", "239.1.2.4", "ff15::33"
PACKETS = 7
SUITE = ktap.Suite()

# Of the tool's JSON: the time goes on between two questions.
MOVING = {"last_seen_ms"}


def library():
    """The directory of the library, or None."""
    home = pwd.getpwuid(os.geteuid()).pw_dir
    cache = os.environ.get("XDG_CACHE_HOME", os.path.join(home, ".cache"))
    for path in (os.environ.get("MCR_YNL"), os.path.join(cache, "mcr/ynl")):
        if path and os.path.exists(os.path.join(path, "tools/net/ynl/lib")):
            return path
    return None


def tool(*words):
    """What mcrtool -j says."""
    path = os.environ.get("MCRTOOL") or os.path.join(
        HERE, "../../build/tools/mcrtool")
    if not os.path.exists(path):
        path = "mcrtool"
    return json.loads(subprocess.run([path, "-j", *words], check=True,
                                     stdout=subprocess.PIPE).stdout)


def packed(text):
    """An address as bytes."""
    return ipaddress.ip_address(text).packed


def text_of(data, length=None):
    """An address and its prefix length as the tool spells them."""
    address = ipaddress.ip_address(data)
    if length in (None, address.max_prefixlen):
        return str(address)
    return "%s/%d" % (address, length)


def known(values):
    """What was decoded, without padding; nothing else may be unknown."""
    if isinstance(values, list):
        return [known(v) for v in values]
    if not isinstance(values, dict):
        return values
    for name in values:
        ktap.true(not name.startswith("Unknown"), "%s in %s" % (name, values))
    return {n: known(v) for n, v in values.items() if n != "pad"}


# --- What ynl decodes, in the words of the tool's JSON.

def spelled(values, names):
    """Values by the tool's names; "a?" is left out where it is absent, "a:0"
    has a default."""
    found = {}
    for name in names.split():
        name, _, default = name.partition(":")
        optional = name.endswith("?")
        name = name.rstrip("?")
        if name in values:
            found[name.replace("-", "_")] = values[name]
        elif not optional:
            found[name.replace("-", "_")] = (int(default) if default == "0"
                                             else default)
    return found


def output_as_told(values, drops):
    """An output."""
    told = spelled(values, "id ifindex? dport? sport? dscp? mac:auto mtu:drop "
                           "offered:0 sent:0 sent-bytes:0")
    told["to"] = values["dev"]
    told["waiting"] = "ifindex" not in values
    told["drops"] = {name: values.get("drops", {}).get(name, 0)
                     for name in drops}
    if "group" in values:
        told["group"] = text_of(values["group"])
    if "src" in values:
        told["src"] = text_of(values["src"])
    elif values.get("src-mode", "keep") != "keep":
        told["src"] = values["src-mode"]
    if "ttl" in values:
        told["ttl"] = values["ttl"]
    elif values.get("ttl-mode", "auto") != "auto":
        told["ttl"] = values["ttl-mode"]
    return told


def rule_as_told(message, drops):
    """A rule with its outputs."""
    values = message["rule"]
    told = spelled(values, "id name? iif proto:udp mode:pass join:auto "
                           "plane:auto latency:auto vlan? comment? ifindex? "
                           "membership:none packets:0 bytes:0")
    told["family"] = "ipv4" if len(values["group"]) == 4 else "ipv6"
    told["group"] = text_of(values["group"], values.get("group-len"))
    if "src" in values:
        told["src"] = text_of(values["src"], values.get("src-len"))
    if "dport-min" in values:
        told["dport_min"] = values["dport-min"]
        told["dport_max"] = values.get("dport-max", values["dport-min"])
    told["disabled"] = bool(values.get("disabled", 0))
    told["waiting"] = "ifindex" not in values
    if "last-seen" in values:
        told["last_seen_ms"] = values["last-seen"]
    told["outputs"] = [output_as_told(o, drops) for o in message["output"]]
    return told


def flow_as_told(values):
    """A packet that no rule took."""
    told = spelled(values, "dport? vlan?")
    told["group"] = text_of(values["dst"])
    told["src"] = text_of(values["src"])
    if "proto" in values:
        told["proto"] = {17: "udp"}.get(values["proto"], values["proto"])
    return told


def merged(messages):
    """A dump with each rule in one message."""
    rules = {}
    for message in messages:
        rule = rules.setdefault(message["rule"]["id"], dict(message, output=[]))
        rule["output"] += message["output"]
    return list(rules.values())


def still(told):
    """Without what moves, but with that it is there."""
    return {name: "moves" if name in MOVING else value
            for name, value in told.items()}


class Session:
    """The family by ynl, and shorthands."""

    def __init__(self, path):
        sys.path.insert(0, os.path.join(path, "tools/net/ynl"))
        import lib
        self.lib = lib
        self.schema = os.path.join(
            path, "Documentation/netlink/genetlink-legacy.yaml")
        self.connect()
        self.drops = [a for a in self.family.attr_sets["drops"]
                      if a != "pad"]

    def connect(self):
        """Begin anew. Of padding, which some kernels need in front of 64 bits,
        the library of 6.12 says that it is unknown."""
        self.family = self.lib.YnlFamily(SPEC, self.schema,
                                         process_unknown=True)

    def do(self, name, values=None, *flags):
        """A command; its reply."""
        return known(self.family.do(name, values or {}, list(flags)))

    def dump(self, name, values=None):
        """A dump."""
        return known(self.family.dump(name, values or {}))

    def new(self, *flags, outputs=None, **values):
        """Make a rule; the reply."""
        rule = {"iif": "in0", "group": packed(GROUP4)}
        rule.update({n.replace("_", "-"): v for n, v in values.items()})
        return self.do("rule-new", {"rule": rule,
                                    "output": outputs or [{"dev": "out0"}]},
                       *(flags or (NLM_F_CREATE,)), NLM_F_ECHO)

    def refused(self, error, text, attr, name, values, *flags):
        """It must be refused so; attr is the path of the attribute at fault."""
        try:
            self.do(name, values, *flags)
        except self.lib.NlError as refusal:
            found = refusal.nl_msg.extack or {}
            ktap.equal(errno_name(refusal.error), error, name)
            ktap.true(text in found.get("msg", ""), "%s: expected %r, "
                      "observed %r" % (name, text, found.get("msg")))
            ktap.equal(found.get("bad-attr"), attr, "attribute of " + name)
            return
        raise AssertionError("%s was not refused" % name)


def errno_name(number):
    """EINVAL and the like."""
    return errno.errorcode.get(abs(number), str(number))


def case(name):
    """Decorator: a case begins without rules and gets the session."""
    def wrap(func):
        def run():
            try:
                SESSION.do("rule-flush")
                func(SESSION)
            except Exception:
                # There may be replies that nobody has read.
                SESSION.connect()
                raise
        SUITE.add(name, run)
        return func
    return wrap


SESSION = None


# --- Cases.

@case("the spec is valid by the kernel's schema")
def schema(ynl):
    """Loaded with it; and a spec that it does not allow is found."""
    with open(SPEC, encoding="utf-8") as file:
        text = file.read()
    for good, bad in (("type: u64", "type: u65"),
                      ("multi-attr: true", "multi-attr: maybe"),
                      ("kernel-policy: global", "kernel-policy: none"),
                      ("doc: The device.", "docs: The device.")):
        ktap.true(good in text, "the spec has no %r" % good)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(text.replace(good, bad, 1))
            file.flush()
            try:
                ynl.lib.SpecFamily(file.name, ynl.schema)
            except Exception as error:
                ktap.true("ValidationError" in type(error).__name__,
                          "%s: %r" % (bad, error))
                continue
        raise AssertionError("the schema allows %r" % bad)


@case("the library has all commands")
def commands(ynl):
    """Also as methods."""
    for name in ("rule-new", "rule-set", "rule-del", "rule-get", "rule-flush",
                 "output-add", "output-del", "txn-begin", "txn-commit",
                 "txn-abort", "stats-reset", "explain", "status-get",
                 "ingress-get"):
        ktap.true(hasattr(ynl.family, name.replace("-", "_")), name)


@case("a rule that is made comes back")
def made(ynl):
    """By the echo, by id and by name."""
    said = {"name": "r1", "comment": "one", "dport-min": 5000, "proto": "udp",
            "mode": "consume", "src": packed("192.0.2.7")}
    outputs = [{"dev": "out0", "ttl": 9, "dscp": 46, "group": packed("239.9.9.9"),
                "dport": 6000, "src-mode": "auto"},
               {"dev": "out1", "ttl-mode": "dec", "src": packed("192.0.2.9"),
                "sport": 7000}]
    echo = ynl.new(outputs=outputs, **said)
    for name, value in said.items():
        ktap.equal(echo["rule"].get(name), value, name)
    ktap.equal(len(echo["output"]), 2, "outputs")
    for want, got in zip(outputs, echo["output"]):
        ktap.equal({n: got.get(n) for n in want}, want, "output")
    # The group is joined behind the change, and before the echo.
    ktap.equal(echo["rule"]["membership"], "joined", "membership")
    for ref in ({"id": echo["rule"]["id"]}, {"name": "r1"}):
        got = ynl.do("rule-get", {"rule": ref})
        ktap.equal(got, echo, str(ref))


@case("a dump is what the tool lists")
def dumped(ynl):
    """All values that can be given, and counters that are not 0."""
    ynl.new(iif="v1", name="busy", join="none",
            outputs=[{"dev": "out0", "src-mode": "auto"}, {"dev": "out1"},
                     {"dev": "down0", "dport": 1, "mac": "auto"}])
    ynl.new(iif="in1", group=packed(GROUP6), dport_min=1, comment="six",
            mode="consume",
            outputs=[{"dev": "out2", "group": packed("ff15::44"),
                      "src": packed("2001:db8::1"), "sport": 9},
                     {"dev": "out3", "ttl-mode": "dec"},
                     {"dev": "out3", "ttl-mode": "keep"},
                     {"dev": "out3", "ttl": 255, "dscp": 0}])
    ynl.new(name="off", src=packed("192.0.2.7"), disabled=1,
            outputs=[{"dev": "out0", "mac": "keep"}])
    send(PACKETS)
    told = tool("rule", "list")
    found = [rule_as_told(m, ynl.drops) for m in merged(ynl.dump("rule-get"))]
    ktap.equal([still(r) for r in found], [still(r) for r in told], "rules")
    ktap.equal(told[0]["packets"], PACKETS, "packets matched")
    ktap.equal(told[0]["outputs"][2]["drops"]["device-down"], PACKETS,
               "packets dropped")
    ktap.equal(told[0]["outputs"][1]["sent"], PACKETS, "packets sent")


@case("a filtered dump is what the tool lists")
def filtered(ynl):
    """By the rule, and by an output's device."""
    ynl.new(name="a", outputs=[{"dev": "out0"}, {"dev": "out1"}])
    ynl.new(name="b", iif="in1", outputs=[{"dev": "out1"}])
    for values, words in (({"filter": {"iif": "in1"}}, ("iif", "in1")),
                          ({"output": [{"dev": "out0"}]}, ("to", "out0")),
                          ({"filter": {"name": "none"}}, ("name", "none"))):
        ktap.equal([m["rule"]["id"] for m in ynl.dump("rule-get", values)],
                   [r["id"] for r in tool("rule", "list", *words)], str(words))


@case("a rule of 256 outputs comes in several messages")
def large(ynl):
    """All but the last of which say that more follow."""
    ynl.new(iif="v1",
            outputs=[{"dev": "out0", "dport": 1000 + i, "ttl": 9, "dscp": 1,
                      "group": packed("239.9.9.9"), "sport": 5,
                      "src": packed("192.0.2.1")} for i in range(256)])
    send(1)
    messages = ynl.dump("rule-get")
    ktap.true(len(messages) > 1, "one message only")
    ktap.equal(["more" in m for m in messages],
               [True] * (len(messages) - 1) + [False], "more")
    found = [rule_as_told(m, ynl.drops) for m in merged(messages)]
    ktap.equal([still(r) for r in found],
               [still(r) for r in tool("rule", "list")], "rules")
    ktap.equal({o["sent"] for o in found[0]["outputs"]}, {1}, "packets sent")


@case("changes, each with what the tool says of it")
def changed(ynl):
    """Replace, enable, outputs, reset, delete, flush."""
    def told():
        return [rule_as_told(m, ynl.drops)
                for m in merged(ynl.dump("rule-get"))]

    rule = ynl.new(name="r1")["rule"]["id"]
    echo = ynl.new(NLM_F_CREATE, NLM_F_REPLACE, name="r2", mode="consume")
    ktap.equal((echo["rule"]["id"], echo["rule"]["name"]), (rule, "r2"),
               "replaced")
    ref = {"rule": {"name": "r2"}}
    ynl.do("rule-set", {"rule": {"name": "r2", "disabled": 1}})
    ktap.equal(told()[0]["disabled"], True, "disabled")
    ynl.do("output-add", dict(ref, output=[{"dev": "out3"}]))
    ktap.equal([o["to"] for o in told()[0]["outputs"]], ["out0", "out3"],
               "outputs")
    ynl.do("output-del", dict(ref, output=[{"dev": "out0"}]))
    ktap.equal(told(), tool("rule", "list"), "rules")
    ktap.equal([o["to"] for o in told()[0]["outputs"]], ["out3"], "outputs")
    ynl.do("stats-reset", ref)
    ynl.new(name="r3", iif="in1")
    ynl.do("rule-del", ref)
    ktap.equal([r["name"] for r in tool("rule", "list")], ["r3"], "rules")
    ktap.equal(ynl.do("rule-flush"), {"count": 1}, "flushed")
    ktap.equal(tool("rule", "list"), [], "rules")


@case("refusals have a sentence and an attribute")
def refusals(ynl):
    """And change nothing."""
    ynl.new(name="r1")
    before = ynl.dump("rule-get")
    rule = {"iif": "in0", "group": packed(GROUP4)}
    output = [{"dev": "out0"}]
    for error, text, attr, name, values, *flags in (
            ("EINVAL", "multicast", ".rule.group", "rule-new",
             {"rule": dict(rule, group=packed("192.0.2.1")), "output": output},
             NLM_F_CREATE),
            ("ERANGE", "", ".output.ttl", "rule-new",
             {"rule": dict(rule, iif="in1"), "output": [{"dev": "out0",
                                                         "ttl": 0}]},
             NLM_F_CREATE),
            ("EINVAL", "output", None, "rule-new", {"rule": rule},
             NLM_F_CREATE),
            ("EEXIST", "match", ".rule", "rule-new",
             {"rule": rule, "output": output}, NLM_F_CREATE),
            ("EEXIST", "name", ".rule.name", "rule-new",
             {"rule": dict(rule, iif="in1", name="r1"), "output": output},
             NLM_F_CREATE),
            ("ENOENT", "no such rule", ".rule.id", "rule-del",
             {"rule": {"id": 4000000000}}),
            ("EINVAL", "", ".generation", "rule-del",
             {"rule": {"name": "r1"}, "generation": 1})):
        ynl.refused(error, text, attr, name, values, *flags)
    ktap.equal(ynl.dump("rule-get"), before, "rules")


@case("status is what the tool says")
def status(ynl):
    """With and without rules."""
    for count in (0, 1):
        if count:
            ynl.new(outputs=[{"dev": "out0"}, {"dev": "out1"}])
        reply = ynl.do("status-get")
        want = tool("status")
        found = spelled(reply["status"],
                        "plane version rules:0 rules-max outputs:0 joins:0")
        found["generation"] = reply["generation"]
        ktap.equal(found, {name: want[name] for name in found}, "status")
        ktap.equal(found["rules"], count, "rules")


def ingress_as_told(ynl):
    """What ynl reads of the ingress devices, in the words of the tool."""
    found = []
    for message in ynl.dump("ingress-get"):
        values = message["ingress"]
        told = spelled(values, "dev ifindex? rules:0 allmulti:0 seen:0 "
                               "not-matched:0 malformed:0 missed:0")
        told.update(waiting="ifindex" not in values,
                    hooked=values.get("hooked", False),
                    filtered=values.get("filtered", False),
                    unmatched=[flow_as_told(f)
                               for f in values.get("unmatched", [])])
        found.append(told)
    return found


@case("ingress devices are what the tool says")
def ingress(ynl):
    """With what they have seen, once all packets have come."""
    ynl.new(iif="v1")
    ynl.new(iif="in1", join="none")
    send(PACKETS)
    send(1, OTHER4)
    end = time.monotonic() + 60
    while True:
        found, said = ingress_as_told(ynl), tool("status")["ingress"]
        unmatched = {f["group"] for d in found for f in d["unmatched"]}
        if time.monotonic() > end or (found == said and OTHER4 in unmatched):
            break
    ktap.equal(found, said, "ingress devices")
    ktap.true(any(d["seen"] >= PACKETS for d in found), "nothing was seen")
    ktap.true(OTHER4 in unmatched, "no packet was unmatched")


@case("notifications can be subscribed to")
def notifications(ynl):
    """The group is known by its name; what comes is decoded."""
    other = ynl.lib.YnlFamily(SPEC, ynl.schema)
    other.ntf_subscribe("notify")
    ynl.new(name="r1")
    other.check_ntf()
    for message in other.async_msg_queue:
        ktap.true(message["name"].endswith("-ntf"), str(message))
    other.sock.close()


def send(count, group=GROUP4):
    """Packets into v0, so that v1 receives them."""
    index = socket.if_nametoindex("v0").to_bytes(4, sys.byteorder)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                        bytes(8) + index)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
        for _ in range(count):
            sock.sendto(b"mcr", (group, 5000))


def main():
    """Run the cases; an argument selects them by a part of their name."""
    global SESSION
    path = library()
    if not path:
        return ktap.skip_all("no library: selftests/netlink/ynl-fetch.sh gets "
                             "it")
    try:
        import jsonschema  # noqa: the library imports it late
        import yaml
    except ImportError as error:
        return ktap.skip_all(str(error))
    del jsonschema, yaml
    status_code = bench.enter()
    if status_code is not None:
        return status_code
    bench.ip("link", "add", "v0", "type", "veth", "peer", "name", "v1")
    bench.ip("link", "add", "down0", "type", "dummy")
    bench.ip("address", "add", "10.9.0.1/24", "dev", "v0")
    bench.ip("address", "add", "10.9.1.1/24", "dev", "out0")
    for name in ("v0", "v1"):
        bench.ip("link", "set", name, "up")
    SESSION = Session(path)
    return SUITE.run(only=sys.argv[1] if len(sys.argv) > 1 else None)


if __name__ == "__main__":
    sys.exit(main())

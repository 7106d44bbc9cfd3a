# SPDX-License-Identifier: GPL-2.0
"""Tables of rules and outputs that are sound bytes and still refused."""

from errno import EEXIST, EINVAL, EOPNOTSUPP

from build import GROUP4, GROUP6, HOST4, HOST6

UNICAST6 = HOST6
NULL4 = bytes(4)
NULL6 = bytes(16)
OTHER4 = bytes([239, 7, 7, 7])
NET4 = bytes([192, 0, 2, 0])
NET6 = HOST6[:8] + bytes(8)

# (name, values of the rule, errno, attribute at fault, what the sentence says);
# the rest of the rule is sound. A value of None takes an attribute out.
RULES = [
    ("no iif", {"iif": None}, EINVAL, "rule", "iif"),
    ("no group", {"group": None}, EINVAL, "rule", "group"),
    ("nothing but a name", {"iif": None, "group": None, "name": "a"}, EINVAL,
     "rule", "group"),
    ("an IPv4 unicast group", {"group": HOST4}, EINVAL, "rule.group",
     "multicast"),
    ("group 0.0.0.0", {"group": NULL4}, EINVAL, "rule.group", "multicast"),
    ("group 255.255.255.255", {"group": b"\xff" * 4}, EINVAL, "rule.group",
     "multicast"),
    ("group 223.255.255.255", {"group": bytes([223, 255, 255, 255])}, EINVAL,
     "rule.group", "multicast"),
    ("an IPv6 unicast group", {"group": UNICAST6}, EINVAL, "rule.group",
     "multicast"),
    ("group ::", {"group": NULL6}, EINVAL, "rule.group", "multicast"),
    ("group ::ffff:239.1.2.3",
     {"group": bytes(10) + b"\xff\xff" + GROUP4}, EINVAL, "rule.group",
     "multicast"),
    ("IPv4 group length 0", {"group": NULL4, "group_len": 0}, EINVAL,
     "rule.group-len", "prefix length"),
    ("IPv4 group length 3", {"group": b"\xe0\0\0\0", "group_len": 3}, EINVAL,
     "rule.group-len", "prefix length"),
    ("IPv4 group length 33", {"group_len": 33}, EINVAL, "rule.group-len",
     "prefix length"),
    ("IPv4 group length 128", {"group_len": 128}, EINVAL, "rule.group-len",
     "prefix length"),
    ("IPv6 group length 7", {"group": b"\xfe" + bytes(15), "group_len": 7},
     EINVAL, "rule.group-len", "prefix length"),
    ("host bits in an IPv4 group", {"group_len": 24}, EINVAL, "rule.group",
     "bits"),
    ("host bits in an IPv6 group", {"group": GROUP6, "group_len": 127}, EINVAL,
     "rule.group", "bits"),
    ("a multicast src", {"src": GROUP4}, EINVAL, "rule.src", "unicast"),
    ("src 0.0.0.0", {"src": NULL4}, EINVAL, "rule.src", "unicast"),
    ("src 255.255.255.255", {"src": b"\xff" * 4}, EINVAL, "rule.src",
     "unicast"),
    ("src ::", {"group": GROUP6, "src": NULL6}, EINVAL, "rule.src", "unicast"),
    ("an IPv6 multicast src", {"group": GROUP6, "src": GROUP6}, EINVAL,
     "rule.src", "unicast"),
    ("an IPv6 src with an IPv4 group", {"src": HOST6}, EINVAL, "rule.src",
     "family"),
    ("an IPv4 src with an IPv6 group", {"group": GROUP6, "src": HOST4}, EINVAL,
     "rule.src", "family"),
    ("a src length without src", {"src_len": 24}, EINVAL, "rule.src-len",
     "src"),
    ("IPv4 src length 33", {"src": HOST4, "src_len": 33}, EINVAL,
     "rule.src-len", "prefix length"),
    ("host bits in an IPv4 src", {"src": HOST4, "src_len": 24}, EINVAL,
     "rule.src", "bits"),
    ("host bits in an IPv6 src",
     {"group": GROUP6, "src": HOST6, "src_len": 64}, EINVAL, "rule.src",
     "bits"),
    ("proto 1", {"proto": 1}, EINVAL, "rule.proto", "proto"),
    ("proto 16", {"proto": 16}, EINVAL, "rule.proto", "proto"),
    ("a highest port without a lowest", {"dport_max": 5000}, EINVAL,
     "rule.dport-max", "port"),
    ("ports that descend", {"dport_min": 5001, "dport_max": 5000}, EINVAL,
     "rule.dport-max", "ascend"),
    ("a port range with proto any",
     {"proto": 0, "dport_min": 5000, "dport_max": 5009}, EINVAL,
     "rule.dport-min", "udp"),
    ("a port with proto any", {"proto": 0, "dport_min": 5000}, EINVAL,
     "rule.dport-min", "udp"),
    ("a name that is empty", {"name": ""}, EINVAL, "rule.name", "letter"),
    ("a name that begins with a digit", {"name": "1a"}, EINVAL, "rule.name",
     "letter"),
    ("a name that begins with a dash", {"name": "-a"}, EINVAL, "rule.name",
     "letter"),
    ("a name with a space", {"name": "a b"}, EINVAL, "rule.name", "letter"),
    ("a name with a slash", {"name": "a/b"}, EINVAL, "rule.name", "letter"),
    ("a name with a byte above 127", {"name": b"a\xe9\0"}, EINVAL, "rule.name",
     "letter"),
    ("name id", {"name": "id"}, EINVAL, "rule.name", "'id'"),
    ("name name", {"name": "name"}, EINVAL, "rule.name", "'name'"),
    ("a comment of two lines", {"comment": "a\nb"}, EINVAL, "rule.comment",
     "comment"),
    ("a comment with a quote", {"comment": 'a"b'}, EINVAL, "rule.comment",
     "comment"),
    ("when it moves to its plane", {"plane": 2, "plane_since": 1}, EINVAL,
     "rule.plane-since", "the server says when"),
]
RULES += [("iif %r" % name, {"iif": name}, EINVAL, "rule.iif", "iif")
          for name in ("", ".", "..", "a/b", "a:b", "a b", "a\tb", "a\n")]

# The same for an output of a rule with an IPv4 group.
OUTPUTS = [
    ("no dev", {"dev": None}, EINVAL, "output", "device"),
    ("nothing at all but a group", {"dev": None, "group": GROUP4}, EINVAL,
     "output", "device"),
    ("an IPv6 group in an IPv4 rule", {"group": GROUP6}, EINVAL,
     "output.group", "family"),
    ("a unicast group", {"group": HOST4}, EINVAL, "output.group", "multicast"),
    ("an IPv6 src in an IPv4 rule", {"src": HOST6}, EINVAL, "output.src",
     "family"),
    ("a multicast src", {"src": GROUP4}, EINVAL, "output.src", "unicast"),
    ("src 0.0.0.0", {"src": NULL4}, EINVAL, "output.src", "unicast"),
    ("src mode set without src", {"src_mode": 1}, EINVAL, "output.src-mode",
     "source mode"),
    ("src mode keep with src", {"src": HOST4, "src_mode": 0}, EINVAL,
     "output.src-mode", "source mode"),
    ("src mode auto with src", {"src": HOST4, "src_mode": 2}, EINVAL,
     "output.src-mode", "source mode"),
    ("ttl mode set without ttl", {"ttl_mode": 3}, EINVAL, "output.ttl-mode",
     "ttl"),
    ("ttl mode keep with ttl", {"ttl": 9, "ttl_mode": 1}, EINVAL,
     "output.ttl-mode", "ttl"),
    ("mac keep with another group", {"mac": 1, "group": OTHER4}, EINVAL,
     "output.mac", "mac keep"),
    ("a rate unit without rate", {"rate_unit": 1}, EINVAL, "output", "rate"),
    ("a burst without rate", {"burst": 9}, EINVAL, "output.burst", "burst"),
    ("an egress device that is not Ethernet", {"dev": "lo"}, EOPNOTSUPP,
     "output.dev", "Ethernet"),
    ("a rate", {"rate": 100}, EOPNOTSUPP, "output.rate",
     "rate.*not supported yet"),
    ("a rate with unit and burst", {"rate": 9, "rate_unit": 1, "burst": 9},
     EOPNOTSUPP, "output.rate", "rate.*not supported yet"),
    ("mtu fragment", {"mtu": 1}, EOPNOTSUPP, "output.mtu",
     "fragment.*not supported yet"),
]
OUTPUTS += [("dev %r" % name, {"dev": name}, EINVAL, "output.dev", "device")
            for name in ("", ".", "..", "a/b", "a:b", "a b", "a\tb")]

# And for a filter.
FILTERS = [
    ("a group length without group", {"group_len": 24}, EINVAL),
    ("a src length without src", {"src_len": 24}, EINVAL),
    ("a highest port without a lowest", {"dport_max": 9}, EINVAL),
    ("ports that descend", {"dport_min": 9, "dport_max": 8}, EINVAL),
    ("an IPv6 src with an IPv4 group", {"group": GROUP4, "src": HOST6},
     EINVAL),
    ("a group of 5 bytes", {"group": GROUP4 + b"\0"}, EINVAL),
    ("a src of 15 bytes", {"src": HOST6[:15]}, EINVAL),
    ("IPv4 group length 33", {"group": GROUP4, "group_len": 33}, EINVAL),
    ("a name with a space", {"name": "a b"}, EINVAL),
    ("proto 16", {"proto": 16}, EINVAL),
    ("when a rule moves", {"plane_since": 1}, EINVAL),
]

# What a rule that exists already refuses: see bad_messages.py for the rules.
TWINS = [
    ("the same match", {}, EEXIST, "rule", "exists"),
    ("the same match, all defaults spelled out",
     {"proto": 17, "group_len": 32, "mode": 0, "join": 0}, EEXIST, "rule",
     "exists"),
    ("the same match, another name", {"name": "other"}, EEXIST, "rule",
     "exists"),
    ("the same match, disabled", {"disabled": 1}, EEXIST, "rule", "exists"),
]

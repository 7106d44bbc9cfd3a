#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""mroute.py SOURCE GROUP IIF OIF...: be the multicast routing daemon with one
route in its table, until it is killed. Says "ready" when it is there.

Addresses are IPv4 or IPv6; those of all zeroes are wildcards.
"""

import signal
import socket
import struct
import sys

MRT_INIT = 200
MRT_ADD_VIF = 202
MRT_ADD_MFC = 204
MRT_ADD_MFC_PROXY = 210
VIFF_USE_IFINDEX = 0x8
MAXVIFS = 32


def route4(source, group, devices):
    """By struct vifctl and struct mfcctl of linux/mroute.h."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_IGMP)
    sock.setsockopt(socket.IPPROTO_IP, MRT_INIT, 1)
    for vif, index in enumerate(devices):
        sock.setsockopt(socket.IPPROTO_IP, MRT_ADD_VIF, struct.pack(
            "=HBBIII", vif, VIFF_USE_IFINDEX, 1, 0, index, 0))
    ttls = bytes([255] + [1] * (len(devices) - 1)).ljust(MAXVIFS, b"\xff")
    wildcard = source == group == bytes(4)
    sock.setsockopt(socket.IPPROTO_IP,
                    MRT_ADD_MFC_PROXY if wildcard else MRT_ADD_MFC,
                    struct.pack("=4s4sH32s2xIIIi", source, group, 0, ttls,
                                0, 0, 0, 0))
    return sock


def sockaddr6(address):
    """struct sockaddr_in6"""
    return struct.pack("=HHI16sI", socket.AF_INET6, 0, 0, address, 0)


def route6(source, group, devices):
    """By struct mif6ctl and struct mf6cctl of linux/mroute6.h."""
    sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW,
                         socket.IPPROTO_ICMPV6)
    sock.setsockopt(socket.IPPROTO_IPV6, MRT_INIT, 1)
    for mif, index in enumerate(devices):
        sock.setsockopt(socket.IPPROTO_IPV6, MRT_ADD_VIF, struct.pack(
            "=HBBHxxI", mif, 0, 1, index, 0))
    oifs = struct.pack("=8I", (1 << len(devices)) - 2, *[0] * 7)
    wildcard = source == group == bytes(16)
    sock.setsockopt(socket.IPPROTO_IPV6,
                    MRT_ADD_MFC_PROXY if wildcard else MRT_ADD_MFC,
                    sockaddr6(source) + sockaddr6(group)
                    + struct.pack("=Hxx", 0) + oifs)
    return sock


def main():
    """Add the route and keep it."""
    family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
    source, group = (socket.inet_pton(family, a) for a in sys.argv[1:3])
    devices = [socket.if_nametoindex(name) for name in sys.argv[3:]]
    make = route6 if family == socket.AF_INET6 else route4
    sock = make(source, group, devices)
    print("ready", flush=True)
    signal.pause()
    sock.close()


main()

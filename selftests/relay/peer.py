#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A peer of the relay daemon that does not behave, for mcrd.sh.

usage: peer.py SOCKET CASE [ARGUMENT...]; silent and successful if the daemon
did what it must.
"""

import os
import random
import select
import socket
import struct
import sys
import time

NLMSG_ERROR, NLMSG_DONE, NLMSG_OVERRUN = 2, 3, 4
F_REQUEST, F_ACK, F_DUMP = 1, 4, 0x300
CTRL, GETFAMILY, NEWMCAST = 16, 3, 7
RULE_SET, RULE_GET, RULE_FLUSH, STATUS_GET = 2, 4, 5, 13
A_RULE, RULE_ID, RULE_DISABLED, NESTED = 1, 2, 17, 0x8000
EPERM, EMSGSIZE = 1, 90


def connect(path, receive=None):
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if receive:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    peer.connect(path)
    peer.settimeout(20)
    return peer


def attr(kind, payload):
    data = struct.pack("=HH", 4 + len(payload), kind) + payload
    return data + bytes(-len(data) % 4)


def message(kind, command, flags, seq=1, payload=b""):
    return struct.pack("=IHHIIBBH", 20 + len(payload), kind,
                       F_REQUEST | flags, seq, 0, command, 1, 0) + payload


def messages(data):
    at = 0
    while at + 16 <= len(data):
        length, kind = struct.unpack_from("=IH", data, at)
        yield kind, data[at + 16:at + length]
        at += length + -length % 4


def errors(data):
    return [-struct.unpack_from("=i", body)[0]
            for kind, body in messages(data) if kind == NLMSG_ERROR]


def family(peer):
    peer.send(message(CTRL, GETFAMILY, 0, payload=attr(2, b"mcr\0")))
    data = peer.recv(1 << 17)
    at = data.index(struct.pack("=HH", 6, 1))
    return struct.unpack_from("=H", data, at + 4)[0]


def answers(path):
    """The daemon is well: it answers somebody else, and soon."""
    peer = connect(path)
    begin = time.monotonic()
    peer.send(message(family(peer), STATUS_GET, 0))
    assert peer.recv(1 << 17)
    assert time.monotonic() - begin < 5


def descriptors(path, pid):
    """How many has the daemon, this peer's among them?"""
    peer = connect(path)
    family(peer)
    print(len(os.listdir("/proc/%s/fd" % pid)))


def listen(peer):
    name = attr(1, b"notify\0")
    peer.send(message(CTRL, NEWMCAST, F_ACK, payload=attr(2, b"mcr\0") +
                      attr(7, attr(1, name))))
    assert errors(peer.recv(1 << 17)) == [0]


def may_change(path):
    """May this process change rules? And all may read."""
    asks(connect(path))


def asks(peer):
    mcr = family(peer)
    peer.send(message(mcr, STATUS_GET, 0))
    assert mcr in [kind for kind, _ in messages(peer.recv(1 << 17))]
    peer.send(message(mcr, RULE_FLUSH, F_ACK, 2))
    got = []
    while not got:
        got = errors(peer.recv(1 << 17))
    print({0: "yes", EPERM: "no"}.get(got[-1], got))


def handed(fd, *command):
    """May it change rules by a connection that another process has opened?"""
    peer = socket.socket(fileno=int(fd))
    peer.settimeout(20)
    asks(peer)


def hands(path, *command):
    """Connect, change rules, and hand the connection on to a command's peer.py."""
    peer = connect(path)
    asks(peer)
    sys.stdout.flush()
    peer.set_inheritable(True)
    os.execvp(command[0], [*command, __file__, str(peer.fileno()), "handed"])


def passes(path):
    """Descriptors that are sent along are not kept."""
    peer = connect(path)
    mcr = family(peer)
    for _ in range(200):
        socket.send_fds(peer, [message(mcr, STATUS_GET, 0)], [0, 1, 2])
        assert mcr in [kind for kind, _ in messages(peer.recv(1 << 17))]


def toggle(path, rule, times):
    """A rule is disabled and enabled again, many times."""
    peer = connect(path)
    mcr = family(peer)
    for i in range(int(times)):
        change = attr(RULE_ID, struct.pack("=I", int(rule)))
        change += attr(RULE_DISABLED, struct.pack("=B", i % 2 == 0))
        peer.send(message(mcr, RULE_SET, F_ACK, i + 1,
                          attr(A_RULE | NESTED, change)))
        assert errors(peer.recv(1 << 17)) == [0]


def garbage(path):
    rng = random.Random(1)
    for size in (0, 1, 15, 16, 17, 20, 100, 4096, 65536):
        for _ in range(30):
            peer = connect(path)
            peer.send(rng.randbytes(size))
            peer.close()
    # Heads that say too much, and too little.
    peer = connect(path)
    mcr = family(peer)
    for length in (0, 1, 15, 16, 19, 1000, 0xffffffff):
        peer.send(struct.pack("=IHHIIBBH", length, mcr, F_REQUEST, 1, 0,
                              STATUS_GET, 1, 0))
    # Sound heads, and bytes of any kind behind them.
    for command in range(0, 24):
        for _ in range(30):
            peer.send(message(mcr, command, rng.choice([0, F_ACK, F_DUMP]),
                              payload=rng.randbytes(rng.randrange(200))))
            while select.select([peer], [], [], 0)[0]:
                peer.recv(1 << 18)
    answers(path)


def too_long(path):
    peer = connect(path)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    mcr = family(peer)
    peer.send(message(mcr, STATUS_GET, 0, 1, bytes((1 << 18) - 20 + 4)))
    assert errors(peer.recv(1 << 17)) == [EMSGSIZE]
    answers(path)


def many_in_one(path):
    """Thousands of messages in a datagram are answered one by one."""
    peer = connect(path)
    mcr = family(peer)
    one = message(mcr, STATUS_GET, 0)
    count = 60000 // len(one)
    peer.send(one * count)
    got = 0
    while got < count:
        got += sum(kind == mcr for kind, _ in messages(peer.recv(1 << 18)))
    assert got == count
    answers(path)


def slow_dump(path, rules):
    """Who does not read is waited for, but not by others."""
    peer = connect(path, 4096)
    mcr = family(peer)
    peer.send(message(mcr, RULE_GET, F_DUMP))
    for _ in range(5):
        answers(path)
    got, done = 0, False
    while not done:
        time.sleep(0.001)
        for kind, _ in messages(peer.recv(1 << 18)):
            got += kind == mcr
            done = kind == NLMSG_DONE
    assert got == int(rules), got


def deaf(path):
    """Many who ask for much, and read nothing of it."""
    peers = [connect(path) for _ in range(100)]
    mcr = family(peers[0])
    for peer in peers:
        for _ in range(20):
            try:
                peer.send(message(mcr, RULE_GET, F_DUMP), socket.MSG_DONTWAIT)
            except BlockingIOError:
                break
    answers(path)
    for peer in peers:
        peer.close()
    answers(path)


def overrun(path, ready, go):
    """A listener that sleeps while very much changes."""
    peer = connect(path, 4096)
    listen(peer)
    open(ready, "w").close()
    while not os.path.exists(go):
        time.sleep(0.05)
    kinds = []
    try:
        peer.settimeout(2)
        while True:
            kinds += [kind for kind, _ in messages(peer.recv(1 << 18))]
    except socket.timeout:
        pass
    assert kinds.count(NLMSG_OVERRUN) == 1, kinds.count(NLMSG_OVERRUN)
    assert kinds[-1] == NLMSG_OVERRUN
    assert len(kinds) > 10


def crowd(path):
    """One user cannot keep others out."""
    peers = []
    for _ in range(200):
        peer = connect(path)
        try:
            family(peer)
        except (OSError, ValueError):
            break
        peers.append(peer)
    print(len(peers))


CASES = {name: globals()[name] for name in (
    "may_change", "hands", "handed", "passes", "toggle", "garbage", "too_long", "many_in_one", "slow_dump", "deaf",
    "overrun", "crowd", "answers",
    "descriptors")}

if __name__ == "__main__":
    CASES[sys.argv[2]](sys.argv[1], *sys.argv[3:])

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A receiver: joins a multicast group and writes what comes into a file.

Says "ready" on standard output when it receives. On SIGTERM it waits until
nothing comes any more, and says what came as one line of JSON; a value that was
not the same in all packets is null.
"""
import argparse
import json
import select
import signal
import socket
import struct
import sys

# Not in Python's socket module: asm/socket.h, linux/in.h.
SO_RCVBUFFORCE = 33
IP_PKTINFO = 8
IP_RECVTTL = 12
# What may come while the receiver is not scheduled.
BUFFER = 8 << 20
QUIET = 0.5


def open_socket(args):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
    sock.setsockopt(socket.SOL_IP, IP_PKTINFO, 1)
    sock.setsockopt(socket.SOL_IP, IP_RECVTTL, 1)
    sock.bind(("", args.port))
    request = struct.pack("=4s4si", socket.inet_aton(args.group), bytes(4),
                          socket.if_nametoindex(args.dev))
    sock.setsockopt(socket.SOL_IP, socket.IP_ADD_MEMBERSHIP, request)
    return sock


def describe(control, sender):
    """Where a packet went, where it came from and its TTL."""
    seen = {"from": sender[0]}
    for _, kind, data in control:
        if kind == IP_PKTINFO:
            seen["group"] = socket.inet_ntoa(data[8:12])
        elif kind == socket.IP_TTL:
            seen["ttl"] = struct.unpack("=i", data)[0]
    return seen


def receive(sock, stop, file):
    """Until stop is readable and nothing came for a while."""
    result = {"packets": 0, "bytes": 0}
    stopping = False
    while True:
        waits = [sock] if stopping else [sock, stop]
        ready = select.select(waits, [], [], QUIET if stopping else None)[0]
        if stopping and not ready:
            return result
        if stop in ready:
            stopping = True
        if sock not in ready:
            continue
        payload, control, _, sender = sock.recvmsg(65536, 256)
        for key, value in describe(control, sender).items():
            if result.setdefault(key, value) != value:
                result[key] = None
        result["packets"] += 1
        result["bytes"] += len(payload)
        file.write(payload)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", required=True)
    parser.add_argument("--group", required=True)
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("--file", required=True)
    args = parser.parse_args()

    stop, wake = socket.socketpair()
    signal.signal(signal.SIGTERM, lambda *_: wake.send(b"x"))
    sock = open_socket(args)
    print("ready", flush=True)
    with open(args.file, "wb") as file:
        result = receive(sock, stop, file)
    result["port"] = sock.getsockname()[1]
    json.dump(result, sys.stdout)
    print()


if __name__ == "__main__":
    main()

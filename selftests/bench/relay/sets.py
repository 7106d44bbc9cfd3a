# SPDX-License-Identifier: GPL-2.0
"""What is measured: a setting, the paths, and how many outputs."""

USUAL = {"payload": 1400, "flows": 1, "rewrite": "none", "mac": "own",
         "gro": True, "egress_gso": False, "cores": 1, "loss_limit": 0.01,
         "paths": ["mcr", "per-packet", "nft-dup", "tc-mirred"],
         "outputs": [1, 4, 16]}
ALL = ["mcr", "per-packet", "nft-dup", "tc-mirred", "xdp", "ipmr", "mmsg",
       "uring-per-packet", "socat"]


def _set(**more):
    return {**USUAL, **more}


# Packet sockets without virtio-net headers, and UDP sockets, cannot take
# super-packets: those paths are at their best without.
GRO_PATHS = ["mcr", "nft-dup", "tc-mirred"]

SETS = {
    "gro": _set(paths=GRO_PATHS),
    "no-gro": _set(gro=False),
}

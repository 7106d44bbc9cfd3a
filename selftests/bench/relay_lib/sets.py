# SPDX-License-Identifier: GPL-2.0
"""What is measured: a setting, the paths, and how many outputs.

Packet sockets without virtio-net headers, and UDP sockets, cannot take
super-packets, so that those paths are at their best without; and where they are
compared with the relay, the relay passes packets on to the stack, as they do.
"""

USUAL = {"payload": 1400, "flows": 1, "rewrite": "none", "mac": "own",
         "mode": "pass", "gro": True, "egress_gso": False, "cores": 1,
         "loss_limit": 0.01, "paths": ["mcr"], "outputs": [1, 4, 16]}
KERNEL = ["nft-dup", "tc-mirred"]
OTHERS = ["xdp", "ipmr", "mmsg", "uring-per-packet", "socat"]


def _set(**more):
    return {**USUAL, **more}


SETS = {
    # What the bars are about.
    "gro": _set(paths=["mcr"] + KERNEL),
    "no-gro": _set(gro=False, paths=["mcr", "per-packet"] + KERNEL),
    "flows-16": _set(gro=False, flows=16, outputs=[4],
                     paths=["mcr", "uring-per-packet"]),
    "rewrite": _set(rewrite="all", outputs=[4]),
    # All else.
    "others": _set(gro=False, paths=OTHERS),
    "consume": _set(mode="consume"),
    "consume-no-gro": _set(mode="consume", gro=False),
    "flows-4": _set(gro=False, flows=4, outputs=[4],
                    paths=["mcr", "uring-per-packet"]),
    "flows-64": _set(gro=False, flows=64, outputs=[4],
                     paths=["mcr", "uring-per-packet"]),
    "flows-16-gro": _set(flows=16, outputs=[4]),
    "egress-gso": _set(egress_gso=True, paths=["mcr"] + KERNEL),
    "small": _set(payload=64, paths=["mcr"] + KERNEL),
    "small-no-gro": _set(payload=64, gro=False,
                         paths=["mcr", "per-packet"] + KERNEL),
    "512": _set(payload=512),
    "jumbo": _set(payload=8900, gro=False, paths=["mcr", "per-packet"]),
    "many": _set(outputs=[64, 256]),
    "no-loss": _set(loss_limit=0.0),
    "no-loss-no-gro": _set(loss_limit=0.0, gro=False,
                           paths=["mcr", "per-packet"]),
    "two-cores": _set(cores=2),
    "two-cores-no-gro": _set(cores=2, gro=False,
                             paths=["mcr", "per-packet"]),
}
QUICK = ["gro", "no-gro", "flows-16", "rewrite"]

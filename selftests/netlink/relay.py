# SPDX-License-Identifier: GPL-2.0
"""The relay daemon, for tests that are run with it in the module's place.

    MCR_VIA=relay   is what asks for that
    MCRD            the daemon (default: the tree's, else the one in PATH)
    MCR_RUN_DIR     where daemons have their sockets (default: a directory of
                    the test's own)

A daemon serves one network namespace. It ends with the test.
"""

import atexit
import ctypes
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

WANTED = os.environ.get("MCR_VIA") == "relay"

# Of enum mcr_plane: the server's own, and the other one's.
PLANE, OTHER_PLANE = (2, 1) if WANTED else (1, 2)

SO_NETNS_COOKIE = 71
PR_SET_PDEATHSIG = 1
PATIENCE = 60


def program():
    """The daemon, or None."""
    here = os.path.dirname(os.path.abspath(__file__))
    found = os.environ.get("MCRD")
    if not found:
        found = os.path.join(here, "../../build/tools/mcrd")
        found = found if os.path.exists(found) else "mcrd"
    return shutil.which(found)


def path():
    """The socket of the daemon of this network namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        cookie = sock.getsockopt(socket.SOL_SOCKET, SO_NETNS_COOKIE, 8)
    return "%s/%d.sock" % (os.environ.get("MCR_RUN_DIR", "/run/mcr"),
                           struct.unpack("=Q", cookie)[0])


def connect():
    """A connection to the daemon of this network namespace."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        sock.connect(path())
    except OSError:
        sock.close()
        raise
    return sock


def _directory():
    """Have a directory for sockets, of this test's own."""
    if not os.environ.get("MCR_RUN_DIR"):
        os.environ["MCR_RUN_DIR"] = tempfile.mkdtemp(prefix="mcr-run-")
        os.chmod(os.environ["MCR_RUN_DIR"], 0o755)
        atexit.register(shutil.rmtree, os.environ["MCR_RUN_DIR"], True)


def _ends_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _answers():
    try:
        connect().close()
    except OSError:
        return False
    return True


def start(*options):
    """Have a daemon in this network namespace, if one is wanted.

    With one worker packets of different flows leave as they came.
    """
    if not WANTED:
        return
    _directory()
    daemon = subprocess.Popen([program(), "--workers", "1",
                               "--log-level", "warning", *options],
                              preexec_fn=_ends_with_parent)
    atexit.register(_end, daemon, os.getpid())
    end = time.monotonic() + PATIENCE
    while not _answers():
        if daemon.poll() is not None or time.monotonic() > end:
            raise AssertionError("mcrd does not serve (status %s)"
                                 % daemon.returncode)
        time.sleep(0.01)


def _end(daemon, owner):
    """End a daemon of ours, which must have done well until then."""
    if os.getpid() != owner:
        return
    daemon.terminate()
    if daemon.wait(PATIENCE):
        print("# mcrd ended with status %d" % daemon.returncode, flush=True)
        os._exit(1)

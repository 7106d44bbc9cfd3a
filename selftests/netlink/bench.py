# SPDX-License-Identifier: GPL-2.0
"""A network namespace of the test's own with dummy devices, and who may what.

    in0 in1            ingress devices
    out0 ... out3      egress devices

All are dummies and up; nothing leaves the namespace, which ends with the test.
"""

import ctypes
import functools
import os
import subprocess
import traceback

import ktap
import relay
from mcrnl import loaded

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
NOBODY = 65534

INGRESS = ["in0", "in1"]
EGRESS = ["out0", "out1", "out2", "out3"]


def unshare(flags):
    """unshare(2). A new network namespace has a server."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags):
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    if flags & CLONE_NEWNET:
        relay.start()


def only_kernel(why):
    """The case, or the rest of it, is not about the relay."""
    if relay.WANTED:
        raise ktap.Skip("only the kernel: " + why)


def ip(*words):
    """Run ip(8)."""
    subprocess.run(["ip", *words], check=True)


@functools.lru_cache
def dummy_kind():
    """A kind of device that takes frames and does nothing with them.

    A machine's own kernel may have no dummies; those of the guests have.
    """
    found = subprocess.run(["ip", "link", "add", "dum9", "type", "dummy"],
                           check=False, stderr=subprocess.DEVNULL)
    if found.returncode:
        return "ifb"
    ip("link", "del", "dum9")
    return "dummy"


def add_devices(names):
    """Make dummy devices and set them up."""
    for name in names:
        ip("link", "add", name, "type", dummy_kind())
        ip("link", "set", name, "up")


def enter(devices=tuple(INGRESS + EGRESS)):
    """Go to a namespace with the devices; the exit status if that is not to be.

    Return None when all is ready.
    """
    if os.geteuid() != 0:
        return ktap.skip_all("needs root")
    if not loaded():
        return ktap.skip_all("no server: neither module nor mcrd")
    unshare(CLONE_NEWNET)
    ip("link", "set", "lo", "up")
    add_devices(devices)
    return None


def start_child(func):
    """Run func in a forked process, to be given to end_child()."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return pid, reader
    os.close(reader)
    status = ktap.FAIL
    try:
        func()
        status = ktap.PASS
    except ktap.Skip as why:
        os.write(writer, str(why).encode())
        status = ktap.SKIP
    except BaseException as error:
        text = str(error)
        if not isinstance(error, AssertionError):
            text = traceback.format_exc()
        os.write(writer, text.encode()[:4096])
    finally:
        os._exit(status)


def end_child(child):
    """Wait for a process; its failure is ours, with its text."""
    pid, reader = child
    with os.fdopen(reader, "rb") as pipe:
        text = pipe.read().decode(errors="replace")
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status == ktap.SKIP:
        raise ktap.Skip(text)
    if status != ktap.PASS:
        raise AssertionError("in the child process: " + (text or str(status)))


def in_child(func):
    """Run func in a forked process and wait for it."""
    end_child(start_child(func))


def become_nobody():
    """Give up root, for good."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def own_user_namespace(flags=0):
    """As nobody, become root of a user namespace (and of what flags say)."""
    become_nobody()
    # After setresuid() the process's own files belong to root.
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(4, 1, 0, 0, 0)
    try:
        unshare(CLONE_NEWUSER | flags)
    except OSError as error:
        raise ktap.Skip("no user namespaces: %s" % error) from error
    for name, text in (("setgroups", "deny"), ("uid_map", "0 %d 1" % NOBODY),
                       ("gid_map", "0 %d 1" % NOBODY)):
        with open("/proc/self/" + name, "w", encoding="utf-8") as file:
            file.write(text)

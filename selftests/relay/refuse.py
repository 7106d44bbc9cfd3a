#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
Runs a command that must not use io_uring, as in many containers: a seccomp
filter answers its system calls with an error.

usage: refuse.py ERRNO COMMAND...
"""
import ctypes
import errno
import os
import struct
import sys

PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2
RET_ALLOW = 0x7FFF0000
RET_ERRNO = 0x00050000
# io_uring_setup, _enter and _register: the same on all machines.
FIRST, LAST = 425, 427

LOAD_NUMBER = 0x20
IF_AT_LEAST = 0x35
IF_ABOVE = 0x25
RETURN = 0x06


class Program(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def insn(code, true, false, k):
    return struct.pack("HBBI", code, true, false, k)


def main():
    error = getattr(errno, sys.argv[1])
    code = (insn(LOAD_NUMBER, 0, 0, 0) +
            insn(IF_AT_LEAST, 0, 2, FIRST) +
            insn(IF_ABOVE, 1, 0, LAST) +
            insn(RETURN, 0, 0, RET_ERRNO | error) +
            insn(RETURN, 0, 0, RET_ALLOW))
    buf = ctypes.create_string_buffer(code, len(code))
    program = Program(len(code) // 8, ctypes.addressof(buf))
    libc = ctypes.CDLL(None, use_errno=True)
    if (libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or
            libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
                       ctypes.byref(program), 0, 0)):
        sys.exit("refuse.py: no filter: " + os.strerror(ctypes.get_errno()))
    os.execvp(sys.argv[2], sys.argv[2:])


main()

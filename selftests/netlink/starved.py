# SPDX-License-Identifier: GPL-2.0
"""A change that cannot be told for want of memory: it stands, and listeners learn.

Each allocation that the change makes fails in turn, in the test's own task, by
the kernel's failslab. There are no cases where the kernel has none, and for the relay.
"""

import errno
import os

import ktap
import relay
from build import GROUP6
from mcrnl import NLM_F_REPLACE, Client, Listener
from rules import Cases, get, new

CASES = Cases()

FAILSLAB = "/sys/kernel/debug/failslab/"

# More allocations than a change of a rule makes.
MOST = 100


class Failslab:
    """Allocations that may sleep can fail, too, and without a trace."""

    def __enter__(self):
        self.was = {n: self._swap(n, v) for n, v in
                    (("ignore-gfp-wait", "N"), ("verbose", "0"))}
        self.nth = os.open("/proc/thread-self/fail-nth", os.O_RDWR)
        return self

    def __exit__(self, *_):
        os.close(self.nth)
        for name, value in self.was.items():
            self._swap(name, value)

    @staticmethod
    def _swap(name, value):
        with open(FAILSLAB + name, encoding="ascii") as file:
            was = file.read().strip()
        with open(FAILSLAB + name, "w", encoding="ascii") as file:
            file.write(value)
        return was

    def send(self, client, data, nth):
        """Send with the nth allocation failing; was there one?"""
        os.write(self.nth, b"%d" % nth)
        try:
            client.send(data)
        except OSError as error:
            ktap.true(error.errno in (errno.ENOBUFS, errno.ENOMEM),
                      "send: %s" % error)
        finally:
            left = os.pread(self.nth, 9, 0)
            os.write(self.nth, b"0")
        return int(left) == 0


def heard(listener):
    """What came: a list of operations; None in it for ENOBUFS."""
    listener.sock.setblocking(False)
    came = []
    while True:
        try:
            name, flags, _ = listener.hear()
            # The group is joined behind the change, and told on its own.
            if name == "member-ntf":
                continue
            ktap.equal(flags, NLM_F_REPLACE, "flags")
            came.append(name)
        except BlockingIOError:
            return came
        except OSError as error:
            ktap.equal(error.errno, errno.ENOBUFS, "errno of the listener")
            came.append(None)


def starved(client):
    """The case."""
    new(client, name="a")
    new(client, name="b", group=GROUP6)
    listener = Listener()
    disabled = unchanged = untold = 0
    with Failslab() as failslab:
        for nth in range(1, MOST):
            any_failed = False
            # To disable and to enable takes different allocations.
            for _ in range(2):
                # Its acknowledgement may be what there is no memory for.
                one = Client()
                toggle = {"rule": {"name": "a", "disabled": 1 - disabled}}
                data = one.build("rule-set", toggle)
                failed = failslab.send(one, data, nth)
                one.close()
                before = disabled
                disabled = get(client, "a")[0].get("disabled", 0)
                came = heard(listener)
                any_failed |= failed
                if disabled == before:
                    ktap.equal(came, [], "told of a change that was refused")
                    unchanged += 1
                    client.do("rule-set", toggle)
                    disabled = 1 - disabled
                    ktap.equal(heard(listener), ["rule-ntf"], "told")
                    continue
                ktap.true(came in (["rule-ntf"], [None]),
                          "allocation %d failed, heard: %s" % (nth, came))
                untold += came == [None]
            if not any_failed:
                break
    ktap.true(nth < MOST - 1, "the allocations did not end")
    ktap.true(unchanged > 1, "%d times refused" % unchanged)
    ktap.true(untold > 1, "%d times not told" % untold)


if os.path.exists(FAILSLAB) and not relay.WANTED:
    CASES.add("a change that there is no memory to tell of stands, and "
              "listeners learn", starved)

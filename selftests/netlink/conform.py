#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Module and daemon give the same answers: the same bytes to the same bytes.

Both serve one network namespace (bench.py). The messages are those of
bad_messages.py, and each of them goes to both. The daemon is told not to look for
the module, which it would follow otherwise. What differs must: the family's number,
who says in the status that it answers, and that the daemon's sockets have a filter.
"""

import sys

import bad_messages
import bench
import ktap
import relay
from mcrnl import NLM_F_DUMP, Client, loaded
from spec import NLA_TYPE_MASK, nla, split


class Twin(Client):
    """A client of the module that asks the daemon the same."""

    def __init__(self, spec=None):
        super().__init__(spec)
        relay.WANTED = True
        try:
            self.other = Client(self.spec)
        finally:
            relay.WANTED = False

    def close(self):
        self.other.close()
        super().close()

    def exchange(self, data):
        replies, answer = super().exchange(data)
        # Before there is another one this is asking what the family is.
        if "other" in vars(self):
            self.compare(data, replies, answer)
        return replies, answer

    def compare(self, data, replies, answer):
        """The daemon's answer must be the module's."""
        kind = int.from_bytes(data[4:6], sys.byteorder)
        if kind == self.family:
            data = (data[:4] + self.other.family.to_bytes(2, sys.byteorder) +
                    data[6:])
        theirs, said = self.other.exchange(data)
        # Linux before 6.3 tells no offset for what a dump is refused for.
        flags = int.from_bytes(data[6:8], sys.byteorder)
        if flags & NLM_F_DUMP == NLM_F_DUMP and answer.offset is None:
            said.offset = None
        ktap.equal(str(said), str(answer), "the daemon's answer")
        ktap.equal(self.known(theirs), self.known(replies),
                   "the daemon's replies")

    def known(self, replies):
        """What is to be equal of replies; devices come in any order."""
        found = [(r.flags, self.told(r) if r.type >= 16 else r.payload)
                 for r in replies]
        if replies and replies[0].command == self.spec.ops["ingress-get"].value:
            found.sort()
        return found

    def told(self, reply):
        """A reply, without what is the answering server's own.

        That is of the status who answers, and by which processes, and of an
        ingress device, where it is the daemon, that its sockets have a filter.
        """
        if reply.command == self.spec.ops["ingress-get"].value:
            return self.without_filter(reply)
        if reply.command != self.spec.ops["status-get"].value:
            return reply.payload
        values = self.decode(reply)[1]
        del values["status"]["plane"]
        values["status"].pop("worker", None)
        return values

    def without_filter(self, reply):
        """An ingress device's bytes, but for that flag: the module has none."""
        sets = self.spec.sets
        told = reply.payload[:4]
        for kind, inside, _ in split(reply.attrs):
            if kind & NLA_TYPE_MASK == sets["mcr"]["ingress"].value:
                flag = sets["ingress"]["filtered"].value
                attrs = [(k, p) for k, p, _ in split(inside)]
                kept = [a for a in attrs if a[0] & NLA_TYPE_MASK != flag]
                ktap.true(reply.type == self.other.family or kept == attrs,
                          "the module says that it has a filter")
                inside = b"".join(nla(*a) for a in kept)
            told += nla(kind, inside)
        return told


def main():
    """Run the cases; an argument selects them by a part of their name."""
    if relay.program() is None:
        return ktap.skip_all("there is no mcrd")
    if not loaded():
        return ktap.skip_all("module mcr is not loaded")
    status = bench.enter()
    if status is not None:
        return status
    relay.WANTED = True
    relay.start("--alone")
    relay.WANTED = False
    bad_messages.Client = Twin
    return bad_messages.run(sys.argv[1] if len(sys.argv) > 1 else None)


if __name__ == "__main__":
    sys.exit(main())

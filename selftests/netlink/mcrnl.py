# SPDX-License-Identifier: GPL-2.0
"""Generic netlink over a raw socket, and family "mcr" by its spec.

Messages are built and sent as bytes, so that tests can send wrong ones. With
MCR_VIA=relay they go to the relay daemon of the network namespace (relay.py).
"""

import errno
import socket
import struct

import relay
from spec import NLA_TYPE_MASK, Spec, nla, split

NETLINK_GENERIC = 16
SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP = 1
NETLINK_CAP_ACK = 10
NETLINK_EXT_ACK = 11

NLMSG_ERROR = 2
NLMSG_DONE = 3
NLMSG_OVERRUN = 4

NLM_F_REQUEST = 0x001
NLM_F_ACK = 0x004
NLM_F_ECHO = 0x008
NLM_F_DUMP_INTR = 0x010
NLM_F_CAPPED = 0x100
NLM_F_ACK_TLVS = 0x200
NLM_F_REPLACE = 0x100
NLM_F_EXCL = 0x200
NLM_F_DUMP = 0x300
NLM_F_CREATE = 0x400
NLM_F_APPEND = 0x800

NLMSGERR_ATTR_MSG = 1
NLMSGERR_ATTR_OFFS = 2
NLMSGERR_ATTR_COOKIE = 3

GENL_ID_CTRL = 16
CTRL_CMD_GETFAMILY = 3
CTRL_CMD_NEWMCAST_GRP = 7
CTRL_CMD_GETPOLICY = 10
CTRL_ATTR_FAMILY_ID = 1
CTRL_ATTR_FAMILY_NAME = 2
CTRL_ATTR_VERSION = 3
CTRL_ATTR_HDRSIZE = 4
CTRL_ATTR_MAXATTR = 5
CTRL_ATTR_OPS = 6
CTRL_ATTR_MCAST_GROUPS = 7
CTRL_ATTR_POLICY = 8
CTRL_ATTR_OP_POLICY = 9

# A server that does not answer is a failure, not a wait without end.
TIMEOUT = 60
RECV_BYTES = 1 << 17


class Answer:
    """An acknowledgement: error (0 or an errno) and its extended part."""

    def __init__(self, error, tlvs=b""):
        self.error = error
        found = {k & NLA_TYPE_MASK: p for k, p, _ in split(tlvs)}
        self.text = found.get(NLMSGERR_ATTR_MSG, b"").rstrip(b"\0").decode()
        self.offset = _u32(found.get(NLMSGERR_ATTR_OFFS))
        self.cookie = found.get(NLMSGERR_ATTR_COOKIE)

    @property
    def name(self):
        """The errno's name; "0" for none."""
        return errno.errorcode.get(self.error, str(self.error))

    @property
    def twin(self):
        """The rule id in the cookie, or None."""
        if self.cookie is None:
            return None
        return struct.unpack("=I", self.cookie)[0]

    def __str__(self):
        return "%s (%r, offset %s, cookie %s)" % (self.name, self.text,
                                                  self.offset, self.cookie)


def _u32(data):
    return None if data is None else struct.unpack("=I", data)[0]


class Refused(Exception):
    """The server's refusal; .answer is the Answer."""

    def __init__(self, answer):
        super().__init__(str(answer))
        self.answer = answer


class Message:
    """A message received: type, flags, seq, and the payload behind it."""

    def __init__(self, kind, flags, seq, payload):
        self.type = kind
        self.flags = flags
        self.seq = seq
        self.payload = payload

    @property
    def command(self):
        """The generic netlink command."""
        return self.payload[0]

    @property
    def attrs(self):
        """The attributes, as bytes."""
        return self.payload[4:]

    def answer(self):
        """What an NLMSG_ERROR or NLMSG_DONE says."""
        error = -struct.unpack_from("=i", self.payload)[0]
        rest = self.payload[4:]
        if self.type == NLMSG_ERROR:
            # The request's header, and unless capped all of it.
            length = struct.unpack_from("=I", rest)[0]
            if self.flags & NLM_F_CAPPED:
                length = 16
            rest = rest[length + -length % 4:]
        return Answer(error, rest if self.flags & NLM_F_ACK_TLVS else b"")


def messages(data):
    """The messages in one datagram."""
    at = 0
    while at + 16 <= len(data):
        length, kind, flags, seq, _ = struct.unpack_from("=IHHII", data, at)
        yield Message(kind, flags, seq, data[at + 16:at + length])
        at += length + -length % 4


def header(kind, flags, seq, length, command, version=1, reserved=0):
    """A netlink and a generic netlink header for a message of length bytes."""
    return struct.pack("=IHHIIBBH", length, kind, flags, seq, 0, command,
                       version, reserved)


def netlink():
    """A NETLINK_GENERIC socket with extended acknowledgements."""
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
    sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
    sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
    sock.bind((0, 0))
    return sock


class Socket:
    """A connection to the server of this network namespace."""

    def __init__(self, recv_bytes=RECV_BYTES):
        # The relay's dumps have steps of 32 KiB, whoever reads them.
        self.recv_bytes = max(recv_bytes, RECV_BYTES if relay.WANTED else 0)
        self.sock = relay.connect() if relay.WANTED else netlink()
        self.sock.settimeout(TIMEOUT)
        self.seq = 0
        self.pending = []

    def close(self):
        """Close the socket; an open dump ends."""
        self.sock.close()

    def next_seq(self):
        """A sequence number not used before."""
        self.seq += 1
        return self.seq

    def send(self, data):
        """Send bytes as they are."""
        self.sock.send(data)

    def recv(self):
        """The next message."""
        if not self.pending:
            self.pending = self.recv_all()
        return self.pending.pop(0)

    def recv_all(self):
        """All messages of the next datagram: one step of a dump."""
        data, _, flags, _ = self.sock.recvmsg(self.recv_bytes)
        if flags & socket.MSG_TRUNC:
            raise OSError(errno.EMSGSIZE, "a message was cut")
        if not data:
            raise ConnectionError("the server hung up")
        return list(messages(data))

    def exchange(self, data):
        """Send a request; return (replies, Answer)."""
        seq = struct.unpack_from("=I", data, 8)[0]
        self.send(data)
        replies = []
        while True:
            message = self.recv()
            if message.seq != seq:
                raise AssertionError("a reply to message %d, not %d"
                                     % (message.seq, seq))
            if message.type in (NLMSG_ERROR, NLMSG_DONE):
                return replies, message.answer()
            replies.append(message)

    def control(self, command, name, flags=0, extra=b""):
        """Ask the controller about a family by name."""
        attrs = nla(CTRL_ATTR_FAMILY_NAME, name.encode() + b"\0") + extra
        head = header(GENL_ID_CTRL, NLM_F_REQUEST | NLM_F_ACK | flags,
                      self.next_seq(), 20 + len(attrs), command, 2)
        replies, answer = self.exchange(head + attrs)
        if answer.error:
            raise Refused(answer)
        return [dict_of(r.attrs) for r in replies]


def dict_of(data):
    """Attributes by type, flags off; the last one counts."""
    return {k & NLA_TYPE_MASK: p for k, p, _ in split(data)}


class Client(Socket):
    """A socket that knows family "mcr" and speaks it by the spec."""

    def __init__(self, spec=None, recv_bytes=RECV_BYTES):
        super().__init__(recv_bytes)
        self.spec = spec or Spec()
        found = self.control(CTRL_CMD_GETFAMILY, self.spec.name)[0]
        self.family = struct.unpack("=H", found[CTRL_ATTR_FAMILY_ID])[0]

    def build(self, op, attrs=b"", flags=0, **head):
        """A request as bytes; attrs is a dict of values, or bytes."""
        command = self.spec.ops[op].value if isinstance(op, str) else op
        if isinstance(attrs, dict):
            attrs = self.spec.encode("mcr", attrs)
        return header(self.family, NLM_F_REQUEST | NLM_F_ACK | flags,
                      self.next_seq(), 20 + len(attrs), command,
                      **head) + attrs

    def decode(self, message):
        """(name of the operation, values) of a message of the family."""
        names = {o.value: o.name for o in self.spec.ops.values()}
        return (names[message.command],
                self.spec.decode("mcr", message.attrs))

    def ask(self, op, attrs=b"", flags=0):
        """Carry out an operation; (replies as values, Answer)."""
        replies, answer = self.exchange(self.build(op, attrs, flags))
        if answer.error:
            raise Refused(answer)
        decoded = [self.decode(r) for r in replies]
        for name, _ in decoded:
            if isinstance(op, str) and name != op:
                raise AssertionError("a reply of %s to %s" % (name, op))
        return [values for _, values in decoded], answer

    def do(self, op, attrs=b"", flags=0):
        """Carry out an operation; the replies as values."""
        return self.ask(op, attrs, flags)[0]

    def dump(self, op, attrs=b""):
        """Dump; the replies as values."""
        return self.do(op, attrs, NLM_F_DUMP)

    def raw_dump(self, op, attrs=b""):
        """Dump; the replies as bytes, to see whether anything changed."""
        replies, answer = self.exchange(self.build(op, attrs, NLM_F_DUMP))
        if answer.error:
            raise Refused(answer)
        return [r.payload for r in replies]


class Listener(Client):
    """A client that hears the notifications of its namespace."""

    def __init__(self, spec=None, room=None):
        """room: bytes that may wait for us, if not as many as usual."""
        super().__init__(spec)
        if room:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        found = self.control(CTRL_CMD_GETFAMILY, self.spec.name)[0]
        group = dict_of(next(split(found[CTRL_ATTR_MCAST_GROUPS]))[1])
        if relay.WANTED:
            self._ask_for(group[1])
        else:
            self.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
                                 struct.unpack("=I", group[2])[0])

    def _ask_for(self, group):
        """Join a group where that is a message."""
        groups = nla(CTRL_ATTR_MCAST_GROUPS, nla(1, nla(1, group)))
        self.control(CTRL_CMD_NEWMCAST_GRP, self.spec.name, extra=groups)

    def hear(self):
        """The next notification: (operation, flags, values).

        What the spec does not have for it raises.
        """
        message = self.recv()
        if message.type == NLMSG_OVERRUN:
            raise OSError(errno.ENOBUFS, "notifications were lost")
        if (message.type, message.seq) != (self.family, 0):
            raise AssertionError("a message of type %d, number %d"
                                 % (message.type, message.seq))
        name, values = self.decode(message)
        operation = self.spec.ops[name]
        known = (operation.event or {}).get("attributes")
        if operation.notify:
            known = self.spec.ops[operation.notify].attributes("do", "reply")
        if values.keys() - set(known) or "generation" not in values:
            raise AssertionError("%s has %s" % (name, ", ".join(values)))
        return name, message.flags, values

    def drain(self):
        """Read until nothing waits; how many there were."""
        self.sock.setblocking(False)
        count = 0
        try:
            while True:
                count += len(self.recv_all())
        except BlockingIOError:
            return count
        finally:
            self.sock.settimeout(TIMEOUT)


def loaded():
    """Is there a server: the running kernel's, or one to be started?"""
    if relay.WANTED:
        return relay.program() is not None
    sock = Socket()
    try:
        sock.control(CTRL_CMD_GETFAMILY, "mcr")
    except Refused as refusal:
        if refusal.answer.error == errno.ENOENT:
            return False
        raise
    finally:
        sock.close()
    return True

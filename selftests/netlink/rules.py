# SPDX-License-Identifier: GPL-2.0
"""Making and reading rules, for tests with good messages."""

from errno import errorcode

import ktap
from build import GROUP4
from mcrnl import NLM_F_CREATE, NLM_F_ECHO, NLM_F_REPLACE, Client, Refused

NEW = NLM_F_CREATE
REPLACE = NLM_F_CREATE | NLM_F_REPLACE

# What the server adds to a rule and its outputs.
STATE = {"id", "outputs", "ifindex", "membership", "membership-error",
         "packets", "bytes", "last-seen"}


class Cases:
    """Cases that begin without rules and get a client of their own."""

    def __init__(self):
        self.suite = ktap.Suite()

    def add(self, name, func):
        """Add a case."""
        def run():
            client = Client()
            try:
                client.do("rule-flush")
                ktap.equal(client.dump("rule-get"), [], "rules at first")
                func(client)
            finally:
                client.close()
        self.suite.add(name, run)

    def case(self, name):
        """Decorator: the function is a case."""
        def wrap(func):
            self.add(name, func)
            return func
        return wrap


def group4(number):
    """One of 65,536 groups."""
    return bytes([239, 5, number >> 8, number & 255])


def rule(**values):
    """A rule's values; "_" in names stands for "-"."""
    return {n.replace("_", "-"): v
            for n, v in dict({"iif": "in0", "group": GROUP4},
                             **values).items()}


def new(client, flags=NEW, outputs=None, **values):
    """Make a rule; its id."""
    outputs = outputs or [{"dev": "out0"}]
    replies = client.do("rule-new", {"rule": rule(**values),
                                     "output": outputs}, flags | NLM_F_ECHO)
    return replies[0]["rule"]["id"]


def get(client, ref):
    """(rule, outputs) by id or name, put together from all messages."""
    key = "id" if isinstance(ref, int) else "name"
    replies = client.do("rule-get", {"rule": {key: ref}})
    rules = together(replies)
    ktap.equal(len(rules), 1, "rules")
    return rules[0]


def together(replies):
    """[(rule, outputs)] of a dump; continuations joined to their rule."""
    rules = []
    more = False
    for reply in replies:
        ktap.true("generation" in reply, "a reply without generation")
        if more:
            ktap.equal(reply["rule"], {"id": rules[-1][0]["id"]},
                       "the rule in a continuation")
            rules[-1][1].extend(reply["output"])
        else:
            rules.append((reply["rule"], list(reply["output"])))
        more = reply.get("more", False)
    ktap.true(not more, "the last message says that more follows")
    for one, outputs in rules:
        ktap.equal(len(outputs), one["outputs"], "number of outputs")
    return rules


def dump(client, **attrs):
    """[(rule, outputs)] of a dump with a filter."""
    return together(client.dump("rule-get", attrs))


def names(client, **attrs):
    """The names of the rules that a filter selects."""
    return [r["name"] for r, _ in dump(client, **attrs)]


def stated(values):
    """What of a rule or an output was stated, not added by the server."""
    return {n: v for n, v in values.items() if n not in STATE}


def generation(client):
    """The generation of the rule set."""
    return client.do("status-get")[0]["generation"]


def status(client):
    """The status."""
    return client.do("status-get")[0]["status"]


def refused(error, func, *args, **kwargs):
    """Call; fail unless it is refused with this errno; the Answer."""
    try:
        func(*args, **kwargs)
    except Refused as refusal:
        ktap.equal(refusal.answer.name, errorcode[error], "errno")
        return refusal.answer
    raise AssertionError("not refused")

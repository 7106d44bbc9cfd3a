# SPDX-License-Identifier: GPL-2.0
"""How many transactions there may be, and how much in them."""

from errno import ENOSPC

import ktap
from mcrnl import Client
from rules import Cases, new, refused, status
from txn import Txn

CASES = Cases()


@CASES.case("at most 4 transactions are open")
def _(client):
    other = Client(client.spec)
    txns = [Txn(client), Txn(other), Txn(client), Txn(other)]
    answer = refused(ENOSPC, Txn, client)
    ktap.true("at most 4" in answer.text, answer.text)
    txns[1].abort()
    txns[1] = Txn(client)
    refused(ENOSPC, Txn, other)
    ktap.equal(len({t.number for t in txns}), 4, "different numbers")
    for txn in txns:
        txn.commit()
    ktap.equal(status(client)["txns"], 0, "open transactions")
    new(client)
    other.close()

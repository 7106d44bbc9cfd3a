# SPDX-License-Identifier: GPL-2.0
"""The highest rate at which no more than so much is lost."""

import statistics

# Packets a second: where a search begins, and what the generator can do.
START, MOST = 40e3, 6e6
PROBE, PRECISION, RUNS = 0.3, 0.05, 3
# Who falls behind does not hold a rate, though a socket's buffer holds the rest. A batch
# of 64 packets that goes out of many outputs takes a while by itself.
DRAIN, DRAIN_EACH = 0.004, 0.00015
# Who takes more time than there is has not been read in time.
BUSY = 1.05
# What else the machine does only ever takes away: what fails may be tried again.
TRIES = 3
# Short runs may have been lucky: so often a bit less is tried.
STEPS = 12


def drain(n):
    """How long after the last one packets may come out of so many outputs."""
    return max(DRAIN, n * DRAIN_EACH)


def loss_of(found, n):
    """The share of what should have come out that did not."""
    return 1 - sum(found["out"][:n]) / (n * found["sent"])


def result_of(found, n):
    """What of a row is measured."""
    out = sum(found["out"][:n])
    return {"offered_pps": found["sent"] / found["seconds"],
            "in_pps": out / n / found["seconds"],
            "out_pps": out / found["seconds"],
            "loss": max(0.0, loss_of(found, n)),
            "cpu_us_per_out": found["cpu_ns"] / 1e3 / max(out, 1)}


def middle(results):
    """The run whose rate is the median."""
    rate = statistics.median_low(r["out_pps"] for r in results)
    return next(r for r in results if r["out_pps"] == rate)


class Search:
    """A search by an offer: a function of rate and seconds."""

    def __init__(self, offer, n, limit, seconds=1.0, probe=PROBE, cores=1):
        self.offer, self.n, self.limit = offer, n, limit
        self.seconds, self.probe, self.cores = seconds, probe, cores

    def _holds(self, rate, seconds):
        found = self.offer(rate, seconds)
        slow = found["sent"] / found["seconds"] < rate * 0.97
        return self._sound(result_of(found, self.n)) and not slow

    def _sound(self, result):
        """Did it hold, in the time that there was?"""
        busy = result["cpu_us_per_out"] * result["out_pps"] / 1e6
        return result["loss"] <= self.limit and busy <= BUSY * self.cores

    def _ever(self, rate):
        """Does it hold in one of some short runs?"""
        return any(self._holds(rate, self.probe) for _ in range(TRIES))

    def rate(self):
        """The highest rate that holds, in short runs."""
        low, high = 0, START
        while high < MOST and self._ever(high):
            low, high = high, high * 2
        if not low:
            while high > 500 and not self._ever(high):
                high /= 2
            low, high = high, high * 2
        while high / low > 1 + PRECISION:
            rate = (low * high) ** 0.5
            if self._ever(rate):
                low = rate
            else:
                high = rate
        return low

    def best(self):
        """The median of some runs at the highest rate at which it holds."""
        rate = self.rate()
        for _ in range(STEPS):
            results = [result_of(self.offer(rate, self.seconds), self.n)
                       for _ in range(RUNS)]
            held = sum(self._sound(r) for r in results)
            if held * 2 > RUNS:
                break
            rate *= 0.93
        return middle(results)

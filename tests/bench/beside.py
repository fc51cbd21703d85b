# SPDX-License-Identifier: BSD-3-Clause
"""Whole sign-ins with the right code, beside pam_google_authenticator, with a million identities in
our store. Classes take turns block by block, because what one leaves to do must not fall on the
other; its time is that of processes, each a sign-in, as sshd makes them."""

import dataclasses
import itertools
import math
import os
import random
import subprocess
import tempfile
import time

import bed
import goal
import million
import peers
import plot
import stats

OURS, GOOGLE, AGAIN = "pam_smsotp", "pam_google_authenticator", "pam_google_authenticator again"
LABELS = (GOOGLE, AGAIN, OURS)
WARM = 3  # of a block and worker, not counted
SECONDS = 75  # after which a mode begins no further block: on a busy disk each takes long


@dataclasses.dataclass
class Mode:
    """How sign-ins follow each other; and what their time to prompt, their whole time, that with
    the wait for the text, and their rate are to be, in pam_google_authenticator's. With `slots` so
    many are worked on at once: while one waits for its text, another has its turn."""

    name: str
    apart: str = "fork"
    workers: int = 1
    slots: int = 0
    pause: int = 0
    think: int = 0
    prompt: float = None
    whole: float = None
    texted: float = None
    rate: float = None


MODES = (Mode("a fresh exec each", apart="exec", prompt=1.0),
         Mode("20 ms between attempts", pause=20000, prompt=1.0),
         Mode("back-to-back forks", prompt=1.2, whole=1.3, texted=1.3),
         Mode("20 ms of thinking", think=20000, whole=1.0),
         Mode("8 at once", workers=24, slots=8, rate=1.2),
         Mode("16 at once", workers=48, slots=16, rate=1.4),
         Mode("16 at once, 20 ms of thinking", workers=16, think=20000, prompt=1.2))


class Google:
    """A user for each worker; a code serves once."""

    def __init__(self, workers):
        self.counters = [itertools.count(1) for _ in range(workers)]
        peers.Google.enrol([f"g{worker}" for worker in range(workers)])

    def line(self, mode, worker):
        code = peers.hotp(next(self.counters[worker])).encode()
        return bed.attempt(peers.Google.stack, f"g{worker}", code, pause=mode.pause,
                           think=mode.think)


class Ours:
    """Any of a million, where the text comes."""

    @staticmethod
    def line(mode, worker):
        user, inbox = million.user(worker)
        return bed.attempt(bed.SMSOTP, user, "@" + inbox, pause=mode.pause, think=mode.think)


def start(mode, text, slots):
    """A driver that reads from a file and writes to one: no pipe fills up while others start."""
    with tempfile.TemporaryFile("w+") as lines, tempfile.TemporaryFile("w+") as said:
        lines.write(text)
        lines.seek(0)
        words = [str(each) for each in slots[:1]]
        driver = subprocess.Popen([bed.DRIVER, "run", mode.apart, *words], stdin=lines,
                                  stdout=said, pass_fds=slots)
        return driver, os.dup(said.fileno())


def read(driver, descriptor):
    with open(descriptor, encoding="ascii") as said:
        assert driver.wait() == 0
        said.seek(0)
        return [bed.read(line) for line in said]


def slots_of(mode):
    """A pipe with a byte for each slot, as one descriptor that is read and written; or none."""
    if not mode.slots:
        return ()
    path = tempfile.mktemp(dir="/run")
    os.mkfifo(path)
    slots = os.open(path, os.O_RDWR)
    os.unlink(path)
    os.write(slots, bytes(mode.slots))
    return (slots,)


def together(mode, maker, count, warm=WARM):
    """`count` sign-ins of each worker, all workers side by side; [[timing] of each]"""
    texts = ["".join(maker.line(mode, worker) + "\n" for _ in range(warm + count))
             for worker in range(mode.workers)]
    slots = slots_of(mode)
    drivers = [start(mode, text, slots) for text in texts]
    seen = [read(*driver)[warm:] for driver in drivers]
    for each in slots:
        os.close(each)
    return seen


def rate(workers):
    """Accepted a second while none of the workers had ended."""
    since = max(timings[0]["begun"] for timings in workers)
    until = min(ended(timings[-1]) for timings in workers)
    done = [each for each in ended_well(workers) if since < ended(each) <= until]
    if not done:  # a block so small that one had ended before another began
        done, since = ended_well(workers), min(timings[0]["begun"] for timings in workers)
        until = max(ended(timings[-1]) for timings in workers)
    return len(done) * 1e9 / (until - since)


def ended_well(workers):
    return [each for timings in workers for each in timings if each["code"] == 0]


def ended(timing):
    return timing["begun"] + timing["auth"] + timing["waited"]


class Blocks:
    """What was seen of a mode: times one after the other, a rate a block, and refusals."""

    def __init__(self, mode, samples):
        self.mode = mode
        self.timings = {label: [] for label in LABELS}
        self.rates = {label: [] for label in LABELS}
        google = Google(mode.workers)
        makers = {GOOGLE: google, AGAIN: google, OURS: Ours()}
        # At once, shares of a second are noise: there are more of each.
        share = 1 if mode.workers == 1 else 4
        count = max(1, samples * share // goal.BLOCKS // mode.workers)
        until = time.monotonic() + SECONDS
        for block in range(goal.BLOCKS):
            if block > 1 and time.monotonic() > until:
                break
            for label in random.sample(LABELS, len(LABELS)):
                workers = together(mode, makers[label], count)
                self.timings[label] += [each for timings in workers for each in timings]
                self.rates[label].append(rate(workers))

    def times(self, label, field):
        """Of those that got a prompt: who did not is refused, and not quick."""
        return [sum(each[part] for part in FIELDS[field]) for each in self.timings[label]
                if each["prompts"]] or [math.inf]

    def refused(self, label):
        """Codes that were given and right, and let nobody in."""
        return sum(each["code"] != 0 for each in self.timings[label])

    def row(self, label):
        row = {"": f"{self.mode.name}: {label}", "n": len(self.timings[label])}
        for field in ("prompt", "whole"):
            found = stats.compared(self.times(GOOGLE, field), self.times(label, field))
            row.update({f"{field} us": found["p50"], f"{field} p99": found["p99"],
                        f"{field} x": found["ratio"], f"{field} p99 x": found["ratio99"]})
        row["accepted/s"] = stats.quantile(self.rates[label], 0.5)
        row["refused"] = self.refused(label)
        row["codes"] = bed.codes(self.timings[label])
        return row

    def goals(self):
        mode = self.mode
        for field in FIELDS:
            most = getattr(mode, field)
            if most:
                yield goal.ratio(f"{NAMES[field]}, {mode.name}", self.times(GOOGLE, field),
                                 self.times(OURS, field), most=most)
        if mode.rate:
            pairs = [b / a for a, b in zip(self.rates[GOOGLE], self.rates[OURS])]
            yield goal.figures(f"accepted a second, {mode.name}", pairs, "x", least=mode.rate)
        yield goal.counted(f"right codes refused, {mode.name}", self.refused(OURS), "", 0)


FIELDS = {"prompt": ("prompt",), "whole": ("whole",), "texted": ("whole", "waited")}
NAMES = {"prompt": "time to prompt", "whole": "a whole sign-in",
         "texted": "a whole sign-in and the wait for its text"}


def signins(host, samples, _rounds):
    with million.on(host, bed.TEXTS):
        for mode in MODES:
            host.afresh()
            blocks = Blocks(mode, samples)
            yield (f"sign-ins with the right code: {mode.name} ({million.MANY} identities, "
                   "hold = 0)", [blocks.row(label) for label in LABELS])
            yield from blocks.goals()
            for field in ("prompt", "whole"):
                yield plot.Curves.of(f"{field}.svg", f"{NAMES[field]}: {mode.name}",
                                     {label: blocks.times(label, field) for label in LABELS})

# SPDX-License-Identifier: BSD-3-Clause
"""How long others wait for their prompt while an ordinary user floods. `computing` does nothing to
smsotpd: what it costs, all others cost too. Every flood runs at nice 19."""

import random
import subprocess
import time

import bed
import goal
import stats

UID = 1500
TURNS = 8
WARM_SECONDS = 0.3
FLOODS = {"nothing": None, "nothing again": None, "computing, 8 processes": ("hog", 8),
          "begins through PAM, 8 processes": ("pam", 8),
          "begins by frames, 8 processes": ("begin", 8),
          "his own connections, 2 processes": ("own", 2),
          "1000 idle connections a second": ("idle", 1),
          "idle connections without end": ("connect", 2)}
# What a user can do with sudo, stopped where it has connected, too, and with a program of his own.
# More connections than he can start sudo come from root alone: the socket is his.
BOUND = ("begins through PAM, 8 processes", "his own connections, 2 processes",
         "1000 idle connections a second")


class Flood:
    def __init__(self, kind, workers):
        self.since = time.monotonic()
        argv = [bed.DRIVER, "flood", kind, str(UID), str(workers), bed.SMSOTP, "sudo", "e001",
                "pts/9", "/run/smsotp/smsotpd.sock"]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)

    def end(self):
        """Strikes a second."""
        strikes = int(self.process.communicate()[0])
        return strikes / (time.monotonic() - self.since)


def one_turn(host, flood, count):
    """The attempts of others, 2 ms apart, and the flood's strikes a second."""
    running = Flood(*flood) if flood else None
    if running:
        time.sleep(WARM_SECONDS)
    lines = [("", bed.attempt(bed.SMSOTP, host.some("existing"), pause=2000))
             for _ in range(count)]
    timings = bed.run(lines)[""]
    return timings, running.end() if running else 0.0


def row(label, timings, quiet, strikes):
    found = stats.compared(quiet, bed.times(timings))
    return {"": label, "n": len(timings), "prompt us": found["p50"], "p99": found["p99"],
            "x": found["ratio"], "p99 x": found["ratio99"],
            "refused": bed.unprompted(timings), "strikes/s": strikes}


def flood(host, samples, _rounds):
    host.again(None)
    seen = {label: [] for label in FLOODS}
    strikes = {label: [] for label in FLOODS}
    for _ in range(TURNS):
        for label in random.sample(list(FLOODS), len(FLOODS)):
            timings, rate = one_turn(host, FLOODS[label], max(10, min(samples, 1000) // TURNS))
            seen[label] += timings
            strikes[label].append(rate)
    quiet = bed.times(seen["nothing"])
    yield (f"time to others' prompt while uid {UID} floods ({TURNS} turns of each in random order)",
           [row(label, seen[label], quiet, sum(strikes[label]) / TURNS) for label in FLOODS])
    for label in BOUND:
        yield goal.counted(f"others refused, {label}", bed.unprompted(seen[label]), "", 0)
        for share, most in ((0.5, 2.0), (0.99, 3.0)):
            yield goal.ratio(f"others' time to prompt, p{share * 100:g}, {label}", quiet,
                             bed.times(seen[label]), share, most=most)

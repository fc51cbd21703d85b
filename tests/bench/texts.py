# SPDX-License-Identifier: BSD-3-Clause
"""How soon a text is at the gateway, alone and in a burst. The emulator notes when a request has
come, on the same clock as the attempts."""

import collections
import json
import os
import time

import bed
import frames
import goal
import hosts
import million
import stats
import wait

ALONE, BURST, BURSTS = 300, 1000, 5
SEEN = "/run/gateway/log"
PAUSE = 0.02  # seconds
CONNECTIONS = 100  # begins under way side by side
SECONDS = 60
PARALLEL = 64  # texts that the sender has under way at a time


class Requests:
    """What comes to the gateway from now on."""

    def __init__(self):
        self.at = os.stat(SEEN).st_size if os.path.exists(SEEN) else 0

    def lines(self):
        with open(SEEN, encoding="utf-8") as file:
            file.seek(self.at)
            return file.read().split("\n")[:-1]

    def wait_for(self, count):
        """Each one's (moment in ns, connection)."""
        wait.until(lambda: len(self.lines()) >= count, f"{count} requests", SECONDS)
        found = [json.loads(line) for line in self.lines()]
        return [(each["at"], each["connection"]) for each in found]


def through_pam(count):
    """When each of `count` attempts called pam_start."""
    lines = [("", bed.attempt(bed.SMSOTP, million.user()[0], pause=round(PAUSE * 1e6)))
             for _ in range(count)]
    return [each["begun"] for each in bed.run(lines)[""]]


def by_frames(count):
    """When each of `count` begins was sent."""
    sent = []
    for _ in range(count):
        time.sleep(PAUSE)
        sent.append(time.monotonic_ns())
        with begin(million.user()[0]) as connection:
            assert frames.receive(connection)
    return sent


def alone(begin_many, count):
    """Nanoseconds to each request on a connection that was there before."""
    requests = Requests()
    known, took = set(), []
    begun = begin_many(count)
    for since, (at, connection) in zip(begun, requests.wait_for(count), strict=True):
        if connection in known:
            took.append(at - since)
        known.add(connection)
    return took


def begin(user):
    connection = frames.connect()
    connection.send(frames.ask(frames.BEGIN, user, service="sshd", tty="ssh", uid=0,
                               connection=f"{bed.address()} 50000 127.0.0.1 22"))
    return connection


def burst():
    """Nanoseconds a text, from the first begin to the last request."""
    requests, waiting = Requests(), collections.deque()
    since = time.monotonic_ns()
    for number in range(BURST + CONNECTIONS):
        if number >= CONNECTIONS:
            # Who goes before the answer has come is sent no text.
            with waiting.popleft() as connection:
                assert frames.receive(connection)
        if number < BURST:
            waiting.append(begin(f"u{number * 997:07d}"))
    return (max(at for at, _ in requests.wait_for(BURST)) - since) / BURST


def texts(host, samples, _rounds):
    with million.on(host, hosts.merged(bed.TEXTS, {"gateway": {"parallel": PARALLEL}})):
        alone(through_pam, 10)
        apart = alone(through_pam, min(samples, ALONE))
        each = alone(by_frames, min(samples, ALONE))
        many = []
        for _ in range(BURSTS):
            host.afresh()
            host.sender.restart()
            many.append(burst())
    yield ("to the request at the gateway, hold = 0, by the text",
           [stats.row("from the begin frame, each 20 ms", each),
            stats.row("from pam_start", apart),
            {"": f"a burst's time by its {BURST} texts", "n": BURSTS,
             "us": stats.quantile(many, 0.5) / 1000, "p99": max(many) / 1000}])
    yield goal.figures("begin to the request at the gateway", [one / 1e6 for one in each], "ms",
                       most=2.0)
    # One alone waits for its commit, too; of a burst PARALLEL are on their way at a time.
    yield goal.figures(f"a burst's time by its {BURST} texts, in that of one from its begin",
                       [one / stats.quantile(each, 0.5) for one in many], "x", most=1.0)

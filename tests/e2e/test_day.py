# SPDX-License-Identifier: BSD-3-Clause
"""A day of sign-ins of every kind: what the daemons hold at its end they held at its first tenth."""

import concurrent.futures
import glob
import operator
import os
import random
import threading

import attack
import crowd
import frames
import store
import wait
from case import HostCase
from phone import CODE, wrong

# Sanitizers keep freed memory to themselves; how much a daemon takes shows without them.
os.environ.pop("SMSOTP_DAEMONS", None)

SIGN_INS = attack.amount(500, 100_000)
DAY = 86400
USERS = attack.amount(20, 96)
THREADS = 4
STEP = 10  # seconds between two at most: a code outlives what happens beside it
RESEND = 61  # seconds behind which the second is heeded, too
ANONYMOUS_KB = 1024
KINDS = ["right"] * 5 + ["wrong", "resend", "nobody", "nobody", "no session"]
DROPPED_MOST = 10  # of 8 digits a gateway that drops equal texts meets some twice
WIDE = {"texts_user": 100, "texts_user_kept": 0, "texts_day": 1000, "texts_day_kept": 0,
        "texts_source": 10000, "texts_host": 1000000, "failures_user": 1000,
        "failures_day": 10000, "failures_source": 10000, "failures_host": 100000,
        "ceiling_strange": 10000, "ceiling_known": 1000}


class Inbox:
    """A phone's texts from where it was read last: a day's are too many to read again."""

    def __init__(self, path):
        self.path, self.at = path, 0

    def next_code(self):
        def line():
            if not os.path.exists(self.path):
                return None
            with open(self.path, encoding="ascii") as file:
                file.seek(self.at)
                found = file.readline()
            return found if found.endswith("\n") else None

        text = wait.until(line, "text", 3)
        self.at += len(text)
        return CODE.findall(text.split("]", 1)[1])[0]


class Day(HostCase):
    CLOCKED = True
    CONFIG = {"limits": WIDE, "code": {"digits": 8}}
    lock = threading.Lock()

    def held(self):
        """What may not grow, but for memory."""
        stores = sorted(glob.glob("/var/lib/smsotp/**", recursive=True))
        return {"readers": [store.readers(f"/var/lib/smsotp/{name}")
                            for name in ("identity", "state")],
                "files": [(path, os.stat(path).st_blocks) for path in stores],
                "run": sorted(glob.glob("/run/smsotp/*"))}

    def descriptors(self):
        """But for those that smsotp-send keeps to the gateway, one for each thread at most."""
        daemon, sender = (len(glob.glob(f"/proc/{each.pid}/fd/*"))
                          for each in (self.host.smsotpd, self.host.sender))
        return daemon, max(0, sender - self.sender_few - THREADS - 1)

    def memory(self):
        return [crowd.anonymous(each.pid) for each in (self.host.smsotpd, self.host.sender)]

    def later(self, seconds):
        with self.lock:
            self.host.clock.advance(seconds)

    def resent(self, login, user):
        self.later(RESEND)
        self.assertEqual(login.guess(b"r"), frames.ASK)
        return user.inbox.next_code()

    def first_code(self, login, user):
        try:
            return user.inbox.next_code()
        except wait.Late:
            self.dropped.append(user.name)
            return self.resent(login, user)

    def sign_in(self, user, lot):
        """One of some kind, at one of twelve places; its session opens and closes."""
        kind, place = lot.choice(KINDS), f"198.51.100.{lot.randrange(12)}"
        name = f"nobody{lot.randrange(100000)}" if kind == "nobody" else user.name
        login = frames.Stranger(name, place)
        self.assertEqual(login.verdict(), frames.ASK)
        if kind == "nobody":
            self.assertEqual(login.guess(), frames.ASK)
            return
        code = self.first_code(login, user)
        if kind == "resend":
            code = self.resent(login, user)
        if kind == "wrong":
            self.assertEqual(login.guess(wrong(code).encode()), frames.ASK)
        self.assertEqual(login.guess(code.encode()), frames.GRANTED)
        if kind != "no session":
            for step in (frames.OPEN, frames.CLOSE):
                frames.say(frames.ask(step, **login.facts))

    def load(self, users, count, seed):
        """So many of one thread's users; time goes by between them."""
        lot = random.Random(seed)
        for number in range(count):
            self.sign_in(users[number % len(users)], lot)
            self.later(min(DAY / SIGN_INS, STEP))

    def hours(self, people, count, seed):
        parts = [people[thread::THREADS] for thread in range(THREADS)]
        with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(self.load, parts, [count // THREADS] * THREADS,
                          range(seed, seed + THREADS)))

    def test_nothing_grows(self):
        self.dropped = []
        people = [self.user() for _ in range(USERS)]
        for user in people:
            user.inbox = Inbox(user.phone.path)
        daemon = self.host.smsotpd.pid
        few = len(glob.glob(f"/proc/{daemon}/fd/*"))
        self.sender_few = len(glob.glob(f"/proc/{self.host.sender.pid}/fd/*"))
        attack.Flood("guess", 5000, 1).wait()  # touches the memory that is there from the start
        self.hours(people, SIGN_INS // 10, 1)
        held, memory = self.held(), self.memory()
        for part in range(9):
            self.hours(people, SIGN_INS // 10, 100 * (part + 1))
            print(f"# after {part + 2} tenths: {self.memory()} KB of anonymous memory", flush=True)
        wait.until(lambda: all(map(operator.le, self.descriptors(), (few, 0))),
                   f"closed descriptor of {self.descriptors()}, {few}")
        self.assertEqual(self.held(), held)
        for before, after in zip(memory, self.memory()):
            self.assertLess(after - before, ANONYMOUS_KB)
        self.assertLessEqual(len(self.dropped), DROPPED_MOST)
        print(f"# {SIGN_INS} sign-ins, anonymous memory {memory} then {self.memory()} KB")

# SPDX-License-Identifier: BSD-3-Clause
"""Thousands at their prompts, each from an address of his own, who then all answer. Their texts come
to the stub's file, on a hundred phones: one of a phone at a time, so that it is known whose it is."""

import collections
import os
import re

import frames
import wait

PEOPLE = 10_000
PHONES = 100
STUB = "/run/smsotp/stub.log"
TEXT = re.compile(r"\+9199999000(\d\d) (\d+) is")
SIDE_BY_SIDE = 500
SECONDS = 120


def roll_up(pid, field):
    """KB of a process, by one of the sums of its maps."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
        return int(re.search(field + r":\s+(\d+) kB", rollup.read()).group(1))


def anonymous(pid):
    """KB that are no file's."""
    return roll_up(pid, "Anonymous")


def resident(pid):
    return roll_up(pid, "Rss")


def traits(names):
    """The file to import."""
    rows = [f"{name},+91 99999 000{n % PHONES:02d}" for n, name in enumerate(names)]
    return "\n".join(["name,phone", *rows]) + "\n"


class Crowd:
    """`users` are their names; `smsotpd` is watched by its process id."""

    def __init__(self, users, smsotpd):
        self.logins = [{"user": user, "service": "sshd", "tty": "ssh", "uid": 0,
                        "number": os.urandom(16),
                        "connection": f"10.{n >> 8}.{n & 255}.1 50000 192.0.2.254 22"}
                       for n, user in enumerate(users)]
        self.pid, self.most, self.tokens = smsotpd, 0, []

    def say(self, asks):
        """The answers to frames, many of them under way at once."""
        waiting, answers = collections.deque(), []

        def take():
            with waiting.popleft() as connection:
                answers.append(frames.receive(connection))
            if len(answers) % SIDE_BY_SIDE == 0:
                self.most = max(self.most, anonymous(self.pid))
        for ask in asks:
            waiting.append(frames.connect())
            waiting[-1].send(ask)
            if len(waiting) == SIDE_BY_SIDE:
                take()
        while waiting:
            take()
        return answers

    def begin(self):
        """All of them stand at their prompts, and have their texts."""
        asked = 0
        for first in range(0, len(self.logins), PHONES):
            logins = self.logins[first:first + PHONES]
            answers = self.say(frames.ask(frames.BEGIN, **login) for login in logins)
            self.tokens += map(frames.token, answers)
            asked += sum(frames.verdict(answer) == frames.ASK for answer in answers)
            wait.until(lambda: self.texts() >= asked, "a text each", SECONDS)
        return asked

    @staticmethod
    def texts():
        if not os.path.exists(STUB):
            return 0
        with open(STUB, "rb") as file:
            return file.read().count(b"\n")

    @staticmethod
    def codes():
        """A queue for each phone."""
        found = collections.defaultdict(collections.deque)
        with open(STUB, encoding="ascii") as file:
            for phone, code in TEXT.findall(file.read()):
                found[int(phone)].append(code)
        return found

    def answer(self):
        """How many of them their right code lets in."""
        codes = self.codes()
        answers = self.say(
            frames.ask(frames.VERIFY, token=token, reply=codes[n % PHONES].popleft().encode(),
                       **login) for n, (login, token) in enumerate(zip(self.logins, self.tokens)))
        return sum(frames.verdict(answer) == frames.GRANTED for answer in answers)

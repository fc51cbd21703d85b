# SPDX-License-Identifier: BSD-3-Clause
"""A stranger with many addresses uses up the strangers' share of everything and locks nobody out:
a user at a place that knows him gets a text at once and is in at the first try. With the limits
that a host has by default, and a clock of our own."""

import concurrent.futures
import signal

import attack
import frames
import wait
from dialogues import SENT, DialogueCase

NAMES = attack.amount(40, 400)
ATTEMPTS = attack.amount(2_000, 10_000)
TRIES = 5


def guesses(pair):
    """All tries of one login; what it was told."""
    stranger = frames.Stranger(*pair)
    verdicts = [stranger.verdict()]
    while verdicts[-1] == frames.ASK and len(verdicts) <= TRIES:
        verdicts.append(stranger.guess())
    return verdicts


class StrangersCase(DialogueCase):
    CLOCKED = True
    CONFIG = {"limits": {"texts_source": None, "texts_host": None, "failures_source": None,
                         "failures_host": None}}

    def texts(self, user, count):
        """So many texts came and no more: what was asked for before a test text has left by then."""
        wait.until(lambda: len(user.phone.lines()) >= count, f"text {count}", 5)
        self.host.ctl("send-test", self.user().name)
        self.assertEqual(len(user.phone.lines()), count)


class Strangers(StrangersCase):
    def flood(self, names):
        """Wrong codes under all names from 200 addresses."""
        pairs = [(names[number % len(names)], f"198.51.{number // 100 % 2}.{number % 100 + 1}")
                 for number in range(ATTEMPTS // TRIES)]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for verdicts in pool.map(guesses, pairs):
                self.assertNotIn(frames.GRANTED, verdicts)
                self.assertNotIn(frames.UNAVAILABLE, verdicts)

    def test_a_known_place_is_served_while_strangers_have_used_up_theirs(self):
        user = self.user()
        self.signs_in(user, source="127.0.9.1")
        self.flood([user.name, *(self.user().name for _ in range(9)),
                    *(f"nobody{number}" for number in range(NAMES))])
        self.host.event(lambda line: '"limit.near"' in line)
        # What strangers asked for has left before a test text does.
        self.host.ctl("send-test", self.user().name)
        while user.phone.unread():
            user.phone.next_line()
        self.signs_in(user, source="127.0.9.1")

    def test_strangers_cause_three_texts_in_ten_minutes(self):
        user = self.user()
        for number in range(1, 12):
            frames.Stranger(user.name, f"198.51.3.{number}")
        self.texts(user, 3)
        self.host.clock.advance(600)
        frames.Stranger(user.name, "198.51.3.99")
        self.texts(user, 4)

    def test_after_twenty_wrong_codes_a_right_one_is_worth_nothing_elsewhere(self):
        user = self.user()
        for number in range(1, 7):
            stranger = frames.Stranger(user.name, f"198.51.4.{number}")
            wrong = str((int(user.phone.next_code()) + 1) % 1000000).zfill(6).encode()
            for _ in range(TRIES):
                stranger.guess(wrong)
            self.host.clock.advance(200)
        dialogue, code = self.begun(user, source="127.0.9.7")
        dialogue.answer(code)
        self.assertIn("That code is not right", dialogue.prompt())
        self.host.clock.advance(3600)
        self.signs_in(user, source="127.0.9.8")

    def test_one_source_guesses_thirty_times_over_all_names(self):
        for number in range(31):
            frames.Stranger(f"nobody{number}", "127.0.9.5").guess()
        user = self.user()
        self.host.clock.advance(300)
        dialogue, code = self.begun(user, source="127.0.9.5")
        dialogue.answer(code)
        self.assertIn("That code is not right", dialogue.prompt())
        self.signs_in(user, source="127.0.9.6")

    def test_one_source_asks_for_fifteen_texts(self):
        users = [self.user() for _ in range(16)]
        for user in users:
            frames.Stranger(user.name, "198.51.6.1")
        for user in users[:15]:
            user.phone.next_code()
        self.texts(users[15], 0)

    def test_texts_run_out_alike_for_every_name(self):
        """What is seen: three texts in ten minutes under a name from a place."""
        seen = []
        for name in (self.user().name, "nobody-at-all"):
            lines = []
            for _ in range(4):
                dialogue = self.dialogue(name, source="127.0.9.9")
                lines.append(dialogue.prompt())
                dialogue.close()
                self.host.clock.advance(901 if len(lines) < 1 else 0)
            seen.append(lines)
        self.assertEqual(*seen)
        self.assertEqual(seen[0][0], SENT)


class Prefix(StrangersCase):
    """On a host of its own: its config changes."""

    def unanswered(self, count):
        """So many texts to one prefix, none of which is answered."""
        for number in range(count):
            frames.Stranger(self.user().name, f"198.51.7.{number + 1}")

    def test_a_prefix_that_nobody_answers(self):
        self.host.clock.advance(86400)
        self.host.configure({"limits": {**self.CONFIG["limits"], "prefix_texts": 10,
                                        "prefix_stop": "yes"}})
        before = len(self.host.events())
        self.host.smsotpd.signal(signal.SIGHUP)
        wait.until(lambda: any("config.reloaded" in line for line in self.host.events()[before:]),
                   "the new config", 5)
        known = self.user()
        self.signs_in(known, source="127.0.9.20")
        self.unanswered(20)
        self.host.event(lambda line: '"prefix.alarm"' in line and '"prefix":"+9199"' in line)
        stranger = self.user()
        frames.Stranger(stranger.name, "198.51.8.1")
        self.texts(stranger, 0)
        self.signs_in(known, source="127.0.9.20")

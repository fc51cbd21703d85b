# SPDX-License-Identifier: BSD-3-Clause
"""Answers that come at the same moment, over connections of their own, count one by one."""

import attack
import hosts
from case import HostCase
from phone import wrong

SERVICE = "race"
SIDE_BY_SIDE = 8
ROUNDS, USERS = attack.amount(30, 1000), 20


class Race(HostCase):
    """Nothing but the challenge's own tries bounds the guesses: no lock is near. Of long codes and
    for many phones, as a gateway drops the text that a phone has had in the last half hour."""

    CLOCKED = True
    CONFIG = {f"service {SERVICE}": {"enabled": "yes"}, "lockout": {"failures": 100},
              "code": {"digits": 8},
              "limits": {"failures_user": 1000, "failures_day": 10000, "failures_source": 10000,
                         "failures_host": 100000, "ceiling_strange": 10000,
                         "ceiling_known": 1000}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        hosts.write(f"/etc/pam.d/{SERVICE}", "auth required pam_smsotp.so\n")

    def race(self, user, tty="tty7", processes=SIDE_BY_SIDE):
        """Processes at their first prompt, and the one code that came for all of them."""
        self.host.clock.advance(14400)
        race = attack.Race(SERVICE, user.name, tty, processes)
        self.addCleanup(race.close)
        self.assertEqual(race.states, ["asked"] * processes)
        code = user.phone.next_code()
        self.assertEqual(user.phone.unread(), 0)
        return race, code

    def test_one_code_is_one_login(self):
        users = [self.user() for _ in range(USERS)]
        for turn in range(ROUNDS):
            race, code = self.race(users[turn % USERS])
            self.assertEqual(race.answer([code] * SIDE_BY_SIDE).count("granted"), 1)
            race.close()

    def test_code_of_another_source_is_no_login(self):
        user = self.user()
        here, code = self.race(user, "tty7", 4)
        there = attack.Race(SERVICE, user.name, "tty8", 4)
        self.addCleanup(there.close)
        other = user.phone.next_code()
        self.assertNotIn("granted", there.answer([code] * 4))
        self.assertEqual(here.answer([code] * 4).count("granted"), 1)
        self.assertEqual(there.answer([other] * 4).count("granted"), 1)

    def guessed(self, user, wrong_answers):
        """How many of eight get in with the right code after so many wrong ones at once."""
        race, code = self.race(user)
        words = [wrong(code, step + 1) for step in range(wrong_answers)]
        states = race.answer(words + ["-"] * (SIDE_BY_SIDE - wrong_answers))
        self.assertEqual(states, ["asked"] * SIDE_BY_SIDE)
        granted = race.answer([code] * SIDE_BY_SIDE).count("granted")
        race.close()
        return granted

    def test_four_wrong_at_once_leave_one_try(self):
        user = self.user()
        for _ in range(attack.amount(5, 100)):
            self.assertEqual(self.guessed(user, 4), 1)

    def test_five_wrong_at_once_leave_none(self):
        user = self.user()
        for _ in range(attack.amount(5, 100)):
            self.assertEqual(self.guessed(user, 5), 0)

    def test_no_more_comparisons_than_tries(self):
        """Sixteen guesses at once, the right one among them: five are compared, the right one not
        each time. Whoever was not heard in time is not compared later."""
        user, rounds, inside = self.user(), attack.amount(10, 200), 0
        for number in range(rounds):
            race, code = self.race(user, processes=16)
            words = [wrong(code, step) for step in range(16)]
            granted = race.answer(words[number % 16:] + words[:number % 16]).count("granted")
            again = race.answer([code if state == "asked" else "-" for state in race.states])
            self.assertEqual(again.count("granted"), granted)
            inside += granted
            race.close()
        self.assertLess(inside, rounds)

# SPDX-License-Identifier: BSD-3-Clause
"""A state store with room for fewer users than there are identities: the operator is told at each
step, users with a record sign in, others look like names that do not exist, and an identity that
goes or a larger store lets them in."""

import json
import os
import signal

import frames
from dialogues import AWAY, DialogueCase

STATE = "/var/lib/smsotp/state/data.mdb"
MB = 1 << 20
SMALL = 16
# More than 16 MB are for, on which no exact number of the product stands here.
MANY = 1600
PEOPLE = "/root/many.csv"
LIMITS = {"texts_host": 1000000, "texts_source": 10000, "failures_source": 10000}


class StateSize(DialogueCase):
    CLOCKED = True
    CONFIG = {"store": {"state_size": SMALL}, "limits": LIMITS}

    def events(self, name):
        return [json.loads(line) for line in self.host.events() if f'"event":"{name}"' in line]

    def told(self, requests):
        return [(each.instructions, each.prompts) for each in requests]

    def gets_nothing(self, user, source):
        """The lines of a name that does not exist, and no text."""
        wrong = ["111111", "222222", "333333", "444444", "555555"]
        self.assertEqual(self.told(self.refused(user.name, source, wrong)),
                         self.told(self.refused("stranger", source, wrong)))
        self.assertEqual(user.phone.lines(), [])

    def import_many(self, first=0):
        """Their phones are nobody's else."""
        with open(PEOPLE, "w", encoding="ascii") as file:
            file.write("name,phone\n")
            file.writelines(f"many{number},+1 202 555 01{number % 100:02}\n"
                            for number in range(first, first + MANY))
        return self.host.ctl("import", PEOPLE, check=False)

    def begin_many(self, first=0):
        """Each asks for a text; a verb is answered when all of them are committed."""
        for number in range(first, first + MANY):
            answer = frames.say(frames.ask(frames.BEGIN, f"many{number}", uid=0, service="sshd"))
            self.assertEqual(frames.verdict(answer), frames.ASK)
        self.host.ctl("lock", "list")

    def warned(self, late):
        """By all that makes identities or tells of them."""
        imported = self.import_many()
        self.assertEqual(imported.returncode, 0)
        warning = f"There are {MANY + 3} identities, and the state store has room for"
        self.assertIn(f"Warning: {warning}", imported.stderr)
        done = self.host.ctl("identity", "set", late.name, check=False,
                             input=f"phone: {late.phone.number}\n")
        self.assertIn(warning, done.stderr)
        status = json.loads(self.host.ctl("--json", "status"))
        self.assertIn(warning, status["warnings"][0])

    def full(self, known, late):
        """Who comes late gets nothing, and one event a minute says so; who is known signs in."""
        self.assertEqual(self.events("state.full"), [])
        self.begin_many()
        self.assertEqual(len(self.events("state.full")), 1)
        self.host.clock.advance(60)
        self.gets_nothing(late, "127.0.7.2")
        told = self.events("state.full")
        self.assertEqual([each["user"] for each in told[1:]], [late.name])
        self.assertGreater(told[1]["count"], 20)
        self.assertEqual(self.events("login.unavailable"), [])
        self.signs_in(known, source="127.0.7.3")

    def room_by_removal(self, late):
        for number in range(40):
            self.host.ctl("identity", "remove", f"many{number}")
        self.host.clock.advance(3600)
        self.signs_in(late, source="127.0.7.4")

    def room_by_size(self, known, later):
        self.host.smsotpd.restart()
        self.host.event(lambda line: "state.small" in line)
        told = len(self.events("state.small"))
        self.host.configure({"store": {"state_size": 2 * SMALL}})
        self.host.smsotpd.restart()
        self.signs_in(later, source="127.0.7.5")
        self.assertEqual(os.stat(STATE).st_size, 2 * SMALL * MB)
        self.signs_in(known, source="127.0.7.3")
        self.assertEqual(len(self.events("state.small")), told)
        self.assertEqual(json.loads(self.host.ctl("--json", "status"))["warnings"], [])

    def too_small_for_what_it_holds(self, known):
        """It does not open, says what to set, and is as it was as soon as that is set."""
        self.assertEqual(self.import_many(MANY).returncode, 0)
        self.begin_many(MANY)
        self.host.configure()
        self.host.smsotpd.restart()
        told = self.host.event(lambda line: "store.unavailable" in line)
        self.assertRegex(told, r"holds (1[7-9]|2\d) MB already, and 16 are allowed: "
                               r"set its size to (1[7-9]|2\d) or more")
        self.assertEqual(self.shut(known, "127.0.7.6"), AWAY)
        self.host.configure({"store": {"state_size": 2 * SMALL}})
        self.host.smsotpd.signal(signal.SIGHUP)
        self.host.event(lambda line: "config.reloaded" in line)
        self.signs_in(known, source="127.0.7.3")

    def test_limit(self):
        """One test, because each step goes by what the one before it left."""
        known, late, later = self.user(), self.user(), self.user()
        self.signs_in(known, source="127.0.7.1")
        self.assertEqual(os.stat(STATE).st_size, SMALL * MB)
        self.warned(late)
        self.full(known, late)
        self.room_by_removal(late)
        self.room_by_size(known, later)
        self.too_small_for_what_it_holds(known)

# SPDX-License-Identifier: BSD-3-Clause
"""Random names from random addresses leave stores, trail and memory as they were, lock nobody who
was never tried, and keep no user out."""

import json
import os
import re

import attack
from dialogues import DialogueCase

# Sanitizers keep freed memory to themselves; how much a daemon takes shows without them.
os.environ.pop("SMSOTP_DAEMONS", None)

ATTEMPTS = attack.amount(20_000, 2_000_000)
TRAIL_BYTES = attack.amount(200_000, 1_000_000)
MEMORY_KB = 4096


class Growth(DialogueCase):
    @classmethod
    def setUpClass(cls):
        """Memory and records that any use takes are there before anything is measured."""
        super().setUpClass()
        attack.Flood("guess", 5000, 1).wait()

    def sizes(self):
        """Of each store its file's blocks and how full it is, in percent."""
        status = json.loads(self.host.ctl("--json", "status"))
        blocks = [os.stat(f"/var/lib/smsotp/{name}/data.mdb").st_blocks
                  for name in ("identity", "state")]
        return blocks, status["identity_used"], status["state_used"]

    def memory(self):
        """The most that smsotpd has held so far, in KB."""
        with open(f"/proc/{self.host.smsotpd.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1))

    def trail(self):
        return os.stat("/var/log/smsotp/events.jsonl").st_size

    def grows_not(self, kind, seed):
        sizes, memory, trail = self.sizes(), self.memory(), self.trail()
        asked, locked, unanswered = attack.Flood(kind, ATTEMPTS, seed).wait()
        self.assertEqual((asked, locked, unanswered), (ATTEMPTS, 0, 0))
        self.assertEqual(self.sizes(), sizes)
        self.assertLess(self.trail() - trail, TRAIL_BYTES)
        self.assertLess(self.memory() - memory, MEMORY_KB)

    def test_guesses_under_random_names(self):
        user = self.user()
        self.grows_not("guess", 2)
        self.signs_in(user, source="127.0.6.1")
        self.assertEqual(self.dialogue("never-tried", source="127.0.6.2").prompt(),
                         self.dialogue(self.user().name, source="127.0.6.3").prompt())

    def test_begins_under_random_names(self):
        user = self.user()
        self.grows_not("begin", 3)
        self.signs_in(user, source="127.0.6.4")

    def test_users_sign_in_while_it_lasts(self):
        for number, kind in enumerate(("begin", "guess")):
            users = [self.user() for _ in range(3)]
            flood = attack.Flood(kind, 1 << 40, 4 + number)
            self.addCleanup(flood.stop)
            for user in users:
                self.signs_in(user, source="127.0.6.5")
            self.assertTrue(flood.running())
            flood.stop()

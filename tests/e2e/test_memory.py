# SPDX-License-Identifier: BSD-3-Clause
"""What the daemons and the module take from a host, and how often a sign-in writes to its disk."""

import os

import crowd
import hosts
import store
from dialogues import DialogueCase

# Sanitizers keep freed memory to themselves; how much a daemon takes shows without them.
os.environ.pop("SMSOTP_DAEMONS", None)

KB_MOST = 16 * 1024
WIDE = {"texts_host": 1000000, "failures_host": 100000}


class Memory(DialogueCase):
    CONFIG = {"gateway": {"stub": "yes"}, "resend": {"hold": 0}, "limits": WIDE}

    def test_ten_thousand_at_their_prompts_all_answer(self):
        names = [f"c{number:04d}" for number in range(crowd.PEOPLE)]
        hosts.write("/run/crowd.csv", crowd.traits(names), 0o600)
        self.host.ctl("import", "/run/crowd.csv")
        people = crowd.Crowd(names, self.host.smsotpd.pid)
        self.assertEqual(people.begin(), crowd.PEOPLE)
        self.assertEqual(people.answer(), crowd.PEOPLE)
        most = max(people.most, crowd.anonymous(self.host.smsotpd.pid))
        print(f"# smsotpd: {most} KB of anonymous memory")
        self.assertLess(most, KB_MOST)

    def test_sender_idle(self):
        self.host.sender.restart()
        resident = crowd.resident(self.host.sender.pid)
        print(f"# smsotp-send: {resident} KB")
        self.assertLess(resident, KB_MOST)


class Commits(DialogueCase):
    SIGN_INS = 3

    def test_a_sign_in_alone_is_two_commits(self):
        """One for its begin and one for its answer; each is two flushes of the disk."""
        user = self.user()
        before = store.commits("/var/lib/smsotp/state")
        for number in range(self.SIGN_INS):
            dialogue, code = self.begun(user, source=f"127.0.8.{number + 1}")
            dialogue.answer(code)
            self.signed_in(dialogue, user.name)
        self.assertEqual(store.commits("/var/lib/smsotp/state") - before, 2 * self.SIGN_INS)

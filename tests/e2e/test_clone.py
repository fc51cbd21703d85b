# SPDX-License-Identifier: BSD-3-Clause
"""A host's disk becomes another host: its key is made anew, and locks and codes of the first are gone."""

import json

import hosts
from dialogues import DialogueCase
from phone import wrong


class Clone(DialogueCase):
    CLOCKED = True

    def cloned(self):
        """How often the trail says it; what stops has written all."""
        self.host.smsotpd.stop()
        count = len([line for line in self.host.events() if "store.cloned" in line])
        self.host.smsotpd.start()
        return count

    def becomes(self, machine):
        self.host.smsotpd.stop()
        hosts.write("/etc/machine-id", machine * 32 + "\n")
        self.host.smsotpd.start()

    def test_another_machine_id(self):
        user = self.user()
        self.becomes("a")
        before = self.cloned()
        self.locked(user)
        self.host.ctl("mode", "su", "observe")
        self.assertEqual(self.chosen(), "observe")
        self.becomes("b")
        self.assertEqual(self.cloned(), before + 1)
        self.assertIn(user.name, self.host.ctl("identity", "list"))
        self.assertEqual(self.host.ctl("lock", "list").count(user.name), 0)
        # Under another key nobody would find the lock anyhow; a mode has no key.
        self.assertEqual(self.chosen(), "config")
        dialogue, code = self.begun(user)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)
        self.assertEqual(self.cloned(), before + 1)

    def chosen(self):
        return json.loads(self.host.ctl("mode", "su", "--json"))["services"][0]["chosen"]

    def locked(self, user):
        dialogue, code = self.begun(user)
        dialogue.answer(wrong(code))
        dialogue.prompt()
        dialogue.close()
        self.assertEqual(self.host.ctl("lock", "list").count(user.name), 1)

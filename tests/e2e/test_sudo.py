# SPDX-License-Identifier: BSD-3-Clause
"""sudo with a code: the invoking user's phone, on a pty."""

import re

import clients
from dialogues import SENT, DialogueCase, left
from phone import wrong


class Sudo(DialogueCase):
    def sudo(self, user, *command):
        return self.open(clients.sudo(user, *command))

    def test_right_code_becomes_root(self):
        user = self.user()
        sudo = self.sudo(user, "id", "-un")
        self.assertEqual(sudo.prompt(), SENT)
        sudo.send(user.phone.next_code())
        said, status = sudo.finish()
        self.assertEqual((said.split(), status), (["root"], 0))

    def test_code_is_not_echoed(self):
        user = self.user()
        sudo = self.sudo(user, "true")
        sudo.prompt()
        code = user.phone.next_code()
        sudo.send(code)
        self.assertNotIn(code, sudo.finish()[0])

    def test_five_wrong_codes_end_it(self):
        """sudo authenticates with PAM_SILENT: the lock's line is not shown, sudo's own are."""
        user = self.user()
        sudo = self.sudo(user, "true")
        for step, line in enumerate((SENT, left(4), left(3), left(2), left(1))):
            self.assertRegex(sudo.prompt(), line if step else "^We sent a code")
            code = user.phone.next_code() if step == 0 else code
            sudo.send(wrong(code, step + 1))
        said, status = sudo.finish()
        self.assertEqual(status, 1)
        self.assertIn("3 incorrect password attempts", said)
        self.assertNotIn("Code", said)
        self.assertEqual(user.phone.unread(), 0)

    def test_interrupt_at_the_prompt(self):
        user = self.user()
        sudo = self.sudo(user, "true")
        sudo.prompt()
        code = user.phone.next_code()
        sudo.interrupt()
        self.assertNotEqual(sudo.finish()[1], 0)
        again = self.sudo(user, "true")
        self.assertRegex(again.prompt(), "^We sent a code")
        again.send(code)
        self.assertEqual(again.finish()[1], 0)

    def test_account_without_a_phone_sees_the_same(self):
        user = self.user(number=False)
        sudo = self.sudo(user, "true")
        self.assertEqual(sudo.prompt(), SENT)
        sudo.send("123456")
        self.assertRegex(sudo.prompt(), left(4))

    def test_nothing_to_ask_with(self):
        user = self.user()
        sudo = self.open(clients.sudo(user, "true", options=("-n",)))
        said, status = sudo.finish()
        self.assertEqual(status, 1)
        self.assertIn("a password is required", said)
        self.no_text_for(user)

    def test_smsotpd_is_away(self):
        """PAM_SILENT again: no line of ours, as the manual says."""
        user = self.user()
        self.away()
        said, status = self.sudo(user, "true").finish()
        self.assertEqual(status, 1)
        self.assertEqual(said.split("\n")[:-1], ["Sorry, try again.", "Sorry, try again.",
                                                 "sudo: 3 incorrect password attempts"])

    def test_another_prompt_asks_for_the_code(self):
        user = self.user()
        sudo = self.open(clients.sudo(user, "id", "-un", options=("-p", "[from a program] ")))
        self.assertNotIn("code", sudo.expect(re.escape("[from a program] ")))
        sudo.send(user.phone.next_code())
        said, status = sudo.finish()
        self.assertEqual((said.split(), status), (["root"], 0))

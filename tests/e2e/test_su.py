# SPDX-License-Identifier: BSD-3-Clause
"""su with a code: it is the caller who is asked, whoever he wants to become."""

import clients
from dialogues import LOCKED, SENT, DialogueCase, left
from phone import wrong


class Su(DialogueCase):
    def su(self, user, target, *command):
        return self.open(clients.su(user, target, *command))

    def test_caller_is_asked(self):
        user, target = self.user(), self.user()
        su = self.su(user, target.name, "id -un")
        self.assertEqual(su.prompt(), SENT)
        su.send(user.phone.next_code())
        said, status = su.finish()
        self.assertEqual((said.split(), status), ([target.name], 0))
        self.assertEqual(target.phone.lines(), [])

    def test_caller_becomes_root(self):
        user = self.user()
        su = self.su(user, "root", "id -un")
        su.prompt()
        su.send(user.phone.next_code())
        said, status = su.finish()
        self.assertEqual((said.split(), status), (["root"], 0))

    def test_login_shell(self):
        user, target = self.user(), self.user()
        su = self.open(clients.Terminal(["/usr/bin/su", "-", target.name, "-c", "pwd"], user))
        self.assertEqual(su.prompt(), SENT)
        su.send(user.phone.next_code())
        said, status = su.finish()
        self.assertEqual((said.split(), status), ([target.home], 0))

    def test_code_of_the_target_is_wrong(self):
        user, target = self.user(), self.user()
        su, theirs = self.su(user, target.name, "true"), self.su(target, "root", "true")
        su.prompt()
        theirs.prompt()
        su.send(target.phone.next_code())
        self.assertRegex(su.prompt(), left(4))

    def test_five_wrong_codes_end_it(self):
        user = self.user()
        su = self.su(user, "root", "true")
        su.prompt()
        code = user.phone.next_code()
        for step in range(1, 5):
            su.send(wrong(code, step))
            self.assertRegex(su.prompt(), left(5 - step))
        su.send(wrong(code, 5))
        said, status = su.finish()
        self.assertEqual(status, 1)
        self.assertRegex(said, LOCKED)

    def test_caller_without_a_phone_sees_the_same(self):
        user, target = self.user(number=False), self.user()
        su = self.su(user, target.name, "true")
        self.assertEqual(su.prompt(), SENT)
        self.no_text_for(target)  # before an answer would withdraw it
        su.send("123456")
        self.assertRegex(su.prompt(), left(4))

    def test_root_is_not_asked(self):
        target = self.user()
        said, status = self.su(None, target.name, "id -un").finish()
        self.assertEqual((said.split(), status), ([target.name], 0))
        self.no_text_for(target)

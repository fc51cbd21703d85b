# SPDX-License-Identifier: BSD-3-Clause
"""The console: login on a pty, which asks for the name itself."""

import clients
from dialogues import LOCKED, SENT, DialogueCase, left
from phone import wrong


class Login(DialogueCase):
    def finish(self, login):
        """What the shell says to `id -un`, and that it is the session's end."""
        login.expect(r"\$ ")
        login.send("echo; id -un; exit")
        said, status = login.finish()
        return said.split()[-1], status

    def test_right_code_signs_in(self):
        user = self.user()
        login = self.console(user.name)
        self.assertEqual(login.prompt(), SENT)
        login.send(user.phone.next_code())
        self.assertEqual(self.finish(login), (user.name, 0))

    def test_name_on_the_command_line(self):
        user = self.user()
        login = self.open(clients.login(user.name))
        login.prompt()
        login.send(user.phone.next_code())
        self.assertEqual(self.finish(login), (user.name, 0))

    def test_five_wrong_codes_end_the_dialogue(self):
        user = self.user()
        login = self.console(user.name)
        login.prompt()
        code = user.phone.next_code()
        for step in range(1, 5):
            login.send(wrong(code, step))
            self.assertRegex(login.prompt(), left(5 - step))
        login.send(wrong(code, 5))
        login.expect(LOCKED)

    def test_name_that_does_not_exist_sees_the_same(self):
        login = self.console("nobody-here")
        self.assertEqual(login.prompt(), SENT)
        for tries in range(4, 0, -1):
            login.send("123456")
            self.assertRegex(login.prompt(), left(tries))
        login.send("123456")
        login.expect(LOCKED)

# SPDX-License-Identifier: BSD-3-Clause
"""At each door the right code opens, and a wrong, expired, reused, another user's, another source's
and another boot's does not."""

import clients
from dialogues import EXPIRED, SENT, DialogueCase, left
from phone import wrong

INSIDE = "inside"


class TerminalDoor:
    """sudo, su or login on a pty, at its first prompt."""

    def __init__(self, terminal, command=None):
        self.terminal, self.command = terminal, command
        self.line = terminal.prompt()

    def answer(self, code):
        """The line that asks next, or INSIDE."""
        self.terminal.send(code)
        found = self.terminal.child.expect([clients.PROMPT, r"\$ " if self.command else INSIDE])
        if found == 0:
            return self.terminal.child.after
        if self.command:
            self.terminal.send(self.command)
            self.terminal.expect(INSIDE)
        return INSIDE


class SshDoor:
    def __init__(self, dialogue):
        self.dialogue = dialogue
        self.line = dialogue.prompt()

    def answer(self, code):
        came = self.dialogue.answer(code).next()
        if came is True:
            return self.dialogue.run_command(f"echo {INSIDE}").strip()
        return came.prompts[0]


class Codes:
    """The tests of each door; door(user) is one at its prompt, elsewhere(user) asks a code for the
    same user from another source."""

    CLOCKED = True

    def asked(self, user):
        door = self.door(user)
        self.assertEqual(door.line, SENT)
        return door, user.phone.next_code()

    def test_right(self):
        door, code = self.asked(self.user())
        self.assertEqual(door.answer(code), INSIDE)

    def test_wrong(self):
        door, code = self.asked(self.user())
        self.assertRegex(door.answer(wrong(code)), left(4))
        self.assertEqual(door.answer(code), INSIDE)

    def test_expired(self):
        door, code = self.asked(self.user())
        self.host.clock.advance(901)
        self.assertRegex(door.answer(code), EXPIRED)

    def test_reused(self):
        user = self.user()
        door, code = self.asked(user)
        self.assertEqual(door.answer(code), INSIDE)
        again, fresh = self.asked(user)
        self.assertNotEqual(fresh, code)
        self.assertRegex(again.answer(code), left(4))

    def test_of_another_user(self):
        door, _ = self.asked(self.user())
        _, code = self.asked(self.user())
        self.assertRegex(door.answer(code), left(4))

    def test_of_another_source(self):
        user = self.user()
        self.elsewhere(user)
        code = user.phone.next_code()
        door, _ = self.asked(user)
        self.assertRegex(door.answer(code), left(4))

    def test_of_another_boot(self):
        door, code = self.asked(self.user())
        self.host.smsotpd.stop()
        self.host.clock.reboot()
        self.host.smsotpd.start()
        self.assertRegex(door.answer(code), EXPIRED)


class SshCodes(Codes, DialogueCase):
    def door(self, user):
        return SshDoor(self.dialogue(user.name))

    def elsewhere(self, user):
        return SshDoor(self.dialogue(user.name, source="127.0.0.9"))


class SudoCodes(Codes, DialogueCase):
    def door(self, user):
        return TerminalDoor(self.open(clients.sudo(user, "echo", INSIDE)))

    def elsewhere(self, user):
        return SshDoor(self.dialogue(user.name))


class SuCodes(Codes, DialogueCase):
    def door(self, user):
        return TerminalDoor(self.open(clients.su(user, "root", f"echo {INSIDE}")))

    def elsewhere(self, user):
        return SshDoor(self.dialogue(user.name))


class LoginCodes(Codes, DialogueCase):
    def door(self, user):
        login = self.open(clients.login())
        login.expect("vm login: ")
        login.send(user.name)
        return TerminalDoor(login, "echo in''side")

    def elsewhere(self, user):
        return self.door(user)

# SPDX-License-Identifier: BSD-3-Clause
"""The same dialogue in each ssh client: OpenSSH's, paramiko, Dropbear's and PuTTY's show the same
lines in as many rounds, and sign in."""

import re

import clients
import judges
from dialogues import LOCKED, SENT, DialogueCase, left
from phone import wrong

HELP = "No code? Call 5555."


class Shown:
    """A client on a terminal, spoken to as a clients.Dialogue is. `decoration` is what it writes
    before each line of the server's."""

    def __init__(self, terminal, decoration):
        self.terminal, self.decoration = terminal, decoration
        self.said = None

    def prompt(self):
        return re.sub("^" + self.decoration, "", self.terminal.prompt())

    def answer(self, text):
        self.terminal.send(text)
        return self

    def ended(self):
        """All that it wrote behind the last prompt, to its end, without the decoration."""
        if self.said is None:
            said, _ = self.terminal.finish()
            self.said = re.sub("(?m)^" + self.decoration, "", said)
        return self.said

    def told(self):
        return [line for line in self.ended().split("\n") if "code" in line]

    def who(self):
        return self.ended().split()[-1]

    def close(self):
        self.terminal.close()


class Seen(clients.Dialogue):
    """paramiko."""

    def told(self):
        try:
            self.request()
        except clients.Ended:
            pass
        return [line.strip() for line in super().told()]

    def who(self):
        return self.run_command("id -un").strip() if self.outcome() else None


def openssh(name):
    return Shown(clients.ssh(name, "id -un"), r"\(\S+@127\.0\.0\.1\) ")


def dropbear(name):
    return Shown(clients.dbclient(name, "id -un"), "")


def putty(name):
    return Shown(clients.plink(name, "id -un"), r"\| ")


CLIENTS = {"OpenSSH": openssh, "paramiko": Seen, "dropbear": dropbear, "putty": putty}


class Clients(DialogueCase):
    CONFIG = {"message": {"help": HELP}}

    @classmethod
    def setUpClass(cls):
        judges.install()
        super().setUpClass()

    def each(self):
        """A user for each client, and what starts it for him."""
        for client, start in CLIENTS.items():
            user = self.user()
            yield client, user, lambda user=user, start=start: self.open(start(user.name))

    def wrong_then_right(self, user, talk):
        self.assertEqual(talk.prompt(), SENT)
        code = user.phone.next_code()
        # Nothing typed, and a resend that comes too early.
        self.assertEqual(talk.answer("").prompt(), SENT)
        self.assertRegex(talk.answer("r").prompt(), "^" + re.escape(SENT).replace("30", r"\d+"))
        self.assertRegex(talk.answer(wrong(code)).prompt(), left(4))
        self.assertEqual(talk.answer(f"{code[:3]} {code[3:]}").who(), user.name)
        self.assertEqual(user.phone.unread(), 0)
        # And all of it was one attempt: some clients begin another by themselves, unseen.
        self.assertNotIn(f"Failed keyboard-interactive/pam for {user.name} ",
                         self.host.sshd.said())

    def test_wrong_code_then_the_right_one(self):
        for client, user, start in self.each():
            with self.subTest(client=client):
                self.wrong_then_right(user, start())

    def five_wrong(self, user, talk):
        """Returns what is told then."""
        talk.prompt()
        code = user.phone.next_code()
        for step in range(1, 5):
            self.assertRegex(talk.answer(wrong(code, step)).prompt(), left(5 - step))
        return talk.answer(wrong(code, 5)).told()

    def test_five_wrong_codes(self):
        for client, user, start in self.each():
            with self.subTest(client=client):
                told = self.five_wrong(user, start())
                self.assertRegex("|".join(told), rf"^{LOCKED} {re.escape(HELP)}$")
                self.assertEqual(start().told(), told)

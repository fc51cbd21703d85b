# SPDX-License-Identifier: BSD-3-Clause
"""Steps and lines that the tests of all services share."""

import re
import time

import clients
from case import HostCase
from phone import wrong

SENT = "We sent a code to your registered phone. Code (r: resend in 30 s): "
EXPIRED = r"^That code has expired\. Code \(r: resend\): $"
LOCKED = r"Too many wrong codes\. Try again in \d+ minutes?\."
AWAY = "Sign-in by text is not available now."
# The longest that there is, and its seconds.
HELD, HOLD = {"resend": {"hold": 2000}}, 2


def left(tries):
    """The line after a wrong code, as a pattern."""
    word = "try" if tries == 1 else "tries"
    return re.compile(rf"That code is not right, {tries} {word} left\. "
                      r"Code \(r: resend( in \d+ s)?\): $")


class DialogueCase(HostCase):
    """Over ssh, a request at a time."""

    def dialogue(self, name, **more):
        return self.open(clients.Dialogue(name, **more))

    def begun(self, user, **more):
        """A dialogue at its first prompt, and the code that came for it."""
        dialogue = self.dialogue(user.name, **more)
        self.assertEqual(dialogue.prompt(), SENT)
        return dialogue, user.phone.next_code()

    def signed_in(self, dialogue, name):
        self.assertTrue(dialogue.outcome())
        self.assertEqual(dialogue.run_command("id -un").strip(), name)

    def signs_in(self, user=None, **more):
        """All of it, by somebody new where nobody is named."""
        user = user or self.user()
        dialogue, code = self.begun(user, **more)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

    def console(self, name):
        """login, with `name` typed at its prompt."""
        login = self.open(clients.login())
        login.expect("vm login: ")
        login.send(name)
        return login

    def told_last(self, dialogue):
        return dialogue.told()[-1].strip() if dialogue.told() else ""

    def no_text_for(self, *users):
        """None came: the text of somebody who asked later is here."""
        self.begun(self.user())
        self.assertEqual([user.phone.lines() for user in users], [[]] * len(users))

    def locked(self, user, source):
        """Spends all tries of a user from a source; returns the lock's line."""
        dialogue, code = self.begun(user, source=source)
        for step in range(1, 5):
            dialogue.answer(wrong(code, step))
            self.assertRegex(dialogue.prompt(), left(5 - step))
        dialogue.answer(wrong(code, 5))
        self.assertFalse(dialogue.outcome())
        return self.told_last(dialogue)

    def shut(self, user, source):
        """What a new dialogue is told, which is not asked for a code."""
        dialogue = self.dialogue(user.name, source=source)
        self.assertRaises(clients.Ended, dialogue.prompt)
        return self.told_last(dialogue)

    def withdrawn(self, answers):
        """`answers(user)` answers the first prompt before the text has left, which then never does.
        With HELD; where that took longer than the hold it shows nothing, and another user tries."""
        for _ in range(10):
            user, since = self.user(), time.monotonic()
            answers(user)
            if time.monotonic() - since < HOLD:
                event = self.host.event(lambda line, name=user.name: '"text.' in line
                                        and f'"{name}"' in line)
                self.assertIn("withdrawn: an answer came before it left", event)
                self.assertEqual(user.phone.lines(), [])
                return
        self.fail("no answer came within the hold")

    def refused(self, name, source, answers):
        """Every request of a dialogue that gives these answers, to its end."""
        dialogue = self.dialogue(name, source=source)
        dialogue.prompt()
        for answer in answers[:-1]:
            dialogue.answer(answer)
            dialogue.prompt()
        dialogue.answer(answers[-1])
        self.assertFalse(dialogue.outcome())
        return dialogue.requests

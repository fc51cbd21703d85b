# SPDX-License-Identifier: BSD-3-Clause
"""Whoever cannot sign in sees, byte for byte, what a user sees who types wrong codes."""

import frames
from dialogues import DialogueCase

ANSWERS = ("000000", "111111", "not a code", "2", "", " ", "3 3 3 3 3 3", "\t\t", "444444",
           "0000-0000-0000", "5" * 200)


class Unknown(DialogueCase):
    # The seconds that a line shows do not run on between two dialogues.
    CLOCKED = True
    SSHD = "DenyUsers denied\n"
    CONFIG = {"service sshd": {"users": "!barred"}}

    def expected(self, source):
        """What a user sees, with the answers that make it the wrong-code dialogue to its end."""
        user = self.user()
        seen, answers = self.walk(user.name, source, phone=user.phone)
        self.assertEqual(user.phone.unread(), 0)
        return seen, answers

    def walk(self, name, source, answers=None, phone=None):
        """Answers until refused, once `phone` has a text. Returns the requests and the answers."""
        given = []
        dialogue = self.dialogue(name, source=source)
        dialogue.prompt()
        if phone:
            phone.next_code()
        for answer in answers or ANSWERS * 3:
            given.append(answer)
            dialogue.answer(answer)
            came = dialogue.next()
            if came is False:
                return dialogue.requests, given
            self.assertIsNot(came, True)
        raise AssertionError("never refused")

    def same(self, name, sources):
        seen, answers = self.expected(sources[0])
        self.assertEqual(self.walk(name, sources[1], answers)[0], seen)

    def test_name_that_does_not_exist(self):
        self.same("nobody-here", ("127.0.1.1", "127.0.1.2"))

    def test_account_without_a_phone(self):
        self.same(self.user(number=False).name, ("127.0.1.3", "127.0.1.4"))

    def test_root(self):
        self.same("root", ("127.0.1.5", "127.0.1.6"))

    def test_user_that_sshd_denies(self):
        denied = self.host.user("denied")
        self.same("denied", ("127.0.1.7", "127.0.1.8"))
        self.assertLessEqual(denied.phone.unread(), 1)

    def test_user_whom_the_service_leaves_out(self):
        barred = self.host.user("barred")
        self.same("barred", ("127.0.1.15", "127.0.1.16"))
        self.assertEqual(barred.phone.unread(), 0)

    def test_user_whose_texts_strangers_used_up(self):
        user = self.user()
        for number in range(1, 4):
            frames.Stranger(user.name, f"198.51.1.{number}")
            user.phone.next_line()
        self.same(user.name, ("127.0.1.17", "127.0.1.18"))
        self.assertEqual(user.phone.unread(), 0)

    def test_identity_without_an_account(self):
        phone = self.host.new_phone()
        self.host.ctl("identity", "set", "ghost", input=f"phone: {phone.number}\n")
        self.same("ghost", ("127.0.1.9", "127.0.1.10"))

    def test_user_whose_phone_changed(self):
        user = self.user()
        user.phone = self.host.new_phone()
        self.host.ctl("identity", "set", user.name, input=f"phone: {user.phone.number}\n")
        self.same(user.name, ("127.0.1.19", "127.0.1.20"))
        self.assertEqual(user.phone.unread(), 0)

    def test_user_with_recovery_codes_and_no_phone(self):
        user = self.user(number=False)
        self.host.ctl("identity", "set", user.name, input=f"uid: {user.uid}\n")
        self.host.ctl("recovery", "issue", user.name)
        self.same(user.name, ("127.0.1.21", "127.0.1.22"))

    def test_name_with_blanks_and_signs(self):
        self.same("no body $(id) %n", ("127.0.1.11", "127.0.1.12"))

    def test_name_of_four_kilobytes(self):
        self.same("x" * 4096, ("127.0.1.13", "127.0.1.14"))

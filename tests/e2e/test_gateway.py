# SPDX-License-Identifier: BSD-3-Clause
"""A gateway at fault changes no line, makes nobody wait, and lets nobody in."""

import re
import socket
import time

import hosts
from dialogues import SENT, DialogueCase, left

# The prompt comes from memory: far below any timeout of the gateway's.
SOON = 1.0


class Gateway(DialogueCase):
    def setUp(self):
        self.addCleanup(self.host.gateway_does)

    def digits(self, user):
        return re.sub(r"\D", "", user.phone.number)

    def same_lines(self, user):
        """Nobody has a code: the dialogue looks as ever, and nobody gets in."""
        since = time.monotonic()
        dialogue = self.dialogue(user.name)
        self.assertEqual(dialogue.prompt(), SENT)
        self.assertLess(time.monotonic() - since, SOON)
        since = time.monotonic()
        dialogue.answer("123456")
        self.assertRegex(dialogue.prompt(), left(4))
        self.assertLess(time.monotonic() - since, SOON)
        dialogue.close()

    def faulty(self, fault):
        """While this user's text suffers `fault`, the next user's is as fast as ever."""
        user, other = self.user(), self.user()
        self.host.gateway_does(f"always for {self.digits(user)} {fault}")
        waiting = self.dialogue(user.name)
        waiting.prompt()
        hosts.wait.until(lambda: any(self.digits(user) in line for line in
                                     self.host.gateway_saw()) or fault == "hang-before",
                         "request at the gateway")
        since = time.monotonic()
        dialogue, code = self.begun(other)
        self.assertLess(time.monotonic() - since, SOON + 0.5)
        dialogue.answer(code)
        self.signed_in(dialogue, other.name)
        self.same_lines(user)

    def test_hangs(self):
        self.faulty("hang-before")

    def test_drips(self):
        self.faulty("drip 1000")

    def test_answers_garbage(self):
        self.faulty("garbage")

    def test_answers_html(self):
        self.faulty("html")

    def test_answers_503(self):
        self.faulty("503")

    def test_redirects(self):
        self.faulty("redirect")

    def test_refuses(self):
        self.faulty("refuse")

    def test_account_without_credit(self):
        self.faulty("request-error")

    def test_event_says_why(self):
        user = self.user()
        self.host.gateway_does(f"for {self.digits(user)} request-error 104")
        self.dialogue(user.name).prompt()
        self.host.event(lambda line: "104" in line and user.name in line)

    def test_dead(self):
        user, other = self.user(), self.user()
        self.host.gateway.stop()
        self.addCleanup(self.host.gateway.start)
        self.same_lines(user)
        self.host.gateway.start()
        dialogue, code = self.begun(other)
        dialogue.answer(code)
        self.signed_in(dialogue, other.name)


class GatewayName(DialogueCase):
    """The gateway's name server never answers."""

    CONFIG = {"gateway": {"url": "https://gateway.example:8443/BulkSms/SingleMsgApi"}}

    @classmethod
    def setUpClass(cls):
        silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        silent.bind(("127.0.0.53", 53))
        cls.addClassCleanup(silent.close)
        hosts.write("/etc/resolv.conf", "nameserver 127.0.0.53\n")
        hosts.write("/etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\n"
                    "hosts: files dns\n")
        super().setUpClass()

    def test_prompt_does_not_wait(self):
        for _ in range(3):
            user = self.user()
            since = time.monotonic()
            dialogue = self.dialogue(user.name)
            self.assertEqual(dialogue.prompt(), SENT)
            self.assertLess(time.monotonic() - since, SOON)
            dialogue.answer("123456")
            self.assertRegex(dialogue.prompt(), left(4))


class Sender(DialogueCase):
    """smsotp-send ends: never two texts for one charge, and the prompt as ever."""

    def setUp(self):
        self.addCleanup(self.host.gateway_does)

    def no_more_for(self, user, texts):
        """A later text of another user has come, and none more of this one's."""
        other = self.user()
        self.begun(other)
        self.assertEqual(len(user.phone.lines()), texts)

    def test_killed_before_the_request_left(self):
        user = self.user()
        self.host.sender.kill()
        dialogue = self.dialogue(user.name)
        self.assertEqual(dialogue.prompt(), SENT)
        self.host.sender.start()
        dialogue.answer("123456")
        self.assertRegex(dialogue.prompt(), left(4))
        other = self.user()
        self.begun(other)
        self.assertLessEqual(len(user.phone.lines()), 1)

    def test_killed_while_it_tries_again(self):
        """It has the text, and no byte of a request could leave: the text is lost, not repeated."""
        user = self.user()
        self.host.gateway.stop()
        self.addCleanup(self.host.gateway.start)
        said = len(self.host.sender.said())
        dialogue = self.dialogue(user.name)
        dialogue.prompt()
        hosts.wait.until(lambda: "tries again" in self.host.sender.said()[said:], "attempt")
        self.host.sender.kill()
        self.host.event(lambda line: "text.unknown" in line and user.name in line)
        self.host.gateway.start()
        self.host.sender.start()
        self.no_more_for(user, 0)
        dialogue.answer("123456")
        self.assertRegex(dialogue.prompt(), left(4))

    def test_killed_after_the_request_left(self):
        user = self.user()
        digits = re.sub(r"\D", "", user.phone.number)
        self.host.gateway_does(f"for {digits} hang-after")
        dialogue, code = self.begun(user)
        self.host.sender.kill()
        self.host.sender.start()
        self.no_more_for(user, 1)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

    def test_kept_connection_that_closes_sends_once(self):
        user, first = self.user(), self.user()
        self.begun(first)
        digits = re.sub(r"\D", "", user.phone.number)
        self.host.gateway_does(f"for {digits} close-silent")
        dialogue, code = self.begun(user)
        self.no_more_for(user, 1)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

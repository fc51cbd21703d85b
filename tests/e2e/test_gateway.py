# SPDX-License-Identifier: BSD-3-Clause
"""A gateway at fault changes no line, makes nobody wait, and lets nobody in."""

import socket

import hosts
from dialogues import SENT, DialogueCase, left

# Texts leave before any answer comes. What hangs does so until the gateway is made to end: longer
# than the module waits for smsotpd.
CONFIG = {"resend": {"hold": 0}, "gateway": {"timeout": 60}}
HANGS = ("hang-before", "drip 1000")


class Gateway(DialogueCase):
    CONFIG = CONFIG

    def setUp(self):
        self.addCleanup(self.host.gateway_does)

    def fate(self, user):
        """What the trail has of the user's text."""
        return [line for line in self.host.events()
                if '"text.' in line and f'"{user.name}"' in line]

    def same_lines(self, user, at_fault):
        """Nobody has a code: the dialogue looks as ever, and nobody gets in. It is answered once the
        gateway is `at_fault`."""
        dialogue = self.dialogue(user.name)
        self.assertEqual(dialogue.prompt(), SENT)
        hosts.wait.until(at_fault, "fault of the gateway")
        dialogue.answer("123456")
        self.assertRegex(dialogue.prompt(), left(4))

    def faulty(self, fault):
        """While this user's text suffers `fault`, the next user's comes."""
        user, requests = self.user(), len(self.host.gateway_saw())
        self.host.gateway_does(f"always for {user.phone.digits} {fault}")
        self.same_lines(user, lambda: len(self.host.gateway_saw()) > requests)
        self.signs_in()
        if fault in HANGS:
            self.assertEqual(self.fate(user), [])
            self.host.gateway.restart()
        hosts.wait.until(lambda: self.fate(user), "fate of the text")

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
        self.host.gateway_does(f"for {user.phone.digits} request-error 104")
        self.dialogue(user.name).prompt()
        self.host.event(lambda line: "104" in line and user.name in line)

    def test_dead(self):
        self.host.gateway.stop()
        self.addCleanup(self.host.gateway.start)
        said = len(self.host.sender.said())
        self.same_lines(self.user(), lambda: "tries again" in self.host.sender.said()[said:])
        self.host.gateway.start()
        self.signs_in()


class GatewayName(DialogueCase):
    """The gateway's name server never answers."""

    CONFIG = {"resend": {"hold": 0},
              "gateway": {"url": "https://gateway.example:8443/BulkSms/SingleMsgApi"}}

    @classmethod
    def setUpClass(cls):
        cls.silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        cls.silent.bind(("127.0.0.53", 53))
        cls.silent.settimeout(10)
        cls.addClassCleanup(cls.silent.close)
        hosts.write("/etc/resolv.conf", "nameserver 127.0.0.53\n")
        hosts.write("/etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\n"
                    "hosts: files dns\n")
        super().setUpClass()

    def test_prompt_does_not_wait(self):
        """Else the module, which waits for less than a name server is asked for, would say so."""
        waiting = [self.dialogue(self.user().name) for _ in range(3)]
        for dialogue in waiting:
            self.assertEqual(dialogue.prompt(), SENT)
        self.assertIn(b"\7gateway\7example", self.silent.recv(512))
        for dialogue in waiting:
            dialogue.answer("123456")
            self.assertRegex(dialogue.prompt(), left(4))


class Sender(DialogueCase):
    """smsotp-send ends: never two texts for one charge, and the prompt as ever."""

    CONFIG = {"resend": {"hold": 0}}

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
        code = user.phone.next_code()
        self.no_more_for(user, 1)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

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
        self.host.gateway_does(f"for {user.phone.digits} hang-after")
        dialogue, code = self.begun(user)
        self.host.sender.kill()
        self.host.sender.start()
        self.no_more_for(user, 1)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

    def test_kept_connection_that_closes_sends_once(self):
        user, first = self.user(), self.user()
        self.begun(first)
        self.host.gateway_does(f"for {user.phone.digits} close-silent")
        dialogue, code = self.begun(user)
        self.no_more_for(user, 1)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

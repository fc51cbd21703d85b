# SPDX-License-Identifier: BSD-3-Clause
"""smsotpd is told to end: what it owes leaves first, and it says that all went well."""

import signal

import daemon
import frames
from case import HostCase
from wait import until

SOCKET = "/run/smsotp/smsotpd.sock"
HERE = "192.0.2.7"


class StopCase(HostCase):
    def tearDown(self):
        self.host.smsotpd.start()

    def ended(self, stranger):
        """The events of a login, once smsotpd has ended well."""
        self.assertEqual(self.host.smsotpd.process.wait(10), 0)
        number = stranger.facts["number"].hex()
        return "".join(line for line in self.host.events() if number in line)


class Stops(StopCase):
    CONFIG = {"resend": {"hold": 0}}

    def test_who_was_just_answered_is_in_the_trail(self):
        """Be it told once or again and again, which cuts off what takes long."""
        for often in (False, True, True):
            stranger = frames.Stranger("nobody-here", HERE)
            self.assertEqual(stranger.guess(), frames.ASK)
            self.host.smsotpd.signal(signal.SIGTERM)
            while often and self.host.smsotpd.running():
                self.host.smsotpd.signal(signal.SIGTERM)
            self.assertIn("login.refused", self.ended(stranger))
            self.host.smsotpd.start()

    def test_a_text_under_way_is_in_the_trail(self):
        self.host.sender.stop()
        self.addCleanup(self.host.sender.start)
        begun = frames.Stranger(self.user().name, HERE)
        self.host.smsotpd.signal(signal.SIGTERM)
        self.assertIn("text.unsent", self.ended(begun))


class Holds(StopCase):
    CONFIG = {"resend": {"hold": 900}}

    def test_a_text_in_its_hold_leaves_whatever_the_log_s_turn(self):
        user = self.user()
        begun = frames.Stranger(user.name, HERE)
        self.host.smsotpd.signal(signal.SIGTERM)
        until(lambda: not daemon.socket_open(SOCKET), "closed socket")
        self.host.smsotpd.signal(signal.SIGHUP)
        self.assertIn("text.accepted", self.ended(begun))
        user.phone.next_code()

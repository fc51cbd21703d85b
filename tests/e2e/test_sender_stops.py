# SPDX-License-Identifier: BSD-3-Clause
"""A daemon is told to end: smsotp-send while a text is under way at a gateway that does not answer,
smsotpd while one waits for its hold."""

import signal

import faults
import wait
from case import HostCase


class Stop(HostCase):
    CLOCKED = True
    CONFIG = {f"service {faults.SERVICE}": {"enabled": "yes"}}

    def test_told_twice_it_waits_for_none(self):
        attempt, sender = faults.Attempt(self.user()), self.host.sender
        self.host.gateway_does(f"always for {attempt.user.phone.digits} hang-after")
        before = len(self.host.gateway_saw())
        attempt.begin()
        wait.until(lambda: len(self.host.gateway_saw()) > before, "request at the gateway")
        sender.signal(signal.SIGTERM)
        wait.until(lambda: "stopping: 1 texts are under way" in sender.said(), "begun end")
        self.assertTrue(sender.running())
        sender.signal(signal.SIGTERM)
        self.assertEqual(sender.process.wait(5), 0)
        self.host.event(lambda each: "smsotp-send was stopped while it left" in each)


class Held(HostCase):
    CONFIG = {"resend": {"hold": 1400}, f"service {faults.SERVICE}": {"enabled": "yes"}}

    def test_a_text_that_was_charged_leaves(self):
        user = self.user()
        attempt = faults.Attempt(user)
        attempt.begin()
        self.host.event(lambda each: "login.begin" in each and user.name in each)
        self.assertEqual(self.host.smsotpd.stop(), 0)
        self.assertTrue(attempt.wait_codes(1))

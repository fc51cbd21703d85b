# SPDX-License-Identifier: BSD-3-Clause
"""smsotp-send is told to end while a text is under way at a gateway that does not answer."""

import re
import signal

import faults
import wait
from case import HostCase


class Stop(HostCase):
    CLOCKED = True
    CONFIG = {f"service {faults.SERVICE}": {"enabled": "yes"}}

    def test_told_twice_it_waits_for_none(self):
        attempt, sender = faults.Attempt(self.user()), self.host.sender
        digits = re.sub(r"\D", "", attempt.user.phone.number)
        self.host.gateway_does(f"always for {digits} hang-after")
        attempt.begin()
        wait.until(self.host.gateway_saw, "request at the gateway")
        sender.signal(signal.SIGTERM)
        wait.until(lambda: "stopping: 1 texts are under way" in sender.said(), "begun end")
        self.assertTrue(sender.running())
        sender.signal(signal.SIGTERM)
        self.assertEqual(sender.process.wait(5), 0)
        self.host.event(lambda each: "smsotp-send was stopped while it left" in each)

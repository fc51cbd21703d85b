# SPDX-License-Identifier: BSD-3-Clause
"""What every test in a world shares: a host a class, accounts a test."""

import json
import unittest

import contract
import hosts
import leaks


class HostCase(unittest.TestCase):
    """One host for the class; each test makes the accounts it needs, named after itself."""

    HOST = hosts.Host
    CONFIG = None
    CLOCKED = False
    SSHD = ""

    @classmethod
    def setUpClass(cls):
        cls.host = cls.HOST(cls.CONFIG, cls.CLOCKED, cls.SSHD)
        cls.addClassCleanup(cls.host.stop)
        cls.host.start()
        cls.addClassCleanup(leaks.assert_none)
        cls.addClassCleanup(cls.assert_contract)

    @classmethod
    def assert_contract(cls):
        """Whatever the tests did, each whole line of the trail is as smsotp-events(5) has it."""
        contract.assert_kept([line for line in cls.host.events() if line.endswith("}")])

    users = 0

    def user(self, **more):
        """A fresh account with a phone."""
        HostCase.users += 1
        return self.host.user(f"user{HostCase.users}", **more)

    def away(self):
        """smsotpd is not there, until the test ends."""
        self.host.smsotpd.stop()
        self.addCleanup(self.host.smsotpd.start)

    def events_of(self, name, user):
        """The events of that name that are the user's."""
        events = [json.loads(line) for line in self.host.events()]
        return [each for each in events
                if each["event"] == name and each.get("user") == user.name]

    def open(self, client):
        """A client that is closed when the test ends."""
        self.addCleanup(client.close)
        return client

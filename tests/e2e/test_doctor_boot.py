#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""smsotpctl doctor on a booted Debian 12 that was set up as README says: nothing grave, and the
units."""

import json
import unittest

from bootcase import HostCase

# The tests' runner reads this: a host is booted from the outside, not in a private world.
OUTSIDE = True


class Doctor(HostCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("sudo", "sudo-i", "su", "login"):
            cls.host.stack(name)
        cls.host.person()

    def findings(self):
        done = self.host.run("smsotpctl", "doctor", "--json", check=False)
        said = json.loads(done.stdout)
        self.assertEqual(done.returncode, 0 if said["ok"] else 1)
        return said

    def test_nothing_grave(self):
        said = self.findings()
        self.assertEqual([each for each in said["findings"] if each["severity"] == "error"], [])
        self.assertEqual(set(said["services"]), {"sshd", "sudo", "sudo-i", "su", "su-l", "login"})

    def disabled(self):
        return [each["mend"]["command"] for each in self.findings()["findings"]
                if each["id"] == "unit.disabled"]

    def test_sockets_that_come_with_the_first(self):
        others = ("smsotpd-ctl.socket", "smsotp-send.socket")
        self.host.run("systemctl", "disable", *others)
        self.host.run("systemctl", "stop", "smsotpd.service", "smsotp-send.service",
                      "smsotpd.socket", *others)
        self.host.run("systemctl", "start", "smsotpd.socket")
        for other in others:
            self.host.run("systemctl", "is-active", other)
        self.assertEqual(self.disabled(), [])
        self.host.run("systemctl", "enable", "smsotpd.socket")

    def test_a_socket_that_does_not_come_back(self):
        self.host.run("systemctl", "disable", "smsotpd.socket")
        self.assertEqual(self.disabled(), ["systemctl enable --now smsotpd.socket"])
        self.host.run("systemctl", "enable", "--now", "smsotpd.socket")
        self.assertTrue(self.findings()["ok"])

    def test_sockets_that_are_masked(self):
        """What mends each is what the doctor says."""
        sockets = ("smsotpd.socket", "smsotpd-ctl.socket", "smsotp-send.socket")
        self.host.run("systemctl", "mask", "--now", *sockets)
        commands = self.disabled()
        self.assertEqual(len(commands), len(sockets))
        for command in commands:
            self.host.run("sh", "-c", command)
        for each in sockets:
            self.assertTrue(self.host.active(each), each)
        self.assertTrue(self.findings()["ok"])

    def test_a_dead_daemon_is_started(self):
        self.host.run("systemctl", "stop", "smsotpd.service")
        self.assertTrue(self.findings()["ok"])
        self.host.run("systemctl", "stop", "smsotpd.service", "smsotpd-ctl.socket",
                      "smsotpd.socket")
        self.assertEqual([each["id"] for each in self.findings()["findings"]
                          if each["severity"] == "error"], ["daemon.away"])
        self.host.run("systemctl", "start", "smsotpd.socket", "smsotpd-ctl.socket")


if __name__ == "__main__":
    unittest.main()

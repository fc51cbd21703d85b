# SPDX-License-Identifier: BSD-3-Clause
"""What the units ask of systemd, so that who crashes, hangs or is starved is there again, and who may
connect."""

import os
import unittest

import world

# The tests' runner reads this: nothing is run, only read.
OUTSIDE = True

DAEMONS = ("Restart=always", "StartLimitIntervalSec=0", "WatchdogSec=30s", "OOMScoreAdjust=-900")
SOCKETS = {"smsotpd.socket": ("smsotpd.sock", "root"), "smsotpd-ctl.socket": ("ctl.sock", "root"),
           "smsotp-send.socket": ("send.sock", "smsotp")}


def lines(unit):
    with open(os.path.join(world.PROJECT, "etc/systemd", unit), encoding="ascii") as file:
        return file.read().splitlines()


class Units(unittest.TestCase):
    def assert_says(self, unit, wanted, never):
        """Each of `wanted` stands there once, and nothing that begins with `never`."""
        seen = lines(unit)
        self.assertEqual({line: seen.count(line) for line in wanted}, dict.fromkeys(wanted, 1), unit)
        self.assertEqual([line for line in seen if line.startswith(never)], [], unit)

    def test_daemons_come_back(self):
        """RuntimeDirectory= would take the sockets away at each stop."""
        for unit in ("smsotpd.service", "smsotp-send.service"):
            self.assert_says(unit, DAEMONS, "RuntimeDirectory")

    def test_sockets_outlive_them(self):
        for unit, (name, owner) in SOCKETS.items():
            self.assert_says(unit, (f"ListenSequentialPacket=/run/smsotp/{name}",
                                    f"SocketUser={owner}", "SocketMode=0600", "RemoveOnStop=no",
                                    "TriggerLimitIntervalSec=0"), "Accept=yes")

# SPDX-License-Identifier: BSD-3-Clause
"""The time that build/tests/smsotpd --clock FILE reads. It stands still until a test moves it."""

import os
import secrets
import time


class Clock:
    """`settle` is called before time moves: what is still to be told has its time from before."""

    def __init__(self, path, settle):
        self.path = path
        self.settle = settle
        self.boottime = 1_000_000
        self.realtime = int(time.time()) * 1000
        self.boot = secrets.token_hex(16)
        self.write()

    def write(self):
        """One line, replaced in one step."""
        beside = self.path + ".new"
        with open(beside, "w", encoding="ascii") as file:
            file.write(f"{self.boottime} {self.realtime} {self.boot}\n")
        os.chmod(beside, 0o644)
        os.rename(beside, self.path)

    def advance(self, seconds):
        """Time passes."""
        self.settle()
        self.boottime += int(seconds * 1000)
        self.realtime += int(seconds * 1000)
        self.write()

    def step_wall(self, seconds):
        """Somebody sets the wall clock."""
        self.settle()
        self.realtime += int(seconds * 1000)
        self.write()

    def wall_stands_still(self, seconds):
        """Time passes, but for the wall clock: a virtual machine that was set back."""
        self.advance(seconds)
        self.step_wall(-seconds)

    def reboot(self, seconds=30):
        """The host goes down and comes up `seconds` later; the daemon is the caller's to restart."""
        self.boottime = seconds * 1000
        self.realtime += seconds * 1000
        self.boot = secrets.token_hex(16)
        self.write()

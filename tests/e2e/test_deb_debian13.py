#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The package of Debian 12 on a booted Debian 13: its life, and who gets in by the shipped stacks."""

import os
import unittest

import test_boot
import test_deb
import test_stacks
from packaged import Debian13

# The tests' runner reads this: a host is booted from the outside, not in a private world.
OUTSIDE = True


class DebDebian13(test_deb.Deb):
    HOST = Debian13

    def test_it_is_debian_13(self):
        self.assertRegex(self.host.read("/etc/debian_version"), r"^13\.")


class StacksDebian13(test_stacks.Stacks):
    HOST = Debian13


class ActivationDebian13(test_boot.Activation):
    HOST = Debian13


del test_boot, test_deb, test_stacks

# The rest of them goes by what is the same on Debian 12, and is for make check-long.
SHORT = {"test_sudo", "test_su_asks_the_caller", "test_login", "test_key_and_code",
         "test_password_and_code"}
if "SMSOTP_TEST_LONG" not in os.environ:
    del ActivationDebian13
    for name in unittest.TestLoader().getTestCaseNames(StacksDebian13):
        if name not in SHORT:
            setattr(StacksDebian13, name, None)

if __name__ == "__main__":
    unittest.main()

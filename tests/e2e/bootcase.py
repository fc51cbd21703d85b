# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of the installed product share: a booted Debian a class."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "boot"))

import boot  # noqa: E402  pylint: disable=wrong-import-position
import installed  # noqa: E402  pylint: disable=wrong-import-position
from clients import Terminal  # noqa: E402  pylint: disable=wrong-import-position
from wait import until  # noqa: E402  pylint: disable=wrong-import-position

SENT = r"We sent a code to your registered phone\. Code \(r: resend in \d+ s\): $"
WRONG = r"That code is not right, \d tr(y|ies) left\. Code \(r: resend( in \d+ s)?\): $"
LOCKED = r"Too many wrong codes\. Try again in "


def wrong(code, step=1):
    """Another code; another for each `step` below a million."""
    return f"{(int(code) + step) % 10 ** len(code):0{len(code)}}"


class HostCase(unittest.TestCase):
    """One booted host a class."""

    HOST = installed.Installed

    @classmethod
    def setUpClass(cls):
        reason = boot.obstacle()
        if reason is not None:
            raise unittest.SkipTest(reason)
        cls.HOST.make_root()
        cls.host = cls.HOST(cls.__name__.lower())
        cls.addClassCleanup(cls.host.kill)
        cls.host.set_up()

    def terminal(self, argv):
        terminal = Terminal(argv)
        self.addCleanup(terminal.close)
        return terminal

    def asked(self, person, **options):
        """A login that has come to the prompt, and the code that was sent for it."""
        before = len(person.codes())
        login = self.terminal(person.ssh(**options))
        self.assertRegex(login.prompt(), SENT)
        return login, until(lambda: person.codes()[before:], f"code for {person.name}")[0]

    def signed_in(self, login, person):
        said, status = login.finish()
        self.assertEqual((said.split()[-1:], status), ([person.name], 0), said)

    def sign_in(self, person, **options):
        login, code = self.asked(person, **options)
        login.send(code)
        self.signed_in(login, person)

# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of the installed product share: a booted Debian a class."""

import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "boot"))

import boot  # noqa: E402  pylint: disable=wrong-import-position
import installed  # noqa: E402  pylint: disable=wrong-import-position
from clients import Terminal  # noqa: E402  pylint: disable=wrong-import-position
from wait import until  # noqa: E402  pylint: disable=wrong-import-position

EMULATOR = os.path.join(boot.PROJECT, "build", "tests", "bulkpush-emulator")
SENT = r"We sent a code to your registered phone\. Code \(r: resend in \d+ s\): $"
WRONG = r"That code is not right, \d tr(y|ies) left\. Code \(r: resend( in \d+ s)?\): $"
LOCKED = r"Too many wrong codes\. Try again in "


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

    @classmethod
    def start_gateway(cls, username, feed_id, password):
        """The gateway's emulator on the host's loopback; its URL. Certificate and phones are in
        cls.directory."""
        cls.directory = os.path.join(cls.host.directory, "emulator")
        os.makedirs(cls.directory)
        path = os.path.join(cls.directory, "password")
        with open(path, "w", encoding="ascii") as file:
            file.write(password + "\n")
        # pylint: disable-next=consider-using-with
        emulator = subprocess.Popen(
            ["nsenter", "--target", cls.host.init, "--net", EMULATOR, "--listen", "127.0.0.1:0",
             "--make-cert", cls.directory, "--phones", cls.directory, "--username", username,
             "--feed-id", feed_id, "--password-file", path, "--lifetime", "300"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        for end in (emulator.stdout.close, emulator.wait, emulator.terminate):
            cls.addClassCleanup(end)
        return next(line.split()[1] for line in emulator.stdout if line.startswith("listening "))

    @classmethod
    def put_ca(cls, path):
        """The gateway's certificate, on the host."""
        with open(os.path.join(cls.directory, "ca.pem"), encoding="ascii") as file:
            cls.host.write(path, file.read())

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

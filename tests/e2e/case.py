# SPDX-License-Identifier: BSD-3-Clause
"""What every end-to-end test shares: a host a class, accounts a test, results in TAP.

    case.py MODULE [PATTERN]   runs the tests of MODULE whose id holds PATTERN
"""

import importlib
import os
import sys
import time
import traceback
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))


class HostCase(unittest.TestCase):
    """One host for the class; each test makes the accounts it needs, named after itself."""

    CONFIG = None
    CLOCKED = False
    SSHD = ""

    @classmethod
    def setUpClass(cls):
        import hosts  # pylint: disable=import-outside-toplevel
        cls.host = hosts.Host(cls.CONFIG, cls.CLOCKED, cls.SSHD)
        cls.addClassCleanup(cls.host.stop)
        cls.host.start()

    users = 0

    def user(self, **more):
        """A fresh account with a phone."""
        HostCase.users += 1
        return self.host.user(f"user{HostCase.users}", **more)

    def open(self, client):
        """A client that is closed when the test ends."""
        self.addCleanup(client.close)
        return client


class Tap(unittest.TestResult):
    """One line a test: `ok N - id (seconds)`; a skipped test has not passed."""

    def __init__(self):
        super().__init__()
        self.count = self.failed = 0
        self.since = 0.0

    def startTest(self, test):
        super().startTest(test)
        self.since = time.monotonic()

    def line(self, good, test, why=""):
        self.count += 1
        self.failed += not good
        name = test.id() if hasattr(test, "id") else str(test)
        print(f"{'ok' if good else 'not ok'} {self.count} - {name} "
              f"({time.monotonic() - self.since:.2f} s){why}", flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.line(True, test)

    def complain(self, test, error):
        self.line(False, test)
        text = "".join(traceback.format_exception(*error))
        print("\n".join("# " + line for line in text.rstrip().split("\n")), flush=True)

    def addError(self, test, err):
        super().addError(test, err)
        self.complain(test, err)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.complain(test, err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.line(False, test, f" # SKIP {reason}")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.complain(subtest, err)


def matching(suite, pattern):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from matching(test, pattern)
        elif pattern in test.id():
            yield test


def main(name, pattern=""):
    sys.path.insert(0, HERE)
    sys.modules["case"] = sys.modules["__main__"]
    module = importlib.import_module(name)
    found = unittest.defaultTestLoader.loadTestsFromModule(module)
    result = Tap()
    unittest.TestSuite(matching(found, pattern)).run(result)
    print(f"1..{result.count}", flush=True)
    return 1 if result.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

# SPDX-License-Identifier: BSD-3-Clause
"""Runs the tests of one file and prints TAP: one line a test, what failed in lines with a # behind.

    tap.py MODULE [PATTERN]   those whose id holds PATTERN
"""

import faulthandler
import importlib
import os
import sys
import time
import traceback
import unittest

# Seconds that one test may take; the stacks of one that hangs are shown, and the program ends.
LONGEST = int(os.environ.get("SMSOTP_TEST_SECONDS", "90"))


class Tap(unittest.TestResult):
    """One line a test: `ok N - id (seconds)`; a skipped test has not passed."""

    def __init__(self):
        super().__init__()
        self.count = self.failed = 0
        self.since = 0.0

    def startTest(self, test):
        super().startTest(test)
        faulthandler.dump_traceback_later(LONGEST, exit=True)
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
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    module = importlib.import_module(name)
    found = unittest.defaultTestLoader.loadTestsFromModule(module)
    result = Tap()
    unittest.TestSuite(matching(found, pattern)).run(result)
    print(f"1..{result.count}", flush=True)
    return 1 if result.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

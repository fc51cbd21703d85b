# SPDX-License-Identifier: BSD-3-Clause
"""Each call in turn of malloc and its like fails, as test_calls_fail.py has it for others, in daemons
without sanitizers, which need theirs."""

import os

os.environ.pop("SMSOTP_DAEMONS", None)

import faultcase  # noqa: E402  pylint: disable=wrong-import-position
import faults  # noqa: E402  pylint: disable=wrong-import-position
import test_starts_fail  # noqa: E402  pylint: disable=wrong-import-position


class Memory(faultcase.FaultCase):
    def test_daemon(self):
        self.strike_all(self.host.smsotpd, 20, classes=faults.MEMORY)

    def test_sender(self):
        self.strike_all(self.host.sender, 3, classes=faults.MEMORY)


class Start(test_starts_fail.StartCase):
    def test_start(self):
        self.strike_all(self.host.smsotpd, 12, classes=faults.MEMORY)


class FirstStart(test_starts_fail.FirstStartCase):
    def test_first_start(self):
        self.strike_all(self.host.smsotpd, 8, classes=faults.MEMORY)

# SPDX-License-Identifier: BSD-3-Clause
"""SIGKILL of smsotpd, smsotp-send and the module's process before and behind each call that a login
takes: no text comes twice or without being counted, no code is right twice, the next login works."""

import faultcase
import faults
import test_calls_fail
import test_starts_fail


class Daemons(faultcase.FaultCase):
    def test_daemon_before_a_call(self):
        self.strike_all(self.host.smsotpd, 7, act=faults.DIE)

    def test_daemon_behind_a_call(self):
        self.strike_all(self.host.smsotpd, 7, act=faults.DIE_AFTER)

    def test_sender_before_a_call(self):
        self.strike_all(self.host.sender, 3, act=faults.DIE)

    def test_sender_behind_a_call(self):
        self.strike_all(self.host.sender, 3, act=faults.DIE_AFTER)


class Recovery(faultcase.FaultCase):
    """The last answer is a recovery code: a commit to both stores."""

    def issued(self, step, *arguments, **how):
        """The step, once the user whose turn it is has codes; nothing of that is struck."""
        words = self.host.ctl("recovery", "issue", self.coming_user().name).split()
        self.code = words[0]
        return step(*arguments, **how)

    def calls(self, *arguments, **how):
        return self.issued(super().calls, *arguments, **how)

    def strike(self, *arguments, **how):
        return self.issued(super().strike, *arguments, **how)

    def right(self, attempt):
        return self.code

    def test_daemon_before_a_call(self):
        self.strike_all(self.host.smsotpd, 7, act=faults.DIE)

    def test_daemon_behind_a_call(self):
        self.strike_all(self.host.smsotpd, 7, act=faults.DIE_AFTER)


class Module(test_calls_fail.ModuleCase):
    def test_before_a_call(self):
        self.strike_all(self.host.smsotpd, 6, act=faults.DIE)

    def test_behind_a_call(self):
        self.strike_all(self.host.smsotpd, 6, act=faults.DIE_AFTER)


class Start(test_starts_fail.StartCase):
    def test_start(self):
        self.strike_all(self.host.smsotpd, 5, act=faults.DIE)


class FirstStart(test_starts_fail.FirstStartCase):
    def test_first_start(self):
        self.strike_all(self.host.smsotpd, 3, most=400, act=faults.DIE)

    def test_identity_store_and_key(self):
        self.strike_all(self.host.smsotpd, 10, until=70, classes=faults.STORE | faults.FILE,
                        act=faults.DIE)

    def test_first_start_but_for_the_stores(self):
        self.strike_all(self.host.smsotpd, 5, classes=faults.ALL - faults.STORE, act=faults.DIE)

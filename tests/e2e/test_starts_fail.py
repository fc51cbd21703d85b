# SPDX-License-Identifier: BSD-3-Clause
"""Each call in turn of smsotpd's start fails: it serves, refuses or ends, and the start after it
serves with all that was there before."""

import glob
import os
import shutil

import faultcase
import faults
import frames
import wait

STORES = "/var/lib/smsotp"
NOBODY = "NAME  UID  STATE  phone\n"


class StartCase(faultcase.FaultCase):
    """On stores that are there."""

    def started(self, number, **how):
        """Starts while the call of that number fails; whether it serves."""
        daemon, page = self.host.smsotpd, self.host.pages["smsotpd"]
        daemon.stop()
        page.arm(number, **how)
        try:
            daemon.start()
            serves = self.settles(daemon) == frames.REFUSED
        except (TimeoutError, wait.Late):
            self.fail(f"call {number} of a start, {page.name()}, {how}: it says nothing")
        except AssertionError:
            serves = False
        page.disarm()
        return serves

    def settles(self, daemon):
        """What it says to a session of nobody's, None where it has ended instead: it listens before
        it knows whether it can serve."""
        attempt, verdicts = faults.Attempt(self.next_user()), []

        def over():
            verdicts.append(attempt.session()[1])
            return verdicts[-1] is not None or not daemon.running()

        wait.until(over, "answer or end")
        return verdicts[-1]

    def strike(self, daemon, number, **how):
        why = f"call {number} of a start, {how}"
        self.started(number, **how)
        hits = self.host.pages["smsotpd"].hits()
        attempt, code, granted = self.login(why)
        self.survives(daemon, why)
        self.once(attempt, code, granted, why)
        daemon.restart()
        self.clean(why)
        return hits > 0

    def calls(self, daemon, **how):
        self.assertTrue(self.started(faults.NEVER, **how))
        return self.host.pages["smsotpd"].count()


class FirstStartCase(StartCase):
    """On no stores: what was begun is whole or is begun again."""

    # A strike has two turns, and a gateway drops a phone's text with a code that it has had: of a
    # thousand codes of 8 digits for one phone two are alike in one run of two hundred.
    USERS = 11

    def clean(self, why):
        self.host.set_identity(self.coming_user())
        super().clean(why)

    def strike(self, daemon, number, **how):
        why = f"call {number} of a first start, {how}"
        daemon.stop()
        for path in glob.glob(STORES + "/*"):
            (shutil.rmtree if os.path.isdir(path) else os.unlink)(path)
        self.started(number, **how)
        self.survives(daemon, why)
        daemon.restart()
        self.assertEqual(self.host.ctl("identity", "list"), NOBODY)
        self.clean(why)
        return self.host.pages[daemon.name].hits() > 0

    def calls(self, daemon, **how):
        self.strike(daemon, faults.NEVER, **how)
        return self.host.pages[daemon.name].count()


class Start(StartCase):
    def test_start(self):
        self.strike_all(self.host.smsotpd, 20)


class FirstStart(FirstStartCase):
    def test_first_start(self):
        self.strike_all(self.host.smsotpd, 12, classes=faults.ALL - faults.STORE)

    def test_stores(self):
        """65536 of these calls fill one table."""
        self.strike_all(self.host.smsotpd, 8, most=400, classes=faults.STORE)

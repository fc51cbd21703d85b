# SPDX-License-Identifier: BSD-3-Clause
"""Logins while calls fail, and what must hold whatever failed."""

import glob
import json
import signal
import time

import attack
import faults
import frames
from case import HostCase

STEP = 14400
RESEND = 31
TEXTS = 5  # [limits] texts_user
CRASHES = {-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGILL, -signal.SIGFPE}


class FaultCase(HostCase):
    HOST = faults.Faulty
    CLOCKED = True
    # The gateway drops a text that a phone has had within half an hour: codes must not come again.
    CONFIG = {f"service {faults.SERVICE}": {"enabled": "yes"}, "code": {"digits": 8}}
    USERS = 12

    turn = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(cls.assert_no_text_twice)
        cls.people = [cls.user(cls) for _ in range(cls.USERS)]

    @classmethod
    def assert_no_text_twice(cls):
        """The gateway drops the second of two equal texts: its journal has both."""
        fates = [fate["fate"] for line in cls.host.gateway_saw()
                 for fate in json.loads(line).get("fates", [])]
        twice = [fate for fate in fates if "duplicate" in fate]
        assert fates and not twice, f"{len(twice)} of {len(fates)} texts came twice"

    def setUp(self):
        self.addCleanup(self.quiet)
        self.clean("before")
        self.open = {each.name: self.descriptors(each)
                     for each in (self.host.smsotpd, self.host.sender)}

    def quiet(self):
        for page in self.host.pages.values():
            page.disarm()
        self.host.start_daemons()

    def pages(self):
        """Whose calls may keep a text from coming."""
        return self.host.pages.values()

    def next_user(self, later=STEP):
        """So much later that no lock, window or code of before counts."""
        self.host.clock.advance(later)
        user = self.coming_user()
        FaultCase.turn += 1
        return user

    def coming_user(self):
        return self.people[FaultCase.turn % len(self.people)]

    def descriptors(self, daemon):
        return len(glob.glob(f"/proc/{daemon.pid}/fd/*"))

    def clean(self, why):
        """A login where nothing fails."""
        attempt = faults.Attempt(self.next_user(0))
        self.assertEqual(attempt.begin(), frames.ASK, why)
        self.assertTrue(attempt.wait_codes(1), f"{why}: no text for the next login")
        verdict = attempt.answer(attempt.codes()[0])
        if verdict == frames.ASK and attempt.wait_codes(2):  # the first was a killed login's
            verdict = attempt.answer(attempt.codes()[-1])
        self.assertEqual(verdict, frames.GRANTED, why)

    def login(self, why):
        """Begin, resend, wrong code, right code, session; what has ended is started again in
        between. Returns the attempt, the code that was typed or None, and whether it was right."""
        attempt = faults.Attempt(self.next_user())
        verdict = attempt.begin()
        if verdict is None:  # as the module does it
            self.revive(why)
            verdict = attempt.begin()
        if verdict != frames.ASK:
            return attempt, None, False
        attempt.wait_codes(1, *self.pages())
        self.revive(why)
        self.host.clock.advance(RESEND)
        attempt.answer("r")
        attempt.wait_codes(2, *self.pages())
        self.revive(why)
        self.assertNotEqual(attempt.answer(attempt.wrong()), frames.GRANTED, why)
        self.revive(why)
        code = self.right(attempt)
        if code is None:
            return attempt, None, False
        granted = attempt.answer(code) == frames.GRANTED
        if granted:
            attempt.session()
        return attempt, code, granted

    def right(self, attempt):
        """The code that lets this login in, or None where it has none."""
        codes = attempt.codes()
        return codes[-1] if codes else None

    def revive(self, why):
        for daemon in (self.host.sender, self.host.smsotpd):
            self.survives(daemon, why)

    def charged(self, user):
        """How many texts of the last ten minutes the store has counted."""
        texts = json.loads(self.host.ctl("--json", "status", user.name))["texts"]
        left = [row["left_known"] for row in texts if row["key"] == "texts_user"]
        return TEXTS - left[0]

    def once(self, attempt, code, granted, why):
        """Of this code, tried again."""
        again = attempt.answer(code) == frames.GRANTED if code else False
        self.assertFalse(granted and again, f"{why}: {code} was right twice")
        return granted or again

    def survives(self, daemon, why):
        """It serves on, or has ended so that systemd starts it again."""
        if daemon.running():
            return
        self.assertNotIn(daemon.process.returncode, CRASHES, f"{why}: {daemon.said()[-2000:]}")
        daemon.start()

    def recovers(self, daemon, why):
        """The next login works; where the daemon was about to end, the one behind."""
        self.survives(daemon, why)
        try:
            self.clean(why)
        except AssertionError:
            if self.running_on(daemon):
                raise
            self.survives(daemon, why)
            self.clean(why)

    def running_on(self, daemon):
        """It does not end within a moment."""
        try:
            faults.wait.until(lambda: not daemon.running(), "end", 0.5)
        except faults.wait.Late:
            return True
        return False

    def grown(self, daemon):
        """Whether more descriptors than ever stay open: libcurl's pool may keep one for a while."""
        try:
            faults.wait.until(lambda: self.descriptors(daemon) <= self.open[daemon.name],
                              "closed descriptor", 0.5)
        except faults.wait.Late:
            self.open[daemon.name] = self.descriptors(daemon)
            return True
        return False

    def strike(self, daemon, number, again=0, **how):
        """One login while the call of that number fails. True where there was such a call."""
        page, pid = self.host.pages[daemon.name], daemon.pid
        page.arm(number, **how)
        attempt, code, granted = self.login(f"call {number} of {daemon.name}, {how}")
        page.disarm()
        if daemon.pid != pid:
            daemon.restart()  # what could not open its stores stays shut until it is told
        why = f"call {number} of {daemon.name}, {page.name()}, {how}"
        self.survives(daemon, why)
        granted = self.once(attempt, code, granted, why)
        self.recovers(daemon, why)
        grown = self.grown(daemon)
        self.host.smsotpd.kill()
        self.host.smsotpd.start()
        self.assertEqual(attempt.session()[1], frames.REFUSED)  # its start is over
        self.once(attempt, code, granted, why + ", after SIGKILL")
        self.assertLessEqual(len(attempt.codes()), self.charged(attempt.user), f"{why}: not counted")
        self.assertFalse(grown and again == 2, f"{why}: descriptors are left open each time")
        if grown:
            self.strike(daemon, number, again + 1, **how)
        return page.hits() > 0

    def calls(self, daemon, **how):
        """How many such calls one login takes."""
        page = self.host.pages[daemon.name]
        page.arm(faults.NEVER, **how)
        _, _, granted = self.login("counting")
        self.assertTrue(granted)
        page.disarm()
        return page.count()

    def strike_all(self, daemon, sample, most=None, until=None, **how):
        """Every call until there are no more, or number `until`, or `most` of them, spread;
        `sample` where time is short."""
        count = min(self.calls(daemon, **how), until or faults.NEVER)
        self.assertGreater(count, 0)
        many = (most or count) if attack.LONG else sample
        step = max(1, count // many)
        number, missed, done, since = 1 + count % step, 0, 0, time.monotonic()
        while missed < (3 if attack.LONG else 1) and number < (until or 4 * count + 100):
            missed = 0 if self.strike(daemon, number, **how) else missed + 1
            number, done = number + step, done + 1
        print(f"# {self.id()}: {count} calls, {done} of them struck in turn, "
              f"{time.monotonic() - since:.1f} s", flush=True)

# SPDX-License-Identifier: BSD-3-Clause
"""Whatever the host's clocks do, no code lives longer for it and no lock ends early.

A lock that only the store remembers (smsotpd's own memory went with the boot) shows in the text that
does not come, not in the lines.
"""

import wait
from dialogues import EXPIRED, LOCKED, DialogueCase

DAY = 86400
LIFE = 900
WAIT = 3600


class Clocks(DialogueCase):
    CLOCKED = True
    CONFIG = {"lockout": {"wait": WAIT, "wait_max": WAIT}}
    sources = 0

    def source(self):
        Clocks.sources += 1
        return f"127.0.7.{Clocks.sources}"

    def restart(self):
        self.host.smsotpd.stop()
        self.host.smsotpd.start()

    def boots(self, realtime=None):
        """The host went down and comes up 30 s later, with the clock at `realtime`."""
        self.host.smsotpd.stop()
        self.host.clock.reboot()
        if realtime is not None:
            self.host.clock.realtime = realtime
            self.host.clock.write()
        self.host.smsotpd.start()

    def restored(self, boottime, realtime):
        """A snapshot of this boot runs again: its clock is as far back, the wall clock went on, and
        the disk is the one of today."""
        self.host.smsotpd.stop()
        self.host.clock.boottime -= boottime * 1000
        self.host.clock.realtime += realtime * 1000
        self.host.clock.write()
        self.host.smsotpd.start()

    def begins(self, user, source):
        """A new dialogue; returns the texts of before."""
        before = user.phone.lines()
        self.dialogue(user.name, source=source).next()
        return before

    def gets_text(self, user, source):
        before = self.begins(user, source)
        wait.until(lambda: user.phone.lines() != before, "text")

    def gets_no_text(self, user, source):
        """Another user's shows that it would be here."""
        before = self.begins(user, source)
        self.begun(self.user(), source=self.source())
        self.assertEqual(user.phone.lines(), before)

    def shifted(self, *steps):
        """A code that some step of the clocks ended."""
        user = self.user()
        dialogue, code = self.begun(user, source=self.source())
        for step in steps:
            step()
        dialogue.answer(code)
        self.assertRegex(dialogue.prompt(), EXPIRED)

    def test_code_ends_when_the_wall_clock_is_a_day_ahead(self):
        self.shifted(lambda: self.host.clock.step_wall(DAY))

    def test_code_ends_in_time_when_the_wall_clock_is_a_day_behind(self):
        self.shifted(lambda: self.host.clock.step_wall(-DAY),
                     lambda: self.host.clock.advance(LIFE))

    def test_code_ends_with_its_boot(self):
        self.shifted(self.boots)

    def test_code_ends_with_its_boot_without_a_clock(self):
        self.shifted(lambda: self.boots(realtime=5000))

    def test_code_ends_in_a_machine_that_was_paused(self):
        self.shifted(lambda: self.host.clock.step_wall(LIFE))

    def test_code_ends_in_a_machine_that_was_restored(self):
        self.shifted(lambda: self.restored(300, 60))

    def test_code_from_before_the_clock_was_set(self):
        """A host without a clock at boot: when it is set, the code is a lifetime old."""
        self.boots(realtime=5000)
        self.shifted(lambda: self.host.clock.step_wall(50 * 365 * DAY))

    def test_lock_ignores_the_wall_clock(self):
        for seconds in (DAY, -DAY):
            user, source = self.user(), self.source()
            self.locked(user, source)
            self.host.clock.step_wall(seconds)
            self.assertRegex(self.shut(user, source), LOCKED)
            self.restart()
            self.gets_no_text(user, source)
            self.host.clock.advance(WAIT)
            self.gets_text(user, source)

    def outlasts(self, change, left):
        """A lock holds through `change` and for `left` seconds more, and no longer."""
        user, source = self.user(), self.source()
        self.locked(user, source)
        change()
        self.gets_no_text(user, source)
        self.host.clock.advance(left - 1)
        self.gets_no_text(user, source)
        self.host.clock.advance(1)
        self.gets_text(user, source)

    def test_lock_goes_on_after_a_boot(self):
        self.outlasts(self.boots, WAIT - 30)

    def test_lock_begins_anew_after_a_boot_without_a_clock(self):
        self.outlasts(lambda: self.boots(realtime=5000), WAIT)

    def test_lock_begins_anew_after_a_boot_that_went_back_in_time(self):
        self.outlasts(lambda: self.boots(realtime=self.host.clock.realtime - DAY * 1000), WAIT)

    def test_lock_ignores_the_clock_being_set_after_a_boot(self):
        def boot():
            self.boots(realtime=5000)
            self.gets_text(self.user(), self.source())

        user, source = self.user(), self.source()
        self.locked(user, source)
        boot()
        self.gets_no_text(user, source)
        self.host.clock.step_wall(50 * 365 * DAY)
        self.gets_no_text(user, source)

    def test_lock_goes_on_in_a_machine_that_was_paused(self):
        self.outlasts(lambda: self.host.clock.step_wall(DAY), WAIT)

    def test_lock_goes_on_in_a_machine_that_was_restored(self):
        """What the wall clock shows of it has been served, and the lock is not prolonged."""
        self.outlasts(lambda: self.restored(300, 60), WAIT - 60)
        self.outlasts(lambda: self.restored(300, -DAY), WAIT)

# SPDX-License-Identifier: BSD-3-Clause
"""Each call in turn of LMDB, files, sockets and libcurl fails, in smsotpd, smsotp-send and
the module's process, while somebody signs in: a wrong code is never right, a right one is right
once, what failed is over with the next login, and nothing is left open."""

import faultcase
import faults


class Daemon(faultcase.FaultCase):
    def test_store(self):
        self.strike_all(self.host.smsotpd, 8, classes=faults.STORE)

    def test_files(self):
        self.strike_all(self.host.smsotpd, 8, classes=faults.FILE)

    def test_files_that_were_written(self):
        self.strike_all(self.host.smsotpd, 4, classes=faults.FILE, act=faults.LATE)

    def test_sockets(self):
        self.strike_all(self.host.smsotpd, 8, classes=faults.SOCKET)

    def test_store_from_then_on(self):
        self.strike_all(self.host.smsotpd, 4, classes=faults.STORE, last=faults.FOREVER)

    def test_disk_full_from_then_on(self):
        self.strike_all(self.host.smsotpd, 4, classes=faults.FILE, last=faults.FOREVER)


class Sender(faultcase.FaultCase):
    def test_files_and_sockets(self):
        self.strike_all(self.host.sender, 6, classes=faults.FILE | faults.SOCKET)

    def test_curl(self):
        self.strike_all(self.host.sender, 4, classes=faults.CURL)


class ModuleCase(faultcase.FaultCase):
    """The module in an application's process."""

    def setUp(self):
        super().setUp()
        self.page = faults.Page("/run/faults.signin")
        self.application = faults.Application(self.host, self.page)
        self.application.start()
        self.addCleanup(self.application.close)
        self.at_prompt = lambda: None

    def typed(self, replies, attempt=None):
        """A login, of another's user where there is one, that types what the functions in `replies`
        say. Returns the attempt, what was typed last and what pam_authenticate said, None where the
        process is gone."""
        attempt, last = attempt or faults.Attempt(self.next_user()), None
        said = self.application.say(f"{attempt.user.name} tty9")
        for reply in replies:
            if said != "asked":
                break
            self.at_prompt()
            last = reply(attempt)
            said = self.application.say(last)
        while said == "asked":
            last = "000000"
            said = self.application.say(last)
        return attempt, last, int(said.split()[1]) if said else None

    def resent(self, attempt):
        attempt.wait_codes(1, self.page)
        self.host.clock.advance(faultcase.RESEND)
        return "r"

    @staticmethod
    def refused(attempt):
        return attempt.wrong()

    def refused_then(self, attempt):
        """Once the second text is there: an answer before it left withdraws it."""
        attempt.wait_codes(2, self.page)
        return attempt.wrong()

    @staticmethod
    def right(attempt):
        return (attempt.codes() or ["000000"])[-1]

    def armed(self, number, replies, **how):
        """A login while that call fails. Of memory those from the first prompt on: libpam crashes
        where it reads a stack without (1.5.2, dlsym of a path that asprintf did not make)."""
        def arm():
            self.at_prompt = lambda: None
            self.page.arm(number, **how)

        if how.get("classes") == faults.MEMORY and how.get("act") is None:
            self.at_prompt = arm
        else:
            arm()
        try:
            return self.typed(replies)
        finally:
            self.at_prompt = lambda: None
            self.page.disarm()

    def whole(self, number, **how):
        return self.armed(number, [self.resent, self.refused_then, self.right], **how)

    def strike(self, daemon, number, **how):
        attempt, last, result = self.whole(number, **how)
        why = f"call {number} of the module, {self.page.name()}, {how}"
        if result is None:
            self.assertNotIn(self.application.status(), faultcase.CRASHES, why)
        if result == 0:
            self.assertEqual(last, attempt.codes()[-1], why)
        self.application.start()
        _, _, again = self.typed([lambda _: last or "000000"], attempt)
        self.assertFalse(result == 0 and again == 0, f"{why}: {last} was right twice")
        _, _, result = self.armed(number, [self.refused] * 4, **how)
        self.assertNotEqual(result, 0, why)
        self.application.start()
        _, _, result = self.typed([lambda attempt: attempt.wait_codes(1) and attempt.codes()[0]])
        self.assertEqual(result, 0, f"the next login after {why}")
        return self.page.hits() > 0

    def calls(self, daemon, **how):
        _, _, result = self.whole(faults.NEVER, **how)
        self.assertEqual(result, 0)
        return self.page.count()


class Module(ModuleCase):
    def test_memory(self):
        self.strike_all(self.host.smsotpd, 8, classes=faults.MEMORY)

    def test_sockets_and_files(self):
        self.strike_all(self.host.smsotpd, 8, classes=faults.SOCKET | faults.FILE)

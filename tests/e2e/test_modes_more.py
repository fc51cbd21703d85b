# SPDX-License-Identifier: BSD-3-Clause
"""As test_modes.py, the stacks of etc/pam.d that ask by other ways than ssh, sudo, su and a plain
login; and that no stack is left out of both."""

import os
import unittest

import clients
import hosts
import test_cockpit
import test_modes
import test_polkit
import test_rescue
from dialogues import AWAY
from phone import wrong
from test_modes import ASKS_PASSWORD, PASSWORD, SENT, SHIPPED, WAIVED

WRONG = "not that"
SPENT = r"{} (try|tries) left\. .*\(not yet required\): "


def setUpModule():  # pylint: disable=invalid-name
    test_polkit.setUpModule()
    test_cockpit.setUpModule()


def shipped(stack):
    with open(SHIPPED + stack, encoding="utf-8") as file:
        return file.read()


class Modes:
    """The tests of one stack; a class of each says how it asks, lets in and refuses."""

    STACK = SERVICE = None
    def install(self, loose):
        text = shipped(self.STACK)
        hosts.write("/etc/pam.d/" + self.SERVICE,
                    test_modes.rolled_out(text) if loose else text)

    def mode(self, mode):
        self.host.ctl("mode", self.SERVICE, mode)

    def arrive(self, loose, password=PASSWORD):
        self.install(loose)
        user = self.user(password=PASSWORD)
        return user, self.begin(user, password)

    def test_observe(self):
        self.mode("observe")
        for loose in (True, False):
            user, client = self.arrive(loose)
            self.is_in_by_password(client, user)
            self.no_text_for(user)

    def test_warn_goes_on_where_nothing_is_typed(self):
        self.mode("warn")
        for loose in (True, False):
            user, client = self.arrive(loose)
            self.asked(client, WAIVED)
            self.answer(client, "")
            self.is_in_by_password(client, user)

    def test_warn_takes_a_right_code(self):
        self.mode("warn")
        for loose in (True, False):
            user, client = self.arrive(loose)
            self.asked(client, WAIVED)
            self.answer(client, user.phone.next_code())
            self.is_in(client, user)

    def test_warn_goes_on_after_wrong_codes(self):
        self.mode("warn")
        user, client = self.arrive(True)
        self.asked(client, WAIVED)
        code = user.phone.next_code()
        for step in range(1, 5):
            self.answer(client, wrong(code, step))
            self.asked(client, SPENT.format(5 - step))
        self.answer(client, wrong(code, 5))
        self.is_in_by_password(client, user)

    def test_enforce(self):
        self.mode("enforce")
        user, client = self.arrive(False)
        self.asked(client, SENT)
        self.answer(client, user.phone.next_code())
        self.is_in(client, user)

    def test_dead_as_it_is_shipped(self):
        user = self.user(password=PASSWORD)
        self.mode("enforce")
        self.away()
        self.install(False)
        self.is_refused(self.begin(user, PASSWORD))

    def rolled_out(self, mode):
        """Side by side, for the module waits a while for smsotpd."""
        user, other = self.user(password=PASSWORD), self.user(password=PASSWORD)
        self.mode(mode)
        self.away()
        self.install(True)
        right, not_that = self.begin(user, PASSWORD), self.begin(other, WRONG)
        self.is_refused_by_password(not_that)
        self.is_in_by_password(right, user)

    def test_dead_with_the_line_for_rolling_out_observed(self):
        self.rolled_out("observe")

    def test_dead_with_the_line_for_rolling_out_warned(self):
        self.rolled_out("warn")


class Polkit(Modes, test_polkit.PolkitCase):
    STACK = SERVICE = "polkit-1"

    def begin(self, user, _):
        return self.open(test_polkit.Helper(self.user(number=False), user.name))

    def asked(self, helper, pattern):
        said = helper.next()
        while said.startswith("PAM_ERROR_MSG "):
            said = helper.next()
        self.assertTrue(said.startswith("PAM_PROMPT_ECHO_OFF "), said)
        self.assertRegex(said, pattern)

    def answer(self, helper, text):
        helper.say(text)

    def is_in_by_password(self, helper, user):
        self.asked(helper, ASKS_PASSWORD)
        helper.say(PASSWORD)
        self.is_in(helper, user)

    def is_in(self, helper, _):
        # PAM let him in. It is polkitd that knows no such cookie.
        self.assertIn("No session for cookie", helper.finish()[0])

    def fails(self, helper):
        said, status = helper.finish()
        self.assertEqual((said.split("\n")[-2], status), ("FAILURE", 1))
        self.assertNotIn("PROMPT", said)

    def is_refused(self, helper):
        self.assertEqual(helper.next(), "PAM_ERROR_MSG " + AWAY)
        self.fails(helper)

    def is_refused_by_password(self, helper):
        self.asked(helper, ASKS_PASSWORD)
        helper.say(WRONG)
        self.fails(helper)


class Cockpit(Modes, test_cockpit.ShippedCase):
    """The password is given when it begins, so that what comes next tells."""

    STACK = SERVICE = "cockpit"

    def begin(self, user, password):
        return self.session(user, password)

    def asked(self, session, pattern):
        self.assertRegex(session.prompt(), pattern)

    def answer(self, session, text):
        session.answer(text)

    def is_in(self, session, user):
        self.assertEqual(session.bridge(), user.name)

    is_in_by_password = is_in

    def is_refused(self, session):
        self.assertEqual(session.refusal()["message"], AWAY)

    def is_refused_by_password(self, session):
        self.assertEqual(session.refusal()["problem"], "authentication-failed")


class Rescue(Modes, test_rescue.RescueCase):
    """Away as it is shipped, it is the rescue that test_rescue.py tries."""

    STACK, SERVICE = "login-rescue", "login"

    def begin(self, user, password):
        login = self.open(clients.login(user.name))
        login.password = password
        return login

    def asked(self, login, pattern):
        login.expect(pattern)

    def answer(self, login, text):
        login.send(text)

    def is_in_by_password(self, login, user):
        login.expect(ASKS_PASSWORD)
        login.send(login.password)
        self.is_in(login, user)

    def is_in(self, login, user):
        login.expect(r"\$ ")
        login.send("id -un; exit")
        said, status = login.finish()
        self.assertIn(user.name, said.split())
        self.assertEqual(status, 0)

    def is_refused(self, login):
        self.assertNotRegex(login.expect("Login incorrect"), ASKS_PASSWORD)

    def is_refused_by_password(self, login):
        login.expect(ASKS_PASSWORD)
        login.send(login.password)
        login.expect("Login incorrect")

    def test_dead_with_the_line_for_rolling_out_at_the_console(self):
        """Root has his password there, too, and by common-auth: he is not shut out by the rescue's
        lines, nor asked twice."""
        self.mode("observe")
        self.away()
        self.install(True)
        console = self.console("root")
        self.assertIn(AWAY, console.expect(ASKS_PASSWORD))
        console.send(test_rescue.ROOT)
        self.whoami(console)


class All(unittest.TestCase):
    def test_each_stack_is_tested_in_each_mode(self):
        tested = [*test_modes.STACKS, *(each.STACK for each in (Polkit, Cockpit, Rescue))]
        self.assertEqual(sorted(os.listdir(SHIPPED)), sorted(tested))

# SPDX-License-Identifier: BSD-3-Clause
"""Other people's testers of PAM modules: pamtester, and libpamtest over pam_wrapper."""

import subprocess

import clients
import hosts
import judges
from dialogues import AWAY, LOCKED, SENT, DialogueCase, left
from phone import wrong

SERVICE = "tester"
STACK = """auth [success=done ignore=ignore default=die] pam_smsotp.so
account required pam_permit.so
session optional pam_smsotp.so
"""
STEPS = ("authenticate", "acct_mgmt", "setcred", "open_session", "close_session")
# pam_wrapper's libpam reads stacks from here, and only from here.
WRAPPED = "/run/wrapped"
WRAPPER = {"LD_PRELOAD": "libpam_wrapper.so", "PAM_WRAPPER": "1",
           "PAM_WRAPPER_SERVICE_DIR": WRAPPED}
# libpamtest has its answers from the start, and goes through all steps on one handle.
LIBPAMTEST = """
import sys
import pypamtest as pam
steps = [getattr(pam, "PAMTEST_" + step) for step in
         ("AUTHENTICATE", "ACCOUNT", "SETCRED", "OPEN_SESSION", "CLOSE_SESSION")]
try:
    pam.run_pamtest(sys.argv[1], sys.argv[2], [pam.TestCase(step) for step in steps], sys.argv[3:])
    print("passed")
except pam.PamTestError as error:
    print(error)
"""


class Testers(DialogueCase):
    CONFIG = {f"service {SERVICE}": {"enabled": "yes"}}

    @classmethod
    def setUpClass(cls):
        judges.install()
        super().setUpClass()
        for path in (f"/etc/pam.d/{SERVICE}", f"{WRAPPED}/{SERVICE}", "/etc/pam.d/nameless"):
            hosts.write(path, STACK)

    def pamtester(self, user, *steps, service=SERVICE):
        return self.open(clients.Terminal(["/usr/bin/pamtester", service, user.name, *steps]))

    def at_prompt(self, user, *steps):
        tester = self.pamtester(user, *steps)
        self.assertEqual(tester.prompt(), SENT)
        return tester, user.phone.next_code()

    def test_pamtester_through_all_steps(self):
        user = self.user()
        tester, code = self.at_prompt(user, *STEPS)
        tester.send(wrong(code))
        self.assertRegex(tester.prompt(), left(4))
        tester.send(code)
        said, status = tester.finish()
        self.assertEqual((said.count("success"), status), (4, 0), said)
        for event in ("login.granted", "session.open", "session.close"):
            self.host.event(lambda line, event=event: event in line and user.name in line)

    def test_pamtester_with_wrong_codes(self):
        user = self.user()
        tester, code = self.at_prompt(user, *STEPS)
        for step in range(1, 5):
            tester.send(wrong(code, step))
            self.assertRegex(tester.prompt(), left(5 - step))
        tester.send(wrong(code, 5))
        said, status = tester.finish()
        self.assertRegex(said, LOCKED)
        self.assertEqual((said.count("success"), status), (0, 1), said)

    def test_a_session_without_a_login(self):
        said, status = self.pamtester(self.user(), "open_session", "close_session").finish()
        self.assertEqual((said.count("success"), status), (2, 0), said)

    def test_the_log_names_the_section_to_write(self):
        said, status = self.pamtester(self.user(), *STEPS, service="nameless").finish()
        self.assertIn(AWAY, said)
        self.assertEqual((said.count("success"), status), (0, 1), said)
        self.host.event(lambda line: "write [service nameless] for it" in line)

    def test_a_program_that_is_not_root_s(self):
        """As a screen locker runs: it cannot ask, and nobody is asked for a code."""
        user = self.user()
        said, status = self.open(clients.Terminal(
            ["/usr/bin/pamtester", SERVICE, user.name, "authenticate"], user)).finish()
        self.assertIn(AWAY, said)
        self.assertEqual((said.count("success"), status), (0, 1), said)
        self.no_text_for(user)

    def libpamtest(self, user, *answers):
        done = subprocess.run(["/usr/bin/python3", "-c", LIBPAMTEST, user.name, SERVICE, *answers],
                              env=WRAPPER, capture_output=True, text=True, timeout=20, check=True)
        return done.stdout.strip()

    def test_libpamtest(self):
        user = self.user()
        # It answers at once: the code is on its way already, for who asks beside it.
        _, code = self.at_prompt(user, "authenticate")
        authenticate_failed = r"pam_operation \[0\] expected_rv \[0\].* returned \[7\]"
        self.assertRegex(self.libpamtest(user, wrong(code)), authenticate_failed)
        self.assertEqual(self.libpamtest(user, wrong(code, 2), code), "passed")
        self.assertRegex(self.libpamtest(user, code), authenticate_failed)
        self.host.event(lambda line: "session.close" in line and user.name in line)

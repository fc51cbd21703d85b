# SPDX-License-Identifier: BSD-3-Clause
"""The config of daemons that run, and of none: -t, -T, SIGHUP, no config at all."""

import json
import os
import re
import signal
import stat
import subprocess

import frames
import hosts
import wait
from dialogues import AWAY, LOCKED, DialogueCase
from phone import code_of

PART = hosts.CONFIG + ".d/test.conf"
STUB = "/run/smsotp/stub.log"
HELP = "No code? Call 5555."

# A part of a config, and what the error says behind the file's name.
BROKEN = (
    ("[code]\n\ncolour = red\n", r":3: .*colour"),
    ("[colour]\nred = yes\n", r":1: no such section; write one of .*\[code\]"),
    ("[code]\ndigits = 9\n", r":2: \[code\] digits: .*6.*8"),
    ("[code]\nexpiry = 59\n", r":2: \[code\] expiry: .*60.*3600"),
    ("[resend]\nhold = 2001\n", r":2: \[resend\] hold: .*2000"),
    ("[code]\ndigits = six\n", r":2: \[code\] digits: "),
    ("[message]\ntext = no place for it\n", r":2: \[message\] text: "),
    ("[gateway]\nurl = http://192.0.2.1/\n", r":2: \[gateway\] url: .*https"),
    ("no section = 1\n", r":1: "),
)


class Part(DialogueCase):
    def part(self, text):
        hosts.write(PART, text)
        self.addCleanup(lambda: os.path.exists(PART) and os.unlink(PART))

    def smsotpd(self, *words):
        return subprocess.run(["/usr/sbin/smsotpd", *words], check=False, capture_output=True,
                              text=True, timeout=20,
                              env={"PATH": "/usr/bin", **self.host.sanitized})

    def hangup(self):
        """SIGHUP to smsotpd; returns the event that it makes of it."""
        seen = len(self.host.events())
        self.host.smsotpd.signal(signal.SIGHUP)
        return self.told_of_config(seen)

    def told_of_config(self, seen):
        return wait.until(lambda: [line for line in self.host.events()[seen:]
                                   if "config." in line], "event of the config")[0]


class Check(Part):
    """smsotpd -t and -T, while no daemon runs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host.stop()

    def test_sound(self):
        for words in (["-t", hosts.CONFIG], ["--test", hosts.CONFIG], ["-t"]):
            done = self.smsotpd(*words)
            self.assertEqual((done.returncode, done.stderr), (0, ""), words)

    def test_broken(self):
        for text, pattern in BROKEN:
            self.part(text)
            for words in (["-t", hosts.CONFIG], ["-T", hosts.CONFIG], ["-t"]):
                done = self.smsotpd(*words)
                self.assertEqual((done.returncode, done.stdout), (1, ""), text)
                self.assertRegex(done.stderr, "^" + re.escape(PART) + pattern)
                self.assertEqual(done.stderr.count("\n"), 1)

    def test_a_broken_config_starts_no_daemon(self):
        self.part("[code]\ndigits = 9\n")
        for program in ("/usr/sbin/smsotpd", "/usr/libexec/smsotp/smsotp-send"):
            done = subprocess.run([program], check=False, capture_output=True, text=True,
                                  timeout=20, env=self.host.sanitized)
            self.assertEqual(done.returncode, 1)
            self.assertIn(PART + ":2: [code] digits", done.stderr)

    def test_print(self):
        self.part("[code]\n\ndigits = 7\n")
        said = self.smsotpd("-T", hosts.CONFIG).stdout
        self.assertIn(f"\n# {PART}:3\ndigits = 7\n", said)
        self.assertIn("\n# default\nexpiry = 900\n", said)
        self.assertRegex(said, rf"\n# {re.escape(hosts.CONFIG)}:\d+\nsender_id = SMSOTP\n")
        self.assertNotIn(hosts.GATEWAY_PASSWORD, said)

    def test_file_that_is_not_there(self):
        done = self.smsotpd("-t", "/etc/smsotp/nowhere.conf")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/etc/smsotp/nowhere.conf: ", done.stderr)

    def test_the_installed_daemon_takes_no_clock(self):
        done = self.smsotpd("--clock", "/run/clock")
        self.assertEqual(done.returncode, 2)
        self.assertIn("usage: smsotpd", done.stderr)


class Hangup(Part):
    CONFIG = {"code": {"digits": 7}}

    def tearDown(self):
        if os.path.exists(PART):
            os.unlink(PART)
        self.hangup()

    def signs_in_by(self, digits):
        user = self.user()
        dialogue, code = self.begun(user)
        self.assertEqual(len(code), digits)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

    def test_broken_one_keeps_the_old(self):
        for text, pattern in BROKEN:
            self.part(text + "[code]\ndigits = 6\n")
            event = self.hangup()
            self.assertIn('"event":"config.refused"', event)
            self.assertRegex(json.loads(event)["detail"], "^" + re.escape(PART) + pattern)
            self.assertRegex(self.host.smsotpd.said(),
                             "the old config stays: " + re.escape(PART) + pattern)
        os.unlink(PART)
        self.signs_in_by(7)

    def ctl(self, *words):
        return subprocess.run(["/usr/sbin/smsotpctl", *words], check=False, capture_output=True,
                              text=True, timeout=20, env={"PATH": "/usr/bin"})

    def test_as_soon_as_it_listens(self):
        for _ in range(10):
            self.host.smsotpd.restart()
            self.assertIn('"event":"config.reloaded"', self.hangup())

    def test_while_logins_use_those_before(self):
        """What comes with the signal is under way by then: begun under the config before."""
        for _ in range(4):
            self.host.smsotpd.signal(signal.SIGSTOP)
            callers = [frames.connect() for _ in range(8)]
            for number, caller in enumerate(callers):
                self.addCleanup(caller.close)
                caller.send(frames.ask(frames.BEGIN, f"nobody{number}"))
            seen = len(self.host.events())
            self.host.smsotpd.signal(signal.SIGHUP)
            self.host.smsotpd.signal(signal.SIGCONT)
            self.assertIn('"event":"config.reloaded"', self.told_of_config(seen))

    def test_broken_one_leaves_the_operator_his_tool(self):
        self.part("[code]\nexpiry = never\n")
        for words in (("status",), ("events", "-n", "1"), ("lock", "list")):
            done = self.ctl(*words)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stderr, r"\AWarning: .*:2: \[code\] expiry: .* use --socket\n\Z")
            refused = self.ctl("--config", hosts.CONFIG, *words)
            self.assertEqual((refused.returncode, refused.stdout), (1, ""))
            self.assertRegex(refused.stderr, r"\Asmsotpctl: .*:2: \[code\] expiry: ")
        told = self.ctl("--socket", "/run/smsotp/ctl.sock", "status")
        self.assertEqual((told.returncode, told.stderr), (0, ""))

    def test_sound_one_is_taken(self):
        self.part("[code]\ndigits = 8\n")
        self.assertIn('"event":"config.reloaded"', self.hangup())
        self.signs_in_by(8)

    def test_whether_the_journal_has_the_events(self):
        """Here it is the line of text on standard error."""
        def told():
            self.host.settle()
            return self.host.smsotpd.said().count("config.reloaded")
        self.part("[audit]\njournal = no\n")
        before = told()
        self.hangup()
        os.unlink(PART)
        self.hangup()
        wait.until(lambda: told() > before, "the line of text")
        self.assertEqual(told(), before + 1)

    def test_login_between_prompt_and_answer_goes_on(self):
        user = self.user()
        dialogue, code = self.begun(user)
        self.part("[resend]\ntexts = 2\n")
        self.hangup()
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

    def test_switched_off(self):
        """The stack goes on to the next line, which asks for a password, and nobody gets a text."""
        user = self.user()
        self.part("[service sshd]\nenabled = no\n")
        self.hangup()
        dialogue = self.dialogue(user.name)
        self.assertEqual(dialogue.prompt(), "Password: ")
        dialogue.answer("123456")
        self.assertFalse(dialogue.outcome())
        self.assertEqual(dialogue.told(), [])
        os.unlink(PART)
        self.hangup()
        self.no_text_for(user)


class Help(Part):
    """[message] help: the operator's line, after a refusal, to everybody."""

    CONFIG = {"message": {"help": HELP}}
    CLOCKED = True

    def test_after_too_many_wrong_codes(self):
        self.assertRegex(self.locked(self.user(), "127.0.2.1"), rf"^{LOCKED} {re.escape(HELP)}$")

    def test_to_a_name_that_does_not_exist(self):
        told = self.refused("nobody-here", "127.0.2.2", ["000000"] * 5)[-1].instructions
        self.assertRegex(told.strip(), rf"^{LOCKED} {re.escape(HELP)}$")

    def test_where_smsotpd_is_away(self):
        user = self.user()
        self.away()
        # Without an answer there is nobody who would know the operator's line.
        self.assertEqual(self.shut(user, "127.0.2.3"), AWAY)


class NoConfig(DialogueCase):
    """Nothing is configured: every default, and the stub."""

    @classmethod
    def setUpClass(cls):
        hosts.install()
        host = hosts.Host()
        os.unlink(hosts.CONFIG)
        for each in (host.smsotpd, host.sender):
            each.argv = each.argv[:1]
        cls.host = host
        cls.addClassCleanup(host.stop)
        host.start_daemons()

    def ctl(self, *words, **more):
        return subprocess.run(["/usr/sbin/smsotpctl", *words], check=True, capture_output=True,
                              text=True, timeout=20, **more).stdout

    def kept(self, user):
        """The lines of the stub's file for this user's phone."""
        number = "+" + user.phone.digits
        with open(STUB, encoding="ascii") as file:
            return [line.rstrip("\n") for line in file if f" {number} " in line]

    def test_a_login_with_the_stub(self):
        user = self.user(number=False)
        user.phone = self.host.new_phone()
        self.ctl("identity", "set", user.name,
                 input=f"phone: {user.phone.number}\nuid: {user.uid}\n")
        dialogue = self.dialogue(user.name)
        dialogue.prompt()
        line = wait.until(lambda: self.kept(user), "code in the stub's file")[0]
        code = code_of("[phone 0] " + line.split(None, 2)[2])
        self.assertEqual(len(code), 6)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)
        self.assertEqual(stat.S_IMODE(os.stat(STUB).st_mode), 0o600)
        self.assertEqual(self.host.sender.said().count("stub: no text is sent"), 1)
        self.assertNotIn(code, self.host.sender.said() + self.host.smsotpd.said())
        self.assertIn("to the stub's file", self.ctl("status"))

    def test_every_value_is_the_default(self):
        said = subprocess.run(["/usr/sbin/smsotpd", "-T"], check=True, capture_output=True,
                              text=True, timeout=20).stdout
        self.assertGreater(said.count("\n# default\n"), 40)
        self.assertEqual(re.findall(r"(?m)^# (?!default$).*", said), [])
        self.assertIn("\nstub = yes\n", said)

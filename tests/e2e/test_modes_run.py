# SPDX-License-Identifier: BSD-3-Clause
"""Modes as an operator meets them: what is observed and written down, what is chosen at run time and
falls back, who would be out; and that none of it tells who exists."""

import json
import shutil
import signal

import frames
import wait
from dialogues import DialogueCase

PASSWORD = "correct horse battery staple"
STATE = "/var/lib/smsotp/state"
ANSWERS = ("000000", "111111", "not a code", "222222", "333333")
WAIVED, ASK_WAIVED = 6, 7


class ModeCase(DialogueCase):
    CLOCKED = True

    def setUp(self):
        """The event of the choice comes a little after its reply, and is none of the test's."""
        self.before = len(self.host.events())
        self.host.ctl("mode", "sshd", "config")
        self.since("mode.changed")
        self.before = len(self.host.events())

    def since(self, event):
        """The first event of that name since the test began."""
        def found():
            lines = [json.loads(line) for line in self.host.events()[self.before:]]
            return [line for line in lines if line["event"] == event]
        return wait.until(found, event)[0]

    def shown(self):
        return json.loads(self.host.ctl("mode", "sshd", "--json"))["services"][0]

    def asked(self, user):
        """What the first request of a login asks for."""
        dialogue = self.dialogue(user.name)
        prompt = dialogue.prompt()
        dialogue.close()
        return prompt

    def is_required(self, user):
        return self.asked(user).startswith("We sent a code")

    def by_password(self, name, source="127.0.0.1"):
        """A login that is asked for the password alone."""
        dialogue = self.dialogue(name, source=source)
        self.assertEqual(dialogue.prompt(), "Password: ")
        dialogue.answer(PASSWORD)
        self.signed_in(dialogue, name)


class Choosing(ModeCase):
    def begins(self):
        """Who begins to sign in, and has his code."""
        user = self.user()
        return user, *self.begun(user)

    def sign_in(self):
        user, dialogue, code = self.begins()
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

    def test_a_choice_holds_until_the_next(self):
        user = self.user()
        self.assertTrue(self.is_required(user))
        self.host.ctl("mode", "sshd", "observe")
        self.assertFalse(self.is_required(user))
        self.host.smsotpd.restart()
        self.assertFalse(self.is_required(user))
        self.assertEqual((self.shown()["mode"], self.shown()["config"]), ("observe", "enforce"))
        self.host.ctl("mode", "sshd", "config")
        self.assertTrue(self.is_required(user))
        self.assertEqual(self.since("mode.changed")["to"], "observe")

    def test_what_is_not_confirmed_falls_back(self):
        user = self.user()
        self.host.ctl("mode", "sshd", "observe", "--confirm", "10m")
        self.host.clock.advance(599)
        self.assertFalse(self.is_required(user))
        self.host.clock.advance(1)
        self.assertTrue(self.is_required(user))
        fell = self.since("mode.fell")
        self.assertEqual((fell["from"], fell["to"]), ("observe", "config"))
        self.assertEqual(self.shown()["chosen"], "config")

    def test_it_falls_back_where_nobody_asks(self):
        self.host.ctl("mode", "sshd", "warn", "--confirm", "60")
        self.host.clock.advance(60)
        self.assertEqual(self.since("mode.fell")["from"], "warn")

    def test_it_falls_back_after_a_restart(self):
        user = self.user()
        for way in (self.host.clock.advance, self.host.clock.step_wall,
                    self.host.clock.wall_stands_still, self.host.clock.reboot):
            self.host.ctl("mode", "sshd", "observe", "--confirm", "10m")
            self.host.smsotpd.restart()
            self.assertFalse(self.is_required(user), way)
            self.host.smsotpd.stop()
            way(600)
            self.host.smsotpd.start()
            self.assertTrue(self.is_required(user), way)
            self.assertEqual(self.shown()["chosen"], "config")
            self.host.clock.advance(3600)

    def test_a_confirmation_wants_a_new_login(self):
        user, dialogue, code = self.begins()
        self.host.clock.advance(1)
        self.host.ctl("mode", "sshd", "enforce", "--confirm", "10m")
        self.host.clock.advance(1)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)
        refused = self.host.ctl("mode", "sshd", "--confirmed", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("nobody has signed in by the new mode", refused.stderr)
        self.sign_in()
        self.host.ctl("mode", "sshd", "--confirmed")
        self.assertEqual(self.since("mode.confirmed")["to"], "enforce")
        self.host.smsotpd.restart()
        self.host.clock.advance(86400)
        self.assertEqual(self.shown()["chosen"], "enforce")
        self.assertNotIn("seconds", self.shown())

    def test_the_words(self):
        for words, status, said in (
                (("sshd", "never"), 1, "no such word"), (("vsftpd", "warn"), 1, "no section"),
                (("sshd", "--confirm", "10m"), 2, "--confirm takes"),
                (("sshd", "warn", "--confirm", "10x"), 2, "usage"),
                (("sshd", "warn", "--confirm", "5"), 1, "out of range"),
                (("sshd", "warn", "--confirmed"), 2, "--confirmed takes"),
                (("sshd", "--confirmed"), 1, "no mode waits"),
                (("sshd", "warn", "more"), 2, "a word too many")):
            done = self.host.ctl("mode", *words, check=False)
            self.assertEqual((done.returncode, said in done.stderr), (status, True), words)
        self.assertEqual(self.shown()["chosen"], "config")

    def test_a_lost_state_leaves_it_to_the_config(self):
        user = self.user()
        self.host.ctl("mode", "sshd", "observe")
        self.host.smsotpd.stop()
        shutil.rmtree(STATE)
        self.host.smsotpd.start()
        self.assertTrue(self.is_required(user))

    def test_a_section_that_is_off_stays_off(self):
        user = self.user()
        self.addCleanup(self.reload)
        self.reload({"service sshd": {"enabled": "no"}})
        self.host.ctl("mode", "sshd", "enforce")
        self.assertFalse(self.is_required(user))

    def test_a_section_that_comes_back(self):
        """It had none at the start; what was chosen for it holds again at once."""
        section, user = {"service vsftpd": {"enabled": "yes"}}, self.user()
        self.addCleanup(self.reload)
        self.reload(section)
        self.host.ctl("mode", "vsftpd", "observe")
        self.reload()
        self.host.configure(section)
        self.before = len(self.host.events())
        self.host.smsotpd.signal(signal.SIGHUP)
        self.since("config.reloaded")
        said = json.loads(self.host.ctl("explain", user.name, "--service", "vsftpd", "--json"))
        self.assertEqual(said["mode"], "observe")

    def reload(self, changes=None):
        self.host.configure(changes)
        self.host.smsotpd.restart()


class Observing(ModeCase):
    CONFIG = {"service sshd": {"mode": "observe"}}

    def observed(self, user):
        self.by_password(user.name)
        return self.since("login.observed")

    def test_a_user_with_a_phone(self):
        user = self.user(password=PASSWORD)
        event = self.observed(user)
        self.assertEqual((event["user"], event["would"], event["would_rule"], event["mode"]),
                         (user.name, "get a text", "due", "observe"))
        self.assertNotIn("why", event)
        opened = self.since("session.open")
        self.assertEqual((opened["user"], opened["waived"], opened["accepted"]),
                         (user.name, True, True))
        self.assertEqual(opened["id"], event["id"])
        self.assertEqual(user.phone.lines(), [])

    def refused(self, user, why):
        event = self.observed(user)
        self.assertEqual((event["would"], event["why"]), ("be refused", why))

    def test_a_user_without_a_phone(self):
        user = self.user(password=PASSWORD, number=False)
        self.host.ctl("identity", "set", user.name, input=f"uid: {user.uid}\n")
        self.refused(user, "no phone")

    def test_a_suspended_user(self):
        user = self.user(password=PASSWORD)
        self.host.ctl("identity", "set", user.name, input="suspended: yes\n")
        self.refused(user, "suspended")

    def test_a_user_whose_texts_are_used_up(self):
        user = self.user(password=PASSWORD)
        self.host.ctl("mode", "sshd", "enforce")
        for number in range(1, 4):
            frames.Stranger(user.name, f"198.51.2.{number}")
            user.phone.next_line()
        self.host.ctl("mode", "sshd", "observe")
        self.refused(user, "over a limit")

    def test_a_user_who_is_locked(self):
        user = self.user(password=PASSWORD)
        self.host.ctl("mode", "sshd", "enforce")
        self.locked(user, "127.0.0.1")
        self.host.ctl("mode", "sshd", "observe")
        self.refused(user, "locked")

    def test_india_without_ids(self):
        user = self.user(password=PASSWORD)
        self.host.configure({"gateway": {"entity_id": None, "template_id": None}})
        self.addCleanup(self.host.smsotpd.restart)
        self.addCleanup(self.host.configure)
        self.host.smsotpd.restart()
        self.refused(user, "no text goes to +91 without [gateway] entity_id and template_id")

    def test_the_report(self):
        stranger = self.user(password=PASSWORD, number=False)
        bare = self.user(number=False)
        self.host.ctl("identity", "set", bare.name, input=f"uid: {bare.uid}\n")
        self.by_password(stranger.name)
        # Whoever does not get in is no account that this host would have to know.
        self.dialogue("never-got-in").prompt()

        def reported():
            said = json.loads(self.host.ctl("report", "sshd", "--json"))["services"][0]
            return said if said["no_identity"] else None
        said = wait.until(reported, "account in the report")
        self.assertIn(stranger.name, [each["name"] for each in said["no_identity"]])
        self.assertNotIn("never-got-in", json.dumps(said))
        self.assertIn({"name": bare.name, "why": "no phone"}, said["lacking"])
        text = self.host.ctl("report", "sshd")
        self.assertRegex(text, rf"sshd +{bare.name} +no phone")
        self.assertRegex(text, rf"sshd +{stranger.name} +no identity; signed in 20")
        self.host.ctl("identity", "set", stranger.name,
                      input=f"phone: {self.host.new_phone().number}\n")
        self.assertNotIn(stranger.name, self.host.ctl("report", "sshd"))

    def test_what_is_explained(self):
        user = self.user()
        ask = ("explain", user.name, "--service", "sshd", "--from", "127.0.0.1", "--json")
        for mode, asked, line in (("observe", False, "^$"), ("warn", True, "not yet required"),
                                  ("enforce", True, "resend in 30 s\\): $")):
            self.host.ctl("mode", "sshd", mode)
            said = json.loads(self.host.ctl(*ask))
            self.assertEqual((said["mode"], said["asked"], said["text"]), (mode, asked, asked))
            self.assertRegex(said["line"], line)

    def test_root_and_everybody_else_at_once(self):
        """A source's refusals are one event a minute, so a stranger cannot fill the log."""
        for number in range(40):
            frames.say(frames.ask(frames.BEGIN, f"nobody{number}", service="sshd", tty="ssh",
                                  uid=0, connection="198.51.3.1 4000 192.0.2.254 22"))
        self.host.ctl("lock", "list")
        self.assertEqual(self.since("login.observed")["why"], "unknown name")
        found = [line for line in self.host.events()[self.before:] if "198.51.3.1" in line]
        self.assertEqual(len(found), 1)


class Equal(ModeCase):
    SSHD = "DenyUsers denied\n"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        host = cls.host
        suspended, denied = host.user("halted"), host.user("denied")
        host.ctl("identity", "set", suspended.name, input="suspended: yes\n")
        cls.names = [host.user("exists").name, "nobody", suspended.name,
                     host.user("nofone", number=False).name, denied.name, "root"]

    sources = 0

    def walk(self, name, answers):
        """All requests of a dialogue from a source of its own, and how it ended."""
        Equal.sources += 1
        dialogue = self.dialogue(name, source=f"127.0.7.{Equal.sources}")
        end = dialogue.next()
        for answer in answers:
            if isinstance(end, bool):
                break
            dialogue.answer(answer)
            end = dialogue.next()
        self.assertIsNot(end, True)
        return repr((dialogue.requests, end))

    def same(self, answers):
        seen = {name: self.walk(name, answers) for name in self.names}
        for name in self.names:
            self.assertEqual(seen[name], seen["exists"], name)
        return seen["exists"]

    def test_observe(self):
        self.host.ctl("mode", "sshd", "observe")
        seen = self.same(("not that", "not that"))
        self.assertNotIn("Code", seen)

    def test_warn(self):
        self.host.ctl("mode", "sshd", "warn")
        seen = self.same((*ANSWERS, "not that"))
        self.assertIn("(not yet required)", seen)
        self.assertIn("Password: ", seen)
        self.same(("", "not that"))

    def frames_of(self, name, mode):
        """What smsotpd answers, but for the login's id and token: they are drawn."""
        Equal.sources += 1
        self.host.ctl("mode", "sshd", mode)
        facts = {"service": "sshd", "tty": "ssh", "uid": 0, "number": bytes([Equal.sources] * 16),
                 "connection": f"198.51.4.{Equal.sources} 4000 192.0.2.254 22"}
        told = []
        token = bytes(frames.TOKEN)
        for kind, reply in ((frames.BEGIN, b""), (frames.VERIFY, b"000000"), (frames.VERIFY, b"")):
            answer = frames.say(frames.ask(kind, name, token=token, reply=reply, **facts))
            token = frames.token(answer)
            told.append((answer[:2], answer[18:32], answer[32 + frames.TOKEN:]))
        return told

    def test_frames(self):
        for mode, verdicts in (("observe", [WAIVED] * 3), ("warn", [ASK_WAIVED] * 2 + [WAIVED])):
            expected = self.frames_of("exists", mode)
            self.assertEqual([told[1][0] for told in expected], verdicts)
            for name in self.names[1:]:
                self.assertEqual(self.frames_of(name, mode), expected, name)

    def test_warnings_are_written_down(self):
        self.host.ctl("mode", "sshd", "warn")
        self.walk("exists", ("", "not that"))
        self.assertEqual(self.since("login.waived")["why"], "nothing was typed")
        self.assertEqual(self.since("login.begin")["mode"], "warn")

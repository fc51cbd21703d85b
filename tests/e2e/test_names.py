# SPDX-License-Identifier: BSD-3-Clause
"""What is typed where a name is asked for: names that no account has, and a phone's number."""

import json
import re

import clients
import hosts
import users
import wait
from dialogues import SENT, DialogueCase, left

# Nobody's; each must look like everybody's.
ODD = ("x" * 4096, "\x1b]0;title\x07name", "two\nlines", "tab\tbed", "\u20ac\u00fc\u4e2d",
       "../../etc/passwd", "a" * 65, "%s%n", "name\\", '"name"', " ")


class OddNames(DialogueCase):
    CLOCKED = True

    def nothing_raw(self, kept):
        """No byte of a name is in our logs, nor is a control byte."""
        with open(hosts.LOG + "/events.jsonl", "rb") as file:
            said = file.read() + self.host.smsotpd.said().encode()
        ours = "".join(line for line in self.host.syslog.kept[kept:] if "pam_smsotp" in line)
        said += ours.encode()
        self.assertFalse(set(said) - set(range(0x20, 0x7f)) - {0x0a})
        for name in ODD[:-1]:
            self.assertNotIn(name.encode(), said)

    def test_over_ssh(self):
        kept = len(self.host.syslog.kept)
        for number, name in enumerate(ODD):
            dialogue = self.dialogue(name, source=f"127.0.6.{number + 1}")
            self.assertEqual(dialogue.prompt(), SENT, name[:20])
            dialogue.answer("123456")
            self.assertRegex(dialogue.prompt(), left(4))
            dialogue.close()
        self.nothing_raw(kept)
        self.signs_in()

    def test_at_login(self):
        """login hands names of the command line on as they are; at its own prompt the terminal
        takes 4095 bytes."""
        kept = len(self.host.syslog.kept)
        for name in ODD[:3] + ODD[5:9]:
            login = self.open(clients.login(name))
            self.assertIn(SENT, login.prompt(), name[:20])
            login.send("123456")
            self.assertRegex(login.prompt(), left(4))
            login.close()
        for typed in ("y" * 4000, "\x16\x1b]0;title\x16\x07name"):
            login = self.open(clients.login())
            login.expect("vm login: ")
            login.send(typed)
            login.child.expect([clients.PROMPT, "login: ", "Login incorrect", clients.pexpect.EOF])
            login.close()
        self.nothing_raw(kept)
        self.signs_in()


class PhoneAsName(DialogueCase):
    """[service login] identify = phone: a number typed at `login:` is its identity's."""

    CONFIG = {"service login": {"identify": "phone"}, "identity": {"country": 91}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host.ctl("schema", "set", input="phone: phone identifier\n")

    def becomes(self, login, user):
        login.expect(r"\$ ")
        shown = login.child.before
        login.send("echo; id -un; exit")
        said, status = login.finish()
        self.assertEqual((said.split()[-1], status), (user.name, 0))
        return shown

    def test_number_in_each_form(self):
        for form in (lambda digits: "+" + digits, lambda digits: digits[2:],
                     lambda digits: f"+91-{digits[2:]}", lambda digits: "0" + digits[2:]):
            user = self.user()
            digits = user.phone.digits
            login = self.console(form(digits))
            line = login.prompt()
            self.assertEqual(line, SENT)
            login.send(user.phone.next_code())
            shown = self.becomes(login, user)
            self.assertNotIn(user.name, re.sub(rf"{user.name}@vm|/home/{user.name}", "", shown))
            self.assertIn(f'"user":"{user.name}"', self.host.event(
                lambda event, name=user.name: "login.granted" in event and name in event))

    def test_session_is_the_logins_and_no_log_holds_the_number(self):
        user, seen = self.user(), len(self.host.events())
        login = self.console(user.phone.number.replace(" ", ""))
        login.prompt()
        login.send(user.phone.next_code())
        self.becomes(login, user)

        def closed():
            return [line for line in self.host.events()[seen:] if "session.close" in line]

        wait.until(closed, "end of the session")
        events = [json.loads(line) for line in self.host.events()[seen:]]
        self.assertEqual(len({event["id"] for event in events}), 1)
        self.assertEqual([event["accepted"] for event in events if "session" in event["event"]],
                         [True, True])
        said = self.host.smsotpd.said() + self.host.sender.said() + "".join(self.host.events())
        self.assertNotIn(user.phone.digits[2:], said)

    def test_name_still_does(self):
        user = self.user()
        login = self.console(user.name)
        login.prompt()
        login.send(user.phone.next_code())
        self.becomes(login, user)

    def test_number_of_an_account_made_anew(self):
        user = self.user()
        users.make_anew(user)
        login = self.console(user.phone.number.replace(" ", ""))
        self.assertEqual(login.prompt(), SENT)
        self.host.event(lambda line: f'"user":"{user.name}"' in line
                        and '"rule":"another_uid"' in line)

    def test_number_of_nobody(self):
        login = self.console("+919999900098")
        self.assertEqual(login.prompt(), SENT)
        login.send("123456")
        self.assertRegex(login.prompt(), left(4))

    def test_code_of_another_number(self):
        user, other = self.user(), self.user()
        theirs = self.console(other.phone.number.replace(" ", ""))
        theirs.prompt()
        mine = self.console(user.phone.number.replace(" ", ""))
        mine.prompt()
        mine.send(other.phone.next_code())
        self.assertRegex(mine.prompt(), left(4))

    def test_sshd_takes_names_only(self):
        user = self.user()
        dialogue = self.dialogue(user.phone.number.replace(" ", ""))
        self.assertEqual(dialogue.prompt(), SENT)
        self.no_text_for(user)

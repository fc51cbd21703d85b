# SPDX-License-Identifier: BSD-3-Clause
"""An account that was removed and made anew under its old name has no phone: its uid is another than
the identity's. Nobody sees that at the prompt, and no command of smsotpctl tells smsotpd of it."""

import json
import os
import re

import clients
import users
from dialogues import SENT, DialogueCase, left

PASSWD = "/etc/passwd"
STANDING = "the account has another uid than the identity"


class AnewCase(DialogueCase):
    CLOCKED = True
    sources = 0

    def source(self):
        AnewCase.sources += 1
        return f"127.0.4.{AnewCase.sources}"

    def begun_last(self, user):
        """The last begin's event; all that was asked for before is done when this returns."""
        self.host.ctl("lock", "list")
        said = [json.loads(line) for line in self.host.events()]
        return [event for event in said
                if event["event"] == "login.begin" and event.get("user") == user.name][-1]

    def is_refused(self, user, client):
        """At the first prompt: the usual line, no text, and neither code nor recovery code is right."""
        self.assertEqual(client.prompt(), SENT)
        event = self.begun_last(user)
        self.assertEqual((event["standing"], event["rule"]), (STANDING, "another_uid"))
        self.assertEqual(user.phone.unread(), 0)
        answer = client.answer if isinstance(client, clients.Dialogue) else client.send
        for tries, code in ((4, "123456"), (3, self.codes[0])):
            answer(code)
            self.assertRegex(client.prompt(), left(tries))

    def is_let_in(self, user):
        dialogue = self.dialogue(user.name, source=self.source())
        self.assertEqual(dialogue.prompt(), SENT)
        dialogue.answer(user.phone.next_code())
        self.signed_in(dialogue, user.name)

    def user(self, **more):
        """His identity goes with the test, so that another may have the uid."""
        user = super().user(**more)
        self.addCleanup(self.host.ctl, "identity", "remove", user.name)
        self.codes = self.host.ctl("recovery", "issue", user.name).split()
        return user

    def explain(self, user):
        return json.loads(self.host.ctl("explain", user.name, "--from", self.source(), "--json"))


class Anew(AnewCase):
    def test_ssh(self):
        user = self.user()
        self.is_let_in(user)
        anew = users.make_anew(user)
        self.assertNotEqual(anew.uid, user.uid)
        self.is_refused(user, self.dialogue(user.name, source=self.source()))

    def test_console(self):
        user = self.user()
        users.make_anew(user)
        self.is_refused(user, self.open(clients.login(user.name)))

    def test_sudo(self):
        user = self.user()
        anew = users.make_anew(user)
        self.is_refused(user, self.open(clients.sudo(anew, "/usr/bin/true")))

    def test_same_uid_gets_in(self):
        user = self.user()
        users.make_anew(user, user.uid)
        self.is_let_in(user)
        login = self.open(clients.login(user.name))
        self.assertEqual(login.prompt(), SENT)
        login.send(user.phone.next_code())
        login.expect(r"\$ ")

    def test_code_on_its_way_is_worth_nothing(self):
        """It was sent to the one before."""
        user = self.user()
        dialogue = self.dialogue(user.name, source=self.source())
        dialogue.prompt()
        code = user.phone.next_code()
        users.make_anew(user)
        dialogue.answer(code)
        self.assertRegex(dialogue.prompt(), left(4))

    def test_identity_without_a_uid_gets_in(self):
        user = self.user()
        self.host.ctl("identity", "set", user.name, input="uid:\n")
        users.make_anew(user)
        self.is_let_in(user)

    def test_name_of_no_account_here_is_as_ever(self):
        """An account of a directory is not in the file; nor is one that was removed."""
        user = self.user()
        users.remove(user.name)
        dialogue = self.dialogue(user.name, source=self.source())
        self.assertEqual(dialogue.prompt(), SENT)
        self.assertRegex(user.phone.next_code(), r"^\d{6}$")
        self.assertNotIn("standing", self.begun_last(user))

    def test_operator_says_whose_the_account_is_now(self):
        """Or that its uid was changed, which is the same to look at."""
        user = self.user()
        anew = users.make_anew(user)
        self.is_refused(user, self.dialogue(user.name, source=self.source()))
        self.host.ctl("identity", "set", user.name, input=f"uid: {anew.uid}\n")
        self.is_let_in(user)

    def test_report_lists_them(self):
        user = self.user()
        self.assertNotIn(user.name, self.host.ctl("report"))
        users.make_anew(user)
        listed = {service["service"]: {each["name"]: each["why"] for each in service["lacking"]}
                  for service in json.loads(self.host.ctl("report", "--json"))["services"]}
        self.assertEqual((listed["sshd"][user.name], listed["login"][user.name]),
                         (STANDING, STANDING))
        self.assertNotIn(user.name, listed["su"])

    def test_first_of_two_lines_counts(self):
        user = self.user()
        users.append(PASSWD, f"{user.name}:x:{user.uid + 20000}:{user.uid}::/nowhere:/bin/false")
        self.is_let_in(user)


class File(AnewCase):
    """What is looked at is the file as it is now, however it came there."""

    def setUp(self):
        with open(PASSWD, encoding="ascii") as file:
            self.text = file.read()
        self.addCleanup(self.put_back)

    def put_back(self):
        with open(PASSWD + "+", "w", encoding="ascii") as file:
            file.write(self.text)
        os.rename(PASSWD + "+", PASSWD)

    def change(self, user):
        """In place, to a uid of as many digits; at sshd's back, who then would know nobody."""
        with open(PASSWD, "r+", encoding="ascii") as file:
            changed = re.sub(rf"(?m)^({user.name}:x:)\d", r"\g<1>9", file.read())
            file.seek(0)
            file.write(changed)

    def test_written_over_in_place_and_back(self):
        user = self.user()
        self.assertTrue(self.explain(user)["lets_in"])
        self.change(user)
        self.is_refused(user, self.dialogue(user.name, source=self.source()))
        told = self.explain(user)
        self.assertEqual((told["standing"], told["text"], told["lets_in"]),
                         (STANDING, False, False))
        self.assertIn("another uid now", told["reason"]["sentence"])
        self.assertIn("identity set NAME, with its uid", told["reason"]["remedy"])
        self.assertIn("another uid now", self.host.ctl("explain", user.name))
        self.put_back()
        self.assertTrue(self.explain(user)["lets_in"])

    def test_no_file_and_no_end_of_it(self):
        """Then no uid is known, which is said once."""
        user = self.user()
        self.change(user)
        os.rename(PASSWD, PASSWD + ".away")
        for says in ("cannot be read, No such file", "is no file", "is larger than 64 MB"):
            for _ in range(2):
                self.assertTrue(self.explain(user)["lets_in"], says)
            self.assertEqual(self.host.smsotpd.said().count(says), 1)
            if says.startswith("cannot"):
                os.mkdir(PASSWD)
            elif os.path.isdir(PASSWD):
                os.rmdir(PASSWD)
                with open(PASSWD, "w", encoding="ascii") as file:
                    file.truncate((64 << 20) + 1)
        os.remove(PASSWD)
        os.rename(PASSWD + ".away", PASSWD)
        self.assertFalse(self.explain(user)["lets_in"])

    def test_lines_that_are_none(self):
        user = self.user()
        self.change(user)
        with open(PASSWD, encoding="ascii") as file:
            text = file.read()
        with open(PASSWD, "wb") as file:
            file.write(b"\0\xff\n:::\n" + user.name.encode() + b"\n+\n-" + user.name.encode()
                       + b"::::::\n" + b"x" * 100000 + b"\n" + text.encode().rstrip(b"\n"))
        self.assertFalse(self.explain(user)["lets_in"])
        self.assertIn("pwck(8)", self.host.smsotpd.said())

# SPDX-License-Identifier: BSD-3-Clause
"""smsotpctl, every verb against the daemon that serves: what it says, to people and as JSON, and its
exit status."""

import json
import os
import signal
import subprocess

import hosts
from dialogues import LOCKED, DialogueCase

REFUSED, USAGE, AWAY = 1, 2, 3
VERBS = ("identity set", "identity show", "identity list", "identity remove",
         "identity suspend", "identity resume", "import", "export", "schema show", "schema set", "lock list",
         "lock clear", "explain", "send-test", "events", "stats", "status",
         "doctor", "exempt add", "exempt key")


class Tool(DialogueCase):
    def tool(self, *words, status=0, **more):
        """What it said on standard output, or on standard error where it failed."""
        done = self.host.ctl(*words, check=False, **more)
        self.assertEqual(done.returncode, status, f"{words}: {done.stdout}{done.stderr}")
        if status:
            self.assertEqual(done.stdout, "", words)
            return done.stderr
        return done.stdout

    def json(self, *words, **more):
        return json.loads(self.tool(*words, "--json", **more))


class Verbs(Tool):
    CLOCKED = True

    def test_identity(self):
        user = self.user()
        shown = self.tool("identity", "show", user.name)
        self.assertIn(f"name: {user.name}\nuid: {user.uid}\nsuspended: no\nphone: ", shown)
        self.assertNotIn(user.phone.digits, shown)
        self.assertIn("+" + user.phone.digits, self.tool("identity", "show", user.name, "--reveal"))
        found = self.json("identity", "show", user.name, "--reveal")["identity"]
        self.assertEqual((found["uid"], found["traits"]["phone"]),
                         (user.uid, "+" + user.phone.digits))
        for words, revealed in (([], False), (["--reveal"], True)):
            listed = self.tool("identity", "list", *words)
            self.assertIn(user.name, listed)
            self.assertIs(user.phone.digits in listed, revealed)
        for said in ("changed\n", "unchanged\n"):
            self.assertEqual(self.tool("identity", "set", user.name, input="suspended: yes\n"), said)
        self.assertTrue(self.json("identity", "show", user.name)["identity"]["suspended"])
        self.assertEqual(self.tool("identity", "remove", user.name), "")
        self.assertIn(f"there is no identity {user.name}",
                      self.tool("identity", "show", user.name, status=REFUSED))

    def test_a_phone_is_no_argument(self):
        """/proc shows arguments to everybody."""
        self.tool("identity", "set", "x", "phone: +91 99999 00099", status=USAGE)

    def test_identity_input(self):
        for text, status, said in (
                ("phone: 12345\n", REFUSED, "phone"), ("phone: +1\n", REFUSED, "phone"),
                ("phone: +91 99999 0000x\n", REFUSED, "phone"), ("colour: red\n", REFUSED, "colour"),
                ("uid: -1\n", REFUSED, "uid"), ("no colon\n", USAGE, "line 1 has no colon"),
                ("", USAGE, "standard input is empty"), ("a\0b: c\n", USAGE, "NUL")):
            self.assertIn(said, self.tool("identity", "set", "nobody", status=status, input=text))
        self.assertNotIn("nobody", self.tool("identity", "list"))

    def test_import_is_all_or_nothing(self):
        with open("/root/people.csv", "w", encoding="ascii") as file:
            file.write("name,uid,phone\nin1,2001,+91 99999 00091\nin2,2002,12345\n")
        self.assertRegex(self.tool("import", "/root/people.csv", status=REFUSED), r"people\.csv:3: ")
        self.assertNotIn("in1", self.tool("identity", "list"))
        with open("/root/people.csv", "w", encoding="ascii") as file:
            file.write("name,uid,phone\nin1,2001,+91 99999 00091\nin2,2002,+91 99999 00092\n")
        reply = self.json("import", "/root/people.csv")
        self.assertEqual((reply["added"], reply["changed"]), (2, 0))
        self.tool("import", "/root/nowhere.csv", status=REFUSED)
        for name in ("in1", "in2"):
            self.tool("identity", "remove", name)

    def test_schema(self):
        before = self.tool("schema", "show")
        self.assertEqual(before, "phone: phone\n")
        self.addCleanup(self.tool, "schema", "set", "--force", input=before)
        self.tool("schema", "set", input="phone: phone required  identifier\nemail: email\n")
        self.assertEqual(self.tool("schema", "show"),
                         "phone: phone identifier required\nemail: email\n")
        traits = self.json("schema", "show")["traits"]
        self.assertEqual([(each["name"], each["identifier"], each["required"]) for each in traits],
                         [("phone", True, True), ("email", False, False)])
        one, other = self.user(), self.user()
        said = self.tool("identity", "set", other.name, status=REFUSED,
                         input=f"phone: {one.phone.number}\n")
        self.assertIn(one.name, said)
        self.assertNotIn(one.phone.digits, said)
        self.tool("schema", "set", "--force", input=before)
        self.tool("identity", "set", other.name, input=f"phone: {one.phone.number}\n")
        said = self.tool("schema", "set", status=REFUSED, input="phone: phone identifier\n")
        self.assertRegex(said, rf"\b{one.name}\b")
        self.assertRegex(said, rf"\b{other.name}\b")
        self.assertEqual(self.tool("schema", "show"), before)
        self.tool("identity", "remove", other.name)

    def test_locks(self):
        user = self.user()
        self.locked(user, "127.0.5.1")
        self.assertRegex(self.tool("lock", "list"), rf"(?m)^{user.name} +127\.0\.5\.1 ")
        locks = [lock for lock in self.json("lock", "list")["locks"] if lock["name"] == user.name]
        self.assertEqual([(lock["source"], lock["seconds"]) for lock in locks],
                         [("127.0.5.1", 60)])
        self.assertRegex(self.shut(user, "127.0.5.1"), LOCKED)
        self.assertEqual(self.tool("lock", "clear", user.name), "cleared 1\n")
        dialogue, code = self.begun(user, source="127.0.5.1")
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

    def test_lock_of_a_name_that_does_not_exist(self):
        self.refused("nobody-locked", "127.0.5.2", ["000000"] * 5)
        self.assertNotIn("nobody-locked", self.tool("lock", "list"))
        self.assertEqual(self.tool("lock", "clear", "nobody-locked"), "cleared 1\n")
        self.dialogue("nobody-locked", source="127.0.5.2").prompt()
        self.refused("nobody-locked", "127.0.5.3", ["000000"] * 5)
        self.tool("lock", "clear", "--all")
        self.tool("lock", "clear", status=USAGE)

    def test_test_text(self):
        user = self.user()
        self.assertRegex(self.tool("send-test", user.name), r"(?s)^outcome +accepted\n.*REQID +\d")
        code = user.phone.next_code()
        self.assertEqual(code, "000000")
        reply = self.json("send-test", user.name)
        self.assertEqual((reply["outcome"], reply["stub"], reply["http"]), ("accepted", False, 200))
        self.assertNotIn(user.phone.digits, json.dumps(reply))
        dialogue, _ = self.begun(user)
        dialogue.answer(code)
        self.assertIn("That code is not right", dialogue.prompt())
        self.host.gateway_does(f"for {user.phone.digits} request-error 104")
        self.addCleanup(self.host.gateway_does)
        done = self.host.ctl("send-test", user.name, check=False)
        self.assertEqual(done.returncode, REFUSED)
        self.assertIn("104", done.stdout)
        self.assertIn("no identity", self.tool("send-test", "nobody", status=REFUSED))
        silent = self.user(number=False)
        self.tool("identity", "set", silent.name, input=f"uid: {silent.uid}\n")
        self.assertIn("has no phone", self.tool("send-test", silent.name, status=REFUSED))

    def test_events(self):
        user = self.user()
        self.begun(user)
        self.host.event(lambda line: "text.accepted" in line and user.name in line)
        self.assertIn(f"user={user.name}", self.tool("events"))
        self.assertEqual(len(self.tool("events", "-n", "2").splitlines()), 2)
        for line in self.tool("events", "--json", "-n", "3").splitlines():
            self.assertIn("event", json.loads(line))
        self.tool("events", "-n", "0", status=USAGE)

    def test_events_that_come(self):
        with subprocess.Popen(["/usr/sbin/smsotpctl", "events", "--follow", "--json"], text=True,
                              stdout=subprocess.PIPE, env=self.host.sanitized) as follows:
            user = self.user()
            self.begun(user)
            line = next(line for line in follows.stdout if user.name in line)
            self.assertEqual(json.loads(line)["user"], user.name)
            os.rename(hosts.LOG + "/events.jsonl", hosts.LOG + "/events.jsonl.1")
            self.host.smsotpd.signal(signal.SIGHUP)
            other = self.user()
            self.begun(other)
            next(line for line in follows.stdout if other.name in line)
            follows.send_signal(signal.SIGINT)
            self.assertEqual(follows.wait(10), -signal.SIGINT)

    def test_status(self):
        said = self.tool("status")
        for line in (r"version +\d", r"sender +reachable", r"identities +\d+", r"texts go +to the g"):
            self.assertRegex(said, "(?m)^" + line)
        reply = self.json("status")
        self.assertEqual((reply["ok"], reply["stub"], reply["warnings"]), (True, False, []))
        self.host.sender.stop()
        self.addCleanup(self.host.sender.start)
        self.assertRegex(self.tool("status"), r"(?m)^sender +away")


class Usage(Tool):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host.smsotpd.stop()

    def test_help(self):
        for verb in VERBS:
            said = self.tool(*verb.split(), "--help")
            self.assertIn(f"smsotpctl {verb}", said)
            self.assertIn(verb.split()[-1], self.tool("--help"))
        self.assertRegex(self.tool("--version"), r"^smsotpctl \d")

    def test_wrong_use(self):
        for words in ((), ("nonsense",), ("identity",), ("identity", "show"), ("lock", "clear"),
                      ("identity", "list", "--force"), ("status", "two", "words"), ("status", "--colour"),
                      ("send-test", "one", "two"), ("explain",), ("status", "--from", "127.0.0.1"),
                      ("identity", "suspend"), ("explain", "name", "--from"),
                      ("stats", "--user", "x"), ("events", "--output", "x"), ("events", "--kind")):
            self.assertIn("usage", self.tool(*words, status=USAGE).lower(), words)

    def test_daemon_away(self):
        for words in (("status",), ("identity", "list"), ("lock", "list"), ("stats",)):
            self.assertRegex(self.tool(*words, status=AWAY), "does not answer at .*: systemctl start")

    def test_not_root(self):
        self.host.smsotpd.start()
        self.addCleanup(self.host.smsotpd.stop)
        user = self.user()
        said = self.tool("status", status=REFUSED, preexec_fn=user.become)
        self.assertIn("only root may ask", said)

# SPDX-License-Identifier: BSD-3-Clause
"""smsotpctl events: what is asked for and nothing else, from the file alone, through its rotation and
whatever a full disk has left in it."""

import json
import os
import signal
import subprocess
import time

import hosts
import wait
from dialogues import DialogueCase
from phone import wrong

EVENTS = hosts.LOG + "/events.jsonl"
TORN = '{"time":"2026-11-23T09:30:00.125Z","event":"login.beg\n'
USAGE = 2
DAY = 86400


class EventsCase(DialogueCase):
    def tool(self, *words):
        return self.host.ctl("events", *words)

    def found(self, *words):
        """The events as objects."""
        return [json.loads(line) for line in self.tool("--json", *words).splitlines()]

    def names(self, *words):
        return [event["event"] for event in self.found(*words)]

    def session(self):
        user = self.user()
        dialogue, code = self.begun(user)
        dialogue.answer(wrong(code))
        dialogue.prompt()
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)
        dialogue.close()
        for kind in ("text.accepted", "session.close"):
            self.host.event(lambda line, kind=kind: kind in line and f'"{user.name}"' in line)
        return user

    def rotate(self):
        os.rename(EVENTS, EVENTS + ".1")
        before = self.host.smsotpd.said().count("config.reloaded")
        self.host.smsotpd.signal(signal.SIGHUP)
        self.host.event(lambda line: "config.reloaded" in line)
        wait.until(lambda: self.host.smsotpd.said().count("config.reloaded") == before + 1,
                   "one line of the new config")


class Filters(EventsCase):
    CLOCKED = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        each = cls("test_user")
        cls.addClassCleanup(each.doCleanups)
        cls.one, cls.other = each.session(), each.session()

    def test_user(self):
        for user in (self.one, self.other):
            names = self.names("--user", user.name)
            self.assertEqual(names[0], "login.begin")
            self.assertEqual(sorted(names), sorted((
                "login.begin", "text.accepted", "login.granted", "session.open", "session.close",
                *(["login.refused"] if user == self.one else []))))
        self.assertEqual(self.names("--user", self.one.name[:-1] + "x"), [])

    def test_id(self):
        number = self.found("--user", self.one.name)[0]["id"]
        for words in (number, number[:12]):
            self.assertEqual({event["user"] for event in self.found("--id", words)},
                             {self.one.name})
        self.assertEqual(self.found("--id", number + "0"), [])

    def test_kind(self):
        self.assertEqual(set(self.names("--kind", "session")), {"session.open", "session.close"})
        self.assertEqual(set(self.names("--kind", "*.accepted")), {"text.accepted"})
        self.assertEqual(set(self.names("--kind", "login.granted")), {"login.granted"})
        self.assertEqual(self.names("--kind", "nothing"), [])

    def test_together_and_the_last_so_many(self):
        words = ("--kind", "login", "--user", self.one.name)
        self.assertEqual(self.names(*words), ["login.begin", "login.refused", "login.granted"])
        self.assertEqual(self.names(*words, "-n", "2"), ["login.refused", "login.granted"])

    def test_since(self):
        first = self.found("--user", self.one.name)[0]["time"]
        everything = self.names("--kind", "*", "-n", "1000")
        self.assertEqual(self.names("--since", "1d"), everything)
        self.assertEqual(self.names("--since", first[:10]), everything)
        self.assertIn("login.begin", self.names("--since", first[:16]))
        self.assertEqual(self.names("--since", "2100-01-01T00:00:00Z"), [])
        for words in ("yesterday", "10", "-5m", "2026-11-23 10:00"):
            self.assertEqual(self.host.ctl("events", "--since", words, check=False).returncode,
                             USAGE)

    def test_for_people(self):
        said = self.tool("--user", self.one.name, "--kind", "login.granted")
        self.assertRegex(said, rf"^\S+Z login\.granted .*user={self.one.name} .*rule=right")
        self.assertEqual(len(said.splitlines()), 1)


class File(EventsCase):
    def test_without_the_daemon(self):
        user = self.session()
        self.away()
        self.assertIn("login.granted", self.names("--user", user.name))

    def test_torn_lines(self):
        """What a full disk leaves is ended by a newline, what a killed daemon leaves is not."""
        user = self.session()
        before = self.names("--user", user.name)
        self.host.smsotpd.kill()
        with open(EVENTS, "a", encoding="ascii") as file:
            file.write(TORN + "\n[1]\n\0\0\n" + TORN[:-1])
        self.assertEqual(self.names("--user", user.name), before)
        for words in (["--json"], []):
            self.assertNotIn("beg\n", self.tool(*words, "-n", "8"))
        self.host.smsotpd.start()
        wait.until(lambda: self.names("-n", "1") == ["daemon.start"], "a line of its own")
        self.assertIn(TORN[:-1], self.host.events())

    def test_what_was_turned_over_last(self):
        user = self.session()
        self.rotate()
        other = self.session()
        found = self.found("--kind", "login.granted")
        self.assertEqual([event["user"] for event in found][-2:], [user.name, other.name])
        self.assertIn("login.begin", self.names("--since", "1h", "--user", user.name))

    def test_what_was_turned_over_before(self):
        """It is not read, and who asks for a time that it reaches into is told of it."""
        older, oldest = EVENTS + ".2.gz", EVENTS + ".3.gz"
        for path, age in ((older, DAY), (oldest, 3 * DAY)):
            hosts.write(path, "")
            self.addCleanup(os.unlink, path)
            os.utime(path, (time.time() - age,) * 2)
        warning = "Warning: {} has events since then, too, and was not read; zcat -f shows it\n"
        for since, files in (("1h", ()), ("2d", (older,)), ("5d", (older, oldest))):
            done = self.host.ctl("events", "--since", since, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, "".join(map(warning.format, files))))
        self.assertEqual(self.host.ctl("events", check=False).stderr, "")

    def test_not_root(self):
        done = self.host.ctl("events", check=False, preexec_fn=self.user().become)
        self.assertEqual((done.returncode, done.stderr.split("; ")[-1]), (1, "use sudo\n"))

    def test_what_is_no_file(self):
        os.rename(EVENTS, EVENTS + ".aside")
        self.addCleanup(os.rename, EVENTS + ".aside", EVENTS)
        done = self.host.ctl("events", check=False)
        self.assertEqual((done.returncode, done.stderr.split("; ")[-1]),
                         (1, "smsotpd makes it when it starts\n"))
        self.addCleanup(os.unlink, EVENTS)
        os.mkfifo(EVENTS)
        done = self.host.ctl("events", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("move away what stands there", done.stderr)
        os.unlink(EVENTS)
        os.symlink("/etc/shadow", EVENTS)
        self.assertEqual(self.host.ctl("events", check=False).returncode, 1)


class Follow(EventsCase):
    def follows(self, *words):
        follower = subprocess.Popen(
            ["/usr/sbin/smsotpctl", "events", "--follow", "--json", "-n", "1", *words], text=True,
            stdout=subprocess.PIPE, env=self.host.sanitized)
        self.addCleanup(follower.stdout.close)
        self.addCleanup(follower.wait)
        self.addCleanup(follower.kill)
        return follower

    def next(self, follower):
        return json.loads(follower.stdout.readline())

    def test_no_line_is_missed_at_a_rotation(self):
        """A follower that is there before each: of the files only the last two are kept."""
        expected = [self.session().name]
        follower = self.follows("--kind", "session.close")
        for _ in range(4):
            self.assertEqual([self.next(follower)["user"] for _ in expected], expected)
            expected = [self.session().name]
            self.rotate()
            expected.append(self.session().name)
        self.assertEqual([self.next(follower)["user"] for _ in expected], expected)

    def test_what_is_asked_for_alone(self):
        self.session()
        user = self.user()
        follower = self.follows("--user", user.name, "--kind", "login.begin")
        self.session()
        self.begun(user)
        event = self.next(follower)
        self.assertEqual((event["user"], event["event"]), (user.name, "login.begin"))

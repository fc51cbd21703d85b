# SPDX-License-Identifier: BSD-3-Clause
"""What an operator sees of one user and of locks, and does about them: smsotpctl status USER, lock
list and clear, identity suspend and resume."""

import json
import os
import re

import frames
from dialogues import LOCKED, DialogueCase
from doctorcase import changed
from phone import wrong

REFUSED = 1
TRAIL = "/var/log/smsotp/events.jsonl"


class StatusCase(DialogueCase):
    CLOCKED = True
    CONFIG = {"limits": {"failures_user": 6, "failures_host": 12, "ceiling_strange": 7,
                         "ceiling_known": 2}}
    sources = 0

    def setUp(self):
        self.host.clock.advance(86401)

    def source(self):
        StatusCase.sources += 1
        return f"198.51.101.{StatusCase.sources}"

    def json(self, *words):
        return json.loads(self.host.ctl(*words, "--json"))

    def stranger(self, user, source=None):
        """A login of which a text came, and its code."""
        login = frames.Stranger(user.name, source or self.source())
        return login, user.phone.next_code()

    def fails(self, user, times, source=None):
        login, code = self.stranger(user, source)
        for step in range(1, times + 1):
            login.guess(wrong(code, step).encode())

    def enters(self, user, source):
        login, code = self.stranger(user, source)
        self.assertEqual(login.guess(code.encode()), frames.GRANTED)

    def locks(self, *words):
        """{(source, key)} of what is locked, and all entries by it."""
        listed = self.json("lock", "list", *words)["locks"]
        return {(lock["source"], re.search(r"\] (\w+) =", lock["rule"]).group(1)): lock
                for lock in listed if lock["locked"]}

    def count(self, event, user):
        return sum(f'"event":"{event}","user":"{user.name}"' in line
                   for line in self.host.events())


class Status(StatusCase):
    def test_of_a_user(self):
        user, source = self.user(), self.source()
        told = self.json("status", user.name)
        self.assertEqual((told["suspended"], told["phone"], told["codes"], told["known"]),
                         (False, True, [], []))
        self.enters(user, source)
        login, code = self.stranger(user)
        login.guess(wrong(code).encode())
        self.host.clock.advance(40)
        told = self.json("status", user.name)
        self.assertEqual(told["codes"],
                         [{"age": 40, "expires": 860, "tries_left": 4, "texts": 1}])
        self.assertEqual(told["ceiling"], {"new": 1, "new_most": 7, "known": 0, "known_most": 2})
        self.assertEqual([(text["key"], text["left_new"], text["left_known"])
                          for text in told["texts"]],
                         [("texts_user", 1, 3), ("texts_day", 8, 18)])
        self.assertEqual(len(told["known"]), 1)
        self.assertIn(told["known"][0]["place"],
                      self.host.ctl("explain", user.name, "--from", source))
        self.assertRegex(told["known"][0]["last"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual([lock["locked"] for lock in told["locks"]], [False])
        said = self.host.ctl("status", user.name)
        for line in (rf"name +{user.name}", "suspended +no", "phone +yes",
                     "code +on its way: 40 s old, ends in 860 s, tries left 4, texts 1",
                     "texts_user +left 1 at new places, 3 at known ones, for ",
                     rf"known +[0-9a-f]{{8}} {re.escape(source)} signed in 20"):
            self.assertRegex(said, "(?m)^" + line)
        for text in (said, json.dumps(told)):
            self.assertNotIn(code, text)
            self.assertNotIn(user.phone.digits, text)
        self.host.clock.advance(60 * 86400)
        told = self.json("status", user.name)
        self.assertEqual(([place["stale"] for place in told["known"]], told["codes"]),
                         ([True], []))

    def known(self, user):
        """What each known place is told as, None for those whose hash alone is."""
        return [place.get("source") for place in self.json("status", user.name)["known"]]

    def test_places_by_the_trail(self):
        """As long as it has them, and of this user's own sign-ins."""
        user, other = self.user(), self.user()
        first, shared = self.source(), self.source()
        self.enters(user, first)
        self.enters(user, shared)
        self.enters(other, shared)
        self.host.event(lambda line: '"login.granted"' in line and f'"{other.name}"' in line)
        self.assertEqual(sorted(self.known(user)), sorted([first, shared]))
        # Where the trail is, nobody knows who does not read the config.
        done = self.host.ctl("--config", "/nowhere", "--socket", "/run/smsotp/ctl.sock", "status",
                             user.name)
        self.assertRegex(done, r"(?m)^known +[0-9a-f]{8} signed in 20")
        self.assertNotIn(first, done)
        os.rename(TRAIL, TRAIL + ".1")
        self.addCleanup(os.rename, TRAIL + ".1", TRAIL)
        self.assertEqual(sorted(self.known(user)), sorted([first, shared]))
        with open(TRAIL + ".1", encoding="utf-8") as file:
            lines = file.read().splitlines(keepends=True)
        # Others at the same place do not tell of this one; a line that was cut tells nothing.
        kept = [line for line in lines if f'"user":"{user.name}"' not in line or first in line]
        cut = [line[:line.index("}")] + "\n" for line in lines if first in line]
        with changed(TRAIL + ".1", "".join(kept)):
            self.assertEqual(sorted(self.known(user), key=str), sorted([first, None], key=str))
        with changed(TRAIL + ".1", "".join(cut)):
            self.assertEqual(self.known(user), [None, None])
        with changed(TRAIL + ".1"):
            self.assertEqual(self.known(user), [None, None])
            self.assertRegex(self.host.ctl("status", user.name),
                             r"(?m)^known +[0-9a-f]{8} signed in 20")

    def test_of_nobody(self):
        done = self.host.ctl("status", "nobody", check=False)
        self.assertEqual(done.returncode, REFUSED)
        self.assertIn("there is no identity nobody", done.stderr)
        self.assertIn("version", self.host.ctl("status"))


class Suspend(StatusCase):
    def spent(self, user, suspend, resume):
        """A code that came before is dead while suspended, and after it."""
        dialogue, code = self.begun(user)
        self.assertEqual(len(self.json("status", user.name)["codes"]), 1)
        suspend()
        self.assertEqual(self.json("status", user.name)["codes"], [])
        dialogue.answer(code)
        self.assertIn("That code is not right", dialogue.prompt())
        resume()
        dialogue.answer(code)
        self.assertIn("That code is not right", dialogue.prompt())
        again, new = self.begun(user)
        again.answer(new)
        self.signed_in(again, user.name)

    def test_suspend_and_resume(self):
        user = self.user()
        self.spent(user,
                   lambda: self.assertEqual(self.host.ctl("identity", "suspend", user.name),
                                            "suspended\n"),
                   lambda: self.assertEqual(self.host.ctl("identity", "resume", user.name),
                                            "resumed\n"))
        self.host.event(lambda line: "identity.resumed" in line and user.name in line)
        self.assertEqual(self.count("identity.suspended", user), 1)
        self.assertEqual(self.host.ctl("identity", "resume", user.name), "was not suspended\n")
        self.host.ctl("identity", "suspend", user.name)
        self.assertIs(self.json("identity", "suspend", user.name)["changed"], False)
        self.host.ctl("identity", "resume", user.name)
        self.host.event(lambda line: self.count("identity.resumed", user) == 2)
        self.assertEqual(self.count("identity.suspended", user), 2)

    def test_suspended_by_a_line(self):
        user = self.user()

        def put(word):
            self.host.ctl("identity", "set", user.name, input=f"suspended: {word}\n")

        self.spent(user, lambda: put("yes"), lambda: put("no"))
        self.host.event(lambda line: "identity.resumed" in line and user.name in line)
        self.assertEqual(self.count("identity.suspended", user), 1)

    def test_suspended_by_a_file(self):
        user = self.user()

        def put(word):
            self.host.ctl("import", "-", input=f"name,suspended\n{user.name},{word}\n")

        self.spent(user, lambda: put("yes"), lambda: put("no"))
        self.host.event(lambda line: "identity.resumed" in line and user.name in line)
        self.assertEqual(self.count("identity.suspended", user), 1)

    def test_nobody(self):
        for verb in ("suspend", "resume"):
            done = self.host.ctl("identity", verb, "nobody", check=False)
            self.assertEqual(done.returncode, REFUSED)
            self.assertIn("there is no identity nobody", done.stderr)


class Locks(StatusCase):
    def test_of_a_source(self):
        user, other, source = self.user(), self.user(), self.source()
        self.fails(user, 5, source)
        self.fails(other, 5)
        lock = self.locks(user.name)[source, "wait"]
        self.assertEqual((lock["name"], lock["failures"], lock["seconds"], lock["where"]),
                         (user.name, 5, 60, "default"))
        when = self.host.clock.realtime // 1000 + 60
        self.assertEqual(lock["until"], self.rfc3339(when))
        listed = self.json("lock", "list", user.name)["locks"]
        self.assertEqual({lock["name"] for lock in listed}, {user.name})
        self.assertTrue({user.name, other.name} <=
                        {lock["name"] for lock in self.json("lock", "list")["locks"]})
        said = self.host.ctl("lock", "list", user.name)
        self.assertRegex(said, rf"(?m)^{user.name} +{source} +5 +locked for 60 s +20\S+Z +too many")
        self.assertIn("is shown a lock at 1 place, for 60 s", said)
        self.host.ctl("lock", "clear", user.name)
        self.assertEqual(self.locks(user.name), {})
        self.assertTrue(self.locks(other.name))

    def rfc3339(self, when):
        import datetime  # pylint: disable=import-outside-toplevel
        moment = datetime.datetime.fromtimestamp(when, datetime.timezone.utc)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def test_of_new_places(self):
        """Six in an hour make new places wait, seven end them until he signs in."""
        user, home = self.user(), self.source()
        self.enters(user, home)
        self.host.clock.advance(901)
        self.fails(user, 4)
        self.fails(user, 2)
        lock = self.locks(user.name)["new places", "failures_user"]
        self.assertEqual((lock["failures"], lock["seconds"]), (6, 3600))
        self.host.clock.advance(3601)
        self.assertEqual(self.locks(user.name), {})
        self.fails(user, 1)
        lock = self.locks(user.name)["new places", "ceiling_strange"]
        self.assertEqual((lock["seconds"], lock["until"]), (0, None))
        self.assertRegex(self.host.ctl("lock", "list", user.name),
                         rf"(?m)^{user.name} +new places +7 +locked +cleared +too many")
        self.enters(user, home)
        self.assertEqual(self.locks(user.name), {})

    def test_of_known_places(self):
        user, home = self.user(), self.source()
        self.enters(user, home)
        self.fails(user, 2, home)
        self.assertIn(("known places", "ceiling_known"), self.locks(user.name))
        self.host.ctl("lock", "clear", user.name)
        self.assertEqual(self.locks(user.name), {})
        self.host.clock.advance(901)
        self.enters(user, home)

    def test_of_texts(self):
        """What is spent is given back, and what was shown goes with it."""
        user = self.user()
        for _ in range(3):
            self.stranger(user)
        lock = self.locks(user.name)["new places", "texts_user"]
        self.assertEqual((lock["failures"], lock["seconds"]), (3, 600))
        self.assertFalse(self.json("explain", user.name, "--from", self.source())["text"])
        self.assertEqual(self.host.ctl("lock", "clear", user.name), "cleared 3\n")
        self.assertEqual(self.locks(user.name), {})
        self.enters(user, self.source())

    def test_of_everybody(self):
        users = [self.user() for _ in range(5)]
        for user in users[:3]:
            self.fails(user, 4)
        lock = self.locks()["new places", "failures_host"]
        self.assertEqual((lock["name"], lock["failures"], lock["seconds"]), ("", 12, 86400))
        self.assertIn("(everybody)", self.host.ctl("lock", "list"))
        self.host.ctl("lock", "clear", users[0].name)
        self.assertIn(("new places", "failures_host"), self.locks())
        login, code = self.stranger(users[3])
        self.assertEqual(login.guess(code.encode()), frames.ASK)
        self.host.ctl("lock", "clear", "--all")
        self.assertEqual(self.locks(), {})
        self.enters(users[4], self.source())

    def test_of_names_that_do_not_exist(self):
        source = self.source()
        login = frames.Stranger("nobody-5", source)
        for _ in range(5):
            login.guess()
        listed = self.json("lock", "list", "nobody-5")
        self.assertEqual((listed["locks"], listed["unknown"], listed["shown"]),
                         ([], True, {"locks": 1, "seconds": 60}))
        self.assertIn("There is no identity of this name",
                      self.host.ctl("lock", "list", "nobody-5"))
        self.host.ctl("lock", "clear", "nobody-5")
        self.assertEqual(frames.Stranger("nobody-5", source).verdict(), frames.ASK)
        self.host.event(lambda line: '"lock.cleared","unknown"' in line)
        self.assertNotIn("nobody-5", "".join(self.host.events()))

    def test_all_are_cleared_alike(self):
        """Who looks on learns of no name whether it exists."""
        user = self.user()
        for name in (user.name, "nobody-6"):
            login = frames.Stranger(name, "198.51.102.1")
            for _ in range(5):
                login.guess()
            self.assertEqual(frames.Stranger(name, "198.51.102.1").verdict(), frames.SPENT)
        self.host.ctl("lock", "clear", "--all")
        for name in (user.name, "nobody-6"):
            self.assertEqual(frames.Stranger(name, "198.51.102.1").verdict(), frames.ASK)

    def test_over_ssh(self):
        user = self.user()
        self.locked(user, "127.0.5.9")
        self.assertRegex(self.shut(user, "127.0.5.9"), LOCKED)
        self.host.ctl("lock", "clear", user.name)
        dialogue, code = self.begun(user, source="127.0.5.9")
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

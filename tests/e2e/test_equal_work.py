# SPDX-License-Identifier: BSD-3-Clause
"""Who exists is no matter of work: for every kind of name the same frames of the same sizes, the
same commits of as many bytes, the same texts asked for. No clock is looked at."""

import json
import os

import clients
import relay
import users
from dialogues import DialogueCase

# To the lock: a wrong code, a resend, nothing, what is no code, and wrong codes again.
ANSWERS = ("000000", "r", "111111", "", "not a code", "0000-0000-0000", "333333")
STACK = "/etc/pam.d/sshd"
# What a commit writes at least: two pages of data, one of its own records, and the bell.
COMMIT_BYTES = 3 * 4096
PAGE = 4096
BELL = 8  # an eventfd's
RINGS = range(BELL, 8 * BELL, BELL)  # a line of the trail is longer
OTHERS = 4


class EqualWork(DialogueCase):
    CLOCKED = True
    SSHD = "DenyUsers denied\n"
    CONFIG = {"service sshd": {"users": "!barred"}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.relay = relay.between(STACK)
        cls.committer = cls.find_committer()

    @classmethod
    def written(cls, task):
        """How many bytes a thread wrote so far: pages of commits, and a bell for each batch."""
        with open(f"/proc/{cls.host.smsotpd.pid}/task/{task}/io", encoding="ascii") as file:
            counts = dict(line.split(": ") for line in file.read().splitlines())
        return int(counts["wchar"])

    @classmethod
    def find_committer(cls):
        """The thread that an operator's verb of one name, which is a job like any, makes ring;
        beside the main one, which writes the reply, and the trail's, which may be behind."""
        pid = cls.host.smsotpd.pid
        cls.host.ctl("lock", "list", "nobody")
        tasks = set(os.listdir(f"/proc/{pid}/task")) - {str(pid)}
        before = {task: cls.written(task) for task in tasks}
        cls.host.ctl("lock", "list", "nobody")
        rang = {task: cls.written(task) - before[task] for task in tasks}
        found = [task for task in tasks if rang[task] in RINGS]
        assert len(found) == 1, f"threads rang for a verb: {rang}"
        return found[0]

    def work(self):
        """Frames, and bytes that the store was written, since the last call. Jobs keep their
        order: when a verb is answered, what came before it is committed."""
        self.host.ctl("lock", "list", "nobody")
        size = self.written(self.committer)
        done = self.relay.taken(), size - self.before
        self.before = size
        return done

    def walk(self, name, source):
        """The work of each step of a dialogue to its lock."""
        self.before = self.written(self.committer)
        dialogue = self.dialogue(name, source=source)
        dialogue.prompt()
        steps = [self.work()]
        for answer in ANSWERS:
            if answer == "r":
                self.host.clock.advance(31)
            dialogue.answer(answer)
            came = dialogue.next()
            steps.append(self.work())
            if came is False:
                return steps
        raise AssertionError("never refused")

    def joined(self, name, source):
        """The work of a begin whose text is on its way already."""
        self.before = self.written(self.committer)
        self.dialogue(name, source=source).prompt()
        self.work()
        self.dialogue(name, source=source).prompt()
        return self.work()

    def turned_away(self, name, source):
        """The work of a begin that has to wait, which nobody is looked up for."""
        self.before = self.written(self.committer)
        dialogue = self.dialogue(name, source=source)
        self.assertRaises(clients.Ended, dialogue.prompt)
        return self.work()

    def events(self, source):
        """What was written of the dialogue from there."""
        events = [json.loads(line) for line in self.host.events()]
        return [each for each in events
                if each.get("source") == source and each["event"].startswith("login.")]

    def texts(self, source):
        """What the store said of each text asked for from there, and how the dialogue ended."""
        asked = ("login.begin", "login.resend")
        return [(each["event"], each["effect"] if each["event"] in asked else None)
                for each in self.events(source)]

    sources, count = 99, 0

    def source(self):
        EqualWork.sources += 1
        return f"127.0.{2 + EqualWork.sources // 250}.{EqualWork.sources % 250 + 1}"

    def history(self, name):
        """All that can be told of a name, from its first login on: three dialogues."""
        first, second, third = self.source(), self.source(), self.source()
        seen = {"first": self.walk(name, first), "again": self.walk(name, second),
                "joined": [self.joined(name, third)], "away": [self.turned_away(name, second)]}
        self.host.event(lambda line: f'"{second}"' in line and '"login.shown"' in line)
        # A user's texts run out over all his sources, and nobody sees that: the first tells all.
        return {**seen, "texts": self.texts(first),
                "events": [(each["event"], "user" in each, "unknown" in each)
                           if each["event"] == "login.shown" else each["event"]
                           for each in self.events(second)]}

    def usual(self):
        """The history of somebody new, whom nothing is wrong with."""
        EqualWork.count += 1
        history = self.history(self.host.user(f"user{EqualWork.count:02d}").name)
        for _, size in history["first"][:3]:
            self.assertGreater(size, COMMIT_BYTES)
        self.assertEqual(history["texts"][0], ("login.begin", "text"))
        return history

    def furthest(self, name):
        """How far the name's history is, at its furthest step, from that of the nearest of a few
        others; in all but bytes it must be like each of them."""
        history, nearest = self.history(name), None
        for _ in range(OTHERS):
            expected = self.usual()
            self.assertEqual(history["texts"], expected["texts"])
            self.assertEqual(history["events"], expected["events"])
            difference = max(self.difference(history[part], expected[part])
                             for part in ("first", "again", "joined", "away"))
            nearest = difference if nearest is None else min(nearest, difference)
            if nearest <= PAGE:
                break
        return nearest

    def same(self, name):
        """`name` has six letters, as all have here: it stands in the frames. How many pages a
        commit dirties hangs a little on where the name's keyed hash lies in the store, and LMDB's
        list of free pages splits now and then: so that one of a few others must be like it, and a
        history that none is like is told again two days later, when all of it is forgotten."""
        difference = self.furthest(name)
        if difference > PAGE:
            self.host.clock.advance(2 * 86400)
            difference = self.furthest(name)
        self.assertLessEqual(difference, PAGE, "bytes that a step wrote for nobody else")

    def difference(self, steps, expected):
        """Of the same frames, the most that the bytes differ by. LMDB's list of free pages takes
        one page more in some commits; what a saved record dirties is more than that."""
        self.assertEqual([frames for frames, _ in steps], [frames for frames, _ in expected])
        return max(abs(size - other) for (_, size), (_, other) in zip(steps, expected))

    def test_another_user(self):
        self.same(self.host.user("second").name)

    def test_name_that_does_not_exist(self):
        self.same("nobody")

    def test_identity_without_a_phone(self):
        user = self.host.user("nofone", number=False)
        self.host.ctl("identity", "set", "nofone", input=f"uid: {user.uid}\n")
        self.same("nofone")

    def test_user_whose_phone_changed(self):
        user = self.host.user("halved")
        self.host.ctl("identity", "set", "halved",
                      input=f"phone: {self.host.new_phone().number}\n")
        self.same(user.name)

    def test_user_with_recovery_codes(self):
        user = self.host.user("spared")
        self.host.ctl("recovery", "issue", "spared")
        self.same(user.name)

    def test_account_made_anew(self):
        users.make_anew(self.host.user("anewed"))
        self.same("anewed")

    def test_identity_with_recovery_codes_and_no_phone(self):
        user = self.host.user("spares", number=False)
        self.host.ctl("identity", "set", "spares", input=f"uid: {user.uid}\n")
        self.host.ctl("recovery", "issue", "spares")
        self.same("spares")

    def test_account_without_an_identity(self):
        self.same(self.host.user("noteen", number=False).name)

    def test_suspended_user(self):
        user = self.host.user("halted")
        self.host.ctl("identity", "set", "halted",
                      input=f"phone: {user.phone.number}\nsuspended: yes\n")
        self.same("halted")

    def test_user_whom_the_service_leaves_out(self):
        name = self.host.user("barred").name
        self.same(name)
        self.host.event(lambda line: f'"{name}"' in line and '"left out by users' in line)

    def test_root(self):
        self.host.ctl("identity", "set", "rooted",
                      input=f"phone: {self.host.new_phone().number}\nuid: 0\n")
        self.same("rooted")

    def test_user_that_sshd_denies(self):
        self.host.user("denied")
        self.same("denied")

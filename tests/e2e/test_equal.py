# SPDX-License-Identifier: BSD-3-Clause
"""Names that exist and names that do not, users with and without a phone, suspended, filtered, over a
limit, denied by sshd, and root see the same, byte for byte, after the same history from a source of
each one's own."""

import json
import random

import attack
import clients
import frames
from dialogues import LOCKED, SENT, DialogueCase

# What sshd hands to PAM in place of an answer of a user that it refuses, as long as the answer.
JUNK = "\b\n\r\177INCORRECT"
REPLIES = ("000000", "r", "x", "", "abc", "123 456", JUNK[:6], JUNK, JUNK[:1],
           "0000-0000-0000", "0000 0000 0000")
PASSES = (1, 31, 61, 121, 901)
HISTORIES = attack.amount(4, 200)
STEPS = 14
DAY = 86400
# What strangers can ask for one user in ten minutes, at most.
STRANGERS_TEXTS = 3


class Crowd:
    """A dialogue of each name, all of them taken through the same steps."""

    sources = 0

    def __init__(self, case, names):
        self.case, self.names, self.history = case, names, []
        self.dialogues = []
        Crowd.sources += 1
        self.net = f"127.{8 + Crowd.sources // 256}.{Crowd.sources % 256}"

    def begin(self):
        """New dialogues, whatever became of the last."""
        self.close()
        self.dialogues = [clients.Dialogue(name, source=f"{self.net}.{number + 1}")
                          for number, name in enumerate(self.names)]
        return self.same("begin")

    def answer(self, text):
        for dialogue in self.dialogues:
            dialogue.answer(text)
        return self.same(f"answer {text!r}")

    def advance(self, seconds):
        self.history.append(f"{seconds} s pass")
        self.case.host.clock.advance(seconds)

    def same(self, step):
        """What all of them see now: the prompt, or what was told last and an end."""
        self.history.append(step)
        ends = [dialogue.next() for dialogue in self.dialogues]
        seen = [repr((dialogue.requests, end)) for dialogue, end in zip(self.dialogues, ends)]
        for name, each in zip(self.names, seen):
            self.case.assertEqual(each, seen[0], f"{name} after {', '.join(self.history)}")
        self.case.assertIsNot(ends[0], True)
        if ends[0] is not False:
            return ends[0].prompts[0]
        self.close()
        return self.told

    def close(self):
        self.told = self.case.told_last(self.dialogues[0]) if self.dialogues else ""
        for dialogue in self.dialogues:
            dialogue.close()
        self.dialogues = []


class Equal(DialogueCase):
    CLOCKED = True
    SSHD = "DenyUsers denied\n"
    CONFIG = {"identity": {"quarantine": 30 * DAY}, "service sshd": {"users": "!taken-out", "trait": "role=admin"}}

    @classmethod
    def identity(cls, user, *more, role="admin"):
        cls.host.ctl("identity", "set", user.name, input="\n".join(
            [f"phone: {user.phone.number}", f"uid: {user.uid}", f"role: {role}", *more, ""]))
        return user.name

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        host = cls.host
        host.ctl("schema", "set", input="phone: phone\nrole: string\n")
        ghost = host.new_phone()
        host.ctl("identity", "set", "ghost", input=f"phone: {ghost.number}\nrole: admin\n")
        cls.names = [cls.identity(host.user("existing")), "nobody-here",
                     cls.identity(host.user("suspended"), "suspended: yes"),
                     host.user("phoneless", number=False).name,
                     cls.identity(host.user("denied")), "root", "ghost",
                     cls.identity(host.user("taken-out")),
                     cls.identity(host.user("no-admin"), role="user"),
                     cls.identity(host.user("over-budget")),
                     cls.identity(host.user("changed")), cls.identity(host.user("spared")),
                     cls.identity(host.user("anew"))]
        # Their phones wait longer than any history here, and some have recovery codes.
        host.ctl("identity", "set", "changed", input=f"phone: {host.new_phone().number}\n")
        host.ctl("identity", "set", "anew", input="uid: 54321\n")
        for name in ("existing", "suspended", "changed", "spared", "no-admin"):
            host.ctl("recovery", "issue", name)

    strangers = 0

    def crowd(self):
        """The strangers' texts of one of them are used up, and so is nobody else's."""
        for _ in range(STRANGERS_TEXTS):
            Equal.strangers += 1
            frames.Stranger("over-budget", f"203.0.{Equal.strangers // 250}."
                                           f"{Equal.strangers % 250 + 1}")
        crowd = Crowd(self, self.names)
        self.addCleanup(crowd.close)
        return crowd

    def test_each_is_what_his_name_says(self):
        """Else nothing here would be compared with anything."""
        self.host.clock.advance(DAY)
        crowd = self.crowd()
        crowd.begin()
        self.host.ctl("lock", "list")
        begun = {}
        for event in map(json.loads, self.host.events()):
            number = event.get("source", "").removeprefix(crowd.net + ".")
            if event["event"] == "login.begin" and number.isdigit():
                name = self.names[int(number) - 1]
                begun[name] = event.get("standing", "").split()[0:2], event["effect"]
        self.assertEqual(begun["existing"], ([], "text"))
        self.assertEqual(begun["over-budget"], ([], "over a limit"))
        for name in ("taken-out", "no-admin"):
            self.assertEqual(begun[name], (["left", "out"], "text"))
        self.assertEqual(begun["changed"][0], ["the", "phone"])
        self.assertEqual(begun["anew"][0], ["the", "account"])
        self.assertEqual(len({tuple(standing) for standing, _ in begun.values()}), 6)

    def test_each_reply_up_to_the_lock(self):
        for reply in REPLIES:
            with self.subTest(reply=reply):
                crowd = self.crowd()
                seen = crowd.begin()
                for _ in range(3):
                    seen = crowd.answer(reply) if crowd.dialogues else seen
                while crowd.dialogues:
                    seen = crowd.answer("000000")
                self.assertRegex(seen, LOCKED)
                self.assertRegex(crowd.begin(), LOCKED)

    def test_locks_that_double(self):
        crowd = self.crowd()
        for minutes in ("1 minute", "2 minutes", "4 minutes"):
            seen = crowd.begin()
            while crowd.dialogues:
                seen = crowd.answer("999999")
            self.assertEqual(seen, f"Too many wrong codes. Try again in {minutes}.")
            crowd.advance(int(minutes[0]) * 60)

    def test_texts_that_run_out(self):
        crowd = self.crowd()
        crowd.begin()
        for seconds in (30, 60):
            crowd.advance(seconds)
            self.assertIn("We sent a code", crowd.answer("r"))
        crowd.advance(60)
        self.assertIn("No more texts for now", crowd.answer("r"))
        crowd.answer("000000")
        crowd.advance(901)
        self.assertIn("That code has expired", crowd.answer("000000"))
        self.assertEqual(crowd.answer("r"), SENT)

    def test_smsotpd_that_comes_back(self):
        crowd = self.crowd()
        crowd.begin()
        crowd.answer("000000")
        self.host.smsotpd.kill()
        self.host.smsotpd.start()
        for reply in ("000000", "r", JUNK, "000000"):
            crowd.answer(reply)
        crowd.begin()

    def test_random_histories(self):
        for seed in range(HISTORIES):
            draw, crowd = random.Random(seed), self.crowd()
            crowd.history.append(f"seed {seed}")
            for _ in range(STEPS):
                step = draw.random()
                if step < 0.2:
                    crowd.advance(draw.choice(PASSES))
                elif step < 0.3 or not crowd.dialogues:
                    crowd.begin()
                else:
                    crowd.answer(draw.choice(REPLIES))
            crowd.close()

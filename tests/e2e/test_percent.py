# SPDX-License-Identifier: BSD-3-Clause
"""percent = N over ssh: who is among them meets the stricter of two modes each time, more of them
leave nobody out who was in, and explain says who is."""

import itertools
import json
import signal

import wait
from dialogues import LOCKED
from test_modes_run import PASSWORD, ModeCase

ENFORCED = r"resend in 30 s\): $"
WARNED = r"resend in 30 s\) \(not yet required\): $"
OBSERVED = "^Password: $"
LEVELS = (0, 25, 50, 75, 100)
DAY = 86400


class Percent(ModeCase):
    CONFIG = {"service sshd": {"percent": 50}}
    sources = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Three on each side, whatever the key that was drawn for this host makes of the names.
        cls.within, cls.without = [], []
        for number in itertools.count():
            side = cls.within if cls.explained(f"percent{number}") else cls.without
            if len(side) < 3:
                side.append(cls.host.user(f"percent{number}", password=PASSWORD))
            if len(cls.within) == len(cls.without) == 3:
                break

    @classmethod
    def explained(cls, name):
        """Whether explain says that the name is among them."""
        said = json.loads(cls.host.ctl("explain", name, "--from", "127.0.0.1", "--json"))
        facts = {fact["what"]: fact for fact in said["facts"]}
        assert facts["mode"]["now"] == said["mode"]
        return {"among them": True, "not among them": False}[facts["percent"]["now"]]

    def serve(self, **keys):
        """smsotpd goes by these keys of the section."""
        count = self.reloads()
        self.host.configure({"service sshd": keys})
        self.host.smsotpd.signal(signal.SIGHUP)
        wait.until(lambda: self.reloads() > count, "the new config")

    def reloads(self):
        return len([line for line in self.host.events() if '"config.reloaded"' in line])

    def meets(self, user):
        """What somebody's first prompt is, of a login from an address of its own."""
        Percent.sources += 1
        dialogue = self.dialogue(user.name, source=f"127.0.8.{Percent.sources}")
        prompt = dialogue.prompt()
        if "sent" in prompt:
            user.phone.next_code()
        dialogue.close()
        return prompt

    def each_meets(self, within, without):
        # A text each day is not too much.
        self.host.clock.advance(DAY)
        for users, pattern in ((self.within, within), (self.without, without)):
            for user in users:
                self.assertRegex(self.meets(user), pattern, user.name)

    def test_the_stricter_of_two_modes(self):
        for mode, otherwise, within, without in (
                ("enforce", "warn", ENFORCED, WARNED), ("enforce", "observe", ENFORCED, OBSERVED),
                ("warn", "observe", WARNED, OBSERVED)):
            self.serve(percent=50, mode=mode, otherwise=otherwise)
            self.each_meets(within, without)

    def test_what_is_chosen_at_run_time(self):
        """It is for those in the percent; the others never meet a stricter one."""
        self.serve(percent=50, mode="enforce", otherwise="warn")
        for mode, within, without in (("warn", WARNED, WARNED), ("observe", OBSERVED, OBSERVED),
                                      ("enforce", ENFORCED, WARNED)):
            self.host.ctl("mode", "sshd", mode)
            self.each_meets(within, without)

    def test_the_same_side_each_time(self):
        self.serve(percent=50, mode="enforce", otherwise="observe")
        for restart in (False, True, True):
            if restart:
                self.host.smsotpd.restart()
            self.each_meets(ENFORCED, OBSERVED)
        self.host.clock.reboot()
        self.host.smsotpd.restart()
        self.each_meets(ENFORCED, OBSERVED)

    def test_to_the_end(self):
        """Who is among them gets in by the code and not without; the others by the password."""
        self.serve(percent=50, mode="enforce", otherwise="observe")
        self.host.clock.advance(DAY)
        for user in self.within:
            dialogue, code = self.begun(user)
            dialogue.answer(code)
            self.signed_in(dialogue, user.name)
            self.assertRegex(self.locked(user, "127.0.9.1"), LOCKED)
        for user in self.without:
            self.by_password(user.name)

    def test_more_take_nobody_out(self):
        """By sshd of those who have accounts, by explain of them and of others."""
        users, before = self.within + self.without, set()
        names = [user.name for user in users] + [f"else{number}" for number in range(14)]
        for percent in LEVELS:
            self.host.clock.advance(DAY)
            self.serve(percent=percent, mode="enforce", otherwise="observe")
            among = {name for name in names if self.explained(name)}
            self.assertLessEqual(before, among)
            for user in users:
                self.assertRegex(self.meets(user), ENFORCED if user.name in among else OBSERVED)
            if percent == 50:
                self.assertEqual([user for user in users if user.name in among], self.within)
            before = among
        self.assertEqual(before, set(names))

    def test_it_is_told(self):
        self.serve(percent=50, mode="enforce", otherwise="observe")
        for user, word, mode in ((self.within[0], "among them", "enforce"),
                                 (self.without[0], "not among them", "observe")):
            said = self.host.ctl("explain", user.name, "--from", "127.0.0.1")
            self.assertRegex(said, rf"(?m)^percent +{word} +\[service sshd\] percent = 50 +/etc")
            self.assertRegex(said, rf"(?m)^mode +{mode} ")

    def test_a_name_in_other_letters_is_no_other(self):
        """Though no such account is here: it could be one where sshd asks a directory."""
        self.serve(percent=50, mode="enforce", otherwise="observe")
        for users, pattern in ((self.within, ENFORCED), (self.without, OBSERVED)):
            for user in users:
                dialogue = self.dialogue(user.name.upper())
                self.assertRegex(dialogue.prompt(), pattern)
                dialogue.close()

# SPDX-License-Identifier: BSD-3-Clause
"""Recovery codes: each signs in once, without a text, where nothing else but the phone is missing."""

import json
import re

import attack
import clients
import hosts
from dialogues import LOCKED, SENT, DialogueCase, left

CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}")
WRONG = "0000-0000-0000"
SERVICE = "rescue"


class RecoveryCase(DialogueCase):
    def issue(self, user):
        codes = self.host.ctl("recovery", "issue", user.name).split()
        self.assertEqual(len(set(codes)), 10)
        for code in codes:
            self.assertTrue(CODE.fullmatch(code), code)
        return codes

    def left(self, user):
        return json.loads(self.host.ctl("recovery", "list", user.name, "--json"))["left"]

    def comes_in(self, user, code, **more):
        dialogue = self.dialogue(user.name, **more)
        self.assertEqual(dialogue.prompt(), SENT)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

    def refuses(self, user, code, **more):
        dialogue = self.dialogue(user.name, **more)
        dialogue.prompt()
        dialogue.answer(code)
        self.assertRegex(dialogue.prompt(), left(4))


class Recovery(RecoveryCase):
    CONFIG = {"service sshd": {"users": "!barred", "root": "no"}}

    def test_each_code_signs_in_once(self):
        user = self.user()
        codes = self.issue(user)
        self.comes_in(user, codes[3])
        self.refuses(user, codes[3], source="127.0.1.1")
        self.assertEqual(self.left(user), 9)
        self.comes_in(user, codes[4])
        self.assertEqual(self.left(user), 8)

    def test_codes_are_read_as_people_write_them(self):
        user = self.user()
        codes = self.issue(user)
        swapped = codes[3].replace("0", "o").replace("1", "l")
        for typed in (codes[0].lower(), codes[1].replace("-", ""),
                      " " + codes[2].replace("-", " - ") + " ", swapped):
            self.comes_in(user, typed)

    def test_text_codes_go_on_beside_them(self):
        user = self.user()
        self.issue(user)
        dialogue, code = self.begun(user)
        dialogue.answer(f"{code[:3]}  {code[3:]}     ")
        self.signed_in(dialogue, user.name)
        self.assertEqual(self.left(user), 10)

    def test_a_new_issue_voids_the_old_one(self):
        user = self.user()
        old, new = self.issue(user), self.issue(user)
        self.refuses(user, old[0], source="127.0.1.2")
        self.comes_in(user, new[0])

    def test_revoked_codes_are_void(self):
        user = self.user()
        codes = self.issue(user)
        self.assertEqual(self.host.ctl("recovery", "revoke", user.name), "revoked 10\n")
        self.refuses(user, codes[0], source="127.0.1.3")
        self.assertEqual(self.left(user), 0)

    def test_codes_are_one_user_s(self):
        user, other = self.user(), self.user()
        codes = self.issue(user)
        self.issue(other)
        self.refuses(other, codes[0], source="127.0.1.4")
        self.assertEqual(self.left(user), 10)

    def test_user_without_a_phone_signs_in(self):
        user = self.user(number=False)
        self.host.ctl("identity", "set", user.name, input=f"uid: {user.uid}\n")
        codes = self.issue(user)
        self.comes_in(user, codes[0])
        self.refuses(user, codes[0], source="127.0.1.5")

    def test_who_is_kept_out_stays_out(self):
        suspended, barred = self.user(), self.host.user("barred")
        codes = {suspended.name: self.issue(suspended), barred.name: self.issue(barred)}
        self.host.ctl("identity", "set", suspended.name, input="suspended: yes\n")
        self.host.ctl("identity", "set", "root", input=f"phone: {self.host.new_phone().number}\n")
        root = self.host.ctl("recovery", "issue", "root").split()
        for number, (name, code) in enumerate(((suspended.name, codes[suspended.name][0]),
                                               (barred.name, codes[barred.name][0]),
                                               ("root", root[0]))):
            with self.subTest(name=name):
                dialogue = self.dialogue(name, source=f"127.0.2.{number + 1}")
                dialogue.prompt()
                dialogue.answer(code)
                self.assertRegex(dialogue.prompt(), left(4))

    def test_identity_that_comes_back_has_none(self):
        user = self.user()
        codes = self.issue(user)
        self.host.ctl("identity", "remove", user.name)
        self.host.set_identity(user)
        self.refuses(user, codes[0], source="127.0.1.6")
        self.assertEqual(self.host.ctl("recovery", "list", user.name), "never issued\n")

    def test_name_with_another_uid_has_none(self):
        user = self.user()
        codes = self.issue(user)
        self.host.ctl("identity", "set", user.name, input="uid: 54321\n")
        self.host.ctl("identity", "set", user.name, input=f"uid: {user.uid}\n")
        self.refuses(user, codes[0], source="127.0.1.7")

    def test_wrong_ones_count_as_wrong_codes(self):
        user = self.user()
        codes = self.issue(user)
        dialogue = self.dialogue(user.name, source="127.0.1.8")
        dialogue.prompt()
        for tries in range(4, 0, -1):
            dialogue.answer(WRONG)
            self.assertRegex(dialogue.prompt(), left(tries))
        dialogue.answer(WRONG)
        self.assertFalse(dialogue.outcome())
        self.assertRegex(self.told_last(dialogue), LOCKED)
        self.assertRegex(self.shut(user, "127.0.1.8"), LOCKED)
        self.comes_in(user, codes[0], source="127.0.1.9")

    def test_use_is_a_loud_event(self):
        user = self.user()
        codes = self.issue(user)
        self.comes_in(user, codes[0])
        self.host.event(lambda line: '"recovery.used"' in line and f'"{user.name}"' in line)
        used, = self.events_of("recovery.used", user)
        granted, = self.events_of("login.granted", user)
        self.assertEqual((used["left"], used["id"]), (9, granted["id"]))
        self.assertEqual(granted["effect"], "recovery code")
        self.assertEqual(self.events_of("recovery.issued", user)[0]["left"], 10)

    def test_no_code_is_left_in_store_or_log(self):
        user = self.user()
        codes = self.issue(user)
        self.comes_in(user, codes[0])
        for path in ("/var/lib/smsotp/identity/data.mdb", "/var/lib/smsotp/state/data.mdb",
                     hosts.LOG + "/events.jsonl", "/var/log/smsotpd.log"):
            with open(path, "rb") as file:
                stored = file.read().upper()
            for code in codes:
                for form in (code, code.replace("-", "")):
                    self.assertNotIn(form.encode(), stored, path)


class Alone(RecoveryCase):
    """With nothing but smsotpd and the stores."""

    def test_gateway_and_sender_down(self):
        user = self.user()
        codes = self.issue(user)
        self.host.gateway.stop()
        self.host.sender.stop()
        self.addCleanup(self.host.start_gateway)
        self.addCleanup(self.host.sender.start)
        self.comes_in(user, codes[0])
        sudo = self.open(clients.sudo(user, "/usr/bin/true"))
        sudo.prompt()
        sudo.send(codes[1])
        sudo.finish()
        self.assertEqual(self.left(user), 8)

    def test_lost_state_makes_no_code_good_again(self):
        user = self.user()
        codes = self.issue(user)
        self.comes_in(user, codes[0])
        self.host.smsotpd.stop()
        for name in ("data.mdb", "lock.mdb"):
            hosts.os.unlink(f"/var/lib/smsotp/state/{name}")
        self.host.smsotpd.start()
        self.refuses(user, codes[0], source="127.0.1.1")
        self.comes_in(user, codes[1])


class Once(RecoveryCase):
    """Side by side, and through crashes."""

    CLOCKED = True
    CONFIG = {f"service {SERVICE}": {"enabled": "yes"}, "lockout": {"failures": 100},
              "limits": {"failures_user": 1000, "failures_day": 10000, "ceiling_strange": 10000,
                         "ceiling_known": 1000}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        hosts.write(f"/etc/pam.d/{SERVICE}", "auth required pam_smsotp.so\n")

    def race(self, user, processes=8):
        race = attack.Race(SERVICE, user.name, "tty7", processes)
        self.addCleanup(race.close)
        self.assertEqual(race.states, ["asked"] * processes)
        return race

    def test_one_code_at_once_is_one_login(self):
        user = self.user()
        for _ in range(attack.amount(3, 100)):
            for code in self.issue(user):
                self.host.clock.advance(14400)
                race = self.race(user)
                self.assertEqual(race.answer([code] * 8).count("granted"), 1)
                race.close()

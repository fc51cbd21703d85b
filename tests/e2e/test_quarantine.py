# SPDX-License-Identifier: BSD-3-Clause
"""A changed phone gets no text for a day, whatever way it was changed, and nobody sees it at the
prompt; an account that was made anew under an old name gets none at all."""

import json

import clients
from dialogues import SENT, DialogueCase, left

DAY = 86400
HOUR = 3600


class QuarantineCase(DialogueCase):
    CLOCKED = True

    sources = 0

    def source(self):
        QuarantineCase.sources += 1
        return f"127.0.3.{QuarantineCase.sources}"

    def change(self, user, phone=None):
        """The user has another number now."""
        user.phone = phone or self.host.new_phone()
        return self.host.ctl("identity", "set", user.name, input=f"phone: {user.phone.number}\n")

    def shown(self, user):
        said = self.host.ctl("identity", "show", user.name, "--json")
        return json.loads(said)["identity"]["quarantine_until"]

    def begin(self, user):
        """A login's first prompt; what was asked for is done when this returns."""
        source = self.source()
        dialogue = self.dialogue(user.name, source=source)
        self.assertEqual(dialogue.prompt(), SENT)
        self.host.event(lambda line: '"login.begin"' in line and f'"{source}"' in line)
        return dialogue

    def gets_none(self, user):
        dialogue = self.begin(user)
        self.host.ctl("lock", "list")
        self.assertEqual(user.phone.unread(), 0)
        dialogue.answer("123456")
        self.assertRegex(dialogue.prompt(), left(4))
        self.assertEqual(self.events_of("login.begin", user)[-1]["standing"],
                         "the phone was changed: smsotpctl identity release")

    def gets_one(self, user):
        dialogue = self.begin(user)
        dialogue.answer(user.phone.next_code())
        self.signed_in(dialogue, user.name)


class Quarantine(QuarantineCase):
    def test_first_phone_gets_a_text_at_once(self):
        user = self.user()
        self.assertIsNone(self.shown(user))
        self.gets_one(user)

    def test_changed_phone_waits_a_day(self):
        user = self.user()
        self.assertIn("no text until", self.change(user))
        self.gets_none(user)
        self.host.clock.advance(DAY - 60)
        self.gets_none(user)
        self.host.clock.advance(61)
        self.gets_one(user)
        self.assertIsNone(self.shown(user))

    def test_same_number_is_no_change(self):
        user = self.user()
        for number in (user.phone.number.replace(" ", ""), user.phone.number.replace("+", "00")):
            self.host.ctl("identity", "set", user.name, input=f"phone: {number}\n")
        self.gets_one(user)

    def test_going_back_is_a_change(self):
        user = self.user()
        first = user.phone
        self.change(user)
        self.host.clock.advance(HOUR)
        self.change(user, first)
        self.host.clock.advance(DAY - HOUR)
        self.gets_none(user)

    def test_operator_releases_it(self):
        user = self.user()
        self.change(user)
        self.gets_none(user)
        self.assertIn("released", self.host.ctl("identity", "release", user.name))
        self.gets_one(user)
        again = self.host.ctl("identity", "release", user.name, check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn("no quarantine", again.stderr)

    def test_removed_and_added_it_waits(self):
        user = self.user()
        self.host.ctl("identity", "remove", user.name)
        user.phone = self.host.new_phone()
        self.host.set_identity(user)
        self.gets_none(user)

    def test_waiting_it_goes_on_when_it_comes_back(self):
        user = self.user()
        self.change(user)
        for lines in ("phone:\n", None):
            self.host.clock.advance(HOUR)
            if lines:
                self.host.ctl("identity", "set", user.name, input=lines)
            else:
                self.host.ctl("identity", "remove", user.name)
            self.host.clock.advance(HOUR)
            self.host.set_identity(user)
            self.gets_none(user)
        self.host.clock.advance(DAY - 4 * HOUR)
        self.gets_one(user)

    def test_same_number_comes_back_at_once(self):
        user = self.user()
        self.host.ctl("identity", "remove", user.name)
        self.host.set_identity(user)
        self.gets_one(user)

    def test_long_after_it_went_a_number_is_a_first_one(self):
        user = self.user()
        self.host.ctl("identity", "remove", user.name)
        self.host.clock.advance(DAY + 1)
        user.phone = self.host.new_phone()
        self.host.set_identity(user)
        self.gets_one(user)

    def test_import_waits_too(self):
        user, other = self.user(), self.host.new_phone()
        self.host.ctl("import", "-", input=f"name,phone\n{user.name},{other.number}\n")
        user.phone = other
        self.gets_none(user)

    def test_schema_that_leads_to_another_number_waits(self):
        user, other = self.user(), self.host.new_phone()
        before = self.host.ctl("schema", "show")
        self.addCleanup(self.host.ctl, "schema", "set", "--force", input=before)
        self.host.ctl("schema", "set", input="phone: phone\nwork: phone\n")
        self.host.ctl("identity", "set", user.name, input=f"work: {other.number}\n")
        self.assertIsNone(self.shown(user))
        self.host.ctl("schema", "set", input="work: phone\nphone: phone\n")
        user.phone = other
        self.gets_none(user)

    def test_recovery_code_lets_in_meanwhile(self):
        user = self.user()
        self.change(user)
        code = self.host.ctl("recovery", "issue", user.name).split()[0]
        dialogue = self.begin(user)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

    def test_changes_and_releases_are_events(self):
        user = self.user()
        self.change(user)
        self.host.ctl("identity", "release", user.name)
        self.host.ctl("identity", "remove", user.name)
        self.host.event(lambda line: '"phone.removed"' in line and f'"{user.name}"' in line)
        changed, = self.events_of("phone.changed", user)
        self.assertRegex(changed["phone"], r"^\+\d\dx+\d\d$")
        self.assertRegex(changed["until"], r"^\d{4}-\d\d-\d\dT[\d:]{8}Z$")
        self.assertEqual(len(self.events_of("phone.released", user)), 1)


class Clocks(QuarantineCase):
    """A host of its own: its wall clock moves, and it restarts."""

    def test_wall_clock_does_not_end_it(self):
        user = self.user()
        self.change(user)
        self.host.clock.step_wall(30 * DAY)
        self.gets_none(user)
        self.host.smsotpd.restart()
        self.gets_none(user)
        self.host.clock.advance(DAY)
        self.gets_one(user)

    def test_reboot_goes_on_by_the_wall_clock(self):
        user = self.user()
        self.change(user)
        self.host.smsotpd.stop()
        self.host.clock.reboot(30)
        self.host.smsotpd.start()
        self.gets_none(user)
        # Of the new boot only its own clock counts again.
        self.host.clock.step_wall(30 * DAY)
        self.host.smsotpd.restart()
        self.gets_none(user)
        self.host.clock.advance(DAY)
        self.gets_one(user)

    def test_wall_clock_that_went_back_over_a_reboot_has_served_nothing(self):
        user = self.user()
        self.change(user)
        self.host.clock.advance(DAY - HOUR)
        self.host.smsotpd.stop()
        self.host.clock.step_wall(-30 * DAY)
        self.host.clock.reboot(30)
        self.host.smsotpd.start()
        self.host.clock.advance(2 * HOUR)
        self.gets_none(user)
        self.host.clock.advance(DAY)
        self.gets_one(user)


class Off(QuarantineCase):
    CONFIG = {"identity": {"quarantine": 3600}}

    def test_smaller_value_ends_all(self):
        user = self.user()
        self.change(user)
        self.gets_none(user)
        self.host.configure({"identity": {"quarantine": 0}})
        self.addCleanup(self.host.smsotpd.restart)
        self.addCleanup(self.host.configure)
        self.host.smsotpd.restart()
        self.gets_one(user)
        self.assertNotIn("no text until", self.change(user))
        self.gets_one(user)


class Anew(QuarantineCase):
    """The account of an old name has another uid: the number is another person's."""

    def test_sudo_sends_no_text(self):
        user = self.user()
        self.host.ctl("identity", "set", user.name, input=f"uid: {user.uid + 10000}\n")
        sudo = self.open(clients.sudo(user, "/usr/bin/true"))
        self.assertEqual(sudo.prompt(), SENT)
        self.host.event(lambda line: '"login.begin"' in line and f'"{user.name}"' in line)
        self.host.ctl("lock", "list")
        self.assertEqual(user.phone.unread(), 0)
        self.assertEqual(self.events_of("login.begin", user)[-1]["standing"],
                         "the account has another uid than the identity")
        code = self.host.ctl("recovery", "issue", user.name).split()[0]
        sudo.send(code)
        self.assertRegex(sudo.prompt(), left(4))

    def test_sudo_of_the_right_uid_goes_on(self):
        user = self.user()
        sudo = self.open(clients.sudo(user, "/usr/bin/true"))
        sudo.prompt()
        sudo.send(user.phone.next_code())
        sudo.finish()
        self.host.event(lambda line: '"login.granted"' in line and f'"{user.name}"' in line)

    def test_su_finds_nobody(self):
        user = self.user()
        self.host.ctl("identity", "set", user.name, input=f"uid: {user.uid + 10000}\n")
        su = self.open(clients.su(user, "root"))
        self.assertEqual(su.prompt(), SENT)
        self.host.ctl("lock", "list")
        self.assertEqual(user.phone.unread(), 0)

# SPDX-License-Identifier: BSD-3-Clause
"""What time does to a code, a resend and a lock, over ssh and with a clock of our own."""

import clients
from dialogues import EXPIRED, LOCKED, DialogueCase


class SshTime(DialogueCase):
    CLOCKED = True

    def test_expired_code_says_so_and_offers_a_new_one(self):
        user = self.user()
        dialogue, code = self.begun(user)
        self.host.clock.advance(901)
        dialogue.answer(code)
        self.assertRegex(dialogue.prompt(), EXPIRED)
        dialogue.answer("r")
        dialogue.prompt()
        fresh = user.phone.next_code()
        self.assertNotEqual(fresh, code)
        dialogue.answer(fresh)
        self.signed_in(dialogue, user.name)

    def test_code_holds_to_its_last_second(self):
        user = self.user()
        dialogue, code = self.begun(user)
        self.host.clock.advance(899)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

    def test_wall_clock_forward_ends_a_code(self):
        user = self.user()
        dialogue, code = self.begun(user)
        self.host.clock.step_wall(901)
        dialogue.answer(code)
        self.assertRegex(dialogue.prompt(), EXPIRED)

    def test_wall_clock_backward_does_not_prolong_a_code(self):
        user = self.user()
        dialogue, code = self.begun(user)
        self.host.clock.step_wall(-3600)
        self.host.clock.advance(901)
        dialogue.answer(code)
        self.assertRegex(dialogue.prompt(), EXPIRED)

    def test_resend_draws_a_new_code_and_both_hold(self):
        for which in (0, 1):
            user = self.user()
            dialogue, first = self.begun(user)
            self.host.clock.advance(30)
            dialogue.answer("r")
            self.assertRegex(dialogue.prompt(), r"^We sent a code.* Code \(r: resend in 60 s\): $")
            codes = (first, user.phone.next_code())
            self.assertNotEqual(*codes)
            dialogue.answer(codes[which])
            self.signed_in(dialogue, user.name)

    def test_success_voids_the_other_code(self):
        user = self.user()
        dialogue, first = self.begun(user)
        self.host.clock.advance(30)
        dialogue.answer("r")
        dialogue.prompt()
        second = user.phone.next_code()
        dialogue.answer(second)
        self.signed_in(dialogue, user.name)
        again, _ = self.begun(user)
        again.answer(first)
        self.assertIn("That code is not right", again.prompt())

    def test_three_texts_and_no_more(self):
        user = self.user()
        dialogue, _ = self.begun(user)
        for seconds in (30, 60):
            self.host.clock.advance(seconds)
            dialogue.answer("r")
            dialogue.prompt()
            last = user.phone.next_code()
        self.host.clock.advance(60)
        dialogue.answer("r")
        self.assertRegex(dialogue.prompt(), r"^No more texts for now, try again in \d+ minutes?\. ")
        dialogue.answer(last)
        self.signed_in(dialogue, user.name)
        self.assertEqual(user.phone.unread(), 0)

    def test_lock_ends_after_its_wait_and_the_next_is_longer(self):
        user, source = self.user(), "127.0.0.40"
        self.assertEqual(self.locked(user, source),
                         "Too many wrong codes. Try again in 1 minute.")
        self.host.clock.advance(59)
        self.assertRegex(self.shut(user, source), LOCKED)
        self.host.clock.advance(2)
        self.assertEqual(self.locked(user, source),
                         "Too many wrong codes. Try again in 2 minutes.")
        self.host.clock.advance(119)
        self.assertRegex(self.shut(user, source), LOCKED)
        self.host.clock.advance(2)
        dialogue, code = self.begun(user, source=source)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

    def test_wall_clock_does_not_end_a_lock(self):
        user, source = self.user(), "127.0.0.41"
        self.locked(user, source)
        self.host.clock.step_wall(3600)
        self.assertRegex(self.shut(user, source), LOCKED)


class SshRestart(DialogueCase):
    """smsotpd ends and comes back: what its memory lost must not matter."""

    CLOCKED = True

    def test_code_of_another_boot_has_expired(self):
        user = self.user()
        dialogue, code = self.begun(user)
        self.host.smsotpd.stop()
        self.host.clock.reboot()
        self.host.smsotpd.start()
        dialogue.answer(code)
        self.assertRegex(dialogue.prompt(), EXPIRED)

    def test_login_survives_sigkill_between_prompt_and_answer(self):
        user = self.user()
        dialogue, code = self.begun(user)
        self.host.smsotpd.kill()
        self.host.smsotpd.start()
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

    def test_no_text_for_a_locked_user_after_sigkill(self):
        user, source, other = self.user(), "127.0.0.42", self.user()
        self.locked(user, source)
        self.host.smsotpd.kill()
        self.host.smsotpd.start()
        clients.Dialogue(user.name, source=source).close()
        self.begun(other)
        self.assertEqual(user.phone.unread(), 0)

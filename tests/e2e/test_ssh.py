# SPDX-License-Identifier: BSD-3-Clause
"""Sign-in over OpenSSH: its own client, and its protocol byte for byte."""

import os
import shutil
import subprocess

import clients
import hosts
from dialogues import HELD, LOCKED, SENT, DialogueCase, left
from phone import wrong


class Ssh(DialogueCase):
    def test_right_code_signs_in(self):
        user = self.user()
        ssh = self.open(clients.ssh(user.name, "id -un"))
        self.assertEqual(ssh.prompt(), f"({user.name}@127.0.0.1) {SENT}")
        ssh.send(user.phone.next_code())
        said, status = ssh.finish()
        self.assertEqual((said.split(), status), ([user.name], 0))

    def test_wrong_code_three_times_at_the_client(self):
        user = self.user()
        ssh = self.open(clients.ssh(user.name, "id -un"))
        ssh.prompt()
        code = user.phone.next_code()
        for step, tries in ((1, 4), (2, 3), (3, 2)):
            ssh.send(wrong(code, step))
            self.assertRegex(ssh.prompt(), left(tries))
        ssh.close()

    def test_code_with_blanks_signs_in(self):
        user = self.user()
        dialogue, code = self.begun(user)
        dialogue.answer(f" {code[:3]} {code[3:]} ")
        self.signed_in(dialogue, user.name)

    def test_prompt_is_one_silent_request(self):
        user = self.user()
        request = self.dialogue(user.name).request()
        self.assertEqual((request.title, request.instructions, request.prompts, request.echo),
                         ("", "", [SENT], [False]))

    def test_code_of_another_source_is_wrong(self):
        user = self.user()
        here, code = self.begun(user, source="127.0.0.2")
        there, _ = self.begun(user, source="127.0.0.3")
        there.answer(code)
        self.assertRegex(there.prompt(), left(4))
        here.answer(code)
        self.signed_in(here, user.name)

    def test_second_login_joins_the_code_on_its_way(self):
        user = self.user()
        _, code = self.begun(user)
        second = self.dialogue(user.name)
        self.assertEqual(second.prompt(), SENT)
        second.answer(code)
        self.signed_in(second, user.name)
        self.assertEqual(user.phone.unread(), 0)

    def test_fifth_wrong_code_locks_that_source_alone(self):
        user = self.user()
        self.assertRegex(self.locked(user, "127.0.0.21"), rf"^{LOCKED}$")
        self.assertRegex(self.shut(user, "127.0.0.21"), rf"^{LOCKED}$")
        elsewhere, code = self.begun(user, source="127.0.0.22")
        elsewhere.answer(code)
        self.signed_in(elsewhere, user.name)
        self.assertRegex(self.shut(user, "127.0.0.21"), rf"^{LOCKED}$")

    def test_client_that_closes_at_the_prompt(self):
        user = self.user()
        dialogue, code = self.begun(user)
        dialogue.close()
        again = self.dialogue(user.name)
        self.assertEqual(again.prompt(), SENT)
        again.answer(code)
        self.signed_in(again, user.name)

    def test_client_that_closes_before_the_prompt(self):
        user = self.user()
        clients.Dialogue(user.name).close()
        dialogue, code = self.begun(user)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

    def test_resend_too_early_sends_nothing(self):
        user = self.user()
        dialogue, code = self.begun(user)
        dialogue.answer("r")
        self.assertRegex(dialogue.prompt(), r"Code \(r: resend in \d+ s\): $")
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)
        self.assertEqual(user.phone.unread(), 0)

    def test_empty_replies_repeat_the_line(self):
        user = self.user()
        dialogue, code = self.begun(user)
        for _ in range(3):
            dialogue.answer("")
            self.assertEqual(dialogue.prompt(), SENT)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

    def without_terminal(self, user, *options):
        """The client as cron starts it."""
        done = subprocess.run(["ssh", *options, f"{user.name}@127.0.0.1", "true"], check=False,
                              stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60,
                              start_new_session=True, env={"PATH": "/usr/bin", "HOME": "/root"})
        self.assertEqual(done.returncode, 255)

    def test_client_without_a_terminal(self):
        """It answers nothing at once; the text that leaves is what BatchMode is for."""
        user, other = self.user(), self.user()
        self.without_terminal(user, "-o", "BatchMode=yes")
        self.without_terminal(other)
        other.phone.next_code()
        self.assertEqual(user.phone.lines(), [])


class SshRoot(DialogueCase):
    """Root, where smsotp.conf lets him in."""

    CONFIG = {"service sshd": {"root": "yes"}}

    def asked(self, phone, source):
        ssh = self.open(clients.ssh("root", "id -un", source=source))
        ssh.prompt()
        ssh.send(phone.next_code())
        return ssh

    def test_sshd_has_to_let_him_in_too(self):
        phone = self.host.new_phone()
        self.host.ctl("identity", "set", "root", input=f"phone: {phone.number}\nuid: 0\n")
        self.assertRegex(self.asked(phone, "127.0.0.31").prompt(), left(4))
        self.host.configure_sshd("PermitRootLogin yes\n")
        self.host.sshd.stop()
        self.host.sshd.start()
        said, status = self.asked(phone, "127.0.0.32").finish()
        self.assertEqual((said.split(), status), (["root"], 0))


class SshExpired(DialogueCase):
    """A password that has expired, of somebody who signs in by the code alone."""

    ACCOUNT = "/etc/pam.d/common-account"

    def expired(self):
        user = self.user()
        subprocess.run(["chage", "-d", "2020-01-01", "-M", "90", user.name], check=True)
        ssh = self.open(clients.ssh(user.name, "id -un"))
        ssh.prompt()
        ssh.send(user.phone.next_code())
        return user, ssh

    def test_nobody_gets_past_it(self):
        _, ssh = self.expired()
        self.assertIn("You are required to change your password", ssh.expect(SENT[:20]))

    def test_nobody_minds_where_it_is_let_be(self):
        with open(self.ACCOUNT, encoding="ascii") as file:
            before = file.read()
        self.addCleanup(hosts.write, self.ACCOUNT, before)
        hosts.write(self.ACCOUNT, before.replace("pam_unix.so", "pam_unix.so no_pass_expiry"))
        user, ssh = self.expired()
        said, status = ssh.finish()
        self.assertEqual((said.split(), status), ([user.name], 0))


class SshHeld(DialogueCase):
    """Who answers at once gets no text."""

    SSHD = "PasswordAuthentication yes\n"
    CONFIG = HELD

    def guesses(self, user):
        dialogue = self.dialogue(user.name)
        dialogue.prompt()
        dialogue.answer("123456")
        self.assertRegex(dialogue.prompt(), left(4))

    def test_answer_before_the_text_left_withdraws_it(self):
        self.withdrawn(self.guesses)

    def types_a_password(self, user):
        ssh = self.open(clients.ssh(user.name, options=(
            "-o", "PreferredAuthentications=password", "-o", "NumberOfPasswordPrompts=1")))
        ssh.expect("password: ")
        ssh.send("123456")
        said, status = ssh.finish()
        self.assertEqual(status, 255)
        self.assertIn("Permission denied", said)

    def test_password_method_sends_no_text(self):
        """sshd's own: PAM's prompt gets the password at once."""
        self.withdrawn(self.types_a_password)


class SshKeyAndCode(DialogueCase):
    """A key first, then the code."""

    SSHD = "AuthenticationMethods publickey,keyboard-interactive:pam\n"

    def test_key_and_code(self):
        user = self.user()
        key = user.key()
        ssh = self.open(clients.ssh(user.name, "id -un", user=user, options=(
            "-i", key, "-o", "PubkeyAuthentication=yes")))
        self.assertIn(SENT, ssh.prompt())
        ssh.send(user.phone.next_code())
        said, status = ssh.finish()
        self.assertEqual((said.split(), status), ([user.name], 0))

    def test_no_key_no_text(self):
        user, other = self.user(), self.user()
        key = other.key()
        ssh = self.open(clients.ssh(user.name, options=()))
        said, status = ssh.finish()
        self.assertEqual(status, 255)
        self.assertIn("Permission denied (publickey)", said)
        ssh = self.open(clients.ssh(other.name, "true", user=other, options=(
            "-i", key, "-o", "PubkeyAuthentication=yes")))
        ssh.prompt()
        other.phone.next_code()
        self.assertEqual(user.phone.lines(), [])


class SshCertificateAndCode(DialogueCase):
    """A key that is certified anew for each sign-in, then the code."""

    CA = "/etc/ssh/user_ca"
    SSHD = (f"AuthenticationMethods publickey,keyboard-interactive:pam\n"
            f"TrustedUserCAKeys {CA}.pub\n")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", cls.CA], check=True)

    def certified(self, user, key, serial):
        subprocess.run(["ssh-keygen", "-q", "-s", self.CA, "-I", user.name, "-n", user.name,
                        "-z", str(serial), f"{key}.pub"], check=True)
        shutil.chown(f"{key}-cert.pub", user.name)
        return self.open(clients.ssh(user.name, "id -un", user=user, options=(
            "-i", key, "-o", "PubkeyAuthentication=yes")))

    def test_the_next_certificate_is_the_same_place(self):
        user = self.user()
        key = user.key()
        os.unlink(os.path.dirname(key) + "/authorized_keys")
        first = self.certified(user, key, 1)
        self.assertIn(SENT, first.prompt())
        code = user.phone.next_code()
        first.close()
        second = self.certified(user, key, 2)
        self.assertIn(SENT, second.prompt())
        second.send(code)
        said, status = second.finish()
        self.assertEqual((said.split(), status), ([user.name], 0))
        self.assertEqual(user.phone.unread(), 0)

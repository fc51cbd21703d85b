#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Each stack of etc/pam.d, as it is shipped, on a booted Debian: who gets in by it, who not."""

import unittest

from bootcase import WRONG, HostCase, until
from phone import wrong

# The tests' runner reads this: a host is booted from the outside, not in a private world.
OUTSIDE = True

PASSWORD = "correct horse battery staple"
CODE_LINE = r"We sent a code to your registered phone\. Code \(r: resend in \d+ s\): "
SETTINGS = "/etc/ssh/sshd_config.d/10-smsotp.conf"


class Stacks(HostCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("sudo", "sudo-i", "su", "login"):
            cls.host.stack(name)

    def tearDown(self):
        """This Debian's PAM has each module of ours, and nothing to say of their arguments."""
        self.host.run("journalctl", "--sync")
        said = self.host.out("journalctl", "--no-pager", "--output=cat", "--grep=PAM|pam_")
        self.assertIn("pam_unix", said)
        self.assertNotRegex(said, "unable to dlopen|deprecated")

    def expect_code(self, terminal, person, before):
        """Waits for the prompt, and answers it with the code that came for it."""
        terminal.expect(CODE_LINE)
        code = until(lambda: person.codes()[before:], f"code for {person.name}")[0]
        terminal.send(code)

    def tty(self, person, *command):
        """A login over ssh whose command has a terminal; the ssh prompt is answered."""
        login = self.terminal(person.ssh(*command, options=("-tt",)))
        self.expect_code(login, person, 0)
        return login

    def became_root(self, terminal):
        said, status = terminal.finish()
        self.assertIn("root", said.split("\n"))
        self.assertEqual(status, 0)

    def test_sudo(self):
        person = self.host.person()
        self.host.run("usermod", "--append", "--groups", "sudo", person.name)
        login = self.tty(person, "sudo", "id", "-un")
        self.expect_code(login, person, 1)
        self.became_root(login)

    def test_sudo_login_shell(self):
        person = self.host.person()
        self.host.run("usermod", "--append", "--groups", "sudo", person.name)
        login = self.tty(person, "sudo", "-i", "id", "-un")
        self.expect_code(login, person, 1)
        self.became_root(login)

    def test_su_asks_the_caller(self):
        person = self.host.person()
        login = self.tty(person, "su", "-", "-c", "'id -un'")
        self.expect_code(login, person, 1)
        self.became_root(login)

    def test_su_with_a_wrong_code(self):
        person = self.host.person()
        login = self.tty(person, "su", "-c", "'id -un'")
        login.expect(CODE_LINE)
        login.send(wrong(until(lambda: person.codes()[1:], "code for su")[0]))
        login.expect(WRONG.rstrip("$"))
        login.close()

    def test_login(self):
        """As by a getty, first in a session of its own."""
        person = self.host.person()
        console = self.terminal(self.host.command("script", "--quiet", "--command",
                                                  "setsid --ctty --wait login", "/dev/null"))
        console.expect("login: ")
        console.send(person.name)
        self.expect_code(console, person, 0)
        console.expect(r"\$ ")
        console.send("id -un; exit")
        self.assertIn(person.name, console.finish()[0].split())

    def with_sshd(self, stack, settings):
        """Another stack or other settings for sshd, until the test ends."""
        before = self.host.read(SETTINGS)
        self.host.stack(stack, "sshd")
        self.addCleanup(self.host.stack, "sshd")
        self.host.write(SETTINGS, settings(before))
        self.addCleanup(self.host.restart_sshd)
        self.addCleanup(self.host.write, SETTINGS, before)
        self.host.restart_sshd()

    def key_of(self, person):
        """A key that opens the account; the options that offer it."""
        path = f"/root/{person.name}"
        self.host.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path)
        self.host.write(f"/home/{person.name}/.ssh/authorized_keys",
                        self.host.read(path + ".pub"), "0600", person.name)
        self.host.run("chown", "-R", f"{person.name}:", f"/home/{person.name}/.ssh")
        return ("-i", path, "-o", "IdentitiesOnly=yes")

    def test_key_and_code(self):
        self.with_sshd("sshd", lambda text: text.replace("#Authentication", "Authentication"))
        person = self.host.person()
        key = self.key_of(person)
        said, status = self.terminal(person.ssh()).finish()
        self.assertIn("Permission denied (publickey)", said)
        self.assertNotEqual(status, 0)
        self.sign_in(person, options=key)
        self.assertEqual(len(person.codes()), 1)

    def passwords(self, *persons):
        self.host.run("chpasswd", text="".join(f"{each.name}:{PASSWORD}\n" for each in persons))

    def with_password(self, person):
        """A login by password and code."""
        login = self.terminal(person.ssh())
        login.expect("Password: ")
        login.send(PASSWORD)
        self.expect_code(login, person, 0)
        self.signed_in(login, person)

    def test_password_and_code(self):
        self.with_sshd("sshd-password-code", lambda text: text)
        self.host.write("/etc/smsotp/smsotp.conf.d/before.conf",
                        "[service sshd]\nbefore = password\n")
        self.addCleanup(self.host.run, "systemctl", "try-reload-or-restart", "smsotpd")
        self.addCleanup(self.host.run, "rm", "/etc/smsotp/smsotp.conf.d/before.conf")
        self.host.run("systemctl", "try-reload-or-restart", "smsotpd")
        person = self.host.person()
        self.passwords(person)
        self.with_password(person)

    def test_wrong_password_sends_no_text(self):
        self.with_sshd("sshd-password-code", lambda text: text)
        person, other = self.host.person(), self.host.person()
        self.passwords(person, other)
        login = self.terminal(person.ssh(options=("-o", "NumberOfPasswordPrompts=1")))
        login.expect("Password: ")
        login.send("not that")
        said, status = login.finish()
        self.assertIn("Permission denied", said)
        self.assertEqual(status, 255)
        self.with_password(other)
        self.assertEqual(person.codes(), [])

    def test_members_of_a_group_sign_in_without_a_text(self):
        self.with_sshd("sshd-some", lambda text: text)
        self.host.run("groupadd", "nocode")
        self.addCleanup(self.host.run, "groupdel", "nocode")
        member, other = self.host.person(), self.host.person()
        self.host.run("usermod", "--append", "--groups", "nocode", member.name)
        self.passwords(member, other)
        login = self.terminal(member.ssh())
        login.expect("Password: ")
        login.send(PASSWORD)
        self.signed_in(login, member)
        self.sign_in(other)
        self.assertEqual(member.codes(), [])

    def refused(self, person, *answers):
        """A login by passwords."""
        tries = ("-o", f"NumberOfPasswordPrompts={len(answers)}")
        login = self.terminal(person.ssh(options=tries))
        for answer in answers:
            login.expect("Password: ")
            login.send(answer)
        said, status = login.finish()
        self.assertIn("Permission denied", said)
        self.assertEqual(status, 255)

    def test_no_code_is_no_open_door(self):
        self.with_sshd("sshd-some", lambda text: text)
        self.host.run("groupadd", "nocode")
        self.addCleanup(self.host.run, "groupdel", "nocode")
        member = self.host.person()
        self.host.run("usermod", "--append", "--groups", "nocode", member.name)
        self.refused(member, "", PASSWORD)
        self.passwords(member)
        self.refused(member, "", "not that")
        self.sign_in(self.host.person())
        self.assertEqual(member.codes(), [])

    def test_without_the_group_everybody_is_asked_for_the_code(self):
        self.with_sshd("sshd-some", lambda text: text)
        self.sign_in(self.host.person())

    def test_profile_puts_the_code_behind_the_password(self):
        before = self.host.read("/etc/pam.d/common-auth")
        self.assertNotIn("pam_smsotp", before)
        self.host.run("pam-auth-update", "--package", "--enable", "smsotp")
        lines = [line.rstrip() for line in self.host.read("/etc/pam.d/common-auth").splitlines()
                 if line.startswith("auth")]
        self.host.run("pam-auth-update", "--package", "--remove", "smsotp")
        self.assertEqual(lines[-1].split(None, 1)[1],
                         "[success=ok ignore=ignore default=die]\tpam_smsotp.so")
        self.assertIn("pam_permit.so", lines[-2])
        self.assertEqual(self.host.read("/etc/pam.d/common-auth"), before)


if __name__ == "__main__":
    unittest.main()

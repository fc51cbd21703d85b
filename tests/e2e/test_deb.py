#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The Debian package on a booted Debian 12: installed, upgraded and rolled back while people sign in,
and taken away again. test_deb_debian13.py does it all on Debian 13."""

import re
import unittest

import load
from bootcase import WRONG, HostCase, installed
from packaged import DEB, NEXT, PACKAGE, Packaged, releases
from phone import wrong

# The tests' runner reads this: a host is booted from the outside, not in a private world.
OUTSIDE = True

OWN = ("/etc/logrotate.d/smsotp", "/run/smsotp", "/var/lib/smsotp", "/var/log/smsotp",
       "/usr/sbin/smsotpd", "/usr/libexec/smsotp", "/usr/share/smsotp",
       "/usr/lib/systemd/system/smsotpd.socket", "/usr/share/pam-configs/smsotp",
       "/usr/share/bash-completion/completions/smsotpctl", "/etc/smsotp/smsotp.conf",
       "/etc/systemd/system/sockets.target.wants/smsotpd.socket")


class Deb(HostCase):
    HOST = Packaged

    def test_life_of_the_package(self):
        """One test, because each step goes by what the one before it left."""
        self.installed_and_nothing_changed()
        self.upgraded_and_rolled_back_at_the_prompt()
        self.upgraded_and_rolled_back_under_load()
        self.upgraded_with_a_config_that_it_does_not_take()
        self.not_removed_while_in_use()
        self.removed_and_back()
        self.profile_taken_back()
        self.purged()

    def said_version(self):
        return self.host.out("smsotpd", "--version").split()[-1]

    def installed_and_nothing_changed(self):
        self.assertEqual(self.host.stacks_after, self.host.stacks_before)
        for unit in installed.UNITS:
            self.assertEqual(self.host.active(unit), unit.endswith(".socket"), unit)
        person = self.host.person()
        self.sign_in(person)
        login, code = self.asked(person)
        login.send(wrong(code))
        self.assertRegex(login.prompt(), WRONG)
        login.close()

    def pids(self):
        return [self.host.main_pid(unit) for unit in installed.UNITS[-2:]]

    def changed_to(self, package, version):
        """The other release, and its daemons, by the same sockets."""
        pids = self.pids()
        sockets = self.host.out("stat", "--format=%n %i", "/run/smsotp/smsotpd.sock")
        self.host.run("dpkg", "--install", package)
        self.assertEqual(self.said_version(), version)
        for unit, pid in zip(installed.UNITS[-2:], pids):
            self.assertNotIn(self.host.main_pid(unit), (pid, 0), unit)
        self.assertEqual(self.host.out("stat", "--format=%n %i", "/run/smsotp/smsotpd.sock"),
                         sockets)

    def upgraded_and_rolled_back_at_the_prompt(self):
        """The module at the prompt is of the other release than the smsotpd that it comes to."""
        person = self.host.person()
        for package, version in ((NEXT, releases.next_version()), (DEB, releases.version())):
            login, code = self.asked(person)
            self.changed_to(package, version)
            login.send(code)
            self.signed_in(login, person)
            self.sign_in(person)

    def upgraded_and_rolled_back_under_load(self):
        with load.Load(self.host) as logins:
            for package in (NEXT, DEB):
                logins.wait_for(load.WORKERS)
                since = logins.count()
                self.host.run("dpkg", "--install", package)
                self.assertGreater(logins.count(), since)
                logins.wait_for(load.WORKERS)
        self.assertEqual(logins.lost, [])
        self.assertGreaterEqual(logins.over_a_change(), 2)

    def upgraded_with_a_config_that_it_does_not_take(self):
        """As where one goes back, and a key is newer: people go on signing in by the daemons that run."""
        part, pids = "/etc/smsotp/smsotp.conf.d/newer.conf", self.pids()
        self.host.write(part, "[code]\ncolour = red\n")
        said = self.host.run("dpkg", "--install", NEXT).stderr
        self.assertIn(f"{part}:2: [code] colour: no such key", said)
        self.assertIn("the daemons are not restarted", said)
        self.assertEqual(self.pids(), pids)
        self.sign_in(self.host.person())
        self.host.run("rm", part)
        self.changed_to(DEB, releases.version())

    def not_removed_while_in_use(self):
        host = self.host
        host.write("/etc/pam.d/other-app", "# pam_smsotp.so of old\nauth\trequired\tpam_permit.so\n"
                   "auth  [success=ok default=die]  pam_smsotp.so echo\n")
        number = next(number for number, line in enumerate(host.read("/etc/pam.d/sshd").split("\n"), 1)
                      if re.match(r"[^#]*pam_smsotp\.so", line))
        for verb in ("--remove", "--purge"):
            refused = host.run("dpkg", verb, PACKAGE, check=False)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("still in use, and a stack whose module is gone refuses everybody",
                          refused.stderr)
            lines = [line for line in refused.stderr.split("\n") if line.startswith("/etc/pam.d/")]
            self.assertEqual(lines[0], "/etc/pam.d/other-app:3:"
                             "auth  [success=ok default=die]  pam_smsotp.so echo")
            self.assertTrue(lines[1].startswith(f"/etc/pam.d/sshd:{number}:auth"), lines)
            self.assertNotIn("of old", refused.stderr)
            self.assertEqual(host.out("dpkg-query", "-W", "-f", "${db:Status-Status}", PACKAGE),
                             "installed")
        self.sign_in(host.person())
        host.run("rm", "/etc/pam.d/other-app")

    def removed_and_back(self):
        """Identities stay for a package that comes back; what an operator switched off stays off."""
        host, person = self.host, self.host.person()
        before = host.read("/etc/pam.d/sshd")
        host.run("sed", "-i", "/pam_smsotp/d", "/etc/pam.d/sshd")
        host.run("dpkg", "--remove", PACKAGE)
        for unit in installed.UNITS:
            self.assertFalse(host.active(unit), unit)
        self.assertEqual(host.run("ls", "/usr/sbin/smsotpd", check=False).stdout, "")
        host.run("dpkg", "--install", DEB)
        host.write("/etc/pam.d/sshd", before)
        self.sign_in(person)
        host.run("systemctl", "disable", "--now", "smsotpd.socket")
        host.run("dpkg", "--install", NEXT)
        self.assertFalse(host.active("smsotpd.socket"))
        host.run("systemctl", "enable", "--now", "smsotpd.socket")
        host.run("sed", "-i", "/pam_smsotp/d", "/etc/pam.d/sshd")

    def profile_taken_back(self):
        """Lines that pam-auth-update wrote are no reason to refuse: it takes them back."""
        host = self.host
        before = host.read("/etc/pam.d/common-auth")
        host.run("pam-auth-update", "--enable", "smsotp")
        self.assertIn("pam_smsotp.so", host.read("/etc/pam.d/common-auth"))
        host.run("dpkg", "--remove", PACKAGE)
        self.assertEqual(host.read("/etc/pam.d/common-auth"), before)

    def purged(self):
        """Phones and state go; what the operator wrote stays, and the system users."""
        host = self.host
        self.assertIn("identity", host.out("ls", "/var/lib/smsotp"))
        host.run("dpkg", "--purge", PACKAGE)
        self.assertEqual(host.run("ls", "-d", *OWN, check=False).stdout, "")
        self.assertEqual(host.out("find", "/etc/smsotp", "-type", "f"),
                         "/etc/smsotp/smsotp.conf.d/limits.conf")
        self.assertEqual(host.out("id", "-un", "smsotp"), "smsotp")
        self.assertEqual(host.stacks() - host.stacks_before,
                         {line for line in host.stacks() if line.endswith("/etc/pam.d/sshd")})


if __name__ == "__main__":
    unittest.main()

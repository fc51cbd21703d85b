#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The Debian package on a booted Debian 12: installed while people work, and taken away again."""

import glob
import os
import subprocess
import unittest

from bootcase import HostCase, boot, installed

# The tests' runner reads this: a host is booted from the outside, not in a private world.
OUTSIDE = True

PACKAGE = "libpam-smsotp"
DEB = "/root/libpam-smsotp.deb"
OWN = ("/etc/smsotp", "/etc/logrotate.d/smsotp", "/run/smsotp", "/var/lib/smsotp",
       "/var/log/smsotp", "/usr/sbin/smsotpd", "/usr/libexec/smsotp", "/usr/share/smsotp",
       "/lib/systemd/system/smsotpd.socket", "/usr/share/pam-configs/smsotp")


class Packaged(installed.Installed):
    """Its programs come from the package, while it runs."""

    def install(self, *arguments):
        subprocess.run(["make", "-s", "-C", boot.PROJECT, "deb", *arguments], check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       env=boot.quiet_environment())

    def bring(self):
        self.copy(glob.glob(os.path.join(boot.PROJECT, "build", PACKAGE + "_*.deb"))[0], DEB)
        self.run("dpkg", "--install", DEB)


class Deb(HostCase):
    HOST = Packaged

    def test_life_of_the_package(self):
        """One test, because each step goes by what the one before it left."""
        host, person = self.host, self.host.person()
        self.sign_in(person)
        self.assertNotIn("pam_smsotp", host.read("/etc/pam.d/common-auth"))

        login, code = self.asked(person)
        daemon = host.main_pid("smsotpd.service")
        host.run("dpkg", "--install", DEB)
        self.assertNotEqual(host.main_pid("smsotpd.service"), daemon)
        login.send(code)
        self.signed_in(login, person)

        refused = host.run("dpkg", "--purge", PACKAGE, check=False)
        self.assertIn("still in use, take pam_smsotp.so out first: /etc/pam.d/sshd", refused.stderr)
        self.sign_in(person)

        host.run("sed", "-i", "/pam_smsotp/d", "/etc/pam.d/sshd")
        host.run("dpkg", "--purge", PACKAGE)
        for unit in installed.UNITS:
            self.assertFalse(host.active(unit), unit)
        left = host.run("ls", "-d", *OWN, check=False).stdout
        self.assertEqual(left, "")


if __name__ == "__main__":
    unittest.main()

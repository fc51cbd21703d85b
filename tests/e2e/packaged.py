# SPDX-License-Identifier: BSD-3-Clause
"""Booted hosts whose product came from the Debian package, and the package of the release after."""

import os

from bootcase import boot, installed

import releases  # pylint: disable=wrong-import-order

PACKAGE = "libpam-smsotp"
DEB, NEXT = "/root/libpam-smsotp.deb", "/root/libpam-smsotp-next.deb"
LIMITS = """[limits]
texts_user = 100
texts_day = 1000
texts_source = 1000
texts_host = 10000
"""


class Packaged(installed.Installed):
    """The package is installed while the host runs."""

    stacks_before = stacks_after = None

    def install(self, *arguments):
        """Nothing is there before the boot."""

    def stacks(self):
        """Every file of PAM's, with its sum."""
        return set(self.out("sh", "-c", "md5sum /etc/pam.d/* /etc/pam.conf").split("\n"))

    def bring(self):
        self.copy(releases.our_package(), DEB)
        self.copy(releases.next_tree().package(), NEXT)
        # One address signs in very often here.
        self.write("/etc/smsotp/smsotp.conf.d/limits.conf", LIMITS)
        self.stacks_before = self.stacks()
        self.run("dpkg", "--install", DEB)
        self.stacks_after = self.stacks()


class Debian13(Packaged):
    PLACE, SUITE = os.path.join(boot.PROJECT, "build", "debian13"), "trixie"

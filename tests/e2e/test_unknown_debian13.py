# SPDX-License-Identifier: BSD-3-Clause
"""What test_unknown.py shows, by Debian 13's sshd, which hands a module's messages on at once and
punishes sources that fail."""

import os

import daemon
import hosts
import rootfs
import test_unknown

MADE = hosts.BUILD + "/debian13/root"
PLACE = "/run/debian13"
ROOT = PLACE + "/root"
# Of this world: who there is, what asks them, and where smsotpd is.
SHARED = ("/etc/passwd", "/etc/shadow", "/etc/group", "/etc/pam.d", "/etc/ssh", "/home", "/dev",
          "/proc", "/run/smsotp", "/run/sshd")


class Host(hosts.Host):
    """Its sshd is in a Debian 13 of its own, with the module as it was built."""

    def make_daemons(self):
        super().make_daemons()
        if not os.path.exists(ROOT):
            self.make_root()
        self.sshd = daemon.Daemon("sshd", ["/usr/sbin/chroot", ROOT, "/usr/sbin/sshd", "-D", "-e"],
                                  lambda: daemon.port_open(22), "/var/log/sshd.log")
        self.daemons = (*self.daemons[:-1], self.sshd)

    @staticmethod
    def make_root():
        rootfs.tmpfs(PLACE, flags=0)
        os.mkdir(ROOT)
        rootfs.overlay(MADE, PLACE + "/upper", PLACE + "/work", ROOT)
        for path in SHARED:
            if path.startswith("/run"):
                os.makedirs(path, exist_ok=True)
            if os.path.isdir(path):
                os.makedirs(ROOT + path, exist_ok=True)
            rootfs.mount(path, ROOT + path, None, rootfs.MS_BIND)
        module = hosts.module_directory() + "/pam_smsotp.so"
        with open(module, "rb") as source, open(ROOT + module, "wb") as target:
            target.write(source.read())


class UnknownDebian13(test_unknown.Unknown):
    HOST = Host

    def test_it_is_debian_13(self):
        with open(f"/proc/{self.host.sshd.pid}/root/etc/debian_version", encoding="ascii") as file:
            self.assertRegex(file.read(), r"^13\.")

# SPDX-License-Identifier: BSD-3-Clause
"""The shipped stack login-rescue: root's password at the console while smsotpd is away, and no
password to anybody else, anywhere else or at any other time."""

import os
import shutil
import subprocess

import clients
import rootfs
from dialogues import AWAY, SENT, DialogueCase

ROOT = "root-of-these-tests"
OWN = "a-password-of-alice"
CONSOLE = "/dev/tty1"
REFUSED = "Login incorrect"
# Debian 12's login, and util-linux's, which Debian 13 has.
TRIED = f"Maximum number of tries exceeded|{REFUSED}"


class RescueCase(DialogueCase):
    """The stack in place of pam.d/login, and a console."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        shutil.copy("/etc/pam.d/login-rescue", "/etc/pam.d/login")
        subprocess.run(["chpasswd", "-c", "SHA512", "-s", "1000"], input=f"root:{ROOT}\n",
                       text=True, check=True)
        cls.alice = cls.host.user("alice", password=OWN)

    def console(self, name):
        """login at tty1: a pty whose other name is the console's, as a container's are."""
        master, slave = os.openpty()
        with open(CONSOLE, "ab"):
            pass
        rootfs.mount(os.ttyname(slave), CONSOLE, flags=rootfs.MS_BIND)
        self.addCleanup(subprocess.run, ["umount", "-l", CONSOLE], check=True)
        self.addCleanup(os.close, master)
        pid = os.fork()
        if pid == 0:
            os.setsid()
            console = os.open(CONSOLE, os.O_RDWR)
            for number in range(3):
                os.dup2(console, number)
            os.closerange(3, 256)
            os.execve("/usr/bin/login", ["login", name],
                      {"TERM": "dumb", "PATH": "/usr/bin:/bin"})
        os.close(slave)
        self.addCleanup(self.end, pid)
        return clients.Console(master, pid)

    def end(self, pid):
        try:
            os.kill(pid, 9)
        except ProcessLookupError:
            pass
        os.waitpid(pid, 0)

    def whoami(self, console):
        console.expect("# ")
        console.send("echo; id -un; tty; exit")
        console.expect("root\r\n/dev/tty1\r\n")


class Rescue(RescueCase):
    def test_root_s_password_when_smsotpd_is_away(self):
        self.away()
        console = self.console("root")
        console.expect(AWAY)
        console.expect("Password: ")
        console.send(ROOT)
        self.whoami(console)

    def test_wrong_password_is_refused(self):
        self.away()
        console = self.console("root")
        console.expect("Password: ")
        console.send("not-" + ROOT)
        console.expect(REFUSED)

    def test_others_are_asked_no_password(self):
        self.away()
        console = self.console("alice")
        console.expect(AWAY)
        self.assertNotIn("assword", console.expect(REFUSED))

    def test_root_elsewhere_is_asked_no_password(self):
        self.away()
        login = self.open(clients.login("root"))
        login.expect(AWAY)
        self.assertNotIn("assword", login.expect(REFUSED))

    def test_no_password_while_smsotpd_answers(self):
        console = self.console("root")
        console.expect(SENT.split(" Code")[0])
        for _ in range(5):
            console.send(ROOT)
            self.assertNotIn("assword", console.expect("not right|Too many wrong codes"))
        self.assertNotIn("assword", console.expect(TRIED))

    def test_code_lets_root_in_as_ever(self):
        phone = self.host.new_phone()
        self.host.ctl("identity", "set", "root", input=f"phone: {phone.number}\nuid: 0\n")
        self.addCleanup(self.host.ctl, "identity", "remove", "root")
        console = self.console("root")
        console.expect("Code .*: ")
        console.send(phone.next_code())
        self.whoami(console)

    def test_switched_off_it_asks_for_the_password(self):
        """Over the rescue's lines: that is everybody's password, as with the plain stack."""
        self.host.configure({"service login": {"enabled": "no"}})
        self.host.smsotpd.restart()
        self.addCleanup(self.host.smsotpd.restart)
        self.addCleanup(self.host.configure)
        login = self.open(clients.login("alice"))
        login.expect("Password: ")
        login.send(OWN)
        login.expect(r"\$ ")

    def test_a_store_at_fault_is_away_too(self):
        os.rename("/var/lib/smsotp/key", "/var/lib/smsotp/key.away")
        self.host.smsotpd.restart()
        self.addCleanup(self.host.smsotpd.restart)
        self.addCleanup(os.rename, "/var/lib/smsotp/key.away", "/var/lib/smsotp/key")
        console = self.console("root")
        console.expect(AWAY)
        console.expect("Password: ")
        console.send(ROOT)
        self.whoami(console)

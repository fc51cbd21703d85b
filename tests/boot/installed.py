# SPDX-License-Identifier: BSD-3-Clause
"""A booted host as its operator has set it up: installed, sockets on, stacks in place, and people
who sign in by the stub's file or by a gateway."""

import os
import re

import boot

SAMPLES = "/usr/share/smsotp"
UNITS = ("smsotpd.socket", "smsotpd-ctl.socket", "smsotp-send.socket", "smsotpd.service",
         "smsotp-send.service")
STUB = "/run/smsotp/stub.log"
CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
SSH = ("ssh", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null")

# A container shares its machine's boot id; a service that sees a fresh /proc is given the host's.
BOOT_ID = """[Service]
BindReadOnlyPaths=/run/boot_id:/proc/sys/kernel/random/boot_id
"""


class Person:
    """An account without a password, and its phone."""

    def __init__(self, host, name, number):
        self.host, self.name, self.number = host, name, number
        self.digits = "+" + re.sub(r"\D", "", number)

    def ssh(self, *command, options=(), source="127.0.0.1"):
        """The argument vector of a login from within the host."""
        return self.host.command(*SSH, "-b", source, *options, f"{self.name}@127.0.0.1",
                                 *(command or ("id", "-un")))

    def codes(self):
        """Every code that the stub's file has for this phone, the oldest first."""
        lines = [line.split(" ", 2) for line in self.host.read(STUB).splitlines()]
        return [CODE.search(text).group() for _, phone, text in lines if phone == self.digits]


class Installed(boot.Host):
    """boot() and what an operator does once; start() boots it again as it is."""

    def __init__(self, name):
        super().__init__(name)
        self.people = 0
        self.install()

    def start(self):
        state = self.boot()
        if state != "running":
            raise AssertionError(self.out("systemctl", "--failed", "--no-pager"))

    def set_up(self):
        """What README tells an operator to do, with sshd's stack for the code alone."""
        self.start()
        self.write("/etc/systemd/system/smsotpd.service.d/boot-id.conf", BOOT_ID)
        self.run("systemctl", "daemon-reload")
        self.bring()
        self.run("cp", SAMPLES + "/sshd_config.d/10-smsotp.conf", "/etc/ssh/sshd_config.d/")
        self.stack("sshd")
        self.restart_sshd()

    def bring(self):
        """What the host has not got by install()."""
        self.run("systemctl", "enable", "--now", "smsotpd.socket")

    def restart_sshd(self):
        """As often as a test likes: systemd counts starts."""
        self.run("systemctl", "reset-failed", "ssh")
        self.run("systemctl", "restart", "ssh")

    def stack(self, name, service=None):
        """Puts a stack of ours in place of the host's own."""
        self.run("cp", f"{SAMPLES}/pam.d/{name}", f"/etc/pam.d/{service or name}")

    def person(self):
        """Somebody new, with a phone of the range that is nobody's."""
        self.people += 1
        name, number = f"user{self.people}", f"+91 99999 000{self.people:02}"
        self.run("useradd", "--create-home", "--shell", "/bin/bash", name)
        uid = self.out("id", "-u", name)
        self.run("smsotpctl", "identity", "set", name, text=f"phone: {number}\nuid: {uid}\n")
        return Person(self, name, number)

    def main_pid(self, unit):
        """0 where the service does not run."""
        return int(self.out("systemctl", "show", "--value", "--property=MainPID", unit))

    def active(self, unit):
        return self.run("systemctl", "is-active", "--quiet", unit, check=False).returncode == 0

    def kill_unit(self, unit):
        """SIGKILL to the service's process, and no word to systemd about it."""
        self.run("kill", "-KILL", str(self.main_pid(unit)))

    def journal(self, *units):
        wanted = [word for unit in units for word in ("-u", unit)]
        return self.out("journalctl", "--no-pager", "--output=cat", *wanted)


def unit_path(name):
    return os.path.join("/usr/lib/systemd/system", name)

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The first hour of smsotp-rollout(7), typed line by line on a booted Debian 12 that has not seen the
product: each line does its work and shows what the page says, and the lines that take the steps
back leave the host as it was. In between, what the first week of a fleet has an operator type."""

import os
import re
import time
import unittest

import page
import pexpect
from bootcase import HostCase, boot, installed
from clients import Terminal
from phone import Phone
import releases

# The tests' runner reads this: a host is booted from the outside, not in a private world.
OUTSIDE = True

PAGE = os.path.join(boot.PROJECT, "man", "smsotp-rollout.7")
RULES = os.path.join(boot.PROJECT, "etc", "prometheus", "smsotp.rules.yml")
HOUR, WEEK = "THE FIRST HOUR, ON ONE HOST", "THE FIRST WEEK, ON A FLEET"
PEOPLE = "name,phone\nalice,+91 99999 00001\nroot,+91 99999 00001\n"
PASSWORD, ROOT, GATEWAY = "correct horse battery staple", "root-of-this-test", "not-a-real-password"
NUMBER = "+91 99999 00001"
ASKED = r"(?i)password: |Code \([^)]*\)(?: \(not yet required\))?: "
SHELL = r"root@\S+# "
# A terminal that goes by the console's name, as a container's do.
CONSOLE = """exec script -qec 'touch /dev/tty2; mount --bind $(tty) /dev/tty2
setsid -cw login {} </dev/tty2 >/dev/tty2 2>&1; status=$?; umount -l /dev/tty2; exit $status' /dev/null"""
RECOVERY = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
WHOLE = ("find /etc/pam.d /etc/ssh /etc/login.defs /etc/smsotp /var/lib/smsotp /usr/sbin/smsotp* "
         "-type f -exec md5sum {} + 2>/dev/null | sort")


class Bare(installed.Installed):
    """Booted, with alice, who has a password, and nothing of the product but its package."""

    def install(self, *arguments):
        """Nothing is there before the boot."""

    def set_up(self):
        self.start()
        self.write("/etc/systemd/system/smsotpd.service.d/boot-id.conf", installed.BOOT_ID)
        self.write("/etc/apt/apt.conf.d/90yes", 'APT::Get::Assume-Yes "true";\n')
        self.write("/etc/hosts", "127.0.0.1 localhost\n")
        package = releases.our_package()
        self.copy(package, "/root/" + os.path.basename(package))
        self.run("useradd", "--create-home", "--shell", "/bin/bash", "alice")
        self.run("chpasswd", text=f"alice:{PASSWORD}\n")


class Rollout(HostCase):
    HOST = Bare

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.url = cls.start_gateway("demo", "100001", GATEWAY)
        cls.put_ca("/usr/share/ca-of-this-test.pem")
        cls.phone = Phone(cls.directory, NUMBER)
        cls.recovery = []

    def here(self, text):
        """The line as it is typed on this host, whose gateway is the emulator, and this year."""
        text = re.sub(r"--until \d+", f"--until {time.localtime().tm_year + 1}", text)
        text = re.sub(r"(?m)^url = .*", f"url = {self.url}\nca_file = /usr/share/ca-of-this-test.pem", text)
        return re.sub(r"^ssh ", " ".join(installed.SSH) + " ", text)

    def answer(self, asked):
        """What is typed at a prompt."""
        if "not yet" not in asked and self.recovery:
            return self.recovery.pop()
        if "Code" in asked:
            return self.phone.next_code()
        return PASSWORD if "alice" in asked else ROOT

    def command(self, line):
        return CONSOLE.format(line.text) if line.console else "cd /root; " + self.here(line.text)

    def type(self, line):
        """Types it on a terminal and answers what the page says it asks; returns what it said, and its
        status. One that asks more waits too long."""
        self.phone.read = len(self.phone.lines())
        terminal = Terminal(self.host.command("sh", "-c", self.command(line)))
        self.addCleanup(terminal.close)
        if "/dev/stdin" in line.text:
            terminal.send(GATEWAY + "\n\x04")
        said = ""
        for _ in (shown for shown in line.shown if re.search(ASKED + "$", shown + " ")):
            said += terminal.expect(ASKED) + terminal.child.after + "\n"
            terminal.send(self.answer(said.split("\n")[-2]))
        if line.console:
            terminal.expect(SHELL)
            terminal.send("exit")
        terminal.child.expect(pexpect.EOF, timeout=60)
        said += terminal.child.before
        return said, terminal.finish()[1]

    def works(self, step, line):
        said, status = self.type(line)
        what = f"{step.title}: {line.text}\n{said}"
        self.assertEqual(status, 0, what)
        self.assertIsNone(line.missing(said), what)
        if "recovery issue" in line.text:
            self.recovery = RECOVERY.findall(said)[:1]

    def week(self):
        """But for the packages of other releases, which test_deb.py has."""
        self.host.write("/root/people.csv", PEOPLE)
        for step in page.steps(PAGE, WEEK):
            for line in step.typed:
                if not line.text.startswith("apt "):
                    self.works(step, line)
        self.host.run("rm", "/etc/ssh/sshd_config.d/20-deploy.conf")

    def test_each_alert_is_told(self):
        with open(RULES, encoding="utf-8") as rules, open(PAGE, encoding="utf-8") as text:
            self.assertEqual(re.findall(r"alert: (\w+)", rules.read()),
                             re.findall(r"Li (Smsotp\w+)", text.read()))

    def test_the_first_hour(self):
        """One test, because each step goes by what the one before it left."""
        steps = page.steps(PAGE, HOUR)
        before = self.host.out("sh", "-c", WHOLE)
        for step in steps:
            for line in step.typed:
                self.works(step, line)
        self.assertNotEqual(self.host.out("sh", "-c", WHOLE), before)
        self.week()
        for step in reversed(steps):
            for line in step.back:
                self.works(step, line)
        self.assertEqual(self.host.out("sh", "-c", WHOLE), before)


if __name__ == "__main__":
    unittest.main()

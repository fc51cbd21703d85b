#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The installed product on a Debian 12 that its own systemd has booted: socket activation, real
logins over sshd with the sandbox on, daemons killed, the host started again."""

import json
import unittest

from bootcase import LOCKED, SENT, WRONG, HostCase, installed, until
from phone import Phone, wrong

# The tests' runner reads this: a host is booted from the outside, not in a private world.
OUTSIDE = True


class Activation(HostCase):
    def test_nothing_runs_until_somebody_asks(self):
        host = self.host
        person = host.person()
        host.poweroff()
        host.start()
        for unit in installed.UNITS:
            self.assertEqual(host.active(unit), unit.endswith(".socket"), unit)
        self.sign_in(person)
        for unit in installed.UNITS:
            self.assertTrue(host.active(unit), unit)

    def test_restart_keeps_the_sockets(self):
        inodes = ("stat", "--format=%n %i %U %a", "/run/smsotp/smsotpd.sock",
                  "/run/smsotp/ctl.sock", "/run/smsotp/send.sock")
        before = self.host.out(*inodes)
        self.host.run("systemctl", "restart", "smsotpd.service", "smsotp-send.service")
        self.assertEqual(self.host.out(*inodes), before)
        self.assertRegex(before, r"(?s)smsotpd.sock \d+ root 600.*ctl.sock \d+ root 600.*"
                                 r"send.sock \d+ smsotp 600")
        self.sign_in(self.host.person())

    def test_daemon_killed_at_the_prompt(self):
        person = self.host.person()
        login, code = self.asked(person)
        self.host.kill_unit("smsotpd.service")
        login.send(code)
        self.signed_in(login, person)

    def test_sender_killed_at_the_prompt(self):
        person = self.host.person()
        login, code = self.asked(person)
        self.host.kill_unit("smsotp-send.service")
        login.send(code)
        self.signed_in(login, person)
        self.sign_in(person)

    def test_many_crashes_do_not_take_the_sockets(self):
        """More than systemd's own limit, five starts in ten seconds."""
        for _ in range(7):
            for unit in ("smsotpd.service", "smsotp-send.service"):
                until(lambda unit=unit: self.host.main_pid(unit), f"{unit} again")
                self.host.kill_unit(unit)
        self.sign_in(self.host.person())

    def test_log_is_reopened_when_rotated(self):
        log = "/var/log/smsotp/events.jsonl"
        self.sign_in(self.host.person())
        old = self.host.out("stat", "--format=%i", log)
        self.host.run("logrotate", "--force", "/etc/logrotate.d/smsotp")
        self.assertEqual(self.host.out("stat", "--format=%i", log + ".1"), old)
        self.sign_in(self.host.person())
        self.assertEqual(self.host.out("stat", "--format=%U %a", log), "smsotp 600")
        self.assertIn(f"user{self.host.people}", self.host.read(log))


    def entries(self, person, event):
        """The journal's, as objects, found by their fields."""
        said = self.host.out("journalctl", "--no-pager", "--output=json",
                             f"SMSOTP_USER={person.name}", f"SMSOTP_EVENT={event}")
        return [json.loads(line) for line in said.splitlines()]

    def test_events_have_fields_in_the_journal(self):
        person = self.host.person()
        self.sign_in(person)
        entry = until(lambda: self.entries(person, "login.granted"), "the journal's entry")[0]
        self.assertEqual((entry["_SYSTEMD_UNIT"], entry["PRIORITY"], entry["SMSOTP_RULE"]),
                         ("smsotpd.service", "6", "right"))
        self.assertTrue(entry["MESSAGE"].startswith("login.granted "))
        self.assertIn(entry["SMSOTP_ID"], self.host.read("/var/log/smsotp/events.jsonl"))

    def test_who_writes_them_gives_way(self):
        """The sandbox lets that thread be a batch, sched(7); the others stay as they are."""
        self.sign_in(self.host.person())
        pid = self.host.main_pid("smsotpd.service")
        tasks = self.host.out("sh", "-c", f"cat /proc/{pid}/task/*/stat").splitlines()
        self.assertEqual(sorted(task.split()[40] for task in tasks), ["0", "0", "3"])

    def test_a_stopped_journal_keeps_nobody_waiting(self):
        """pam_systemd does wait for it, so it is taken out. What found no room in the journal is
        lost there, and in the file all the same."""
        journal = str(self.host.main_pid("systemd-journald.service"))
        person, other = self.host.person(), self.host.person()
        self.host.run("sed", "-i.aside", "/pam_systemd/d", "/etc/pam.d/common-session")
        self.addCleanup(self.host.run, "mv", "/etc/pam.d/common-session.aside",
                        "/etc/pam.d/common-session")
        self.host.run("kill", "-STOP", journal)
        self.addCleanup(self.host.run, "kill", "-CONT", journal)
        self.sign_in(person)
        self.host.kill_unit("smsotpd.service")
        self.sign_in(other)
        self.host.run("kill", "-CONT", journal)
        log = self.host.read("/var/log/smsotp/events.jsonl")
        for each in (person, other):
            self.assertRegex(log, f'"login.granted".*"user":"{each.name}"')
        self.sign_in(other)
        until(lambda: self.entries(other, "login.granted"), "the journal's entry")


class Import(HostCase):
    def test_in_the_sandbox(self):
        """Its child may be made there, opens the stores, and writes no file but theirs."""
        person = self.host.person()
        self.host.write("/root/people.csv", "name,uid\n" + "".join(
            f"many{i},{50_000 + i}\n" for i in range(5000)))
        self.assertEqual(self.host.out("smsotpctl", "import", "/root/people.csv").strip(),
                         "added 5000, changed 0, removed 0, unchanged 0")
        self.host.run("smsotpctl", "export", "--output", "/root/backup.jsonl")
        self.assertEqual(self.host.out("grep", "-c", "", "/root/backup.jsonl").strip(), "5002")
        self.sign_in(person)


class Reboot(HostCase):
    def test_code_of_the_boot_before_is_refused(self):
        person = self.host.person()
        self.sign_in(person)
        old = self.asked(person)[1]
        self.host.poweroff()
        self.host.start()
        login, new = self.asked(person)
        self.assertNotEqual(new, old)
        login.send(old)
        self.assertRegex(login.prompt(), WRONG)
        login.send(new)
        self.signed_in(login, person)

    def test_lock_outlives_a_power_cut(self):
        person, other = self.host.person(), self.host.person()
        login, code = self.asked(person)
        for step in range(1, 5):
            login.send(wrong(code, step))
            self.assertRegex(login.prompt(), WRONG)
        login.send(wrong(code, 5))
        self.assertRegex(login.finish()[0], LOCKED)
        self.host.kill()
        self.host.start()
        # What is shown starts afresh with the boot, what a login is worth does not: no text leaves.
        self.assertRegex(self.terminal(person.ssh()).prompt(), SENT)
        self.sign_in(other)
        self.assertEqual(person.codes(), [])


CONFIG = """[gateway]
url = {url}
username = shop
feed_id = 1234
password_file = /etc/smsotp/password
ca_file = /etc/smsotp/ca.pem
sender_id = SMSOTP
entity_id = 1101000000000000001
template_id = 1107000000000000001
"""


class Gateway(HostCase):
    """The texts come out of the gateway's emulator, which listens on the host's loopback."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.configure(cls.start_gateway("shop", "1234", "not-a-real-password"))

    @classmethod
    def configure(cls, url):
        cls.put_ca("/etc/smsotp/ca.pem")
        cls.host.write("/etc/smsotp/password", "not-a-real-password\n", "0400", "smsotp-send")
        cls.host.write("/etc/smsotp/smsotp.conf.d/gateway.conf", CONFIG.format(url=url))
        cls.host.run("systemctl", "try-reload-or-restart", "smsotpd", "smsotp-send")

    def test_code_comes_through_the_gateway(self):
        person = self.host.person()
        phone = Phone(self.directory, person.number)
        login = self.terminal(person.ssh())
        self.assertRegex(login.prompt(), SENT)
        login.send(phone.next_code())
        self.signed_in(login, person)
        self.assertEqual(person.codes(), [])

    def test_nobody_but_the_sender_reads_the_password(self):
        for user in ("smsotp", "nobody"):
            read = self.host.run("setpriv", f"--reuid={user}", "--clear-groups", "cat",
                                 "/etc/smsotp/password", check=False)
            self.assertIn("Permission denied", read.stderr)


if __name__ == "__main__":
    unittest.main()

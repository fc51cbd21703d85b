#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The shipped units' sandbox, tried from within: what each daemon can reach on a booted Debian 12,
and what systemd-analyze makes of the units."""

import re
import unittest

from bootcase import HostCase, installed

# The tests' runner reads this: a host is booted from the outside, not in a private world.
OUTSIDE = True

# What starts the daemon or holds it up, and what keeps a shell from running in its place.
REPLACED = ("Type", "ExecStart", "ExecReload", "Restart", "RestartSec", "WatchdogSec", "Sockets",
            "Requires", "NoExecPaths", "ExecPaths")
PROBE = "/run/systemd/system/smsotp-probe.service"
SCRIPT, SAID = "/usr/local/share/smsotp-probe", "/run/smsotp-probe.out"

# Perl is in every Debian, and opens sockets without a library of ours.
SOCKET = "use Socket; socket(my $s, {}, SOCK_STREAM, 0) or die qq($!\\n); print qq(done\\n);"
CONNECT = ("use Socket; socket(my $s, AF_INET, SOCK_STREAM, 0) or die qq($!\\n);"
           "connect($s, pack_sockaddr_in(22, inet_aton(q(127.0.0.1)))) or die qq($!\\n);"
           "print qq(done\\n);")
OPEN = "open(my $f, q({}), q({})) or die qq($!\\n); print qq(done\\n);"
NO_FAMILY = "Address family not supported by protocol"
EXPOSURE = re.compile(r"Overall exposure level for \S+: (\d+\.\d+)")


class Sandbox(HostCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls.host.person()

    def probe(self, unit, script, without=()):
        """What a Perl script says in the unit's sandbox: as its user, under each of its settings
        but those that are about the program, and those in `without`."""
        dropped = re.compile(rf"^({'|'.join((*REPLACED, *without))})=.*\n", re.MULTILINE)
        text = dropped.sub("", self.host.read(installed.unit_path(unit)))
        start = (f"[Service]\nType=oneshot\nExecStart=/usr/bin/perl {SCRIPT}\n"
                 f"StandardOutput=truncate:{SAID}\nStandardError=inherit\n")
        self.host.write(SCRIPT, script)
        self.host.write(PROBE, text.replace("[Service]\n", start, 1))
        self.host.run("systemctl", "daemon-reload")
        self.host.run("systemctl", "start", "smsotp-probe", check=False)
        return self.host.read(SAID).strip()

    def test_probe_can_do_what_nobody_forbids(self):
        """Else the refusals below would show nothing."""
        self.assertEqual(self.probe("smsotp-send.service", CONNECT), "done")
        self.assertEqual(self.probe("smsotpd.service", SOCKET.format("AF_UNIX")), "done")
        self.assertEqual(self.probe("smsotpd.service",
                                    OPEN.format("<", "/var/lib/smsotp/state/data.mdb")), "done")

    def test_no_daemon_may_write_its_home(self):
        """What it left there sshd would take for its keys."""
        for name in ("smsotp", "smsotp-send"):
            home = self.host.run("getent", "passwd", name).stdout.split(":")[5]
            self.assertEqual(self.host.run("stat", "-c", "%U", home).stdout, "root\n", name)

    def test_daemon_opens_no_network_socket(self):
        for family in ("AF_INET", "AF_INET6", "16"):
            self.assertEqual(self.probe("smsotpd.service", SOCKET.format(family)), NO_FAMILY)

    def test_daemon_without_those_filters_reaches_nobody_either(self):
        """sshd listens on the host's loopback: the daemon has another."""
        said = self.probe("smsotpd.service", CONNECT, ("RestrictAddressFamilies", "IPAddressDeny"))
        self.assertEqual(said, "Connection refused")

    def test_sender_cannot_open_the_store(self):
        for path in ("identity/data.mdb", "state/data.mdb", "key"):
            said = self.probe("smsotp-send.service", OPEN.format("<", "/var/lib/smsotp/" + path))
            self.assertEqual(said, "Permission denied", path)

    def test_sender_as_root_would_not_see_the_store(self):
        """It is not there at all: the store's modes are not all that keeps it shut."""
        said = self.probe("smsotp-send.service", OPEN.format("<", "/var/lib/smsotp/key"),
                          ("User", "Group", "CapabilityBoundingSet"))
        self.assertEqual(said, "No such file or directory")

    def test_both_write_only_where_they_must(self):
        for unit, path in (("smsotpd.service", "/etc/x"), ("smsotpd.service", "/run/smsotp/x"),
                           ("smsotpd.service", "/run/smsotp/stub.log"), ("smsotpd.service", "/x"),
                           ("smsotp-send.service", "/etc/x"), ("smsotp-send.service", "/var/x"),
                           ("smsotp-send.service", "/run/smsotp/x")):
            self.assertIn(self.probe(unit, OPEN.format(">>", path)),
                          ("Read-only file system", "Permission denied"), f"{unit} {path}")

    def running(self, unit):
        """The pid of a service that has served a login."""
        if not self.host.main_pid(unit):
            self.sign_in(self.person)
        return self.host.main_pid(unit)

    def test_daemon_follows_the_accounts(self):
        """Those of the host, whose file other programs replace while the daemon runs."""
        person = self.host.person()
        self.sign_in(person)
        self.host.run("userdel", "--force", "--remove", person.name, check=False)
        self.host.run("useradd", "--create-home", "--uid", "54321", person.name)
        self.assertIn("its account has another uid now",
                      self.host.out("smsotpctl", "explain", person.name))
        self.assertNotIn("/etc/passwd", self.host.journal("smsotpd.service"))

    def test_neither_can_be_traced_or_dumped(self):
        for unit, user in (("smsotpd.service", "smsotp"), ("smsotp-send.service", "smsotp-send")):
            pid = self.running(unit)
            self.assertEqual(self.host.out("stat", "--format=%U", f"/proc/{pid}/mem"), "root")
            read = self.host.run("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups",
                                 "cat", f"/proc/{pid}/environ", check=False)
            self.assertIn("Permission denied", read.stderr)
            self.assertRegex(self.host.read(f"/proc/{pid}/limits"),
                             r"(?s)Max core file size +0 +0 +bytes.*"
                             r"Max open files +4096 +\d+ +files")
            self.assertRegex(self.host.read(f"/proc/{pid}/status"),
                             r"(?s)CapEff:\s0+\n.*CapBnd:\s0+\n.*NoNewPrivs:\s1\n.*Seccomp:\s2\n")

    def test_nothing_else_can_be_executed_inside(self):
        for unit, program in (("smsotpd.service", "/usr/sbin/smsotpd"),
                              ("smsotp-send.service", "/usr/libexec/smsotp/smsotp-send")):
            pid = self.running(unit)
            # --root: without it nsenter's root is that of the mount namespace, which is this
            # machine's own where the tests run below a chroot.
            inside = ("nsenter", f"--target={pid}", "--mount", "--root")
            self.host.run(*inside, program, "--version")
            done = self.host.run(*inside, "/bin/true", check=False)
            self.assertIn("Permission denied", done.stderr)

    def test_systemd_analyze(self):
        verified = self.host.run("systemd-analyze", "verify", "--man=no",
                                 *map(installed.unit_path, installed.UNITS))
        self.assertEqual(verified.stdout + verified.stderr, "")
        for unit, most in (("smsotpd.service", 0.6), ("smsotp-send.service", 1.3)):
            said = self.host.out("systemd-analyze", "security", "--offline=yes", "--no-pager",
                                 installed.unit_path(unit))
            self.assertLessEqual(float(EXPOSURE.search(said).group(1)), most, said)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""`make install DESTDIR=` brings exactly these files with these modes, and `make uninstall` leaves
nothing but what is the operator's."""

import os
import shutil
import subprocess
import tempfile
import unittest

# The tests' runner reads this: the host's own make and compiler are used, no private world.
OUTSIDE = True

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

MULTIARCH = subprocess.run(["cc", "-print-multiarch"], check=True, text=True,
                           capture_output=True).stdout.strip()
PROGRAMS = ["usr/sbin/smsotpd", "usr/sbin/smsotpctl", "usr/libexec/smsotp/smsotp-send"]
FILES = [
    "etc/logrotate.d/smsotp",
    "etc/smsotp/smsotp.conf",
    "usr/lib/systemd/system/smsotp-send.service",
    "usr/lib/systemd/system/smsotp-send.socket",
    "usr/lib/systemd/system/smsotpd-ctl.socket",
    "usr/lib/systemd/system/smsotpd.service",
    "usr/lib/systemd/system/smsotpd.socket",
    "usr/lib/{multiarch}/security/pam_smsotp.so",
    "usr/lib/sysusers.d/smsotp.conf",
    "usr/lib/tmpfiles.d/smsotp.conf",
    "usr/share/bash-completion/completions/smsotpctl",
    "usr/share/man/man5/smsotp-events.5",
    "usr/share/man/man5/smsotp.conf.5",
    "usr/share/man/man7/smsotp-rollout.7",
    "usr/share/man/man8/pam_smsotp.8",
    "usr/share/man/man8/smsotp-send.8",
    "usr/share/man/man8/smsotpctl.8",
    "usr/share/man/man8/smsotpd.8",
    "usr/share/pam-configs/smsotp",
    "usr/share/smsotp/pam.d/cockpit",
    "usr/share/smsotp/pam.d/login",
    "usr/share/smsotp/pam.d/login-rescue",
    "usr/share/smsotp/pam.d/polkit-1",
    "usr/share/smsotp/pam.d/sshd",
    "usr/share/smsotp/pam.d/sshd-password-code",
    "usr/share/smsotp/pam.d/sshd-some",
    "usr/share/smsotp/pam.d/su",
    "usr/share/smsotp/pam.d/sudo",
    "usr/share/smsotp/pam.d/sudo-i",
    "usr/share/smsotp/prometheus/smsotp.rules.yml",
    "usr/share/smsotp/sshd_config.d/10-smsotp.conf",
]


def make(*arguments, check=True):
    """A make of its own: one that runs the tests must not hand its options down."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    environ.pop("MFLAGS", None)
    return subprocess.run(["make", "-s", "-C", PROJECT, *arguments], env=environ, check=check,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)


def files_below(directory):
    """{path: mode} of every file, and of every directory that holds nothing."""
    found = {}
    for parent, directories, names in os.walk(directory):
        empty = [name + "/" for name in directories if not os.listdir(os.path.join(parent, name))]
        for name in names + empty:
            path = os.path.join(parent, name)
            found[os.path.relpath(path, directory) + ("/" if name in empty else "")] = oct(
                os.lstat(path).st_mode & 0o7777)
    return found


class Install(unittest.TestCase):
    def setUp(self):
        os.makedirs(os.path.join(PROJECT, "build"), exist_ok=True)
        self.root = tempfile.mkdtemp(prefix="install in ", dir=os.path.join(PROJECT, "build"))
        self.addCleanup(shutil.rmtree, self.root)

    def path(self, *names):
        return os.path.join(self.root, *names)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def test_exactly_these_files(self):
        make("install", f"DESTDIR={self.root}")
        expected = {name.format(multiarch=MULTIARCH): "0o644" for name in FILES}
        expected.update({name: "0o755" for name in PROGRAMS})
        expected["etc/smsotp/smsotp.conf.d/"] = "0o755"
        self.maxDiff = None
        self.assertEqual(files_below(self.root), expected)

    def test_a_config_in_place_is_kept(self):
        os.makedirs(self.path("etc/smsotp"))
        with open(self.path("etc/smsotp/smsotp.conf"), "w", encoding="utf-8") as file:
            file.write("[code]\ndigits = 7\n")
        make("install", f"DESTDIR={self.root}")
        self.assertEqual(self.read("etc/smsotp/smsotp.conf"), "[code]\ndigits = 7\n")

    def test_uninstall_leaves_the_operators_files(self):
        make("install", f"DESTDIR={self.root}")
        make("uninstall", f"DESTDIR={self.root}")
        left = [name for name in files_below(self.root) if not name.endswith("/")]
        self.assertEqual(left, ["etc/smsotp/smsotp.conf"])

    def test_no_uninstall_while_a_stack_names_the_module(self):
        make("install", f"DESTDIR={self.root}")
        before = files_below(self.root)
        for directory in ("etc/pam.d", "usr/lib/pam.d"):
            stack = self.path(directory, "sshd")
            os.makedirs(self.path(directory))
            shutil.copy(os.path.join(PROJECT, "etc/pam.d/sshd"), stack)
            refused = make("uninstall", f"DESTDIR={self.root}", check=False)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("A stack whose module is gone refuses everybody", refused.stderr)
            self.assertEqual(refused.stderr.count(stack + ":"), 2)
            shutil.rmtree(self.path(directory))
            self.assertEqual(files_below(self.root), before)
        os.makedirs(self.path("etc/pam.d"))
        with open(self.path("etc/pam.d/sshd"), "w", encoding="utf-8") as file:
            file.write("#auth required pam_smsotp.so\n")
        make("uninstall", f"DESTDIR={self.root}")
        self.assertEqual(len(files_below(self.root).keys() & before.keys()), 2)

    def test_units_follow_the_prefix_and_not_destdir(self):
        make("install", f"DESTDIR={self.root}", "PREFIX=/usr/local")
        for unit, program in (("smsotpd", "/usr/local/sbin/smsotpd"),
                              ("smsotp-send", "/usr/local/libexec/smsotp/smsotp-send")):
            text = self.read(f"usr/lib/systemd/system/{unit}.service")
            self.assertIn(f"\nExecStart={program}\n", text)
            self.assertTrue(os.access(self.path(program.lstrip("/")), os.X_OK))
            self.assertNotIn(self.root, text)

    def test_what_others_look_for_is_where_they_look(self):
        make("install", f"DESTDIR={self.root}", "PREFIX=/usr/local")
        for name in (f"usr/lib/{MULTIARCH}/security/pam_smsotp.so", "usr/share/pam-configs/smsotp",
                     "etc/smsotp/smsotp.conf", "etc/logrotate.d/smsotp"):
            self.assertTrue(os.path.exists(self.path(name)), name)
        make("uninstall", f"DESTDIR={self.root}", "PREFIX=/usr/local")
        left = [name for name in files_below(self.root) if not name.endswith("/")]
        self.assertEqual(left, ["etc/smsotp/smsotp.conf"])


if __name__ == "__main__":
    unittest.main()

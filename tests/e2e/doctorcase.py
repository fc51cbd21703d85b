# SPDX-License-Identifier: BSD-3-Clause
"""smsotpctl doctor on a host set up as README says, and files changed for one look at it."""

import contextlib
import json
import os
import shutil
import subprocess

import hosts
from case import HostCase

PAM = "/etc/pam.d"
# Alternatives to the stacks of sshd and login, of which a host has one each, and stacks that want a
# section.
OTHERS = ("sshd-password-code", "sshd-some", "login-rescue", "polkit-1", "cockpit")


@contextlib.contextmanager
def changed(path, text=None):
    """`text` in the place of a file, or None for no file at all; then it is as before."""
    away = path + "~"
    there = os.path.lexists(path)
    if there:
        os.rename(path, away)
    try:
        if text is not None:
            hosts.write(path, text)
            if there:
                shutil.copymode(away, path)
        yield
    finally:
        if os.path.lexists(path):
            os.unlink(path)
        if there:
            os.rename(away, path)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class DoctorCase(HostCase):
    # The ids of all findings that a test has seen where it expected them.
    provoked = set()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in OTHERS:
            os.unlink(f"{PAM}/{name}")
        HostCase.users += 1
        cls.host.user(f"user{HostCase.users}")

    def run_doctor(self, *words):
        env = dict(os.environ, **self.host.sanitized)
        return subprocess.run(["/usr/sbin/smsotpctl", "doctor", *words], check=False,
                              capture_output=True, text=True, timeout=60, env=env)

    def doctor(self, *words):
        """The findings, as dictionaries."""
        done = self.run_doctor("--json", *words)
        self.assertEqual(done.stderr, "")
        said = json.loads(done.stdout)
        errors = [each for each in said["findings"] if each["severity"] == "error"]
        self.assertEqual(done.returncode, 1 if errors else 0, said)
        self.assertIs(said["ok"], not errors)
        return said["findings"]

    def found(self, name, *words):
        """The one finding of that id, which must be there."""
        findings = [each for each in self.doctor(*words) if each["id"] == name]
        self.assertEqual(len(findings), 1, f"{name}: {findings}")
        self.provoked.add(name)
        return findings[0]

    def ids(self, *words):
        return {each["id"] for each in self.doctor(*words)}

    def errors(self, *words):
        return [each for each in self.doctor(*words) if each["severity"] == "error"]

# SPDX-License-Identifier: BSD-3-Clause
"""scp, sftp and rsync over one signed-in connection: one text for all of them."""

import os
import subprocess

import clients
from dialogues import DialogueCase

CONTROL = "/tmp/master-%C"


class Transfer(DialogueCase):
    def master(self, user):
        """A connection that stays, signed in with one code."""
        ssh = self.open(clients.ssh(user.name, "true", options=(
            "-o", "ControlMaster=yes", "-o", f"ControlPath={CONTROL}", "-o",
            "ControlPersist=60")))
        ssh.prompt()
        ssh.send(user.phone.next_code())
        self.assertEqual(ssh.child.wait(), 0)
        self.addCleanup(self.run_over, user, "ssh", "-O", "exit", f"{user.name}@127.0.0.1")

    def run_over(self, user, program, *arguments, **more):
        """The program, over the master of `user` or not at all."""
        done = subprocess.run([program, "-o", f"ControlPath={CONTROL}", "-o", "BatchMode=yes",
                               *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=20, check=False, **more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_one_text_for_all(self):
        user = self.user()
        self.master(user)
        there = f"{user.name}@127.0.0.1"
        with open("/tmp/payload", "w", encoding="ascii") as file:
            file.write("payload\n")
        self.run_over(user, "scp", "/tmp/payload", f"{there}:by-scp")
        with open("/tmp/batch", "w", encoding="ascii") as file:
            file.write("put /tmp/payload by-sftp\n")
        self.run_over(user, "sftp", "-b", "/tmp/batch", there)
        subprocess.run(["rsync", "-e", f"ssh -o ControlPath={CONTROL} -o BatchMode=yes",
                        "/tmp/payload", f"{there}:by-rsync"], check=True, timeout=20,
                       capture_output=True)
        self.assertEqual(self.run_over(user, "ssh", there, "id -un").strip(), user.name)
        for name in ("by-scp", "by-sftp", "by-rsync"):
            self.assertTrue(os.path.exists(f"{user.home}/{name}"), name)
        self.assertEqual(len(user.phone.lines()), 1)

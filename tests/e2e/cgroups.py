# SPDX-License-Identifier: BSD-3-Clause
"""A control group of a user's own, as systemd --user gives him one."""

import os
import subprocess

import wait

MOUNT = "/run/cgroup2"


class Cgroup:
    """Made where the kernel lets us, or OSError. `enter` is for preexec_fn, before the user is
    changed."""

    def __init__(self):
        if not os.path.ismount(MOUNT):
            os.makedirs(MOUNT, exist_ok=True)
            done = subprocess.run(["mount", "-t", "cgroup2", "none", MOUNT], check=False,
                                  capture_output=True)
            if done.returncode != 0:
                raise OSError("no cgroup2 can be mounted here")
        with open("/proc/sys/kernel/random/uuid", encoding="ascii") as uuid:
            self.path = f"{MOUNT}/smsotp-{uuid.read().strip()}"
        os.mkdir(self.path)

    def write(self, name, text):
        with open(f"{self.path}/{name}", "w", encoding="ascii") as file:
            file.write(text)

    def enter(self):
        self.write("cgroup.procs", "0")

    def freeze(self):
        self.write("cgroup.freeze", "1")

    def kill(self):
        self.write("cgroup.kill", "1")

    def empty(self):
        with open(f"{self.path}/cgroup.events", encoding="ascii") as events:
            return "populated 0" in events.read()

    def remove(self):
        """Ends what is in it."""
        self.kill()
        wait.until(self.empty, "empty cgroup")
        os.rmdir(self.path)

# SPDX-License-Identifier: BSD-3-Clause
"""Accounts of the world, each with a password that is locked unless one is given."""

import ctypes
import os
import pwd
import shutil
import subprocess

FIRST_UID = 1000


class User:
    def __init__(self, name, uid, phone):
        self.name, self.uid, self.phone = name, uid, phone
        self.home = pwd.getpwnam(name).pw_dir

    def become(self):
        """For preexec_fn."""
        os.initgroups(self.name, self.uid)
        os.setgid(self.uid)
        os.setuid(self.uid)
        os.chdir(self.home)

    def environ(self):
        return {"HOME": self.home, "USER": self.name, "LOGNAME": self.name, "TERM": "dumb",
                "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C"}

    def key(self):
        """Makes a key that opens the account over ssh; returns the private key's path."""
        directory = self.home + "/.ssh"
        path = directory + "/id"
        os.mkdir(directory, 0o700)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path],
                       check=True)
        shutil.copy(path + ".pub", directory + "/authorized_keys")
        subprocess.run(["chown", "-R", f"{self.uid}:{self.uid}", directory], check=True)
        return path


def hashed(password):
    """As /etc/shadow has it. Python has no crypt(3) of its own any more."""
    library = ctypes.CDLL("libcrypt.so.1")
    library.crypt.restype = ctypes.c_char_p
    return library.crypt(password.encode(), b"$6$saltsalt$").decode("ascii")


def append(path, line):
    with open(path, "a", encoding="ascii") as file:
        file.write(line + "\n")


def next_uid():
    return max([FIRST_UID - 1] + [entry.pw_uid for entry in pwd.getpwall()
                                  if entry.pw_uid < 60000]) + 1


def add(name, phone=None, password=None, uid=None):
    """Adds the account `name`; `phone` is only remembered."""
    uid = uid or next_uid()
    home = "/home/" + name
    append("/etc/passwd", f"{name}:x:{uid}:{uid}::{home}:/bin/sh")
    append("/etc/group", f"{name}:x:{uid}:")
    locked = hashed(password) if password else "*"
    append("/etc/shadow", f"{name}:{locked}:19000:0:99999:7:::")
    os.mkdir(home, 0o755)
    os.chown(home, uid, uid)
    return User(name, uid, phone)


def remove(name):
    """Takes the account away as userdel(8) does: by other files in the place of these."""
    for path in ("/etc/passwd", "/etc/group", "/etc/shadow"):
        with open(path, encoding="ascii") as file:
            lines = [line for line in file if not line.startswith(name + ":")]
        with open(path + "+", "w", encoding="ascii") as file:
            file.writelines(lines)
        shutil.copystat(path, path + "+")
        os.rename(path + "+", path)
    shutil.rmtree("/home/" + name)


def make_anew(user, uid=None):
    """The account is removed and added under its old name, with another uid unless one is given."""
    remove(user.name)
    return add(user.name, user.phone, uid=uid or max(user.uid + 1, next_uid()))

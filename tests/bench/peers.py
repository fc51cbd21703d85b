# SPDX-License-Identifier: BSD-3-Clause
"""The stacks that are compared: pam_permit, pam_google_authenticator and pam_oath as they are set
up by the book (HOTP, whose code is spent by a write to disk as ours is), and pam_smsotp."""

import base64
import glob
import hashlib
import hmac
import os
import shutil
import struct

import hosts

PACKAGES = hosts.BUILD + "/pkgs/bench/root"
HOME = "/var/lib/peers"
SECRET = b"bench-peers-20-bytes"
SERVICES = ("sshd", "sudo")


def hotp(counter):
    """RFC 4226 section 5.3."""
    digest = hmac.new(SECRET, struct.pack(">Q", counter), hashlib.sha1).digest()
    at = digest[19] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7fffffff) % 1000000:06d}"


def directory(stack):
    """A directory for pam_start_confdir."""
    return f"{HOME}/{stack}.d"


def stack(name, line):
    """Beside "other", as Debian has it: without that libpam logs an error at each start, and whoever
    reads the log is in the way."""
    for service in SERVICES:
        hosts.write(f"{directory(name)}/{service}", f"auth required {line}\n")
    hosts.write(f"{directory(name)}/other", "auth required pam_deny.so\n")


def not_wanted(source, names):
    """No documentation, and no link that the world has already."""
    target = source.removeprefix(PACKAGES)
    return [name for name in names
            if name in ("doc", "man", "share") or os.path.islink(f"{target}/{name}")
            and os.path.islink(f"{source}/{name}")]


def install():
    """In a world: the modules where libpam finds them, and a stack of each."""
    shutil.copytree(PACKAGES, "/", symlinks=True, dirs_exist_ok=True, ignore=not_wanted)
    os.chmod(HOME, 0o755)
    modules = hosts.module_directory()
    found = glob.glob(PACKAGES + "/**/security/pam_*.so", recursive=True)
    for path in found:
        shutil.copy(path, modules)
    stack("permit", "pam_permit.so")
    stack("google", f"pam_google_authenticator.so secret={HOME}/google/${{USER}} user=root")
    stack("oath", f"pam_oath.so usersfile={HOME}/oath/users window=20 digits=6")
    stack("smsotp", "pam_smsotp.so")


class Google:
    """One secret file a user."""
    name, stack = "pam_google_authenticator", directory("google")

    @staticmethod
    def enrol(users):
        secret = base64.b32encode(SECRET).decode().rstrip("=")
        for user in users:
            hosts.write(f"{HOME}/google/{user}", f"{secret}\n\" HOTP_COUNTER 1\n", 0o600)


class Oath:
    """One file for all users."""
    name, stack = "pam_oath", directory("oath")

    @staticmethod
    def enrol(users):
        lines = [f"HOTP {user} - {SECRET.hex()}\n" for user in users]
        hosts.write(f"{HOME}/oath/users", "".join(lines), 0o600)

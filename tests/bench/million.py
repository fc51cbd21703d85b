# SPDX-License-Identifier: BSD-3-Clause
"""A store of a million identities, made once by smsotpctl import and kept for the smsotpd and the
smsotpctl that made it."""

import contextlib
import glob
import hashlib
import os
import random
import shutil
import subprocess

import bed
import daemon
import hosts
import rootfs

MANY = 1_000_000
SIZES = {"store": {"identity_size": 1024}}
KEPT = hosts.BUILD + "/bench/million-"
FILE = "/run/million.csv"
STORE = "/var/lib/smsotp"
USERS = 600  # of one worker: with 16 of them the state store holds each one's record


def write_file():
    with open(FILE, "w", encoding="ascii") as file:
        file.write("name,uid,phone\n")
        file.writelines(f"u{i:07d},{10_000 + i},+91 99999 000{i % 100:02d}\n" for i in range(MANY))


def spread(number):
    """The user of 10 000 whose phone is `number` modulo 100."""
    return f"u{number // 100 * 10_000 + number % 100:07d}"


def user(worker=0):
    """Any of a worker's own, spread over all; and the phone that only they have."""
    number = random.randrange(100) * 10_000 + random.randrange(USERS // 100) * 100 + worker
    return f"u{number:07d}", f"{hosts.PHONES}/9199999000{worker:02d}"


class Instance:
    """One more smsotpd beside the host's, with a store of its own; its texts are withdrawn, so it
    needs no sender. `kept` is a directory that has an identity store."""

    def __init__(self, host, name, kept=None):
        self.config, self.run = f"/etc/smsotp/{name}.conf", f"/run/{name}"
        self.store = f"/var/lib/{name}"
        if kept:
            os.makedirs(kept, exist_ok=True)
            rootfs.bind(kept, self.store)
        else:
            bed.on_disk(self.store)
        for path, mode in ((self.store, 0o700), (f"/var/log/{name}", 0o700), (self.run, 0o711)):
            os.makedirs(path, exist_ok=True)
            os.chmod(path, mode)
        for path in (self.store, f"/var/log/{name}"):
            shutil.chown(path, "smsotp", "smsotp")
        hosts.write_config(hosts.merged(host.base, {**SIZES, "paths": {
            "store": self.store, "run": self.run, "log": f"/var/log/{name}"}}), self.config)
        self.daemon = daemon.Daemon(name, ["/usr/sbin/smsotpd", "--config", self.config],
                                    lambda: daemon.socket_open(self.run + "/ctl.sock"),
                                    f"/var/log/{name}.log", host.sanitized)

    def import_file(self, path):
        subprocess.run(["/usr/sbin/smsotpctl", "--config", self.config, "import", path],
                       check=True, stdout=subprocess.DEVNULL, timeout=300)


def unmount(path):
    subprocess.run(["umount", path], check=True)


def version():
    digest = hashlib.sha256()
    for path in ("/usr/sbin/smsotpd", "/usr/sbin/smsotpctl"):
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:16]


def kept(host):
    """The directory of the store; without anything that a sign-in remembers."""
    path = KEPT + version()
    if not os.path.exists(path):
        for old in glob.glob(KEPT + "*"):
            shutil.rmtree(old)
        print(f"  (importing {MANY} identities)", flush=True)
        write_file()
        made = Instance(host, "million", KEPT + "new")
        made.daemon.start()
        made.import_file(FILE)
        made.daemon.stop()
        unmount(made.store)
        os.unlink(FILE)
        os.rename(KEPT + "new", path)
    shutil.rmtree(path + "/state", ignore_errors=True)
    return path


@contextlib.contextmanager
def on(host, changes):
    """The host with that store in place of its own, and `changes` over its configuration."""
    path = kept(host)
    host.smsotpd.stop()
    rootfs.bind(path, STORE)
    try:
        host.again(hosts.merged(SIZES, changes))
        yield
    finally:
        host.smsotpd.stop()
        unmount(STORE)

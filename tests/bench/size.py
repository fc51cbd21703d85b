# SPDX-License-Identifier: BSD-3-Clause
"""Whether the number of identities shows in a sign-in: several smsotpd side by side, each with a
store of its own."""

import os
import random
import shutil
import subprocess

import bed
import daemon
import hosts
import peers

MANY = 100_000


class Instance:
    """One more smsotpd; its texts are withdrawn, so it needs no sender."""

    def __init__(self, host, name, count):
        self.host, self.name, self.count = host, name, count
        self.config, self.run = f"/etc/smsotp/{name}.conf", f"/run/{name}"
        self.stack = peers.directory(name)
        store = f"/var/lib/{name}"
        bed.on_disk(store)
        for path, mode in ((store, 0o700), (f"/var/log/{name}", 0o700), (self.run, 0o711)):
            os.makedirs(path, exist_ok=True)
            os.chmod(path, mode)
        for path in (store, f"/var/log/{name}"):
            shutil.chown(path, "smsotp", "smsotp")
        hosts.write_config(hosts.merged(host.base, {"paths": {
            "store": store, "run": self.run, "log": f"/var/log/{name}"}}), self.config)
        peers.stack(name, f"pam_smsotp.so socket={self.run}/smsotpd.sock")
        self.daemon = daemon.Daemon(name, ["/usr/sbin/smsotpd", "--config", self.config],
                                    lambda: daemon.socket_open(self.run + "/ctl.sock"),
                                    f"/var/log/{name}.log", host.sanitized)

    def start(self):
        self.daemon.start()
        rows = [f"u{i:06d},+91 99999 000{i % 100:02d}" for i in range(self.count)]
        hosts.write("/run/many.csv", "\n".join(["name,phone", *rows]) + "\n", 0o600)
        subprocess.run(["/usr/sbin/smsotpctl", "--config", self.config, "import",
                        "/run/many.csv"], check=True, stdout=subprocess.DEVNULL, timeout=120)
        return self

    def sample(self, label, name):
        return lambda: [(label, bed.attempt(self.stack, name(), bed.WRONG.encode()))]


def size(host, samples, _rounds):
    """One identity would soon have had all its texts: names that do not exist are looked up as
    well, and the table of names shows that they cost the same."""
    few, many = Instance(host, "few", 1).start(), Instance(host, "many", MANY).start()
    classes = {}
    for label, instance in (("1 identity", few), ("1 identity again", few),
                            (f"{MANY} identities", many)):
        classes[label] = instance.sample(label, lambda: f"x{random.randrange(bed.NAMES):06d}")
    label = f"{MANY} identities, existing names"
    classes[label] = many.sample(label, lambda: f"u{random.randrange(MANY):06d}")
    seen = bed.run(bed.interleaved(classes, samples))
    for each in (few, many):
        each.daemon.stop()
    yield ("time to prompt and to the end of one wrong code, by the number of identities "
           f"({samples} a class)",
           bed.compare(seen, "1 identity", {"prompt": "prompt", "whole": "auth"}))

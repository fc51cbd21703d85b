# SPDX-License-Identifier: BSD-3-Clause
"""How long a million identities take from their file into an empty store, against mdb_load with the
very records that came of it, on the same disk."""

import os
import shutil
import subprocess
import time

import hosts
from size import Instance

MANY = 1_000_000
ROUNDS = 3
FILE = "/run/million.csv"
TOOLS = hosts.BUILD + "/pkgs/bench/root/usr/bin/"


def write_file():
    with open(FILE, "w", encoding="ascii") as file:
        file.write("name,uid,phone\n")
        file.writelines(f"u{i:07d},{10_000 + i},+91 99999 000{i % 100:02d}\n" for i in range(MANY))


def timed(*argv, **more):
    before = time.monotonic()
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
    return time.monotonic() - before


class Million(Instance):
    """A store that is empty until it is told."""

    def __init__(self, host, name):
        super().__init__(host, name, 0)
        hosts.write_config(hosts.merged(host.base, {
            "store": {"identity_size": 1024},
            "paths": {"store": f"/var/lib/{name}", "run": self.run, "log": f"/var/log/{name}"}}),
            self.config)

    def take(self):
        return timed("/usr/sbin/smsotpctl", "--config", self.config, "import", FILE)


def load(dump, path):
    """mdb_load's time for a dump, into a fresh directory."""
    os.mkdir(path)
    return timed(TOOLS + "mdb_load", "-f", dump, path)


def dumped(name):
    """The records of a store, as mdb_load reads them."""
    path = "/run/million.dump"
    with open(path, "w", encoding="ascii") as file:
        subprocess.run([TOOLS + "mdb_dump", "-a", f"/var/lib/{name}/identity"], check=True,
                       stdout=file)
    return path


def bulk(host, _samples, _rounds):
    write_file()
    seen = {"mdb_load": [], "import": [], "import of the same again": []}
    for number in range(ROUNDS):
        name = f"million{number}"
        million = Million(host, name)
        million.daemon.start()
        seen["import"].append(million.take())
        seen["import of the same again"].append(million.take())
        million.daemon.stop()
        dump = dumped(name)
        shutil.rmtree(f"/var/lib/{name}/identity")
        seen["mdb_load"].append(load(dump, f"/var/lib/{name}/loaded"))
        os.unlink(dump)
    best = min(seen["mdb_load"])
    yield (f"{MANY} identities into an empty store, {ROUNDS} times each, least and most",
           [{"": label, "s": min(times), "most": max(times), "x": min(times) / best}
            for label, times in seen.items()])

# SPDX-License-Identifier: BSD-3-Clause
"""How long a million identities take from their file into an empty store, against mdb_load with the
very records that came of it, on the same disk; there it waits for a flush each 100 records, so
that it is also shown onto memory, where nothing is waited for."""

import os
import shutil
import subprocess
import time

import goal
import hosts
import million

ROUNDS = 3
SECONDS = 120  # a busy disk, on which mdb_load commits 10 000 times: no further round
MEMORY = "mdb_load onto memory"
TOOLS = hosts.BUILD + "/pkgs/bench/root/usr/bin/"


def timed(function, *arguments):
    before = time.monotonic()
    function(*arguments)
    return time.monotonic() - before


def load(dump, path):
    os.mkdir(path)
    subprocess.run([TOOLS + "mdb_load", "-f", dump, path], check=True, stderr=subprocess.DEVNULL)


def dumped(store):
    """The records of a store, as mdb_load reads them."""
    path = "/run/million.dump"
    with open(path, "w", encoding="ascii") as file:
        subprocess.run([TOOLS + "mdb_dump", "-a", f"{store}/identity"], check=True, stdout=file)
    return path


def one_round(host, number, seen):
    each = million.Instance(host, f"bulk{number}")
    each.daemon.start()
    for label in ("import", "import of the same again"):
        seen[label].append(timed(each.import_file, million.FILE))
    each.daemon.stop()
    dump = dumped(each.store)
    shutil.rmtree(f"{each.store}/identity")
    for label, path in (("mdb_load", f"{each.store}/loaded"), (MEMORY, "/run/loaded")):
        seen[label].append(timed(load, dump, path))
        shutil.rmtree(path)
    os.unlink(dump)


def bulk(host, _samples, _rounds):
    million.write_file()
    seen = {"mdb_load": [], MEMORY: [], "import": [], "import of the same again": []}
    since = time.monotonic()
    for number in range(ROUNDS):
        if time.monotonic() - since < SECONDS:
            one_round(host, number, seen)
    os.unlink(million.FILE)
    best = min(seen["mdb_load"])
    yield (f"{million.MANY} identities into an empty store, {len(seen['import'])} times each, "
           "least and most",
           [{"": label, "s": min(times), "most": max(times), "x": min(times) / best}
            for label, times in seen.items()])
    yield goal.figures("import of a million, in the time of mdb_load",
                       [a / b for a, b in zip(seen["import"], seen["mdb_load"])], "x", most=1.0)

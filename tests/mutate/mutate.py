# SPDX-License-Identifier: BSD-3-Clause
"""mutate.py BUILD [WORD...]: breaks each comparison, check, constant and statement of the files in
`files`, one at a time, and runs the tests that are linked with the file until one fails. Of words,
only the files that hold one. A change that no test finds must stand in `equivalent`, and what
stands there must be such a change: else it is a failure. Exit 1 where there is one."""
import collections
import concurrent.futures
import os
import pathlib
import queue
import shutil
import sys
import threading
import time

import equivalents
import mutants
import programs

HERE = pathlib.Path(__file__).resolve().parent
JOBS = int(os.environ.get("MUTATE_JOBS", len(os.sched_getaffinity(0))))


def files(words):
    lines = (HERE / "files").read_text(encoding="utf-8").split("\n")
    listed = [line for line in lines if line and not line.startswith("#")]
    return [path for path in listed if not words or any(word in path for word in words)]


class Run:
    """The changes of one file against the tests that are linked with it."""

    def __init__(self, path, tests, shops):
        self.path, self.shops = path, shops
        self.source = pathlib.Path(path).read_text(encoding="utf-8")
        self.tests = [each for each in tests if each.links(path)]
        self.in_module = any(each.module for each in self.tests)
        self.lock = threading.Lock()

    def untouched(self):
        """The names of the tests that fail with nothing changed; measures each."""
        shop = self.shops.get()
        if self.in_module:
            shop.link_module(self.path, shop.compile(self.path, self.source))
        changed = shop.compile(self.path, self.source, "--coverage")
        failed = [each.name for each in self.tests if not each.measure(shop, changed)]
        self.shops.put(shop)
        return failed

    def order(self, function):
        """The tests that call the function, or all of a table; first what found much in little
        time."""
        with self.lock:
            known = any(function in each.called for each in self.tests)
            fit = [each for each in self.tests
                   if not known or each.module or each.called.get(function)]
            return sorted(fit, key=lambda each: -(each.kills + 0.01) / (each.seconds + 0.02))

    def survives(self, mutant):
        """Whether all tests pass; None where the change is no C."""
        shop = self.shops.get()
        try:
            changed = shop.compile(self.path, mutant.source)
            if changed is None:
                return None
            if self.in_module:
                shop.link_module(self.path, changed)
            for each in self.order(mutant.function):
                if not each.passes(shop, changed):
                    with self.lock:
                        each.kills += 1
                    return False
            return True
        finally:
            self.shops.put(shop)


def judge(path, tests, shops, pool):
    """The changes of one file as {"killed": n, ...}, and how many faults there are."""
    begun = time.monotonic()
    run = Run(path, tests, shops)
    broken = run.untouched()
    if broken or not run.tests:
        print(f"{path}: with nothing changed fails: {broken}", flush=True)
        return {"killed": 0, "equivalent": 0}, 1
    listed = equivalents.of_file(HERE / "equivalent", path)
    ends, missing, equal = [], [], collections.Counter()
    for each, end in pool.map(lambda each: (each, run.survives(each)), mutants.mutants(run.source)):
        ends.append(end)
        if end and equal[each.key] < listed[each.key]:
            equal[each.key] += 1
        elif end:
            missing.append(each)
            print(f"no test fails, line {each.line}:\n{equivalents.written(path, each.key)}",
                  flush=True)
    stale = sorted((listed - equal).elements())
    counts = {"killed": ends.count(False), "equivalent": ends.count(True) - len(missing)}
    print(f"  MUTATE  {path}: {counts['killed']} found, {counts['equivalent']} equivalent, "
          f"{len(missing)} missed, {time.monotonic() - begun:.0f} s", flush=True)
    for key in stale:
        print(f"listed, and found by a test or not there:\n{equivalents.written(path, key)}")
    return counts, len(missing) + len(stale)


def sweep(directory):
    """What a test that was broken or ended has left: a store each, and there are thousands."""
    for left in pathlib.Path(directory).iterdir():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        else:
            left.unlink()


def main(build, words):
    os.environ.pop("SMSOTP_TEST_LONG", None)  # a test runs often here
    shops = queue.Queue()
    for number in range(JOBS):
        shops.put(programs.Workshop(build, f"{build}/mutate/{number}"))
    shop = shops.get()
    tests = programs.programs(build, shop)
    shops.put(shop)
    total, failed = {"killed": 0, "equivalent": 0}, 0
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for path in files(words):
            counts, faults = judge(path, tests, shops, pool)
            total = {name: count + counts[name] for name, count in total.items()}
            failed += faults
            sweep(f"{build}/tmp")
    print(f"mutate: {sum(total.values())} passed, {failed} failed")
    return 1 if failed or not total["killed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))

# SPDX-License-Identifier: BSD-3-Clause
"""What is run with programs that count, and in which files it counts."""
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

import world  # noqa: E402  pylint: disable=wrong-import-position

INSTALLED = ("smsotpd", "smsotp-send", "smsotpctl", "tests/smsotpd")
MODULE = "pam_smsotp.so"
LONGEST = 300
# What make check-long tells its tests.
NOT_HANDED_ON = ("SMSOTP_TEST_LONG", "SMSOTP_TEST_SECONDS", "SMSOTP_DAEMONS", "SMSOTP_UNDER")


def left_out():
    """The end-to-end tests that are not run, whose reasons stand beside them."""
    rows = (HERE / "left-out").read_text(encoding="ascii").split("\n")
    return {row.split()[0] for row in rows if row and not row.startswith("#")}


def is_outside(path):
    return "\nOUTSIDE = True\n" in path.read_text(encoding="utf-8")


class Suite:
    def __init__(self, build):
        self.build, self.counts = build, build / "counts"
        self.logs = build / "output"
        # The module's exports and libraries are judged as it is installed.
        self.units = [each.with_suffix("") for kind in ("unit/test_*.o", "module/test_[!h]*.o")
                      for each in sorted(build.glob(f"tests/{kind}"))]
        without = left_out()
        self.worlds = sorted(each.stem for each in ROOT.glob("tests/e2e/test_*.py")
                             if each.stem not in without and not is_outside(each))

    def call(self, name, argv, **more):
        """Whether it ends well, and in time."""
        env = {key: value for key, value in os.environ.items() if key not in NOT_HANDED_ON}
        begun = time.monotonic()
        with open(self.logs / name, "wb") as log:
            with subprocess.Popen(argv, env={**env, **more}, cwd=ROOT, stdout=log,
                                  stdin=subprocess.DEVNULL, stderr=log,
                                  preexec_fn=world.die_with_parent) as process:
                late = threading.Timer(LONGEST, process.kill)
                late.start()
                good = process.wait() == 0
                late.cancel()
        print(f"  COVER {name} {time.monotonic() - begun:.1f} s", flush=True)
        return good

    def outside(self, name, argv, **more):
        """It counts in NAME@HASH, once for the program and once for the module."""
        return self.call(name, argv, LLVM_PROFILE_FILE=f"{self.counts}/{name}@%m%c", **more)

    def inside(self, name):
        """In a private world, where installed programs count in the file they were built with."""
        argv = world.command(name, world.PYTHON, "/project/tests/e2e/tap.py", name)
        return self.call(name, argv)

    def make_files(self):
        """Of each installed program, the file that it counts in, for whoever runs it."""
        for directory in (self.counts, self.logs):
            directory.mkdir(exist_ok=True)
            for old in directory.iterdir():
                old.unlink()
        for program in INSTALLED:  # whatever it says to that
            self.outside(program.replace("/", "-"), [self.build / program, "--version"])
        self.outside(MODULE, ["true"], LD_PRELOAD=str(self.build / MODULE))
        for made in list(self.counts.iterdir()):
            made.chmod(0o666)
            os.link(made, self.counts / (made.name.split("@")[1] + ".profraw"))

    def run(self):
        """The names of those that failed."""
        self.make_files()
        beside = len(os.sched_getaffinity(0))
        with concurrent.futures.ThreadPoolExecutor(beside) as pool:
            ran = {each.name: pool.submit(self.outside, each.name, [each]) for each in self.units}
        with concurrent.futures.ThreadPoolExecutor(beside + 1) as pool:
            ran.update((name, pool.submit(self.inside, name)) for name in self.worlds)
        return sorted(name for name, end in ran.items() if not end.result())

    def counted(self):
        """[([program, ...], [file, ...])]"""
        module = self.build / MODULE
        for program in [*self.units, *(self.build / each for each in INSTALLED), module]:
            name = program.name if program in self.units or program == module else \
                str(program.relative_to(self.build)).replace("/", "-")
            loads = [module] if program.parent.name == "module" else []
            yield [program, *loads], sorted(self.counts.glob(f"{name}@*"))

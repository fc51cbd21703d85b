# SPDX-License-Identifier: BSD-3-Clause
"""The test programs, each linked anew with one changed file in the place of the built one, and run
until the first that fails."""
import contextlib
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import time

# An index outside of an array traps, and what was never written holds the same bytes each time.
CFLAGS = ["-O0", "-fsanitize=undefined", "-fsanitize-undefined-trap-on-error",
          "-ftrivial-auto-var-init=pattern", "-fPIC", "-fvisibility=hidden", "-std=c11",
          "-D_GNU_SOURCE", "-w", "-Isrc"]
LIBS = ("-llmdb -linih -lsodium -ljansson -lsystemd -lseccomp -lcurl -lcmocka -lpam "
        "-lpthread").split()
MODULE = "pam_smsotp.so"
MODULE_PARTS = ("pam_smsotp", "src/result", "src/secret", "src/wire", "src/ask", "src/client",
                "src/line")
# They look at the stores as a whole, and take long.
SLOW = {"test_export", "test_import_follow", "test_power"}
ARCHIVES = ("smsotpd.a", "smsotp-send.a", "smsotpctl.a", "common.a")


def small():
    """A changed program may run wild: it leaves no core, and ends by itself."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # More than the largest import that a test makes.
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 31, 1 << 31))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))


class Workshop:
    """A directory of its own, laid out as a build directory, for one changed file at a time."""

    def __init__(self, build, place):
        self.build, self.place = pathlib.Path(build), pathlib.Path(place)
        shutil.rmtree(self.place, ignore_errors=True)
        (self.place / "tests/module").mkdir(parents=True)
        for program in sorted(self.build.glob("tests/module/test_*.o")):
            linked = program.with_suffix("")
            shutil.copy(linked, self.place / "tests/module" / linked.name)

    def compile(self, path, source, *more):
        """The object of a changed file; None where it is no C."""
        changed = self.place / "changed.c"
        changed.write_text(source, encoding="utf-8")
        include = [f"-I{os.path.dirname(path) or '.'}"]
        built = subprocess.run(["gcc", *CFLAGS, *more, *include, "-c", changed, "-o",
                                self.place / "changed.o"], capture_output=True, check=False)
        return self.place / "changed.o" if built.returncode == 0 else None

    def link_module(self, path, changed):
        parts = [changed if path == f"{part}.c" else self.build / f"{part}.o"
                 for part in MODULE_PARTS]
        subprocess.run(["gcc", "-shared", "-Wl,-z,nodelete,-z,now,--as-needed", "-o", self.place / MODULE, *parts,
                        "-lpam"], check=True)

    def link_unit(self, name, changed, *more):
        """The changed object comes first, so that no archive's is taken; what it says otherwise."""
        linked = subprocess.run(
            ["gcc", "-pie", *more, "-o", self.place / name, self.build / f"tests/unit/{name}.o",
             self.build / "tests/unit.a", *([changed] if changed else []), "-Wl,--start-group",
             *[self.build / each for each in ARCHIVES], "-Wl,--end-group", "-Wl,--as-needed",
             *LIBS], check=True, capture_output=True, text=True)
        return linked.stdout

    def members(self, name):
        """Which files of src/ a unit test is linked with."""
        said = self.link_unit(name, None, "-Wl,-t,-t")
        found = re.findall(r"(\S+)\.a\)?\(?(\w+)\.o", said.replace(".a(", ".a)("))
        places = {"common": "src", "smsotpd": "src/smsotpd", "smsotp-send": "src/smsotp-send",
                  "smsotpctl": "src/smsotpctl"}
        return {f"{places[os.path.basename(archive).strip('(')]}/{member}.c"
                for archive, member in found
                if os.path.basename(archive).strip("(") in places}

    def called(self):
        """{function of the file, compiled with --coverage: how often it ran since last asked}"""
        counts = self.place / "changed.gcda"
        said = subprocess.run(["gcov", "--json-format", "--stdout", counts], check=True,
                              capture_output=True, text=True).stdout
        counts.unlink()
        return {each["name"]: each["execution_count"]
                for file in json.loads(said)["files"] for each in file["functions"]}

    def run(self, program, limit):
        """Whether it passes, within a limit of seconds. What it has started ends with it."""
        with subprocess.Popen([program], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, start_new_session=True,
                              preexec_fn=small) as process:
            try:
                return process.wait(limit) == 0
            except subprocess.TimeoutExpired:
                return False
            finally:
                # Not waited for yet, or its number is a session's: nobody else has it.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


class Program:
    """A test program: how long it takes, which functions of a file it calls (of the module's, all
    of them), and how many changes it has found there."""

    def __init__(self, name, module, members):
        self.name, self.module, self.members = name, module, members
        self.seconds, self.kills, self.called = 60.0, 0, {}

    def links(self, path):
        return path in self.members

    def passes(self, shop, changed, *more):
        """Whether it passes with the changed object. The module is linked before."""
        limit = max(5.0, 10 * self.seconds)
        if self.module:
            return shop.run(shop.place / "tests/module" / self.name, limit)
        shop.link_unit(self.name, changed, *more)
        return shop.run(shop.place / self.name, limit)

    def measure(self, shop, changed):
        """Runs it with the unchanged file; a unit test's is compiled with --coverage."""
        self.seconds, self.kills = 60.0, 0
        begun = time.monotonic()
        passed = self.passes(shop, changed, "--coverage")
        self.seconds = time.monotonic() - begun
        # One that was killed has counted nothing.
        self.called = shop.called() if passed and not self.module else {}
        return passed


def programs(build, shop):
    """All of them. The module's tests load the module, which has its parts in it."""
    units = [each for each in sorted(pathlib.Path(build).glob("tests/unit/test_*.o"))
             if each.stem not in SLOW]
    modules = sorted(pathlib.Path(build).glob("tests/module/test_*.o"))
    parts = {f"{part}.c" for part in MODULE_PARTS}
    return ([Program(each.stem, False, shop.members(each.stem)) for each in units] +
            [Program(each.stem, True, parts) for each in modules])

# SPDX-License-Identifier: BSD-3-Clause
"""What tests of attacks share: how much of an attack to run, and the programs that attack."""

import os
import subprocess

import hosts

LONG = "SMSOTP_TEST_LONG" in os.environ


def amount(short, long):
    """As many as there is time for: `long` in make check-long."""
    return long if LONG else short


class Flood:
    """`count` attempts under random names from random addresses, "begin" or "guess"."""

    def __init__(self, kind, count, seed):
        self.process = subprocess.Popen(
            [hosts.BUILD + "/tests/flood", kind, str(count), str(seed)],
            stdout=subprocess.PIPE, text=True)

    def running(self):
        return self.process.poll() is None

    def wait(self):
        """How many begins were asked for a code, locked and not answered."""
        words = self.process.communicate()[0].split()
        return int(words[0]), int(words[2]), int(words[4])

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Crowd:
    """Many that sign in side by side through libpam, each at its prompt."""

    BUILD, ENV = hosts.BUILD, {}

    def __init__(self, program, *arguments):
        self.process = subprocess.Popen([f"{self.BUILD}/tests/{program}", *arguments],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=dict(os.environ, **self.ENV))
        self.states = self.read()

    def read(self):
        return self.process.stdout.readline().split()

    def answer(self, words):
        """Each of them types its word at the same moment, "-" for none. Returns what became of
        each: "asked", "granted" or "refused"."""
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        self.states = self.read()
        return self.states

    def close(self):
        """Ends all of them; returns the program's exit status."""
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(10)


class Race(Crowd):
    """Processes, all of one user."""

    def __init__(self, service, user, tty, processes):
        super().__init__("race", service, user, tty, str(processes))


class Threads(Crowd):
    """Threads of one process, a user each."""

    def __init__(self, service, users):
        super().__init__("threads", service, *(user.name for user in users))


class WatchedThreads(Threads):
    """Under ThreadSanitizer, as far as the module was built for it, too. Its exit status is 66 where
    threads raced for the same memory; standard error tells which. Not in other libraries: libaudit,
    which libpam calls, has a static buffer."""

    BUILD, ENV = hosts.BUILD + "/tsan", {"TSAN_OPTIONS": "ignore_noninstrumented_modules=1"}

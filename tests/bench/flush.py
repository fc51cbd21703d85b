# SPDX-License-Identifier: BSD-3-Clause
"""How often a sign-in waits for the disk: what strace sees smsotpd flush, and where it is in the
way, the commits that the store counts, each of as many flushes as strace saw a commit take."""

import dataclasses
import os
import re
import signal
import subprocess

import bed
import beside
import goal
import million
import store
import wait

TRACED = ("fsync,fdatasync,msync,sync,syncfs,sync_file_range,write,writev,pwrite64,pwritev,"
          "pwritev2,recvfrom,sendto")
CALL = re.compile(r"(\w+)\((\d*)(.*)")
BEGIN = re.compile(r', +"\\x01\\x01')
O_DSYNC = 0o10000
STATE = million.STORE + "/state"
LOG = "/run/strace.log"
THINK = 30000


@dataclasses.dataclass
class Mode:
    """Sign-ins side by side, and how many flushes each may take."""

    name: str
    workers: int
    think: int
    most: float
    slots: int = 0
    pause: int = 0
    apart: str = "fork"


MODES = (Mode("alone", 1, THINK, 4), Mode("16 at once", 48, 0, 1, slots=16),
         Mode("16 at once, 20 ms of thinking", 16, 20000, 2))


def calls(lines):
    """(call, first number, the rest) as each begins; what is received, as it ends."""
    halves = {}
    for line in lines:
        task, text = line.split(maxsplit=1)
        if text.startswith("recvfrom(") and "<unfinished" in text:
            halves[task] = text.split("<unfinished")[0]
        elif text.startswith("<... recvfrom resumed>"):
            text = halves.pop(task) + text.split(">", 1)[1]
        match = CALL.match(text)
        if match and task not in halves:
            yield match.groups()


class Strace:
    """On smsotpd, until it is ended."""

    def __init__(self, pid):
        self.pid = pid
        # What is written through these is on the disk when the call returns.
        self.synced = {name for name in os.listdir(f"/proc/{pid}/fd") if self.flags(name) & O_DSYNC}
        self.process = subprocess.Popen(["strace", "-f", "-q", "-xx", "-s", "2", "-e",
                                         "trace=" + TRACED, "-o", LOG, "-p", str(pid)])
        wait.until(self.attached, "strace of every thread")

    def flags(self, descriptor):
        with open(f"/proc/{self.pid}/fdinfo/{descriptor}", encoding="ascii") as info:
            return int(re.search(r"flags:\s+(\d+)", info.read()).group(1), 8)

    def attached(self):
        for task in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{task}/status", encoding="ascii") as status:
                if f"TracerPid:\t{self.process.pid}\n" not in status.read():
                    return False
        return True

    def is_flush(self, call, descriptor, rest):
        if "write" in call:
            return descriptor in self.synced
        return "sync" in call and (call != "msync" or "MS_SYNC" in rest)

    def end(self):
        """(flushes, of these between a begin and its answer, begins)"""
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        flushes = early = begins = 0
        asking = set()
        with open(LOG, encoding="ascii") as log:
            for call, descriptor, rest in calls(log):
                if call == "recvfrom" and BEGIN.match(rest):
                    begins += descriptor not in asking
                    asking.add(descriptor)
                elif call == "sendto":
                    asking.discard(descriptor)
                elif self.is_flush(call, descriptor, rest):
                    flushes += 1
                    early += bool(asking)
        return flushes, early, begins


def measured(mode, count, traced):
    """(flushes or None, early, sign-ins, commits) of `count` sign-ins of each worker."""
    before = store.commits(STATE)
    strace = Strace(traced) if traced else None
    workers = beside.together(mode, beside.Ours(), count)
    seen = strace.end() if strace else (None, None, None)
    done = mode.workers * (count + beside.WARM)
    assert all(each["code"] == 0 for timings in workers for each in timings)
    assert seen[2] in (None, done), f"strace saw {seen[2]} begins of {done}"
    return seen[0], seen[1], done, store.commits(STATE) - before


def flush(host, samples, _rounds):
    rows, goals = [], []
    with million.on(host, bed.TEXTS):
        beside.together(MODES[0], beside.Ours(), 1)
        for mode in MODES:
            count = max(5, min(samples, 1000) // 20)
            flushes, early, done, commits = measured(mode, count, host.smsotpd.pid)
            _, _, free, freely = measured(mode, count, None)
            each = flushes / commits * freely / free
            rows.append({"": mode.name, "sign-ins": done, "flushes": flushes / done,
                         "before the prompt": early if mode.workers == 1 else "", "flushes a commit": flushes / commits,
                         "commits, not traced": freely / free, "flushes, not traced": each})
            goals.append(goal.Goal(f"flushes a sign-in, {mode.name}", each, each, each,
                                   most=mode.most, unit="", counted=mode.workers == 1))
            if mode.workers == 1:
                goals.append(goal.counted("flushes before the prompt", early, "", 0))
    yield "device flushes of smsotpd a sign-in, by strace and by the store's own count", rows
    yield from goals

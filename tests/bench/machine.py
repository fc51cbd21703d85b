# SPDX-License-Identifier: BSD-3-Clause
"""What this machine takes for what no sign-in of ours can do without: that one process wakes another
and waits for it, as a prompt does once and a whole sign-in three times, and that a page reaches the
disk. Machines differ in it more than in all else, and so do the ratios of the other tables."""

import os
import socket
import time

import bed
import stats

TRIPS, FLUSHES = 300, 100
PAUSE = 0.02  # seconds: a processor that has nothing to do meanwhile goes to sleep
PAGE = 4096


def echo(ours, processor):
    os.sched_setaffinity(0, {processor})
    while word := ours.recv(1):
        ours.send(word)
    os._exit(0)


def trips(here, there, pause):
    """Nanoseconds of each word to a process on processor `there` and back to one on `here`."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    child = os.fork()
    if child == 0:
        ours.close()
        echo(theirs, there)
    theirs.close()
    everywhere, took = os.sched_getaffinity(0), []
    os.sched_setaffinity(0, {here})
    for _ in range(TRIPS):
        time.sleep(pause)
        since = time.monotonic_ns()
        ours.send(b"x")
        ours.recv(1)
        took.append(time.monotonic_ns() - since)
    os.sched_setaffinity(0, everywhere)
    ours.close()
    os.waitpid(child, 0)
    return took


def flushes():
    """Nanoseconds of each page that is written to the project's disk and flushed."""
    took = []
    with open(bed.DISK + "/page", "wb", buffering=0) as file:
        for _ in range(FLUSHES):
            since = time.monotonic_ns()
            os.pwrite(file.fileno(), os.urandom(PAGE), 0)
            os.fdatasync(file.fileno())
            took.append(time.monotonic_ns() - since)
    os.unlink(file.name)
    return took


def machine(_host, _samples, _rounds):
    here, *others = sorted(os.sched_getaffinity(0))
    rows = []
    for pause, when in ((0, "at once again"), (PAUSE, "each 20 ms")):
        rows.append(stats.row(f"a process on the same processor, {when}", trips(here, here, pause)))
        rows += [stats.row(f"on another one, {when}", trips(here, there, pause))
                 for there in others[:1]]
    rows.append(stats.row("a page on the disk", flushes()))
    yield "what the machine takes to wake a process that answers, and to flush", rows

# SPDX-License-Identifier: BSD-3-Clause
"""A private world: a program runs as if alone on a freshly installed host.

It has mount, pid, network, uts and ipc namespaces of its own; whatever ends it, a signal that
cannot be caught too, ends everything in it. Nothing of it is seen from outside but its log.

    world.py inside NAME PROGRAM...   is what command() has unshare(1) run as the world's init
"""

import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
# Below the project; another one where all programs of a run are built otherwise.
BUILT = os.environ.get("SMSOTP_BUILD", "build")
BUILD = os.path.join(PROJECT, BUILT)
PYTHON = "/usr/bin/python3"
UNSHARE = ("unshare", "--mount", "--pid", "--net", "--uts", "--ipc", "--fork",
           "--kill-child=SIGKILL")
NEEDS = ("the private host needs mount, pid, net, uts and ipc namespaces: run as root, in a "
         "container with CAP_SYS_ADMIN")

PR_SET_PDEATHSIG = 1
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def log_of(name):
    """Where the host finds the /var/log of the world `name`."""
    return os.path.join(BUILD, "logs", name)


def die_with_parent():
    """For preexec_fn: a child that outlives nobody."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def obstacle():
    """One sentence on what keeps us from making a world, or None."""
    if os.geteuid() != 0:
        return "the private host is made by root: run it with sudo"
    probe = subprocess.run([*UNSHARE, "true"], check=False, stderr=subprocess.DEVNULL,
                           stdin=subprocess.DEVNULL)
    return NEEDS if probe.returncode != 0 else None


def command(name, *program):
    """The argument vector that runs `program` (paths as seen inside) in a new world. Its standard
    files are the caller's."""
    return [*UNSHARE, PYTHON, os.path.join(HERE, "world.py"), "inside", name, *program]


def run(name, *program):
    """Runs `program` in a new world and returns its exit status. An interrupt from the terminal is
    the program's to judge; what ends us ends the world."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with subprocess.Popen(command(name, *program), preexec_fn=die_with_parent) as process:
            try:
                return process.wait()
            except BaseException:
                process.kill()
                raise
    finally:
        signal.signal(signal.SIGINT, before)


def loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sh22x", b"lo", 0)
        flags = struct.unpack("16sh22x", fcntl.ioctl(probe, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags | IFF_UP))


def child_of_init(program):
    """Runs `program` and reaps whatever the world leaves behind; returns its exit status."""
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.environ.update(HOME="/root", USER="root", LOGNAME="root", SHELL="/bin/sh",
                          PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                          PYTHONDONTWRITEBYTECODE="1")
        os.execv(program[0], program)
    while True:
        ended, status = os.wait()
        if ended == pid:
            return os.waitstatus_to_exitcode(status)


def inside(name, program):
    import rootfs  # pylint: disable=import-outside-toplevel
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        root = rootfs.build(PROJECT, os.path.join(BUILD, "world"),
                            os.path.join(BUILD, "pkgs", "root"), os.path.join(HERE, "etc"),
                            log_of(name))
    except rootfs.Forbidden as forbidden:
        print(forbidden, file=sys.stderr)
        return 1
    rootfs.enter(root)
    socket.sethostname("vm")
    loopback_up()
    os.umask(0o022)
    status = child_of_init(program)
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    if len(sys.argv) < 4 or sys.argv[1] != "inside" or os.getpid() != 1:
        sys.exit("world.py is run by what calls command()")
    sys.exit(inside(sys.argv[2], sys.argv[3:]))

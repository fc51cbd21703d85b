# SPDX-License-Identifier: BSD-3-Clause
"""make demo as its reader runs it, and the host before and after: the same ports, units, users,
mounts and files of /etc, and no process left, also where it is interrupted or killed.
"""

import ctypes
import hashlib
import os
import re
import signal
import subprocess
import unittest

import pexpect

import rootfs
import wait
import world
from phone import wrong

OUTSIDE = True
UNITS = "/run/systemd/units"
SEEN = ("/etc", "/lib/systemd", "/usr/lib/systemd", "/usr/lib/sysusers.d", "/usr/lib/tmpfiles.d",
        "/usr/lib/pam.d", "/run/systemd/system", UNITS)
SINGLE = ("/var/lib/dpkg/status", "/proc/self/mounts")
LAST = re.compile(r"^demo: signed in as demo over OpenSSH \d\S*; the code came from the gateway "
                  r"emulator; \d+\.\d s$")
TWENTY = 20.0
CLONE_NEWNET = 0x40000000


def describe(path):
    """What a file is and holds; its times are not part of it."""
    status = os.lstat(path)
    kind = (oct(status.st_mode), status.st_uid, status.st_gid)
    if os.path.islink(path):
        return (*kind, os.readlink(path))
    if not os.path.isfile(path):
        return kind
    with open(path, "rb") as file:
        return (*kind, hashlib.sha256(file.read()).hexdigest())


def ports():
    """Every listening or bound socket of this network namespace."""
    found = set()
    for table in ("tcp", "tcp6", "udp", "udp6", "unix"):
        with open(f"/proc/self/net/{table}", encoding="ascii", errors="replace") as file:
            for line in file.read().splitlines()[1:]:
                fields = line.split()
                listens = fields[3] == ("00010000" if table == "unix" else "0A")
                if table.startswith("tcp") and listens or table.startswith("udp"):
                    found.add((table, fields[1]))
                elif table == "unix" and listens:
                    found.add((table, fields[-1]))
    return found


def ours(directory, name):
    """Of the units that run, which others come and go beside us, our own."""
    return directory != UNITS or "smsotp" in name


def host():
    """All of the host that must stay the same."""
    seen = {("ports",): ports()}
    for top in SEEN:
        for directory, directories, files in os.walk(top):
            for name in (name for name in [*directories, *files] if ours(directory, name)):
                path = os.path.join(directory, name)
                seen[path] = describe(path)
    for path in SINGLE:
        with open(path, "rb") as file:
            seen[path] = file.read()
    return seen


def pid_namespaces():
    """The pid namespaces of all processes we can see, with who is in them. Who has ended is not:
    when he is reaped is up to a pid 1 that may be no init."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
                if stat.read().rpartition(") ")[2][0] in "ZX":
                    continue
            found.setdefault(os.readlink(f"/proc/{pid}/ns/pid"), set()).add(int(pid))
        except OSError:
            continue
    return found


def descends(pid, ancestor):
    """Whether `ancestor` started `pid`, or whoever did."""
    while pid not in (0, 1, ancestor):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
                pid = int(stat.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            return False
    return pid == ancestor


def environ():
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return dict(kept, TERM="xterm")


def setUpModule():
    """A network namespace of our own: others' ports are not seen, ours would be."""
    if rootfs.libc.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), world.NEEDS)


class HostUnchanged(unittest.TestCase):
    maxDiff = 2000

    def setUp(self):
        self.before, self.spaces = host(), pid_namespaces()

    def nobody_left(self):
        """No process is in a pid namespace that was not there before the demo."""
        def gone():
            return not [space for space in pid_namespaces()
                        if space in self.inside and space not in self.spaces]
        wait.until(gone, "end of every process of the demo", 5)

    def same_host(self):
        after = host()
        for key in self.before.keys() | after.keys():
            self.assertEqual(self.before.get(key), after.get(key), key)

    def demo(self):
        """make demo on a terminal, at the prompt for the code."""
        make = pexpect.spawn("make", ["demo"], cwd=world.PROJECT, timeout=120, env=environ(),
                             encoding="utf-8", dimensions=(24, 80))
        self.addCleanup(make.close, force=True)
        make.expect(r"\[phone \+91 99999 00001\] (.*?)\r\n")
        text = make.match.group(1)
        make.expect(r"Code \(r: resend in 30 s\): ")
        # Of the demo alone: others may run worlds of their own beside us.
        self.inside = {space for space, pids in pid_namespaces().items()
                       if space not in self.spaces
                       and any(descends(pid, make.pid) for pid in pids)}
        self.assertTrue(self.inside)
        return make, re.search(r"\b\d{6}\b", text).group(0)

    def test_demo_without_a_terminal(self):
        done = subprocess.run(["make", "demo"], cwd=world.PROJECT, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120, env=environ(),
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        last = done.stdout.splitlines()[-1]
        self.assertRegex(last, LAST)
        self.assertLess(float(last.split()[-2]), TWENTY)
        self.same_host()

    def test_demo_at_a_terminal(self):
        make, code = self.demo()
        make.send(code + "\r")
        make.expect(pexpect.EOF)
        make.close()
        self.assertEqual(make.exitstatus, 0, make.before)
        self.assertRegex(make.before.splitlines()[-1], LAST)
        self.nobody_left()
        self.same_host()

    def test_demo_with_wrong_codes(self):
        make, code = self.demo()
        for step in range(1, 6):
            make.send(wrong(code, step) + "\r")
            if step < 5:  # what is typed before a prompt, ssh throws away
                make.expect(rf"{5 - step} tr(y|ies) left\. Code \(r: resend( in \d+ s)?\): ")
        make.expect(pexpect.EOF)
        make.close()
        self.assertNotEqual(make.exitstatus, 0)
        self.assertRegex(make.before, r"demo: ssh ended with 255.*; see build/logs/demo")
        self.same_host()

    def test_interrupt_at_the_prompt(self):
        make, _ = self.demo()
        make.sendintr()
        make.expect(pexpect.EOF)
        make.close()
        self.assertNotEqual(make.exitstatus, 0)
        self.nobody_left()
        self.same_host()

    def test_sigkill_of_make(self):
        make, _ = self.demo()
        os.kill(make.pid, signal.SIGKILL)
        make.wait()
        self.nobody_left()
        self.same_host()

    def test_where_it_may_not_run_it_says_what_it_needs(self):
        for without, needs in ((["--bounding-set=-sys_admin", "--inh-caps=-sys_admin"],
                                "CAP_SYS_ADMIN"),
                               (["--reuid=65534", "--regid=65534", "--clear-groups"],
                                "sudo make demo")):
            done = subprocess.run(["setpriv", *without, "make", "demo"], cwd=world.PROJECT,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=120, env=environ(), check=False)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(needs, done.stdout + done.stderr)
        self.same_host()

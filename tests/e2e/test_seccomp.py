# SPDX-License-Identifier: BSD-3-Clause
"""What both daemons forbid themselves without systemd's help: asked of the kernel, tried from inside
of them, and tried for what they need."""

import errno
import glob
import os
import re
import signal
import subprocess

import hosts
from dialogues import DialogueCase

INSIDE = hosts.BUILD + "/tests/inside.so"
ALL_DONE = "inside all done 0\n"
ATTEMPT = re.compile(r"^inside (first|second) (\w+) (\d+)$", re.MULTILINE)
WARNING = "the kernel takes no filter of system calls (Invalid argument)"
ALLOWED = {"fork", "unix"}
NETWORK = {"inet", "inet6", "netlink", "packet"}
# What needs no privilege where no filter is: shows that the filter is what refuses. A namespace of
# users is not among them: whoever is in a chroot or a container may get none.
FREE = {"execve", "execveat", "process_vm_readv", "process_vm_writev", "ptrace", "unshare", "setns",
        "setuid", "setgid", "setfsuid", "setfsgid", "kcmp", "userfaultfd", "keyctl", "add_key",
        "request_key", "io_uring_setup", "clone3", *ALLOWED, *NETWORK}
# Runs its arguments where the kernel takes no filter.
NO_FILTERS = """
import ctypes, os, sys
lib = ctypes.CDLL("libseccomp.so.2")
lib.seccomp_init.restype = ctypes.c_void_p
filter = ctypes.c_void_p(lib.seccomp_init(ctypes.c_uint32(0x7fff0000)))
einval = ctypes.c_uint32(0x00050000 | 22)
class Compare(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64),
                ("b", ctypes.c_uint64)]
number = lib.seccomp_syscall_resolve_name
assert lib.seccomp_rule_add(filter, einval, number(b"seccomp"), ctypes.c_uint(0)) == 0
assert lib.seccomp_rule_add_array(filter, einval, number(b"prctl"), ctypes.c_uint(1),
                                  ctypes.byref(Compare(0, 4, 22, 0))) == 0
assert lib.seccomp_load(filter) == 0
os.execv(sys.argv[1], sys.argv[1:])
"""


def attempts(said):
    """{thread: {name: errno}} of what inside.so has told."""
    found = {"first": {}, "second": {}}
    for thread, name, number in ATTEMPT.findall(said):
        found[thread][name] = int(number)
    return found


class Taken(hosts.Host):
    """Both daemons with somebody else's code inside."""

    def make_daemons(self):
        super().make_daemons()
        for each in (self.sender, self.smsotpd):
            each.env["LD_PRELOAD"] = INSIDE
            if "ASAN_OPTIONS" in each.env:
                each.env["ASAN_OPTIONS"] += ":verify_asan_link_order=0"


class Inside(DialogueCase):
    HOST = Taken

    def tried(self, daemon):
        hosts.wait.until(lambda: ALL_DONE in daemon.said(), "attempts from inside")
        return attempts(daemon.said())

    def test_without_a_filter_the_kernel_refuses_little(self):
        """Else the refusals below would show nothing."""
        call = f"import ctypes; ctypes.CDLL('{INSIDE}').sd_notify(0, b'READY=1')"
        done = subprocess.run(["/usr/bin/python3", "-c", call], check=True, capture_output=True,
                              text=True)
        for thread, tried in attempts(done.stderr).items():
            self.assertEqual({name for name in FREE if tried[name] == errno.EPERM}, set(), thread)

    def refusals(self, daemon, allowed):
        for thread, tried in self.tried(daemon).items():
            self.assertLess(FREE, set(tried))
            self.assertEqual(tried.pop("clone3"), errno.ENOSYS)
            refused = {name for name, number in tried.items() if number == errno.EPERM}
            self.assertEqual(set(tried) - refused, allowed, thread)

    def test_daemon_refuses_all_and_the_network(self):
        self.refusals(self.host.smsotpd, ALLOWED)

    def test_sender_refuses_all_but_the_network(self):
        """A raw socket it could not have without a filter either."""
        self.refusals(self.host.sender, ALLOWED | NETWORK - {"packet"})


class Works(DialogueCase):
    def confined(self, daemon):
        """Every thread, as the kernel has it."""
        tasks = glob.glob(f"/proc/{daemon.pid}/task/*/status")
        self.assertTrue(tasks)
        for task in tasks:
            with open(task, encoding="ascii") as file:
                self.assertRegex(file.read(), r"(?s)CapPrm:\s0+\nCapEff:\s0+\n.*"
                                              r"NoNewPrivs:\s1\nSeccomp:\s2\n")

    def sign_in(self):
        user = self.user()
        dialogue, code = self.begun(user)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)
        return user

    def test_all_that_they_do(self):
        user = self.sign_in()
        for daemon in (self.host.smsotpd, self.host.sender):
            self.confined(daemon)
            daemon.signal(signal.SIGHUP)
        self.host.event(lambda line: "config.reloaded" in line)
        with open("/root/people.csv", "w", encoding="ascii") as file:
            file.write("name,uid,phone\nin1,2001,+91 99999 00091\n")
        self.host.ctl("import", "/root/people.csv")
        self.host.ctl("send-test", user.name)
        self.sign_in()
        for daemon in (self.host.smsotpd, self.host.sender):
            self.confined(daemon)
            daemon.restart()
        self.sign_in()

    def test_a_kernel_that_takes_no_filter(self):
        """One warning each, and people sign in."""
        for daemon in (self.host.smsotpd, self.host.sender):
            self.addCleanup(daemon.start)
            self.addCleanup(setattr, daemon, "argv", daemon.argv)
            self.addCleanup(daemon.stop)
            daemon.stop()
            os.truncate(daemon.log, 0)
            daemon.argv = ["/usr/bin/python3", "-c", NO_FILTERS, *daemon.argv]
            daemon.start()
        self.sign_in()
        for daemon in (self.host.smsotpd, self.host.sender):
            self.assertEqual(daemon.said().count(WARNING), 1)

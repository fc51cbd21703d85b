# SPDX-License-Identifier: BSD-3-Clause
"""What somebody with a shell does to the sudo and su that he started, nobody else notices."""

import os
import random
import resource
import signal
import socket
import subprocess
import threading
import time

import attack
import clients
import pexpect
import wait
from cgroups import Cgroup
from dialogues import DialogueCase

INSTANTS = attack.amount(20, 500)
IDLE = attack.amount(100, 1000)
# Seconds in which sudo and su get from their start to their end, and a little more.
SPAN = 0.06
PROGRAMS = (("/usr/bin/sudo", "-k", "-S", "true"), ("/usr/bin/su", "-c", "true"))
# A limit, and what a user sets it to: from all that the programs need to less than they start with.
LIMITS = (("FSIZE", 0), ("FSIZE", 1), ("NOFILE", 0), ("NOFILE", 3), ("NOFILE", 4), ("NOFILE", 5),
          ("NOFILE", 6), ("NOFILE", 7), ("NOFILE", 8), ("NOFILE", 10), ("NPROC", 0), ("NPROC", 1),
          ("AS", 64 << 20), ("AS", 32 << 20), ("AS", 16 << 20), ("AS", 12 << 20), ("AS", 10 << 20),
          ("AS", 8 << 20), ("AS", 6 << 20), ("AS", 5 << 20), ("AS", 4 << 20), ("AS", 3 << 20), ("STACK", 64 << 10), ("DATA", 1 << 20), ("CORE", 0), ("MEMLOCK", 0))


class ShellCase(DialogueCase):
    # Texts and tries of hours: the clock moves on between one sign-in and the next.
    CLOCKED = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.attacker, cls.other = (cls.host.user(f"{role}-{cls.__name__.lower()}")
                                   for role in ("attacker", "other"))

    def others_sign_in(self):
        self.host.clock.advance(7200)
        dialogue, code = self.begun(self.other)
        dialogue.answer(code)
        self.signed_in(dialogue, self.other.name)
        dialogue.close()


class Signals(ShellCase):
    # Wrong codes lock nobody out here: each program gets as far as it can.
    CONFIG = {"lockout": {"failures": 100}}

    def begin(self, argv, typed, cgroup):
        """The attacker's program without a terminal; what is typed waits for its prompt."""
        def prepare():
            if cgroup:
                cgroup.enter()
            self.attacker.become()

        process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env=self.attacker.environ(),
                                   preexec_fn=prepare)
        self.addCleanup(self.end, process)
        os.write(process.stdin.fileno(), typed)
        return process

    def end(self, process):
        process.kill()
        process.wait()
        process.stdin.close()

    def at_instants(self, act, count, every=10, typed=b"000000\n", cgroup=None):
        """`act` upon so many of the attacker's programs, each at some moment of its life."""
        draw = random.Random(count)
        for number in range(count):
            process = self.begin(PROGRAMS[number % 2], typed, cgroup and cgroup())
            time.sleep(draw.random() * SPAN)
            act(process)
            if number % every == every - 1:
                self.others_sign_in()

    def test_stopped(self):
        self.at_instants(lambda process: process.send_signal(signal.SIGSTOP), INSTANTS)

    def test_killed(self):
        self.at_instants(lambda process: process.kill(), INSTANTS)

    def in_cgroup(self, act):
        groups = []

        def fresh():
            groups.append(Cgroup())
            self.addCleanup(groups[-1].remove)
            return groups[-1]

        try:
            fresh()
        except OSError as error:
            self.skipTest(f"cgroup2 is not ours to use: {error}")
        self.at_instants(lambda _: act(groups[-1]), INSTANTS, cgroup=fresh)

    def test_frozen_in_a_cgroup(self):
        self.in_cgroup(Cgroup.freeze)

    def test_killed_in_a_cgroup(self):
        self.in_cgroup(Cgroup.kill)

    def test_many_stopped_ones(self):
        self.at_instants(lambda process: process.send_signal(signal.SIGSTOP), IDLE, IDLE // 2, b"")


class Idle(ShellCase):
    """A stopped sudo connects as root does, so root's own silent connections are no weaker."""

    @classmethod
    def setUpClass(cls):
        """smsotpd gets as few descriptors as systemd gives; those that we hold are our own."""
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024, before[1]))
        super().setUpClass()
        resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))

    def connect(self):
        """A connection that says nothing, or None where there is no room in the queue."""
        idle = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        idle.setblocking(False)
        try:
            idle.connect("/run/smsotp/smsotpd.sock")
        except BlockingIOError:
            idle.close()
            return None
        return idle

    def alive(self, idle):
        """Whether smsotpd has not closed it."""
        try:
            idle.recv(1)
        except BlockingIOError:
            return True
        except ConnectionResetError:
            pass
        idle.close()
        return False

    def test_silent_connections(self):
        held = []
        self.addCleanup(lambda: [idle.close() for idle in held])
        for _ in range(3):
            held[:] = [idle for idle in held if self.alive(idle)]
            deadline = time.monotonic() + 20
            while len(held) < IDLE and time.monotonic() < deadline:
                held += [idle for idle in [self.connect()] if idle]
            self.assertEqual(len(held), IDLE)
            self.others_sign_in()

    def test_more_than_there_is_room_for(self):
        """New ones come in all the time; the oldest has to give way to whoever has something to
        say."""
        held, going_on = [], threading.Event()

        def fill():
            while not going_on.wait(0.001):
                held[:] = [idle for idle in held if self.alive(idle)]
                held.extend(idle for idle in (self.connect() for _ in range(64)) if idle)

        filler = threading.Thread(target=fill, daemon=True)
        self.addCleanup(lambda: [idle.close() for idle in held])
        filler.start()
        self.addCleanup(filler.join)
        self.addCleanup(going_on.set)
        wait.until(lambda: len(held) > 1000, "full table")
        for _ in range(attack.amount(3, 50)):
            self.others_sign_in()

class Limits(ShellCase):
    def outcome(self, argv, prepare):
        """Signs in where asked: the exit status, the signal that killed it, what it said."""
        def become():
            self.attacker.become()
            prepare()

        self.host.clock.advance(7200)
        self.attacker.phone.read = len(self.attacker.phone.lines())
        child = pexpect.spawn(argv[0], list(argv[1:]), timeout=clients.TIMEOUT, encoding="utf-8",
                              codec_errors="replace", env=self.attacker.environ(),
                              preexec_fn=become)
        self.addCleanup(child.close, force=True)
        child.delaybeforesend = None
        while child.expect([clients.PROMPT, pexpect.EOF]) == 0:
            child.sendline(self.attacker.phone.next_code())
        child.close()
        return child.exitstatus, child.signalstatus, child.before

    def test_limits(self):
        for name, value in LIMITS:
            for argv in (("/usr/bin/sudo", "-k", "true"), PROGRAMS[1]):
                with self.subTest(limit=name, value=value, program=argv[0]):
                    number = getattr(resource, f"RLIMIT_{name}")
                    _, killed, said = self.outcome(
                        argv, lambda n=number, v=value: resource.setrlimit(n, (v, v)))
                    self.assertIsNone(killed, said)
        self.others_sign_in()

    def test_every_signal_ignored(self):
        def ignore():
            for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
                if number not in (32, 33):
                    signal.signal(number, signal.SIG_IGN)

        for argv in (("/usr/bin/sudo", "-k", "true"), PROGRAMS[1]):
            self.assertEqual(self.outcome(argv, ignore)[:2], (0, None))
        self.others_sign_in()

    def test_every_signal_blocked(self):
        for argv in (("/usr/bin/sudo", "-k", "true"), PROGRAMS[1]):
            self.outcome(argv, lambda: signal.pthread_sigmask(signal.SIG_BLOCK,
                                                              signal.valid_signals()))
        self.others_sign_in()

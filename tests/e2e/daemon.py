# SPDX-License-Identifier: BSD-3-Clause
"""One program that serves: started, known to be ready by connecting to it, ended by its pid."""

import os
import signal
import socket
import subprocess

import wait


def accepts(family, kind, address):
    """Whether somebody listens there."""
    with socket.socket(family, kind) as probe:
        try:
            probe.connect(address)
            return True
        except OSError:
            return False


def port_open(port, host="127.0.0.1"):
    return accepts(socket.AF_INET, socket.SOCK_STREAM, (host, port))


def socket_open(path):
    return accepts(socket.AF_UNIX, socket.SOCK_SEQPACKET, path)


class Daemon:
    """`ready` is called until it returns true; `log` takes standard output and error. `ends` has the
    statuses it may have, where they are known: a sanitizer's word has another."""

    def __init__(self, name, argv, ready, log, env=None, ends=()):
        self.name, self.argv, self.ready, self.log = name, argv, ready, log
        self.ends = ends
        self.env = {"PATH": "/usr/sbin:/usr/bin", "LANG": "C", **(env or {})}
        self.process = None

    @property
    def pid(self):
        return self.process.pid

    def said(self):
        """What it wrote so far."""
        try:
            with open(self.log, encoding="utf-8", errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def ended(self):
        tail = "\n".join(self.said().splitlines()[-12:])
        return AssertionError(f"{self.name} ended with {self.process.returncode}: {tail}")

    def is_ready(self):
        if self.process.poll() is not None:
            raise self.ended()
        return self.ready()

    def assert_sound(self, *more):
        """It has not run, or its end was as it may be, or as one of these."""
        if self.ends and self.process and self.process.returncode not in (*self.ends, *more):
            raise self.ended()

    def running(self):
        return self.process is not None and self.process.poll() is None

    def start(self):
        """Starts it where it is not running."""
        if self.running():
            return self
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.argv, env=self.env, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, cwd="/",
                                            start_new_session=True)
        wait.until(self.is_ready, f"ready {self.name}")
        return self

    def signal(self, number):
        os.kill(self.pid, number)

    def kill(self):
        """SIGKILL, and gone when this returns."""
        self.process.kill()
        self.process.wait()

    def end(self):
        """Ends it; returns its exit status, whatever that is."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
        return self.process.returncode

    def stop(self):
        """Ends it; returns its exit status, or None where it was not running: nobody asked it to
        end, unless it was killed."""
        if not self.running():
            self.assert_sound(-signal.SIGKILL)
            return None
        self.end()
        self.assert_sound()
        return self.process.returncode

    def restart(self):
        self.stop()
        return self.start()

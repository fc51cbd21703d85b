# SPDX-License-Identifier: BSD-3-Clause
"""Programs whose calls fail when a test says so, by build/tests/fault.so, and logins through them."""

import mmap
import os
import signal
import struct
import subprocess

import frames
import hosts
import wait
from phone import CODE, wrong

# A sanitized program has its memory for itself.
MEMORY_TOO = hosts.BUILD + "/tests/fault.so"
LIBRARY = hosts.BUILD + "/tests/fault-calls.so" if "SMSOTP_DAEMONS" in os.environ else MEMORY_TOO
MEMORY, STORE, FILE, SOCKET, CURL, ALL = 1, 2, 4, 8, 16, 31
FAIL, LATE, DIE, DIE_AFTER = range(4)
FOREVER = 2 ** 32 - 1
NEVER = FOREVER
LOST_SECONDS = 0.5  # for a text that may never come
SERVICE = "faults"


class Page:
    """tests/faults/fault.h."""

    SIZE = 64

    def __init__(self, path):
        self.path = path
        with open(path, "w+b") as file:
            file.write(bytes(self.SIZE))
            file.flush()
            self.map = mmap.mmap(file.fileno(), self.SIZE)

    def environ(self, library=LIBRARY):
        return {"LD_PRELOAD": library, "SMSOTP_FAULTS": self.path}

    def arm(self, first, last=None, act=FAIL, classes=ALL):
        """Counts from here; the calls from `first` to `last`, or that one alone, are struck."""
        self.disarm()
        self.map[24:] = bytes(self.SIZE - 24)
        self.map[4:24] = struct.pack("<5I", act, first, last or first, 0, 0)
        self.map[:4] = struct.pack("<I", classes)

    def disarm(self):
        self.map[:4] = bytes(4)

    def struck(self):
        """Whether it is armed, and some call has failed."""
        return self.map[:4] != bytes(4) and self.hits() > 0

    def count(self):
        return struct.unpack("<I", self.map[16:20])[0]

    def hits(self):
        return struct.unpack("<I", self.map[20:24])[0]

    def name(self):
        return self.map[24:].rstrip(b"\0").decode()


class Faulty(hosts.Host):
    """Both daemons have a page each."""

    def make_daemons(self):
        super().make_daemons()
        self.pages = {}
        for each in (self.smsotpd, self.sender):
            page = self.pages[each.name] = Page(f"/run/faults.{each.name}")
            each.env.update(page.environ())
            each.ends = (0, -signal.SIGKILL)  # it may be dying of a fault
            if "ASAN_OPTIONS" in each.env:
                each.env["ASAN_OPTIONS"] += ":verify_asan_link_order=0"


class Attempt:
    """One login put to smsotpd by frames. A step is a verdict, or None where none came."""

    def __init__(self, user):
        self.user = user
        self.number = os.urandom(16)
        self.token = bytes(frames.TOKEN)
        self.before = len(user.phone.lines())

    def step(self, kind, reply=b""):
        frame = frames.ask(kind, self.user.name, service=SERVICE, uid=self.user.uid,
                           number=self.number, token=self.token, reply=reply)
        try:
            answer = frames.say(frame)
        except (ConnectionError, FileNotFoundError):
            return None
        if not answer:
            return None
        if frames.verdict(answer) == frames.ASK:
            self.token = frames.token(answer)
        return frames.verdict(answer)

    def begin(self):
        return self.step(frames.BEGIN)

    def answer(self, text):
        return self.step(frames.VERIFY, text.encode())

    def session(self):
        return self.step(frames.OPEN), self.step(frames.CLOSE)

    def codes(self):
        """What came for this login, the newest last."""
        return [CODE.findall(line.split("]", 1)[1])[0]
                for line in self.user.phone.lines()[self.before:]]

    def wait_codes(self, count, *pages):
        """False where so many do not come: soon, once a page of these is struck."""
        def came():
            return len(self.codes()) >= count

        try:
            wait.until(lambda: came() or any(page.struck() for page in pages), "text")
            wait.until(came, "text", LOST_SECONDS)
        except wait.Late:
            return False
        return True

    def wrong(self):
        """A code that never came."""
        codes = self.codes() or ["000001"]
        return next(code for code in (wrong(codes[-1], step) for step in range(1, 9))
                    if code not in codes)


class Application:
    """build/tests/signin with a page of its own: the module in its process."""

    def __init__(self, host, page):
        self.host, self.page = host, page
        hosts.write(f"/etc/pam.d/{SERVICE}", "auth required pam_smsotp.so\n"
                    "account required pam_permit.so\nsession required pam_smsotp.so\n")
        self.process = None

    def start(self):
        """Where it is not running."""
        if self.process and self.process.poll() is None:
            return
        self.close()
        self.process = subprocess.Popen(
            [hosts.BUILD + "/tests/signin", SERVICE], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, bufsize=0,
            env={"PATH": "/usr/bin:/bin", **self.page.environ(MEMORY_TOO)})
        assert self.read() == "ready"

    def read(self):
        """What it says next; empty where it is gone."""
        line = self.process.stdout.readline().decode().strip()
        if not line:
            self.process.wait(10)
        return line

    def say(self, line):
        try:
            self.process.stdin.write(line.encode() + b"\n")
        except BrokenPipeError:
            pass
        return self.read()

    def status(self):
        return self.process.returncode

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

# SPDX-License-Identifier: BSD-3-Clause
"""The demo's login: OpenSSH's own client on a pty, typed by a person at our terminal or by us.

The phone's text is shown as one line above ssh's prompt: the prompt's lines are cleared, the text
written, and the prompt written again as ssh wrote it.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import tty

from phone import code_of

ARGV = ["/usr/bin/ssh", "-o", "PreferredAuthentications=keyboard-interactive"]
COMMAND = ["id", "-un"]
# Seconds. A person who has gone does not keep the host.
BY_HAND, BY_ITSELF = 600, 30


def version():
    """Client and server are of one version: Debian's packages depend on each other so."""
    said = subprocess.run(["/usr/bin/ssh", "-V"], check=False, capture_output=True, text=True)
    return "OpenSSH " + re.match(r"OpenSSH_([^\s,]+)", said.stderr).group(1)


def set_deadline(seconds):
    """From then on whatever we wait for fails."""
    def late(*_):
        raise TimeoutError(f"nobody signed in within {seconds} s")
    signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)


def spawn(name, size):
    """ssh on a pty of its own; returns its pid and our end of the pty."""
    pid, master = pty.fork()
    if pid == 0:
        os.execv(ARGV[0], [*ARGV, f"{name}@127.0.0.1", *COMMAND])
    fcntl.ioctl(master, termios.TIOCSWINSZ, size)
    return pid, master


def read(master):
    """What ssh wrote; empty once it has ended."""
    try:
        return os.read(master, 4096)
    except OSError:
        return b""


class Screen:
    """Our terminal, and the line that ssh left open on it."""

    def __init__(self, columns, plain):
        self.columns, self.plain = columns, plain
        self.open_line = b""
        self.said = b""

    def write(self, data):
        self.said += data
        self.open_line = (self.open_line + data).rsplit(b"\n", 1)[-1]
        os.write(1, data)

    def show_above(self, line):
        text = line.encode() + b"\r\n"
        if self.plain or not self.open_line:
            os.write(1, (b"\r\n" if self.open_line else b"") + text + self.open_line)
            return
        up = (len(self.open_line) - 1) // self.columns
        clear = b"\r" + (b"\x1b[%dA" % up if up else b"") + b"\x1b[J"
        os.write(1, clear + text + self.open_line)


def relay(master, screen, phone):
    """Carries bytes both ways until ssh has ended."""
    sources = [master, 0]
    while True:
        ready, _, _ = select.select(sources, [], [], 0.02)
        if phone.unread():
            screen.show_above(phone.next_line())
        if 0 in ready:
            typed = os.read(0, 1024)
            if not typed:
                sources.remove(0)
            os.write(master, typed or b"\x04")
        if master in ready:
            data = read(master)
            if not data:
                return
            screen.write(data)


def last_line(said):
    lines = said.decode("utf-8", "replace").replace("\r", "").rstrip("\n").split("\n")
    return lines[-1]


def by_hand(name, phone):
    """The person at standard input types. Returns what the command said, and ssh's status."""
    window = fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8)
    rows, columns = struct.unpack("HHHH", window)[:2]
    if not rows or not columns:
        rows, columns = 24, 80
    before = termios.tcgetattr(0)
    set_deadline(BY_HAND)
    pid, master = spawn(name, struct.pack("HHHH", rows, columns, 0, 0))
    screen = Screen(columns, os.environ.get("TERM", "dumb") == "dumb")
    try:
        tty.setraw(0)
        relay(master, screen, phone)
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)
    return last_line(screen.said), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def by_itself(name, phone):
    """Types the code as soon as the phone has it. Returns as by_hand()."""
    set_deadline(BY_ITSELF)
    pid, master = spawn(name, struct.pack("HHHH", 24, 200, 0, 0))
    said = prompt = b""
    while not prompt.endswith(b"): "):
        data = read(master)
        if not data:
            break
        prompt += data
    if prompt.endswith(b"): "):
        line = phone.next_line()
        said += line.encode() + b"\n"
        os.write(master, code_of(line).encode() + b"\n")
    said += prompt + b"".join(iter(lambda: read(master), b""))
    print(said.decode("utf-8", "replace").replace("\r", ""), end="", flush=True)
    return last_line(said), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

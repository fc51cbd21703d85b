#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""make recording: a real login over OpenSSH, a wrong code and then the right one, as man/login.svg.

    recording.py          makes the world and puts the SVG in its place
    recording.py inside   in the world: the login

Only the pauses of a person are made up; what ssh said, and after how long, is what it did.
"""

import os
import shutil
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import recording_svg  # noqa: E402  pylint: disable=wrong-import-position
import world  # noqa: E402  pylint: disable=wrong-import-position

NUMBER = "+91 99999 00001"
MADE = os.path.join(world.BUILD, "login.svg")
KEPT = os.path.join(world.PROJECT, "man", "login.svg")
READING, TYPING = 1.6, 0.09  # seconds a line, seconds a key


class Tape:
    """What a program on a pty said and was told, with the seconds since the beginning."""

    def __init__(self):
        self.pieces = []
        self.begun = time.monotonic()
        self.paused = 0.0

    def now(self):
        return round(time.monotonic() - self.begun + self.paused, 2)

    def pause(self, seconds):
        self.paused += seconds

    def write(self, text):
        """As pexpect hands over what it has read."""
        self.pieces.append((self.now(), "said", text))

    def flush(self):
        pass

    def note(self, kind, text):
        self.pieces.append((self.now(), kind, text))

    def types(self, text):
        """Where echo is on: each key by itself."""
        for key in text:
            self.pause(TYPING)
            self.note("typed", key)


class Scene:
    def __init__(self, phone):
        self.phone, self.tape = phone, Tape()

    def blindly(self, child, text):
        """Where echo is off."""
        self.tape.pause(READING + TYPING * len(text))
        child.sendline(text)

    def command(self, child, text):
        """Key by key, each echoed by the login's own terminal."""
        self.tape.pause(READING / 2)
        for key in text:
            self.tape.pause(TYPING)
            child.send(key)
            child.expect_exact(key)
        child.sendline("")

    def text_comes(self):
        """Whole lines above the open prompt would move it: the phone speaks below, like a hand."""
        line = self.phone.next_line()
        self.tape.pause(READING)
        self.tape.note("phone", f"\n{line}\n")
        return line

    def play(self, terminal):
        """A wrong code, the right one, one command; returns the pieces."""
        from phone import code_of, wrong  # pylint: disable=import-outside-toplevel
        child = terminal.child
        child.logfile_read = self.tape
        terminal.prompt()
        code = code_of(self.text_comes())
        self.blindly(child, wrong(code))
        terminal.prompt()
        self.blindly(child, code)
        terminal.expect(r"\$ ")
        self.command(child, "id -un")
        terminal.expect(r"demo\r\n[^\r\n]*\$ ")
        self.command(child, "exit")
        terminal.finish()
        return self.tape.pieces


def record(host):
    """Signs in to the running host and returns the SVG."""
    import clients  # pylint: disable=import-outside-toplevel
    import users  # pylint: disable=import-outside-toplevel
    phone = host.phone(NUMBER)
    host.set_identity(users.add("demo", phone))
    scene = Scene(phone)
    scene.tape.note("said", "$ ")
    scene.tape.types("ssh demo@localhost")
    scene.tape.note("said", "\n")
    terminal = clients.Terminal(["/usr/bin/ssh", "-o", "PubkeyAuthentication=no", "demo@localhost"])
    return recording_svg.draw(scene.play(terminal))


def main():
    if sys.argv[1:] == ["inside"]:
        import hosts  # pylint: disable=import-outside-toplevel
        host = hosts.Host()
        host.start()
        with open(MADE, "w", encoding="utf-8") as file:
            file.write(record(host))
        return 0
    obstacle = world.obstacle()
    if obstacle:
        print(f"recording: {obstacle}", file=sys.stderr)
        return 1
    status = world.run("recording", world.PYTHON, "/project/tests/e2e/recording.py", "inside")
    if status == 0:
        shutil.copyfile(MADE, KEPT)
        print(f"recording: {os.path.relpath(KEPT, world.PROJECT)}")
    return status


if __name__ == "__main__":
    sys.exit(main())

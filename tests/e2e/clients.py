# SPDX-License-Identifier: BSD-3-Clause
"""What people and programs sign in with: ssh, sudo, su and login on a pty, and ssh's protocol
by paramiko, which shows every request byte for byte."""

import os
import queue
import socket
import subprocess
import threading
import time

import paramiko
import pexpect
from pexpect import fdpexpect

PROMPT = r"[^\r\n]*Code(?: \(r: resend[^)]*\))?: "
TIMEOUT = 15


def lives(pid):
    """Whether a child of ours has not ended."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


class Reopened:
    """Over a pexpect class: login of util-linux hangs its terminal up and opens it again, and until
    then a read finds an end. It is one when the program has ended, too."""

    def read_nonblocking(self, size=1, timeout=-1):
        deadline = time.monotonic() + TIMEOUT
        while True:
            try:
                return super().read_nonblocking(size, timeout)
            except pexpect.EOF:
                if not self.isalive() or time.monotonic() > deadline:
                    raise
                self.flag_eof = False


class Spawned(Reopened, pexpect.spawn):
    """On a pty of its own."""

    def isalive(self):
        """pexpect's waits for the program, at each end that it reads."""
        return not self.ptyproc.terminated and lives(self.pid) or super().isalive()


class Opened(Reopened, fdpexpect.fdspawn):
    """On one that was there, with the `pid` of a child of ours."""

    def isalive(self):
        return lives(self.pid)


class Terminal:
    """A program on a pty. prompt() is the whole line that asks for a code."""

    SPAWN = pexpect.spawn

    def __init__(self, argv, user=None, env=None):
        environ = {"TERM": "dumb", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C",
                   "HOME": "/root", "USER": "root"}
        environ.update(user.environ() if user else {})
        environ.update(env or {})
        self.child = self.SPAWN(argv[0], argv[1:], timeout=TIMEOUT, encoding="utf-8",
                                codec_errors="replace", echo=True, env=environ,
                                dimensions=(24, 250),
                                preexec_fn=user.become if user else None)
        self.child.delaybeforesend = None

    def expect(self, pattern):
        """Waits for `pattern`, a regular expression; returns what stood before it."""
        self.child.expect(pattern)
        return self.child.before

    def prompt(self):
        self.child.expect(PROMPT)
        return self.child.after

    def send(self, text):
        self.child.sendline(text)

    def interrupt(self):
        self.child.sendintr()

    def finish(self):
        """The rest of what it says, and its exit status (negative: the signal that ended it)."""
        self.child.expect(pexpect.EOF)
        said = self.child.before
        self.child.close()
        status = self.child.exitstatus
        return said.replace("\r\n", "\n"), -self.child.signalstatus if status is None else status

    def close(self):
        self.child.close(force=True)


class Login(Terminal):
    SPAWN = Spawned


class Console:
    """The other end of a console on which login runs already, as process `pid`."""

    def __init__(self, master, pid):
        self.child = Opened(master, timeout=TIMEOUT, encoding="utf-8", codec_errors="replace")
        self.child.pid = pid

    def expect(self, pattern):
        """As Terminal's."""
        self.child.expect(pattern)
        return self.child.before

    def send(self, text):
        self.child.sendline(text)


def ssh(name, *command, source="127.0.0.1", options=(), user=None):
    """OpenSSH's client, without a key unless `options` name one."""
    return Terminal(["/usr/bin/ssh", "-b", source, *options, "-o", "PubkeyAuthentication=no",
                     f"{name}@127.0.0.1", *command], user)


def dbclient(name, *command):
    """Dropbear's; it knows no host yet and asks nobody whether it should."""
    return Terminal(["/usr/bin/dbclient", "-y", f"{name}@127.0.0.1", *command])


def plink(name, *command):
    """PuTTY's, told the host's key; it would else ask for Return once more behind the code."""
    seen = subprocess.run(["ssh-keygen", "-lf", "/etc/ssh/ssh_host_ed25519_key.pub"], check=True,
                          capture_output=True, text=True)
    return Terminal(["/usr/bin/plink", "-ssh", "-no-antispoof", "-hostkey",
                     seen.stdout.split()[1], f"{name}@127.0.0.1", *command])


def sudo(user, *command, options=()):
    return Terminal(["/usr/bin/sudo", "-k", *options, *command], user)


def su(user, target, *command):
    """`user` becomes `target`."""
    argv = ["/usr/bin/su", target]
    return Terminal(argv + (["-c", " ".join(command)] if command else []), user)


def login(name=None):
    """A console: root's getty has started login on this pty."""
    return Login(["/usr/bin/login", *([name] if name else [])])


class Request:
    """What the server sent in one SSH_MSG_USERAUTH_INFO_REQUEST."""

    def __init__(self, title, instructions, prompts):
        self.title, self.instructions = title, instructions
        self.prompts = [text for text, echo in prompts]
        self.echo = [echo for text, echo in prompts]

    def __repr__(self):
        return f"Request({self.title!r}, {self.instructions!r}, {self.prompts!r}, {self.echo!r})"

    def __eq__(self, other):
        return repr(self) == repr(other)

    def __hash__(self):
        return hash(repr(self))


class Ended(Exception):
    """The method is over and no request came; `granted` tells how."""

    def __init__(self, granted, error=None):
        super().__init__("granted" if granted else f"refused: {error!r}")
        self.granted, self.error = granted, error


class Dialogue:
    """One connection's keyboard-interactive, a step at a time: request(), answer(), outcome()."""

    def __init__(self, name, source="127.0.0.1", host="127.0.0.1"):
        self.name = name
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.bind((source, 0))
        self.socket.connect((host, 22))
        self.transport = paramiko.Transport(self.socket)
        self.transport.start_client(timeout=TIMEOUT)
        self.asked, self.answers = queue.Queue(), queue.Queue()
        self.requests = []
        self.begin()

    def begin(self):
        """Asks for the method; again, where an earlier one was refused on this connection."""
        threading.Thread(target=self.run, daemon=True).start()
        return self

    def run(self):
        try:
            left = self.transport.auth_interactive(self.name, self.handle)
            self.asked.put(Ended(not left, left))
        except (paramiko.SSHException, EOFError, OSError) as error:
            self.asked.put(Ended(False, error))

    def handle(self, title, instructions, prompts):
        self.asked.put(Request(title, instructions, prompts))
        answers = self.answers.get() if prompts else []
        if answers is None:
            raise EOFError
        return answers

    def request(self):
        """The next request that asks something; those that only tell are kept in `requests`."""
        while True:
            came = self.asked.get(timeout=TIMEOUT)
            if isinstance(came, Ended):
                raise came
            self.requests.append(came)
            if came.prompts:
                return came

    def next(self):
        """The next request that asks something, or whether the method granted."""
        try:
            return self.request()
        except Ended as ended:
            return ended.granted

    def prompt(self):
        return self.request().prompts[0]

    def answer(self, text):
        self.answers.put([text])
        return self

    def outcome(self):
        """Whether the method granted, after the last answer; what it told is in `requests`."""
        came = self.next()
        assert isinstance(came, bool), f"asked again: {came!r}"
        return came

    def told(self):
        """The instructions of all requests, those without text left out."""
        return [each.instructions for each in self.requests if each.instructions]

    def run_command(self, command):
        channel = self.transport.open_session(timeout=TIMEOUT)
        channel.exec_command(command)
        said = channel.makefile("rb").read().decode()
        channel.recv_exit_status()
        return said

    def close(self):
        self.answers.put(None)
        self.transport.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

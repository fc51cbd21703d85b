# SPDX-License-Identifier: BSD-3-Clause
"""smsotpd's sockets under frames that no module sends, and under more of them than it can hold."""

import contextlib
import os
import re
import resource
import signal

import clients
import frames
from dialogues import DialogueCase

SOCKETS = [f"/run/smsotp/{name}.sock" for name in ("smsotpd", "ctl", "send")]
# More than smsotpd has entries for connections.
FLOOD = 1500


def files(soft):
    """How many descriptors this process, and those it starts, may have."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft or most, most))


class Frames(DialogueCase):
    @classmethod
    def setUpClass(cls):
        """The daemons are given what systemd gives to services."""
        files(1024)
        super().setUpClass()
        files(None)

    def test_helper_speaks_the_protocol(self):
        """Else the refusals below would show nothing."""
        self.assertEqual(frames.verdict(frames.say(frames.ask(frames.BEGIN, "nobody-here"))),
                         frames.ASK)

    def test_short_long_and_foreign_frames(self):
        pid, whole = self.host.smsotpd.pid, frames.ask(frames.BEGIN, "nobody-here")
        for frame in (b"\0", whole[:-1], whole + b"\0", whole[:200] * 100,
                      frames.ask(0, "x"), frames.ask(frames.ANSWER, "x"), frames.ask(255, "x"),
                      whole[:23] + b"\xff\xff" + whole[25:], whole[:1] + os.urandom(512)):
            self.assertEqual(frames.say(frame), b"", frame[:32])
        for frame in (b"{", b"[]", b"{}", b'{"verb": 7}', b'{"verb": "no.such"}', b"\xff" * 64,
                      b"[" * 60000):
            frames.say(frame, SOCKETS[1])
        for frame in (b"\0", whole[:1] + os.urandom(64), b"\1" * 60000):
            self.assertEqual(frames.say(frame, SOCKETS[2]), b"")
        self.assertEqual(self.host.smsotpd.pid, pid)
        self.assertTrue(self.host.smsotpd.running() and self.host.sender.running())
        self.signs_in()

    def test_frame_of_another_version_is_to_be_asked_again(self):
        """Whatever else it says: what a version to come puts there is not ours to read."""
        whole = frames.ask(frames.BEGIN, "x")
        for version in set(range(256)) - {frames.VERSION, max(1, frames.VERSION - 1)}:
            said = bytes((version,)) + whole[1:2 + version]
            self.assertEqual(frames.say(said), frames.AGAIN_FRAME, version)
        self.assertEqual(frames.say(b"GET / HTTP/1.0\r\n"), frames.AGAIN_FRAME)
        self.assertEqual(frames.say(b"\0" + os.urandom(64), SOCKETS[2]), frames.AGAIN_FRAME)
        self.signs_in()

    def test_silent_connection_is_not_waited_for(self):
        for path in SOCKETS:
            with frames.connect(path, clients.TIMEOUT) as silent:
                self.assertEqual(frames.receive(silent), b"", path)

    def test_token_of_another_login(self):
        """A token is good for its own id, name, service and uid."""
        number = os.urandom(16)
        token = frames.token(frames.say(frames.ask(frames.BEGIN, "one", number=number)))
        for changed in ({"user": "two"}, {"service": "login"}, {"uid": 1001},
                        {"number": os.urandom(16)}, {"token": bytes(frames.TOKEN)}):
            fields = {"user": "one", "number": number, "token": token, **changed}
            answer = frames.say(frames.ask(frames.VERIFY, reply=b"123456", **fields))
            self.assertEqual((answer[18], answer[19]), (frames.ASK, 3), changed)

    def test_session_of_nobodys_login(self):
        user = self.user()
        frames.say(frames.ask(frames.OPEN, user.name))
        event = self.host.event(lambda line: "session.open" in line and '"uid":1000' in line)
        self.assertIn('"accepted":false', event)
        self.assertNotIn(user.name, event)

    def test_descriptors_for_all_that_may_be_open(self):
        """Connections, and texts that wait for the gateway; systemd gives 1024."""
        for each in (self.host.smsotpd, self.host.sender):
            with open(f"/proc/{each.pid}/limits", encoding="ascii") as limits:
                soft = re.search(r"Max open files +(\d+)", limits.read()).group(1)
            self.assertGreaterEqual(int(soft), 4096)

    def test_flood_of_silent_connections(self):
        """Whoever floods is in his own way: the oldest silent connection gives way to the next."""
        with contextlib.ExitStack() as stack:
            for _ in range(FLOOD):
                stack.enter_context(frames.connect())
            self.signs_in()

    def test_nobody_but_root_connects(self):
        user = self.user()
        for path in SOCKETS:
            child = os.fork()
            if child == 0:
                user.become()
                try:
                    frames.connect(path)
                except PermissionError:
                    os._exit(0)
                os._exit(1)
            self.assertEqual(os.waitpid(child, 0)[1], 0, path)

    def test_stopped_sudos(self):
        """A user stops his sudos wherever they are: others sign in meanwhile."""
        user = self.user()
        stopped = []
        for _ in range(24):
            sudo = self.open(clients.sudo(user, "true"))
            stopped.append(sudo)
            os.kill(sudo.child.pid, signal.SIGSTOP)
        self.signs_in()
        for sudo in stopped:
            os.kill(sudo.child.pid, signal.SIGCONT)
        for sudo in stopped:  # whose time was up meanwhile, ends
            sudo.child.expect([clients.PROMPT, clients.pexpect.EOF])
        self.begun(self.user())
        self.assertEqual(len(user.phone.lines()), 1)

# SPDX-License-Identifier: BSD-3-Clause
"""cockpit's session helper, by its own protocol: frames of JSON, a length before each. The password
goes to PAM's first prompt, each later one comes to the browser."""

import base64
import json
import os
import subprocess

import hosts
import judges
import users
from dialogues import AWAY, LOCKED, SENT, DialogueCase, left
from phone import wrong

SESSION = "/usr/lib/cockpit/cockpit-session"
STACK = "/etc/pam.d/cockpit"
UID = 102
# Of the browser: cockpit-ws tells the helper by its environment, newer ones in what they answer.
PEER = "192.0.2.7"
PASSWORD = "correct horse battery staple"


def setUpModule():  # pylint: disable=invalid-name
    """What cockpit's packages do when they are installed; in the place of the bridge, a word of who
    it runs as."""
    judges.install()
    users.append("/etc/passwd", f"cockpit-wsinstance:x:{UID}:{UID}::/:/usr/sbin/nologin")
    users.append("/etc/group", f"cockpit-wsinstance:x:{UID}:")
    os.chown(SESSION, 0, UID)
    os.chmod(SESSION, 0o4750)
    hosts.write("/usr/bin/cockpit-bridge", "#!/bin/sh\nexec id -un\n", 0o755)
    for path in ("/etc/cockpit/disallowed-users", "/var/log/btmp", "/var/log/lastlog"):
        hosts.write(path, "")


def encoded(text):
    return base64.b64encode(text.encode()).decode()


class Session:
    """The helper as cockpit-ws starts it for a browser."""

    def __init__(self):
        self.process = subprocess.Popen(
            [SESSION, "localhost"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env={"COCKPIT_REMOTE_PEER": PEER},
            user=UID, group=UID, extra_groups=[])
        with open(SESSION, "rb") as file:
            self.told_by_answer = b"remote-peer" in file.read()
        self.asked = self.receive()

    def receive(self):
        """A frame of the control channel."""
        length = self.process.stdout.readline()
        frame = self.process.stdout.read(int(length))
        assert frame[:1] == b"\n", frame
        return json.loads(frame)

    def respond(self, response):
        """To what was asked last. Fields and blanks are as cockpit-ws writes them."""
        reply = {"command": "authorize", "cookie": self.asked["cookie"], "response": response}
        if self.told_by_answer:
            reply["remote-peer"] = PEER
        frame = "\n" + json.dumps(reply, separators=(",", ":"))
        self.process.stdin.write(f"{len(frame)}\n{frame}".encode())
        self.process.stdin.flush()

    def sign_in(self, name, password):
        self.respond("Basic " + encoded(f"{name}:{password}"))
        return self

    def prompt(self):
        """What the browser shows; its answer is not to be seen there."""
        self.asked = self.receive()
        assert self.asked.get("echo") is False, self.asked
        return base64.b64decode(self.asked["challenge"].split()[2]).decode()

    def answer(self, text):
        kind, number, _ = self.asked["challenge"].split()
        self.respond(f"{kind} {number} {encoded(text)}")
        return self

    def refusal(self):
        """The frame that tells why, and that the helper has ended."""
        frame = self.receive()
        assert self.process.wait(10) != 0
        return frame

    def bridge(self):
        return self.process.stdout.readline().decode().strip()

    def close(self):
        self.process.kill()
        self.process.communicate()


class CockpitCase(DialogueCase):
    def session(self, user, password=PASSWORD):
        return self.open(Session()).sign_in(user.name, password)


class ShippedCase(CockpitCase):
    """The stack and the section that are shipped."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        hosts.write(hosts.CONFIG + ".d/cockpit.conf", hosts.example("cockpit"))
        cls.addClassCleanup(os.unlink, hosts.CONFIG + ".d/cockpit.conf")
        cls.host.smsotpd.restart()


class Cockpit(ShippedCase):
    def begun(self, user, **_):
        session = self.session(user)
        self.assertEqual(session.prompt(), SENT)
        return session, user.phone.next_code()

    def test_password_and_code(self):
        user = self.user(password=PASSWORD)
        session, code = self.begun(user)
        self.assertRegex(session.answer(wrong(code)).prompt(), left(4))
        self.assertEqual(session.answer(code).bridge(), user.name)
        for kind in ("login.granted", "session.open", "session.close"):
            self.host.event(lambda line, kind=kind: f'"{kind}"' in line and
                            f'"{user.name}"' in line and f'"{PEER}"' in line)

    def test_five_wrong_codes(self):
        session, code = self.begun(self.user(password=PASSWORD))
        for step in range(1, 5):
            self.assertRegex(session.answer(wrong(code, step)).prompt(), left(5 - step))
        self.assertRegex(session.answer(wrong(code, 5)).refusal()["message"], f"^{LOCKED}$")

    def test_wrong_password_sends_no_text(self):
        user, other = self.user(password=PASSWORD), self.user(password=PASSWORD)
        refused = self.session(user, "not that").refusal()
        self.assertEqual(refused["problem"], "authentication-failed")
        self.begun(other)
        self.assertEqual(user.phone.lines(), [])

    def test_code_first_sends_no_text(self):
        """A stack that should not be: the password comes for an answer. Nobody has seen one before."""
        with open(STACK, encoding="ascii") as file:
            shipped = file.read()
        self.addCleanup(hosts.write, STACK, shipped)
        hosts.write(STACK, "auth [success=done ignore=ignore default=die] pam_smsotp.so\n")
        user, other = self.user(password=PASSWORD), self.user(password=PASSWORD)
        self.assertRegex(self.session(user).prompt(), left(4))
        self.host.event(lambda line: '"login.begin"' in line and f'"{user.name}"' in line
                        and '"decision":"no text","rule":"before"' in line)
        hosts.write(STACK, shipped)
        self.begun(other)
        self.assertEqual(user.phone.lines(), [])


class NoSection(CockpitCase):
    """The stack, and nothing of it in smsotp.conf."""

    def test_the_log_names_the_section_to_write(self):
        refused = self.session(self.user(password=PASSWORD)).refusal()
        self.assertEqual(refused["message"], AWAY)
        self.host.event(lambda line: "write [service cockpit] for it" in line)

# SPDX-License-Identifier: BSD-3-Clause
"""polkit's helper signs the administrator in by text code: by its own protocol, and under a real
polkitd for pkexec with the agent of a terminal."""

import os
import socket
import subprocess

import clients
import daemon
import hosts
import judges
import users
from dialogues import AWAY, LOCKED, SENT, DialogueCase, left
from phone import wrong

HELPER = "/usr/lib/polkit-1/polkit-agent-helper-1"
RULES = "/etc/polkit-1/rules.d"


def bus_is_open():
    return daemon.accepts(socket.AF_UNIX, socket.SOCK_STREAM, "/run/dbus/system_bus_socket")


def setUpModule():  # pylint: disable=invalid-name
    """What polkit's packages do when they are installed, and a host that has booted."""
    judges.install()
    for number, name in ((100, "messagebus"), (101, "polkitd")):
        users.append("/etc/passwd", f"{name}:x:{number}:{number}::/:/usr/sbin/nologin")
        users.append("/etc/group", f"{name}:x:{number}:")
    for program in ("/usr/bin/pkexec", HELPER):
        os.chmod(program, 0o4755)
    for directory in (RULES, "/usr/share/polkit-1/rules.d", "/run/dbus"):
        os.makedirs(directory, exist_ok=True)
        os.chmod(directory, 0o755)
    hosts.write("/etc/machine-id", "0123456789abcdef0123456789abcdef\n")
    hosts.write(RULES + "/00-tests.rules",
                'polkit.addAdminRule(function() { return ["unix-user:administrator"]; });\n')


class Helper:
    """The helper as an agent of `caller` starts it: a line each way at a time."""

    def __init__(self, caller, name):
        self.process = subprocess.Popen(
            [HELPER, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, env=caller.environ(), preexec_fn=caller.become)
        self.say("a cookie that polkitd did not give")

    def say(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def next(self):
        return self.process.stdout.readline().rstrip("\n")

    def prompt(self):
        """The words behind PAM_PROMPT_ECHO_OFF."""
        style, _, text = self.next().partition(" ")
        assert style == "PAM_PROMPT_ECHO_OFF", (style, text)
        return text

    def finish(self):
        return self.process.stdout.read(), self.process.wait(10)

    def close(self):
        self.process.kill()
        self.process.communicate()


class Agent(clients.Terminal):
    """The terminal's. It prompts first, and then turns echo off with TCSAFLUSH: what was typed in
    between is thrown away."""

    def __init__(self, process, caller):
        super().__init__(["/usr/bin/pkttyagent", "--process", str(process)], caller)

    def prompt(self):
        said = super().prompt()
        assert self.child.waitnoecho(clients.TIMEOUT), "echo stays on"
        return said


class PolkitCase(DialogueCase):
    """The stack and the section that are shipped, and polkitd."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        hosts.write(hosts.CONFIG + ".d/polkit.conf", hosts.example("polkit-1"))
        cls.host.smsotpd.restart()
        cls.start("dbus", bus_is_open, "/usr/bin/dbus-daemon", "--system", "--nofork",
                  "--nopidfile", "--nosyslog")
        cls.start("polkitd", lambda: cls.host.syslog.lines("polkitd.*Acquired the name"),
                  "/usr/lib/polkit-1/polkitd")
        cls.administrator = cls.host.user("administrator")

    @classmethod
    def start(cls, name, ready, *argv):
        started = daemon.Daemon(name, argv, ready, f"/var/log/{name}.log").start()
        cls.addClassCleanup(started.stop)


class Polkit(PolkitCase):
    def helper(self, user):
        caller = self.user(number=False)
        helper = self.open(Helper(caller, user.name))
        self.assertEqual(helper.prompt(), SENT)
        return caller, helper, user.phone.next_code()

    def test_helper_by_its_own_protocol(self):
        user = self.user()
        caller, helper, code = self.helper(user)
        helper.say(wrong(code))
        self.assertRegex(helper.prompt(), left(4))
        helper.say(code)
        # PAM let him in. It is polkitd that knows no such cookie.
        self.assertIn("No session for cookie", helper.finish()[0])
        self.host.event(lambda line: '"login.granted"' in line and f'"{user.name}"' in line
                        and f'"source":"uid {caller.uid}"' in line)

    def test_helper_and_five_wrong_codes(self):
        _, helper, code = self.helper(self.user())
        for step in range(1, 5):
            helper.say(wrong(code, step))
            self.assertRegex(helper.prompt(), left(5 - step))
        helper.say(wrong(code, 5))
        said, status = helper.finish()
        self.assertRegex(said, rf"(?m)^PAM_ERROR_MSG {LOCKED}$")
        self.assertEqual((said.split("\n")[-2], status), ("FAILURE", 1))

    def pkexec(self):
        """pkexec of a user's shell, whose agent runs on another terminal of his."""
        caller = self.user(number=False)
        shell = self.open(clients.Terminal(
            ["/bin/sh", "-c", "read go; pkexec id -un"], caller))
        agent = self.open(Agent(shell.child.pid, caller))
        self.host.syslog.wait(rf"Registered Authentication Agent.*:{shell.child.pid}:")
        shell.send("")
        self.assertEqual(agent.prompt(), SENT)
        return shell, agent, self.administrator.phone.next_code()

    def test_pkexec(self):
        shell, agent, code = self.pkexec()
        agent.send(wrong(code))
        self.assertRegex(agent.prompt(), left(4))
        agent.send(code)
        agent.expect("AUTHENTICATION COMPLETE")
        said, status = shell.finish()
        self.assertEqual((said.split(), status), (["root"], 0))

    def test_pkexec_and_a_broken_dialogue(self):
        shell, agent, _ = self.pkexec()
        agent.interrupt()
        said, status = shell.finish()
        self.assertNotIn("root", said)
        self.assertNotEqual(status, 0)


class NoSection(DialogueCase):
    """The stack, and nothing of it in smsotp.conf."""

    def test_the_log_names_the_section_to_write(self):
        user = self.user()
        said, status = self.open(Helper(self.user(number=False), user.name)).finish()
        self.assertIn(f"PAM_ERROR_MSG {AWAY}\n", said)
        self.assertEqual((said.split("\n")[-2], status), ("FAILURE", 1))
        self.host.event(lambda line: "write [service polkit-1] for it" in line)

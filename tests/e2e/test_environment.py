# SPDX-License-Identifier: BSD-3-Clause
"""What a caller has in his environment changes nothing of a sign-in, and learns nothing of it."""

import glob
import os
import re
import signal
import socket

import clients
import wait
from dialogues import DialogueCase

PROXY = 8081


class Environment(DialogueCase):
    def setUp(self):
        """A proxy of the caller's own, which nobody may come to."""
        self.proxy = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.addCleanup(self.proxy.close)
        self.proxy.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.proxy.bind(("127.0.0.1", PROXY))
        self.proxy.listen()
        self.proxy.setblocking(False)

    def environ(self, user):
        proxy = f"http://127.0.0.1:{PROXY}"
        with open(user.home + "/.curlrc", "w", encoding="ascii") as file:
            file.write(f"proxy = {proxy}\n")
        return {"http_proxy": proxy, "https_proxy": proxy, "ALL_PROXY": proxy,
                "SSLKEYLOGFILE": f"/tmp/keys-of-{user.name}", "CURL_HOME": user.home,
                "CURL_CA_BUNDLE": "/nowhere", "SSL_CERT_FILE": "/nowhere",
                "LD_PRELOAD": "/nowhere.so", "LD_LIBRARY_PATH": user.home,
                "SMSOTP_LOGIN": "0" * 32}

    def becomes(self, user, argv, said):
        terminal = self.open(clients.Terminal(argv, user, self.environ(user)))
        terminal.prompt()
        terminal.send(user.phone.next_code())
        words, status = terminal.finish()
        self.assertEqual((words.split()[-1], status), (said, 0))
        self.assertRaises(BlockingIOError, self.proxy.accept)
        self.assertFalse(os.path.exists(f"/tmp/keys-of-{user.name}"))

    def test_su(self):
        self.becomes(self.user(), ["/usr/bin/su", "root", "-c", "id -un"], "root")

    def test_sudo(self):
        self.becomes(self.user(), ["/usr/bin/sudo", "-k", "id", "-un"], "root")


class GraceTime(DialogueCase):
    """sshd ends a login that takes too long; the code stays good for the next."""

    def served(self, user):
        """The processes of sshd for the user, by what each is: their end is all that Debian's says."""
        served, found = re.compile(rf"sshd(-session)?: {user.name} \[(\w+)\]"), {}
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                with open(path, encoding="utf-8", errors="replace") as file:
                    title = served.match(file.read())
            except OSError:
                continue
            if title:
                found[title.group(2)] = int(path.split("/")[2])
        return found

    def test_grace_time_ends_at_the_prompt(self):
        user = self.user()
        ssh = self.open(clients.ssh(user.name))
        ssh.prompt()
        code = user.phone.next_code()
        # What LoginGraceTime sets alarm(2) for.
        os.kill(self.served(user)["priv"], signal.SIGALRM)
        wait.until(lambda: not self.served(user), "end of the grace time")
        ssh.send(code)
        self.assertEqual(ssh.finish()[1], 255)
        again = self.dialogue(user.name)
        again.prompt()
        again.answer(code)
        self.signed_in(again, user.name)
        self.assertEqual(user.phone.unread(), 0)

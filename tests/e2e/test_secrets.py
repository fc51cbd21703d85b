# SPDX-License-Identifier: BSD-3-Clause
"""After logins of every kind no log, event, core, command line, environment or store but the
identities' holds a code, a phone or a password that was used."""

import glob
import os
import re

import clients
import hosts
import leaks
from dialogues import DialogueCase
from phone import wrong

# Where a secret may stand: the identities, the sender's own file, and the phones themselves.
ALLOWED = ("/var/lib/smsotp/identity/", hosts.PASSWORD_FILE, "/run/gateway/", hosts.PHONES)
SEARCHED = ("/var/log", "/var/lib/smsotp", "/run", "/tmp", "/var/tmp", "/etc/smsotp", "/home", "/root",
            "/dev/shm")


def forms(number):
    """A phone as people and machines write it."""
    digits = re.sub(r"\D", "", number)
    return {number, digits, "+" + digits, digits[-10:]}


def places():
    """Everything that could be read later, by path."""
    for top in SEARCHED:
        for directory, _, files in os.walk(top):
            for name in files:
                path = os.path.join(directory, name)
                if os.path.isfile(path) and not path.startswith(ALLOWED):
                    yield path, leaks.read(path)
    for name in ("cmdline", "environ"):
        for path in glob.glob(f"/proc/[0-9]*/{name}"):
            if int(path.split("/")[2]) != os.getpid():
                yield path, leaks.read(path)


def holders(secrets, more=()):
    """Which place holds which secret."""
    return {(path, secret) for path, data in [*places(), *more] for secret in secrets
            if secret.encode() in data and
            re.search(rb"(?<!\d)%s(?!\d)" % re.escape(secret.encode()), data)}


class Secrets(DialogueCase):
    # Six digits stand somewhere by chance too often.
    CONFIG = {"code": {"digits": 8}}

    def typed(self, terminal, phone):
        """Signs in with one wrong code before the right one; returns both."""
        terminal.prompt()
        code = phone.next_code()
        terminal.send(wrong(code))
        terminal.prompt()
        terminal.send(code)
        terminal.expect("done")
        return {code, wrong(code)}

    def used(self):
        user, target = self.user(), self.user()
        secrets = {hosts.GATEWAY_PASSWORD} | forms(user.phone.number) | forms(target.phone.number)
        secrets |= self.typed(self.open(clients.ssh(user.name, "echo done; sleep 60")),
                              user.phone)
        secrets |= self.typed(self.open(clients.sudo(user, "sh", "-c", "echo done; sleep 60")),
                              user.phone)
        secrets |= self.typed(self.open(clients.su(user, target.name, "echo done; sleep 60")),
                              user.phone)
        self.host.gateway_does("always 503")
        self.addCleanup(self.host.gateway_does)
        self.dialogue(target.name).prompt()
        self.host.event(lambda line: "503" in line)
        return secrets

    def test_nothing_holds_a_secret(self):
        secrets = self.used()
        log = ("/dev/log", "\n".join(self.host.syslog.kept).encode())
        self.assertTrue(self.host.syslog.kept)
        self.assertTrue(self.host.events())
        self.assertEqual(holders(secrets, [log]), set())
        self.assertEqual(glob.glob("/core*") + glob.glob("/var/lib/smsotp/**/core*"), [])

    def test_a_planted_secret_is_found(self):
        hosts.write("/var/log/planted", "the code was 271828\n")
        self.addCleanup(os.unlink, "/var/log/planted")
        self.assertEqual(holders({"271828"}), {("/var/log/planted", "271828")})

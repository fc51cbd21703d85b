# SPDX-License-Identifier: BSD-3-Clause
"""smsotpctl exempt add: what it prints lets one key from one network in, by the real sshd, and
nobody else; and no value of it can say more to sshd than it should."""

import datetime
import os
import shutil
import subprocess

import clients
import hosts
from doctorcase import DoctorCase

BLOCK = "/etc/ssh/sshd_config.d/20-exempt.conf"
INSIDE, OUTSIDE_NET = "127.0.9.1", "127.0.10.1"
NET = "127.0.9.0/24"
BOTH = "AuthenticationMethods publickey,keyboard-interactive:pam\n"

# An option, and values that must not get into sshd_config.
WRONG = (
    ("USER", ("*", "a,b", "!a", "a b", "a\nMatch all", "a?", '"a"', "-a", "1a", "", "a" * 33,
              "a\\", "a#b", "ä")),
    ("--key", ("", "SHA256:", "MD5:" + "a" * 43, "SHA256:" + "a" * 42, "SHA256:" + "a" * 44,
               "SHA256:" + "a" * 42 + " ", "SHA256:" + "a" * 42 + "%", "SHA256:" + "a" * 42 + '"',
               "SHA256:" + "a" * 42 + "\n")),
    ("--from", ("", "*", "192.0.2.*", "192.0.2.1,0.0.0.0/0", "!192.0.2.1", "192.0.2.1/24",
                "0.0.0.0/0", "::/0", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/+24", "host",
                "192.0.2.1 User root", "192.0.2.1\nUser root", "192.0.2", "2001:db8::1/64")),
    ("--owner", ("", "a b", "a\n", 'a"b', "a;b", "ä", "a" * 121, "until=2099-01-01 x")),
    ("--reason", ("", " ", "a\nMatch all", "a\rb", "a\tb", "ä", "a" * 121, "a\x1b[2J")),
    ("--until", ("", "soon", "2020-01-31", "2099-02-30", "2099-1-31", "20990131", "2099-13-01",
                 "2099-01-31\n", "2099-01-31 ", "+099-01-31", "99990-01-3")),
)


class Exempt(DoctorCase):
    def setUp(self):
        self.deploy = self.user()
        self.key = self.deploy.key()
        self.addCleanup(self.restart_with, "")
        self.host.configure_sshd(BOTH)

    def restart_with(self, block):
        if block:
            hosts.write(BLOCK, block)
        elif os.path.exists(BLOCK):
            os.unlink(BLOCK)
        subprocess.run(["/usr/sbin/sshd", "-t"], check=True)
        self.host.sshd.restart()

    def fingerprint(self, key):
        said = subprocess.run(["ssh-keygen", "-lf", key + ".pub"], check=True, text=True,
                              capture_output=True)
        return said.stdout.split()[1]

    def words(self, **changes):
        """The command line; a value of None leaves an option out."""
        values = {"USER": self.deploy.name, "--key": self.fingerprint(self.key), "--from": NET,
                  "--owner": "ops@example.org", "--reason": "nightly backup, by cron",
                  "--until": (datetime.date.today() + datetime.timedelta(9)).isoformat(),
                  **{("USER" if name == "USER" else "--" + name): value
                     for name, value in changes.items()}}
        return ["exempt", "add", *(word for name, value in values.items() if value is not None
                                   for word in ([value] if name == "USER" else [name, value]))]

    def block(self, **changes):
        return self.host.ctl(*self.words(**changes))

    def login(self, key, source, name=None, more=()):
        """The exit status of a login that nobody answers a prompt of, and its last words."""
        done = subprocess.run(
            ["/usr/bin/ssh", "-b", source, "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes",
             "-i", key, *more, f"{name or self.deploy.name}@127.0.0.1", "id", "-un"], check=False,
            capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout.strip() or done.stderr.strip().splitlines()[-1]

    def refused(self, *words, **more):
        status, said = self.login(*words, **more)
        self.assertEqual(status, 255)
        self.assertIn("Permission denied", said)

    def asked(self, name, key, source):
        """Key and code are wanted, as everywhere."""
        terminal = self.open(clients.Terminal(
            ["/usr/bin/ssh", "-b", source, "-o", "IdentitiesOnly=yes", "-i", key,
             f"{name}@127.0.0.1", "id", "-un"]))
        self.assertIn("We sent a code", terminal.prompt())

    def texts(self):
        return len(self.host.gateway_saw())

    def test_that_key_from_that_net_and_nobody_else(self):
        self.refused(self.key, INSIDE)
        self.restart_with(self.block())
        before = self.texts()
        self.assertEqual(self.login(self.key, INSIDE), (0, self.deploy.name))
        self.assertEqual(self.texts(), before)
        # Another key of the same user, from there.
        other = self.user()
        strange = other.key()
        with open(strange + ".pub", encoding="ascii") as public:
            hosts.write(self.deploy.home + "/.ssh/authorized_keys", public.read(), 0o600,
                        self.deploy.name)
        self.refused(strange, INSIDE)
        # Another user's login by the key, and with his own.
        self.refused(self.key, INSIDE, name=other.name)
        self.refused(strange, INSIDE, name=other.name)
        # A password or a code in its place.
        self.refused(strange, INSIDE, more=("-o", "PubkeyAuthentication=no"))
        self.asked(other.name, strange, INSIDE)

    def test_from_another_net_it_wants_a_code(self):
        self.restart_with(self.block())
        self.refused(self.key, OUTSIDE_NET)
        self.asked(self.deploy.name, self.key, OUTSIDE_NET)

    def test_no_certificate_in_its_place(self):
        """A CA that sshd trusts elsewhere signs nobody in here."""
        authority, strange = "/root/authority", "/root/signed"
        for path in (authority, strange):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
        subprocess.run(["ssh-keygen", "-q", "-s", authority, "-I", "x", "-n", self.deploy.name,
                        strange + ".pub"], check=True)
        self.host.configure_sshd(f"TrustedUserCAKeys {authority}.pub\n"
                                 "AuthenticationMethods publickey\n")
        self.restart_with("")
        self.assertEqual(self.login(strange, INSIDE), (0, self.deploy.name))
        self.restart_with(self.block())
        self.refused(strange, INSIDE)
        self.assertEqual(self.login(self.key, INSIDE), (0, self.deploy.name))

    def test_it_ends(self):
        block = self.block()
        day = (datetime.date.today() - datetime.timedelta(2)).isoformat()
        self.restart_with(block.replace(self.words()[-1], day))
        self.refused(self.key, INSIDE)
        self.assertIn(f"was to end on {day}", self.found("exempt.expired")["cause"])

    def test_its_last_day(self):
        today = datetime.date.today().isoformat()
        self.restart_with(self.block(until=today))
        self.assertEqual(self.login(self.key, INSIDE), (0, self.deploy.name))

    def test_sshd_itself_knows_the_end(self):
        offered = f"{self.fingerprint(self.key)},ssh-ed25519,AAAA"
        words = ("exempt", "key", "--key", self.fingerprint(self.key), "--until", "2099-01-31")
        self.assertEqual(self.host.ctl(*words, offered),
                         'expiry-time="209901312359" ssh-ed25519 AAAA\n')
        for wrong in ("SHA256:" + "a" * 43 + ",ssh-ed25519,AAAA", offered[1:], "",
                      offered.replace("ed25519,", "ed25519-cert-v01@openssh.com,")):
            done = self.host.ctl(*words, wrong, check=False)
            self.assertEqual((done.returncode, done.stdout), (1, ""), wrong)
        done = self.host.ctl(*words[:-1], "2020-01-31", offered, check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""))

    def test_nobody_but_sshd_asks_for_a_key(self):
        right = {"--key": self.fingerprint(self.key), "--until": "2099-01-31"}
        for name, value in (("--key", None), ("--key", "SHA256:short"), ("--until", None),
                            ("--until", "2099-02-30")):
            words = [word for option, kept in {**right, name: value}.items() if kept
                     for word in (option, kept)]
            done = self.host.ctl("exempt", "key", *words, "offered", check=False)
            self.assertEqual((done.returncode, done.stdout), (2, ""), (name, value))
            self.assertIn("sshd calls this as smsotpctl exempt add prints it", done.stderr)

    def test_a_path_that_sshd_would_read_otherwise(self):
        for directory in ("/run/a b", "/run/a%b", "/run/a\u00e4b"):
            os.mkdir(directory)
            shutil.copy("/usr/sbin/smsotpctl", directory)
            done = subprocess.run([directory + "/smsotpctl", *self.words()], check=False,
                                  capture_output=True, text=True, timeout=20,
                                  env=self.host.sanitized)
            self.assertEqual((done.returncode, done.stdout), (1, ""), directory)
            self.assertIn("install it in /usr/sbin", done.stderr)

    def test_a_terminal_is_told_where_it_goes(self):
        terminal = clients.Terminal(["/usr/sbin/smsotpctl", *self.words()], env=self.host.sanitized)
        said, status = terminal.finish()
        self.assertEqual(status, 0)
        self.assertIn(f"Put it into /etc/ssh/sshd_config.d/20-{self.deploy.name}.conf, then: "
                      "sshd -t && systemctl reload ssh", said)

    def test_doctor_reads_it_back(self):
        self.restart_with(self.block())
        cause = self.found("exempt.match")["cause"]
        for words in (f"Match User {self.deploy.name} Address {NET}", "ops@example.org",
                      "(nightly backup, by cron)", self.words()[-1]):
            self.assertIn(words, cause)

    def test_nothing_can_be_smuggled_in(self):
        for name, values in WRONG:
            for value in values:
                done = self.host.ctl(*self.words(**{name.lstrip("-"): value}), check=False)
                self.assertEqual((done.returncode, done.stdout), (2, ""), f"{name} {value!r}")

    def test_all_are_needed(self):
        for name in ("key", "from", "owner", "reason", "until"):
            done = self.host.ctl(*self.words(**{name: None}), check=False)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(f"--{name} is missing", done.stderr)

    def test_networks_that_are_taken(self):
        for net in ("192.0.2.7", "192.0.2.7/32", "2001:db8::/32", "2001:db8::1", "10.0.0.0/8"):
            block = self.block(**{"from": net})
            self.assertIn(f"Match User {self.deploy.name} Address {net}\n", block)
            self.restart_with(block)

    def test_it_writes_nothing(self):
        before = sorted(os.listdir("/etc/ssh/sshd_config.d"))
        self.block()
        self.assertEqual(sorted(os.listdir("/etc/ssh/sshd_config.d")), before)

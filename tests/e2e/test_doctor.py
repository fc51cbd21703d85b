# SPDX-License-Identifier: BSD-3-Clause
"""smsotpctl doctor: nothing grave on a host set up as README says, and each finding on one that is
not."""

import contextlib
import json
import os
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import threading
import time

import clients
import hosts
import test_modes
from doctorcase import PAM, DoctorCase, changed, read

OURS = "auth [success=done ignore=ignore default=die] pam_smsotp.so\n"
SESSION = "session optional pam_smsotp.so\n"
PASSWORD = "@include common-auth\n"
# Shipped stacks by the service that they are of, and services by their section.
SERVICE_OF = {"sshd-password-code": "sshd", "sshd-some": "sshd", "login-rescue": "login"}
SECTION_OF = {"sudo-i": "sudo"}
SHIPPED = "/etc/ssh/sshd_config.d/10-smsotp.conf"

# The auth lines of a stack, what is found, and the line of the file that is to be mended.
STACKS = (
    ("pam.permit", OURS + "auth required pam_permit.so\n", 1),
    ("pam.permit", "auth required pam_shells.so\n" + OURS, 2),
    ("pam.permit", "auth [success=done ignore=ignore authinfo_unavail=ignore default=die] "
                   "pam_smsotp.so\nauth optional pam_permit.so\n", 1),
    ("pam.permit", "auth substack common-sub\nauth required pam_permit.so\n", 1),
    ("pam.control", "auth sufficient pam_smsotp.so\n" + PASSWORD, 1),
    ("pam.control", "auth optional pam_smsotp.so\n" + PASSWORD, 1),
    ("pam.control", PASSWORD + "auth [success=ok ignore=ignore maxtries=ignore default=die] "
                    "pam_smsotp.so\n", 2),
    ("pam.sufficient", "auth sufficient pam_unix.so\n" + OURS + PASSWORD, 1),
    ("pam.sufficient", "auth [success=1 default=ignore] \\\n\tpam_sss.so\n" + OURS +
     "auth required pam_permit.so\n", 1),
    ("pam.past", "auth sufficient pam_succeed_if.so user = deploy\n" + OURS + PASSWORD, 1),
    ("pam.twice", "auth [success=ok ignore=ignore default=die] pam_smsotp.so\n"
                  "auth required pam_env.so\n" + OURS + PASSWORD, 3),
    ("pam.twice", f"auth required pam_smsotp.so\n@include {PAM}/common-sub\n" + PASSWORD, 1),
    ("pam.away", "auth [success=done ignore=ignore authinfo_unavail=ignore default=die] "
                 "pam_smsotp.so\n" + PASSWORD, 1),
    ("pam.off", "auth [success=done default=die] pam_smsotp.so\n" + PASSWORD, 1),
    ("pam.useless", OURS.replace("success=done", "success=die") + PASSWORD, 1),
    ("pam.useless", "auth required pam_deny.so\n" + OURS, 2),
    ("pam.argument", OURS.rstrip() + " debug\n" + PASSWORD, 1),
    ("pam.argument", OURS.rstrip() + " echo socket=relative\n" + PASSWORD, 1),
)

BROKEN = (
    (OURS + "@include nowhere\n", "sshd:2 includes nowhere"),
    ("auth sometimes pam_unix.so\n" + OURS, "sshd:1 has a control"),
    ("@include common-sub\n" + OURS, "common-sub:1 is in files that include each other"),
    (OURS + "auth required\n", "sshd:2 names no module"),
    (OURS + "atuh required pam_unix.so\n", "sshd:2 is of a type"),
    (OURS + PASSWORD + "session sometimes pam_unix.so\n", "sshd:3 has a control"),
)

# What is put in front of sshd's settings, what is found, and what mends it.
SETTINGS = (
    ("sshd.usepam", "UsePAM no", "UsePAM yes"),
    ("sshd.kbdint", "KbdInteractiveAuthentication no", "KbdInteractiveAuthentication yes"),
    ("sshd.kbdint", "ChallengeResponseAuthentication no", "KbdInteractiveAuthentication yes"),
    ("sshd.password", "PasswordAuthentication yes", "PasswordAuthentication no"),
    ("sshd.methods", "AuthenticationMethods publickey",
     "AuthenticationMethods publickey,keyboard-interactive:pam"),
    ("sshd.key", "AuthenticationMethods publickey keyboard-interactive",
     "AuthenticationMethods publickey,keyboard-interactive:pam"),
    ("sshd.open", "AuthenticationMethods keyboard-interactive:pam",
     "AuthenticationMethods publickey,keyboard-interactive:pam"),
    ("sshd.grace", "LoginGraceTime 60", "LoginGraceTime 300"),
    ("sshd.startups", "MaxStartups 10:30:100", "MaxStartups 100:30:200"),
    ("sshd.persource", "PerSourceMaxStartups none", "PerSourceMaxStartups 10"),
)
SOUND = ("UsePAM yes", "KbdInteractiveAuthentication yes", "PasswordAuthentication no",
         "AuthenticationMethods publickey,keyboard-interactive:pam", "LoginGraceTime 0",
         "MaxStartups 100:30:200", "PerSourceMaxStartups 5")

# A change to a file, what is found, and the command that mends it.
AS_OWNER = "setpriv --reuid=smsotp --clear-groups "
FILES = (
    ("file.mode", "/var/lib/smsotp", lambda path: os.chmod(path, 0o750), "chmod 0700 {}"),
    ("file.mode", "/var/lib/smsotp/key", lambda path: os.chmod(path, 0o640),
     AS_OWNER + "chmod 0600 {}"),
    ("file.mode", "/run/smsotp", lambda path: os.chmod(path, 0o733), "chmod 0711 {}"),
    ("file.mode", "/var/log/smsotp", lambda path: os.chmod(path, 0o705), "chmod 0700 {}"),
    ("file.mode", hosts.PASSWORD_FILE, lambda path: os.chmod(path, 0o444), "chmod 0400 {}"),
    ("file.owner", "/var/lib/smsotp/identity/data.mdb", lambda path: os.chown(path, 0, 0),
     "chown -R smsotp /var/lib/smsotp"),
    ("file.owner", "/run/smsotp", lambda path: shutil.chown(path, "smsotp"), "chown root {}"),
    ("file.owner", hosts.PASSWORD_FILE, lambda path: shutil.chown(path, "smsotp"),
     "chown smsotp-send {}"),
)

RULES = (
    ("sudo.nopasswd", "%adm ALL=(ALL) NOPASSWD: ALL", "%adm for no code (NOPASSWD) to run ALL"),
    ("sudo.nopasswd", "User_Alias OPS = bob, #1234\nOPS ALL=(root) NOPASSWD: /usr/bin/id",
     "bob, #1234 for no code (NOPASSWD) to run /usr/bin/id"),
    ("sudo.nopasswd", "Defaults:carol !authenticate", "carol for no code (Defaults"),
    ("sudo.nopasswd", "Defaults exempt_group=ops", "%ops for no code (Defaults exempt_group)"),
    ("sudo.nopasswd", "@include /etc/sudoers.more", "dora for no code"),
    ("sudo.until", "bob ALL=(root) NOTAFTER=20990101000000Z NOPASSWD: /usr/bin/id",
     "ends on 20990101"),
    ("sudo.expired", "bob ALL=(root) NOTAFTER=20200101000000Z NOPASSWD: /usr/bin/id",
     "ended on 20200101"),
)

# A Match block, what is found, and what its cause says.
TOLD = "# smsotp exempt: until={} owner=ops@example.org\n# smsotp reason: backup\n"
MATCHES = (
    ("exempt.unowned", "Match User deploy\n\tAuthenticationMethods publickey\n", "User deploy"),
    ("exempt.unowned", "# by hand\nMatch Group \"build farm\"\n"
     "\tAuthenticationMethods publickey,keyboard-interactive publickey\n", "build farm"),
    ("exempt.unowned", "# smsotp exempt: until=2099-02-30 owner=ops\nMatch User deploy\n"
     "\tAuthenticationMethods=any\n", "User deploy"),
    ("exempt.unowned", TOLD.format("2099-01-31") + "\tMaxSessions 3\nMatch User deploy\n"
     "\tAuthenticationMethods publickey\n", "User deploy"),
    ("exempt.match", TOLD.format("2099-01-31") + "Match User deploy\n"
     "\tauthenticationmethods publickey\n", "until 2099-01-31, for ops@example.org (backup)"),
    ("exempt.expired", TOLD.format("2020-01-31") + "Match User deploy\n"
     "\tAuthenticationMethods publickey\n", "was to end on 2020-01-31: ask ops@example.org"),
)
NO_MATCHES = (
    "Match User deploy\n\tAuthenticationMethods publickey,keyboard-interactive:pam\n",
    "Match User deploy\n\tX11Forwarding no\n",
    "Match User deploy\n\tKbdInteractiveAuthentication no\n",
)
# Blocks that go past us only where a key alone is enough for everybody, too.
LOOSE_MATCHES = (
    "Match User deploy\n\tKbdInteractiveAuthentication no\n",
    "Match User deploy\n\tHostbasedAuthentication yes\n",
)

# What a daemon says of itself, and what is found.
REPLIES = (
    ("schema.phone", {"schema_phone": False}, "smsotpctl schema set"),
    ("store.full", {"state_used": 80}, "[store]\nstate_size = MB"),
    ("store.full", {"identity_used": 99}, "[store]\nidentity_size = MB"),
    ("identity.none", {"identities": 0}, "smsotpctl identity set NAME"),
    ("daemon.version", {"version": "0.0"}, "systemctl try-restart smsotpd smsotp-send"),
    ("daemon.sender", {"sender": "away: start smsotp-send, texts wait for it"},
     "systemctl start smsotp-send.socket"),
    ("daemon.refused", {"ok": False, "error": "the store is gone"}, "journalctl -u smsotpd"),
)


@contextlib.contextmanager
def daemon_that_says(reply):
    """Somebody at a socket who answers who asks for the status, with `reply`, or ends it where it
    is None."""
    path = "/run/says.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(path)
        listener.listen()

        def answer():
            # Of the modes it knows nothing.
            for said in ('{"ok": false}', reply):
                peer, _ = listener.accept()
                with peer:
                    peer.recv(65536)
                    if said is None:
                        return
                    memory = os.memfd_create("reply")
                    os.write(memory, said.encode())
                    os.lseek(memory, 0, os.SEEK_SET)
                    socket.send_fds(peer, [b"r"], [memory])
                    os.close(memory)
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        try:
            yield path
        finally:
            os.unlink(path)
    thread.join(10)


class Sound(DoctorCase):
    """As README says: nothing that is an error."""

    def test_as_readme_says(self):
        self.assertEqual(self.errors(), [])
        said = self.run_doctor()
        self.assertEqual(said.returncode, 0)
        self.assertRegex(said.stdout, r"(?m)^errors 0, warnings \d+, notes \d+$")

    def test_the_other_stacks_of_sshd(self):
        for name, conf in (("sshd-password-code", "[service sshd]\nbefore = password\n"),
                           ("sshd-some", "")):
            with changed(f"{PAM}/sshd", read(f"{hosts.PROJECT}/etc/pam.d/{name}")), \
                    changed(hosts.CONFIG + ".d/before.conf", conf):
                self.assertEqual(self.errors(), [], name)

    def test_the_stacks_that_want_a_section(self):
        for name in ("polkit-1", "cockpit"):
            with changed(f"{PAM}/{name}", read(f"{hosts.PROJECT}/etc/pam.d/{name}")), \
                    changed(hosts.CONFIG + ".d/example.conf", hosts.example(name)):
                found = [each for each in self.doctor() if each["cause"].startswith(name)]
                self.assertEqual(found, [])

    def test_behind_a_password_nobody_is_open(self):
        with changed(f"{PAM}/sshd", read(f"{hosts.PROJECT}/etc/pam.d/sshd-password-code")):
            self.assertNotIn("sshd.open", self.ids())

    def test_shipped_settings_by_sshd_itself(self):
        done = subprocess.run(["/usr/sbin/sshd", "-T"], check=True, capture_output=True, text=True)
        lines = done.stdout.splitlines()
        for line in ("usepam yes", "kbdinteractiveauthentication yes",
                     "passwordauthentication no", "logingracetime 300"):
            self.assertIn(line, lines)
        # And it is the file that says so: without it, one of them differs.
        with changed(SHIPPED):
            done = subprocess.run(["/usr/sbin/sshd", "-T"], check=True, capture_output=True,
                                  text=True)
            self.assertIn("logingracetime 120", done.stdout.splitlines())
            self.assertIn("passwordauthentication yes", done.stdout.splitlines())

    def test_words_and_colours(self):
        with changed(f"{PAM}/sshd", "auth sufficient pam_smsotp.so\n" + PASSWORD + SESSION):
            said = self.run_doctor().stdout
            self.assertIn(f"    {PAM}/sshd:1: auth [success=done ignore=ignore default=die] "
                          "pam_smsotp.so\n", said)
            self.assertNotIn("\x1b", said)
            terminal = clients.Terminal(["/usr/sbin/smsotpctl", "doctor"],
                                        env=self.host.sanitized)
            said, status = terminal.finish()
            self.assertIn("\x1b[31merror\x1b[0m  pam.control", said)
            self.assertEqual(status, 1)

    def test_root_alone(self):
        user = self.user()
        done = subprocess.run(["/usr/sbin/smsotpctl", "doctor"], check=False, capture_output=True,
                              text=True, preexec_fn=user.become)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("use sudo", done.stderr)

    def test_it_sends_nothing(self):
        before = self.host.gateway_saw()
        self.doctor()
        self.assertEqual(self.host.gateway_saw(), before)


class Stacks(DoctorCase):
    def test_each_fault(self):
        for name, text, line in STACKS:
            with self.subTest(name=name, text=text), \
                    changed(f"{PAM}/common-sub", OURS.replace("success=done", "success=ok")), \
                    changed(f"{PAM}/sshd", text + SESSION):
                finding = self.found(name)
                file = "common-sub" if "common-sub\n" in text else "sshd"
                self.assertEqual((finding["mend"]["file"], finding["mend"]["number"]),
                                 (f"{PAM}/{file}", line))
                self.assertTrue(finding["cause"].startswith("sshd: "))

    def test_broken(self):
        for text, pattern in BROKEN:
            with self.subTest(text=text), changed(f"{PAM}/common-sub", "@include common-sub\n"), \
                    changed(f"{PAM}/sshd", text):
                self.assertIn(pattern, self.found("pam.broken")["cause"])

    def test_what_lies_about_is_no_service(self):
        with contextlib.ExitStack() as stack:
            for end in (".dpkg-old", ".ucf-dist", ".bak", ".old", ".orig", ".save", "~"):
                stack.enter_context(changed(f"{PAM}/sshd{end}", "auth sometimes pam_smsotp.so\n"))
            self.assertEqual(self.errors(), [])

    def test_faults_of_others_are_theirs(self):
        with changed(f"{PAM}/theirs", "auth sometimes pam_unix.so\n"):
            self.assertNotIn("pam.broken", self.ids())

    def test_a_service_without_a_section(self):
        with changed(f"{PAM}/cups", OURS + SESSION):
            finding = self.found("pam.section")
            self.assertEqual(finding["mend"]["line"], "[service cups]\nenabled = no")
            with changed(hosts.CONFIG + ".d/cups.conf", finding["mend"]["line"] + "\n"):
                self.assertNotIn("pam.section", self.ids())

    def test_a_stack_that_a_package_brings(self):
        with changed("/usr/lib/pam.d/brought", "auth sufficient pam_unix.so\n" + OURS + SESSION):
            self.assertIn("brought: ", self.found("pam.section")["cause"])
            self.assertEqual(self.found("pam.sufficient")["mend"]["file"], "/usr/lib/pam.d/brought")
            with changed(f"{PAM}/brought", PASSWORD):
                self.assertNotIn("pam.section", self.ids())

    def test_a_line_that_services_share_is_found_once(self):
        with changed(f"{PAM}/common-auth", "auth sufficient pam_smsotp.so\n" +
                     read(f"{PAM}/common-auth")), \
                changed(f"{PAM}/sshd", PASSWORD + SESSION), \
                changed(f"{PAM}/sudo", PASSWORD + SESSION):
            self.assertEqual(self.found("pam.control")["mend"]["file"], f"{PAM}/common-auth")

    def test_before_password(self):
        with changed(hosts.CONFIG + ".d/before.conf", "[service sshd]\nbefore = password\n"):
            finding = self.found("pam.before")
            self.assertIn("@include common-auth", finding["mend"]["line"])

    def test_a_wrong_password_that_is_not_the_end(self):
        behind = OURS.replace("success=done", "success=ok")
        with changed(hosts.CONFIG + ".d/before.conf", "[service sshd]\nbefore = password\n"):
            for text in ("auth required pam_unix.so\n", "auth substack common-auth\n"):
                with self.subTest(text=text), changed(f"{PAM}/sshd", text + behind + SESSION):
                    self.assertIn("a wrong one does not end", self.found("pam.before")["cause"])

    def test_no_session_line(self):
        with changed(f"{PAM}/sshd", OURS + PASSWORD):
            self.assertEqual(self.found("pam.session")["mend"]["line"], SESSION.rstrip())

    def test_no_stack_at_all(self):
        with contextlib.ExitStack() as stack:
            for name in os.listdir(PAM):
                if "pam_smsotp.so" in read(f"{PAM}/{name}"):
                    stack.enter_context(changed(f"{PAM}/{name}", PASSWORD))
            self.assertEqual(self.found("pam.unused")["severity"], "note")

    def test_no_module(self):
        with changed(hosts.module_directory() + "/pam_smsotp.so"):
            mends = {each["mend"]["command"] for each in self.doctor() if each["id"] == "pam.missing"}
            # As smsotp-rollout(7) has it: no archive of Debian's has the package.
            self.assertEqual(mends, {"apt install ./libpam-smsotp_*.deb"})
            self.provoked.add("pam.missing")

    def test_login(self):
        text = re.sub(r"(?m)^LOGIN_TIMEOUT.*$", "", read("/etc/login.defs"))
        for line, seconds in (("", "60"), ("LOGIN_TIMEOUT\t120\n", "120")):
            with changed("/etc/login.defs", text + line):
                finding = self.found("login.timeout")
                self.assertIn(f"after {seconds} s", finding["cause"])
        with changed("/etc/login.defs", text + finding["mend"]["line"] + "\n"):
            self.assertNotIn("login.timeout", self.ids())


# How strict a service is by smsotp.conf, what is chosen at run time, and whether its line is to be the
# one for rolling out.
MODES = (("mode = enforce", None, False), ("mode = warn", None, True),
         ("mode = observe", None, True), ("mode = observe", "enforce", False),
         ("mode = enforce", "observe", True), ("percent = 50", None, True),
         ("percent = 50\notherwise = enforce", None, False), ("percent = 0", "warn", True),
         ("enabled = no", None, True))


class Away(DoctorCase):
    """What holds where smsotpd is away must fit the mode."""

    def faults(self, stack, text, config, chosen=None):
        """Those of this stack in this mode; `chosen` while smsotpd runs, else it is away, too."""
        service = SERVICE_OF.get(stack, stack)
        section = SECTION_OF.get(service, service)
        own = hosts.example(service) if service in ("polkit-1", "cockpit") else \
            f"[service {section}]\n"
        with changed(f"{PAM}/{service}", text), \
                changed(hosts.CONFIG + ".d/mode.conf", own + config + "\n"):
            if chosen:
                self.host.ctl("mode", section, chosen)
            found = [each for each in self.doctor() if each["cause"].startswith(service + ":")
                     and each["id"] in ("pam.away", "pam.rollout")]
        if chosen:
            self.host.ctl("mode", section, "config")
        return found

    def lines(self, stack):
        """The shipped text, and as it is rolled out; the line of each that is not in a comment."""
        strict = read(f"{hosts.PROJECT}/etc/pam.d/{stack}")
        return {False: strict, True: test_modes.rolled_out(strict)}

    def line(self, text):
        found = re.findall(r"(?m)^auth .*pam_smsotp\.so$", text)
        self.assertEqual(len(found), 1)
        return " ".join(found[0].split())

    def fits(self, stack, config, chosen, loose):
        texts = self.lines(stack)
        self.assertEqual(self.faults(stack, texts[loose], config, chosen), [], (stack, config))
        found = self.faults(stack, texts[not loose], config, chosen)
        name = "pam.rollout" if loose else "pam.away"
        self.assertEqual([each["id"] for each in found], [name], (stack, config, chosen))
        self.provoked.add(name)
        # What mends it is the other line of the file, in the place of the one that holds.
        mend = found[0]["mend"]
        self.assertEqual(mend["line"], self.line(texts[loose]))
        at = texts[not loose].split("\n")[mend["number"] - 1]
        self.assertEqual(" ".join(at.split()), self.line(texts[not loose]))
        return found[0]

    def test_each_mode(self):
        for config, chosen, loose in MODES:
            if chosen:
                found = self.fits("sshd", config, chosen, loose)
        self.away()
        for config, chosen, loose in MODES:
            if not chosen:
                found = self.fits("sshd", config, chosen, loose)
                self.assertTrue(config != "enabled = no" or "switched off" in found["cause"])

    def test_each_stack(self):
        """As the config says where smsotpd is away; root's own way is no fault of login-rescue."""
        self.away()
        for stack in os.listdir(f"{hosts.PROJECT}/etc/pam.d"):
            for mode in ("enforce", "observe"):
                self.fits(stack, f"mode = {mode}", None, mode == "observe")

    def test_a_way_that_is_not_for_root_alone(self):
        text = read(f"{hosts.PROJECT}/etc/pam.d/login-rescue")
        self.away()
        for before, after in (("user = root", "user = alice"), (" user = root", ""),
                              (":hvc0", ":pts/0"), (" tty in /dev/tty1", " uid in /dev/tty1"),
                              ("/dev/tty1:", "ssh:"), ("pam_succeed_if", "pam_access")):
            changes = text.replace(before, after)
            self.assertNotEqual(changes, text)
            found = self.faults("login-rescue", changes, "mode = enforce")
            self.assertEqual([each["id"] for each in found], ["pam.away"], before)

    def test_arguments_stay(self):
        self.away()
        text = OURS.replace("pam_smsotp.so", "pam_smsotp.so socket=/run/smsotp/smsotpd.sock echo")
        found = self.faults("sshd", text + PASSWORD + SESSION, "mode = observe")
        self.assertEqual(found[0]["mend"]["line"], text.rstrip().replace(
            "ignore=ignore", "ignore=ignore authinfo_unavail=ignore"))

    def test_no_other_way_is_one_finding(self):
        """A stack without any is pam.off's."""
        self.away()
        found = self.faults("sshd", OURS + SESSION, "mode = observe")
        self.assertEqual(found, [])


class OtherStack(DoctorCase):
    """PAMServiceName of an sshd that is newer than this host's."""

    @contextlib.contextmanager
    def sshd(self, line, more=""):
        """An sshd that takes the word and prints what it goes by."""
        said = subprocess.run(["/usr/sbin/sshd", "-T"], check=True, capture_output=True, text=True)
        script = f"#!/bin/sh\ncat <<'END'\n{more}{said.stdout}END\n"
        with changed("/usr/sbin/sshd", script), \
                changed("/etc/ssh/sshd_config", line + "\n" + hosts.SSHD):
            os.chmod("/usr/sbin/sshd", 0o755)
            yield

    def test_a_stack_that_does_not_ask(self):
        for text in (PASSWORD, None):
            with self.sshd("PAMServiceName people"), changed(f"{PAM}/people", text):
                finding = self.found("sshd.service")
                self.assertEqual(finding["mend"], {"file": "/etc/ssh/sshd_config", "number": 1,
                                                   "line": "PAMServiceName sshd"})

    def test_the_other_stack_is_looked_at(self):
        with self.sshd("PAMServiceName=people", "usepam no\n"), \
                changed(f"{PAM}/people", OURS + PASSWORD + SESSION), \
                changed(f"{PAM}/sshd", PASSWORD), \
                changed(hosts.CONFIG + ".d/also.conf", "[service sshd]\nalso = people\n"):
            ids = self.ids()
            self.assertIn("sshd.usepam", ids)
            self.assertIn("sshd.open", ids)
            self.assertNotIn("sshd.service", ids)

    def test_its_section_is_sshd_s(self):
        for config, count in (("[service people]\n", 1), ("[service sshd]\nalso = people\n", 0)):
            with self.sshd("PAMServiceName people"), \
                    changed(f"{PAM}/people", OURS + PASSWORD + SESSION), \
                    changed(hosts.CONFIG + ".d/people.conf", config):
                found = [each for each in self.doctor() if each["id"] == "sshd.service"]
                self.assertEqual(len(found), count, found)
                for each in found:
                    self.assertEqual(each["mend"]["line"], "[service sshd]\nalso = people")

    def test_without_the_word_it_is_sshd(self):
        with changed(f"{PAM}/people", PASSWORD):
            self.assertNotIn("sshd.service", self.ids())


class Sshd(DoctorCase):
    def settings(self, line):
        more = hosts.SSHD.replace("MaxStartups 200\n", "")
        return changed("/etc/ssh/sshd_config", line + "\n" + more)

    def test_each_setting(self):
        for name, line, mend in SETTINGS:
            with self.subTest(line=line), self.settings(line):
                finding = self.found(name)
                self.assertEqual(finding["mend"]["line"], mend)
                if name not in ("sshd.open", "sshd.key", "sshd.methods"):
                    self.assertEqual((finding["mend"]["file"], finding["mend"]["number"]),
                                     ("/etc/ssh/sshd_config", 1))

    def test_root_by_a_code(self):
        with changed(hosts.CONFIG + ".d/root.conf", "[service sshd]\nroot = yes\n"):
            with self.settings("PermitRootLogin prohibit-password"):
                self.assertEqual(self.found("sshd.root")["mend"]["line"], "PermitRootLogin yes")
            with self.settings("PermitRootLogin yes"):
                self.assertNotIn("sshd.root", self.ids())

    def test_a_broken_stack_asks_us_all_the_same(self):
        with changed(f"{PAM}/sshd", OURS + "atuh required pam_unix.so\n"), \
                self.settings("UsePAM no"):
            self.found("sshd.usepam")

    def test_what_mends_it_does(self):
        with self.settings("\n".join(SOUND)):
            self.assertEqual([each for each in self.ids() if each.startswith("sshd.")], [])

    def test_where_a_line_counts(self):
        """The first word on a subject counts, in whatever file it stands."""
        with changed("/etc/ssh/sshd_config.d/01-vendor.conf", "\n UsePAM=no\n"):
            finding = self.found("sshd.usepam")
            self.assertEqual((finding["mend"]["file"], finding["mend"]["number"]),
                             ("/etc/ssh/sshd_config.d/01-vendor.conf", 2))
        with changed("/etc/ssh/sshd_config", "PasswordAuthentication no\nUsePAM yes\n"
                     "KbdInteractiveAuthentication yes\n"):
            self.assertEqual(self.found("sshd.grace")["mend"],
                             {"file": "/etc/ssh/sshd_config", "line": "LoginGraceTime 300"})

    def test_a_block_ends_with_its_file(self):
        with changed("/etc/ssh/sshd_config.d/05-block.conf", "Match User x\n\tMaxSessions 3\n"), \
                changed("/etc/ssh/sshd_config.d/06-after.conf", "LoginGraceTime 60\n"):
            self.assertEqual(self.found("sshd.grace")["mend"]["file"],
                             "/etc/ssh/sshd_config.d/06-after.conf")

    def test_settings_that_sshd_does_not_take(self):
        with self.settings("UsePAM perhaps"):
            self.assertIn("line 1", self.found("sshd.config")["cause"])

    def test_no_sshd(self):
        with changed("/usr/sbin/sshd"):
            self.assertEqual(self.found("sshd.missing")["mend"]["command"],
                             "apt install openssh-server")


class Exempt(DoctorCase):
    BLOCK = "/etc/ssh/sshd_config.d/20-match.conf"
    BOTH = "/etc/ssh/sshd_config.d/05-both.conf"

    def test_each_block(self):
        for name, text, words in MATCHES:
            with self.subTest(text=text), changed(self.BLOCK, text):
                finding = self.found(name)
                self.assertIn(words, finding["cause"])
                self.assertEqual((finding["mend"]["file"], finding["mend"]["number"]),
                                 (self.BLOCK, 1 + text[:text.index("Match")].count("\n")))

    def test_blocks_that_do_not_go_past_us(self):
        with changed(self.BOTH, "AuthenticationMethods publickey,keyboard-interactive:pam\n"):
            for text in NO_MATCHES:
                with changed(self.BLOCK, text):
                    self.assertEqual([each for each in self.ids() if "exempt" in each], [], text)

    def test_blocks_beside_a_key_alone(self):
        for text in LOOSE_MATCHES:
            with changed(self.BLOCK, text):
                self.found("exempt.unowned")


class Files(DoctorCase):
    def test_each_fault(self):
        for name, path, change, mend in FILES:
            before = os.stat(path)
            with self.subTest(path=path, name=name):
                change(path)
                finding = self.found(name)
                self.assertEqual(finding["mend"]["command"], mend.format(path))
                subprocess.run(finding["mend"]["command"].split(), check=True)
                self.assertNotIn(name, self.ids())
            os.chown(path, before.st_uid, before.st_gid)
            os.chmod(path, before.st_mode & 0o7777)

    def test_a_link_in_place_of_what_was_found(self):
        """smsotp can put one there before root has typed the command."""
        other = "/etc/other"
        hosts.write(other, "", 0o644)
        self.addCleanup(os.unlink, other)
        for name, path, change, _ in FILES:
            if not path.startswith("/var/lib/smsotp/"):
                continue
            before, there = os.stat(path), os.stat(other)
            change(path)
            command = self.found(name)["mend"]["command"]
            with changed(path):
                os.symlink(other, path)
                subprocess.run(command.split(), check=False, stderr=subprocess.DEVNULL)
            after = os.stat(other)
            self.assertEqual((after.st_uid, after.st_mode), (there.st_uid, there.st_mode), command)
            os.chown(path, before.st_uid, before.st_gid)
            os.chmod(path, before.st_mode & 0o7777)

    def test_missing(self):
        with changed(hosts.PASSWORD_FILE):
            self.assertIn(hosts.PASSWORD_FILE, self.found("file.missing")["cause"])

    def test_a_link(self):
        with changed("/var/log/smsotp"):
            os.symlink("/tmp", "/var/log/smsotp")
            self.assertIn("no directory", self.found("file.kind")["cause"])

    def test_no_user(self):
        text = re.sub(r"(?m)^smsotp-send:.*\n", "", read("/etc/passwd"))
        with changed("/etc/passwd", text):
            self.assertEqual(self.found("file.user")["mend"]["command"],
                             "systemd-sysusers smsotp.conf")

    def test_a_config_that_is_not_taken(self):
        with changed(hosts.CONFIG + ".d/wrong.conf", "[code]\ndigits = 99\n"):
            self.assertIn("wrong.conf:2: [code] digits", self.found("config.broken")["cause"])

    def test_units(self):
        script = "#!/bin/sh\n[ \"$1\" = is-enabled ] && echo {}\n"
        os.makedirs("/run/systemd/system")
        self.addCleanup(os.removedirs, "/run/systemd/system")
        for state, count in (("disabled", 1), ("masked", 3), ("enabled", 0)):
            with changed("/usr/bin/systemctl", script.format(state)):
                os.chmod("/usr/bin/systemctl", 0o755)
                found = [each for each in self.doctor() if each["id"] == "unit.disabled"]
            self.assertEqual(len(found), count)
            self.provoked.update(each["id"] for each in found)
            for each in found:
                command = each["mend"]["command"]
                self.assertEqual(command.startswith("systemctl unmask "), state == "masked", command)
                self.assertEqual("no text leaves" in each["cause"], "smsotp-send" in command)
        # A systemctl that cannot be asked says nothing against them.
        with changed("/usr/bin/systemctl"):
            self.assertEqual(self.errors(), [])


class Daemon(DoctorCase):
    def test_what_it_says(self):
        whole = self.host.ctl("status", "--json")
        for name, changes, mend in REPLIES:
            with self.subTest(changes=changes), \
                    daemon_that_says(json.dumps({**json.loads(whole), **changes})) \
                    as path:
                found = self.found(name, "--socket", path)["mend"]
                self.assertIn(mend, found.get("command", found.get("line")))
        with daemon_that_says(whole) as path:
            self.assertEqual(self.errors("--socket", path), [])
        with daemon_that_says(None) as path:
            self.assertIn("did not answer", self.found("daemon.refused", "--socket", path)["cause"])

    def test_nobody_there(self):
        self.away()
        self.assertEqual([each["id"] for each in self.errors()], ["daemon.away"])
        self.found("daemon.away")

    def test_a_socket_that_nothing_can_listen_at(self):
        cause = self.found("daemon.away", "--socket", "/run/" + "n" * 200)["cause"]
        self.assertIn("(File name too long)", cause)


class Gateway(DoctorCase):
    def config(self, text):
        return changed(hosts.CONFIG + ".d/gateway.conf", text)

    def test_stub(self):
        with self.config("[gateway]\nstub = yes\n"):
            self.assertIn("/run/smsotp/stub.log", self.found("gateway.stub")["cause"])

    def test_ids(self):
        with self.config("[gateway]\nentity_id =\n"):
            self.assertIn("entity_id", self.found("gateway.dlt")["mend"]["line"])
        with changed("/root/other.conf", read(hosts.CONFIG).replace("entity_id", "#entity_id")):
            finding = self.found("gateway.dlt", "--config", "/root/other.conf")
            self.assertEqual(finding["mend"]["file"], "/root/other.conf")
        for more in ("dlt = panel", "allow_prefixes = +1"):
            with self.config(f"[gateway]\nentity_id =\n{more}\n"):
                self.assertNotIn("gateway.dlt", self.ids())

    def test_password(self):
        with changed(hosts.PASSWORD_FILE, "\n"):
            shutil.chown(hosts.PASSWORD_FILE, "smsotp-send")
            self.assertIn("is empty", self.found("gateway.password")["cause"])

    def test_unreachable(self):
        with self.config("[gateway]\nurl = https://127.0.0.1:9/\n"):
            finding = self.found("gateway.unreachable")
            self.assertIn("connect", finding["cause"])
            self.assertEqual(finding["mend"]["command"], "curl -v --proxy '' https://127.0.0.1:9/")
        with self.config("[gateway]\nca_file =\n"):
            self.assertIn("certificate", self.found("gateway.unreachable")["cause"])

    def test_parts_alone(self):
        """smsotp.conf itself may be missing: what is in its parts is tried all the same."""
        with changed(hosts.CONFIG), self.config(read(hosts.CONFIG + "~")):
            self.assertEqual(self.errors(), [])
            with changed(hosts.CONFIG + ".d/later.conf", "[gateway]\nurl = https://127.0.0.1:9/\n"):
                self.found("gateway.unreachable")

    def test_no_sender(self):
        with changed("/usr/libexec/smsotp/smsotp-send"):
            self.assertIn("not installed", self.found("gateway.unchecked")["cause"])

    def check(self):
        """What smsotp-send --check says, and its exit status."""
        done = subprocess.run(["/usr/libexec/smsotp/smsotp-send", "--check"], check=False,
                              capture_output=True, text=True, timeout=30, env=self.host.sanitized)
        said = json.loads(done.stdout)
        return said["step"], done.returncode, said["expires"]

    def test_the_check_itself(self):
        seen = self.host.gateway_saw()
        step, status, expires = self.check()
        self.assertEqual((step, status), ("done", 0))
        self.assertGreater(expires, time.time())
        self.assertEqual(self.host.gateway_saw(), seen)
        for text, expected in (("[gateway]\nstub = yes\n", ("stub", 0, 0)),
                               ("[code]\ndigits = 99\n", ("config", 1, 0)),
                               ("[gateway]\npassword_file = /nowhere\n", ("password", 1, 0)),
                               ("[gateway]\nurl = https://127.0.0.1:9/\n", ("connect", 1, 0))):
            with self.config(text):
                self.assertEqual(self.check(), expected)
        # It reads the password as the user that the service runs as, not as root.
        shutil.chown(hosts.PASSWORD_FILE, "root")
        self.addCleanup(shutil.chown, hosts.PASSWORD_FILE, "smsotp-send")
        self.assertEqual(self.check(), ("password", 1, 0))

    def certificate(self, days):
        """A server whose certificate ends in so many days; the lines that make it the gateway."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", str(days), "-subj",
                        "/CN=gateway", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                        "/run/short.key", "-out", "/run/short.pem"], check=True,
                       capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # A client that goes with any of them unread resets the connection.
        context.num_tickets = 0
        context.load_cert_chain("/run/short.pem", "/run/short.key")
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        self.said = []

        def serve():
            with contextlib.suppress(OSError):
                peer, _ = listener.accept()
                with context.wrap_socket(peer, server_side=True) as secure:
                    self.said.append(secure.recv(1000))
        self.server = threading.Thread(target=serve, daemon=True)
        self.server.start()
        return (f"[gateway]\nurl = https://127.0.0.1:{listener.getsockname()[1]}/\n"
                "ca_file = /run/short.pem\n")

    def test_certificate_that_ends_soon(self):
        for days, found in ((29, True), (31, False)):
            with self.config(self.certificate(days)):
                findings = self.doctor()
            self.server.join(10)
            # Not a byte of a request came.
            self.assertEqual(self.said, [b""])
            names = [each["id"] for each in findings if each["id"].startswith("gateway.")]
            self.assertEqual(names, ["gateway.certificate"] if found else [])
            for each in findings:
                if each["id"] in names:
                    subprocess.run(shlex.split(each["mend"]["command"]), check=False,
                                   capture_output=True)
            self.provoked.update(names)


class Sudo(DoctorCase):
    def test_each_rule(self):
        base = read("/etc/sudoers")
        for name, rule, words in RULES:
            with self.subTest(rule=rule), changed("/etc/sudoers", base + rule + "\n"), \
                    changed("/etc/sudoers.more", "dora ALL=(ALL) NOPASSWD: ALL\n"):
                self.assertIn(words, self.found(name)["cause"])

    def test_another_program_s_settings_leave_nothing_out(self):
        with changed("/etc/cvtsudoers.conf", "match = user=nobody\nsuppress = privileges\n"), \
                changed("/etc/sudoers", read("/etc/sudoers") + "bob ALL=(ALL) NOPASSWD: ALL\n"):
            self.found("sudo.nopasswd")

    def test_rules_that_ask(self):
        self.assertEqual([each for each in self.ids() if each.startswith("sudo.")], [])

    def test_rules_from_elsewhere(self):
        for line, place in (("sudoers: files sss", "sss"), ("sudoers:\tldap", "ldap"),
                            ("x: y\n sudoers: [a=b c=d] file # sss", "file"),
                            ("sudoers: sss [success=return] files", "sss")):
            with changed("/etc/nsswitch.conf", line + "\n"):
                self.assertIn(f"rules from {place}, too", self.found("sudo.elsewhere")["cause"])
        for line in ("sudoers: files", "sudoers:", "passwd: files sss", "#sudoers: sss",
                     "sudoers: [x=sss] files [a=b c=d] # sss", "sudoers: files\nsss"):
            with changed("/etc/nsswitch.conf", line):
                self.assertNotIn("sudo.elsewhere", self.ids(), line)
        with changed("/etc/nsswitch.conf"):
            self.assertNotIn("sudo.elsewhere", self.ids())

    def test_unread(self):
        with changed("/etc/sudoers", "this is none\n"):
            self.assertEqual(self.found("sudo.unread")["mend"]["command"], "visudo -c")


class Whole(DoctorCase):
    """Runs last: a finding that no test provokes is one that nobody has seen."""

    # A clock is the host's: tests/unit/test_doctor.c hands in another.
    ELSEWHERE = {"clock.year", "clock.loose"}

    def test_every_finding_was_provoked(self):
        table = set(re.findall(r'\{"([a-z]+\.[a-z]+)",\s+SEVERITY_',
                               read(hosts.PROJECT + "/src/smsotpctl/finding.c")))
        self.assertGreater(len(table), 40)
        self.assertEqual(table - self.provoked - self.ELSEWHERE, set())

    def test_every_finding_is_in_the_manual(self):
        source = read(hosts.PROJECT + "/src/smsotpctl/finding.c")
        page = set(re.findall(r"(?m)^\.It Li ([a-z]+\.[a-z]+)$",
                              read(hosts.PROJECT + "/man/smsotpctl.8")))
        self.assertEqual(page, set(re.findall(r'\{"([a-z]+\.[a-z]+)",\s+SEVERITY_', source)))

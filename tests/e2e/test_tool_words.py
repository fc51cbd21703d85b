# SPDX-License-Identifier: BSD-3-Clause
"""What smsotpctl and both daemons say to what they are not to be told: words, lines and files."""

import json
import os
import pty
import subprocess

import pexpect

import hosts
from test_doctor import daemon_that_says
from test_smsotpctl import AWAY, REFUSED, USAGE, Tool

TOOL = ["/usr/sbin/smsotpctl", "--config", hosts.CONFIG]
LONG_NAME = "/run/" + "/".join(["n" * 200] * 25)


class Words(Tool):
    def raw(self, words, **more):
        """(status, standard error) of a run that takes bytes."""
        done = subprocess.run([*TOOL, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=20, check=False, **more)
        return done.returncode, done.stderr.decode(errors="replace")

    def refused(self, status, says, words, **more):
        got, said = self.raw(words, **more)
        self.assertEqual(got, status, (words, said))
        self.assertIn(says, said, words)

    def test_nothing_that_drives_a_terminal(self):
        """Of what smsotpd says, who is not root."""
        with daemon_that_says('{"ok": false, "error": "\\u009b31m\\u001b[2Jgone"}') as path:
            for says in ("refused", "smsotpctl: ?31m?[2Jgone\n"):
                self.refused(REFUSED, says, ["--socket", path, "report"])

    def test_json_on_a_terminal(self):
        words = ["--json", "report", "--socket"]
        with daemon_that_says('{"ok": true, "services": [{"service": "\\u009b31m"}]}') as path:
            for says in (b'"ok": false', b'"\\u009B31m"'):
                said = pexpect.spawn(TOOL[0], [*words, path], timeout=20).read()
                self.assertIn(says, said)

    def test_lines(self):
        user = self.user()
        set_user = ["identity", "set", user.name]
        for text, says in ((b"uid: 1\nuid: 2\n", "two lines are for uid"),
                           (b"phone: \xff\xfe\n", "not UTF-8"),
                           (b"x" * (1 << 20), "")):
            self.refused(USAGE, says, set_user, input=text)
        self.refused(REFUSED, "the input is too long for one request", ["schema", "set"],
                     input=b"a: b\n" * 3000)
        for text, says in ((b"phone: phone frob\n", "identifier and required only"),
                           (b"phone: " + b"x" * 500 + b"\n", "is too long"),
                           (b"phone: \xff\n", "not UTF-8")):
            self.refused(USAGE, says, ["schema", "set"], input=text)
        directory = os.open("/run", os.O_RDONLY)
        self.addCleanup(os.close, directory)
        self.refused(REFUSED, "standard input", set_user, stdin=directory)
        self.tool(*set_user, input=f"uid: {user.uid}  \t\n")

    def test_a_terminal_is_told_what_to_type(self):
        user = self.user()
        hosts.write("/run/rows", "name,uid\n")
        for words in (["identity", "set", user.name], ["import", "-", "--format", "csv"]):
            ours, theirs = pty.openpty()
            os.write(ours, b"\x04")
            got, said = self.raw(words, stdin=theirs)
            os.close(ours)
            os.close(theirs)
            self.assertIn("End with ^D", said, words)
            self.assertIn(got, (USAGE, REFUSED), words)

    def test_files(self):
        hosts.write("/run/rows", "name,uid\nrow1,7001\n")
        self.refused(REFUSED, "/run: ", ["import", "/run"])
        self.refused(USAGE, "only one of both", ["import", "-", "--only", "-"], input=b"")
        self.tool("import", "/run/rows", "--format", "csv")
        hosts.write("/run/rows", "name,uid\nrow1,7002\n")
        self.assertIn("change row1: uid", self.tool("import", "/run/rows", "--format", "csv",
                                                    "--dry-run", "--max-change", "100"))
        self.assertIn("row1,7001", self.tool("export", "--reveal", "--format", "csv"))
        self.refused(USAGE, "name of the file is too long", ["export", "--output", LONG_NAME])
        self.refused(REFUSED, "/run/none/x", ["export", "--output", "/run/none/x"])
        self.refused(REFUSED, "no regular file", ["export", "--output", "/run"])
        self.assertEqual([name for name in os.listdir("/") if name.startswith("run.")], [])
        self.refused(USAGE, "--output", ["export", "--json", "--reveal"])

    def test_paths_that_are_too_long(self):
        self.refused(USAGE, "the path of the socket is too long", ["--socket", LONG_NAME, "status"])
        # As much as one holds, with its NUL.
        self.refused(USAGE, "is too long", ["--socket", "/run/" + "n" * 103, "status"])
        self.refused(AWAY, "No such file", ["--socket", "/run/" + "n" * 102, "status"])
        self.refused(REFUSED, "File name too long; it stays as it was",
                     ["stats", "--output", LONG_NAME])

    def test_an_export_that_finds_no_room(self):
        self.user()
        os.mkdir("/run/full")
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "full", "/run/full"], check=True)
        self.addCleanup(subprocess.run, ["umount", "--lazy", "/run/full"], check=True)
        hosts.write("/run/full/people", "as it was\n")
        self.refused(REFUSED, "/run/full/people: No space left on device",
                     ["export", "--output", "/run/full/people"])
        self.assertEqual(os.listdir("/run/full"), ["people"])
        with open("/run/full/people", encoding="ascii") as file:
            self.assertEqual(file.read(), "as it was\n")

    def test_a_full_output(self):
        with open("/dev/full", "wb") as full:
            for words in (["status"], ["doctor"], ["stats"], ["export", "--reveal"],
                          ["--help"]):
                done = subprocess.run([*TOOL, *words], stdout=full, stderr=subprocess.PIPE,
                                      timeout=20, check=False)
                self.assertEqual(done.returncode, REFUSED, words)
                self.assertIn(b"standard output", done.stderr, words)

    def test_shown(self):
        user, other = self.user(), self.user(number=False)
        self.assertIn("known        no place", self.tool("status", user.name))
        self.tool("identity", "set", user.name, input="phone: +91 99999 00099\n")
        self.assertIn("no text until", self.tool("identity", "show", user.name))
        self.refused(USAGE, "takes a file with a public key",
                     ["explain", user.name, "--key", "/run/none"])
        self.refused(USAGE, "not UTF-8", ["explain", b"\xff"])
        self.assertIn("unknown: ", self.tool("explain", other.name))


class Daemons(Tool):
    def test_command_lines(self):
        for program, wrong in (("/usr/sbin/smsotpd", 2), ("/usr/libexec/smsotp/smsotp-send", 64)):
            for words, status in ((["extra"], wrong), (["--frob"], wrong), (["--version"], 0),
                                  (["--help"], 0)):
                done = subprocess.run([program, *words], capture_output=True, timeout=10,
                                      check=False)
                self.assertEqual(done.returncode, status, (program, words))
                self.assertTrue((done.stderr if status else done.stdout), (program, words))

    def sender(self, *words):
        """(exit status, standard output, standard error) of smsotp-send."""
        done = subprocess.run(["/usr/libexec/smsotp/smsotp-send", *words], check=False, text=True,
                              capture_output=True, timeout=10, env=self.host.sanitized)
        return done.returncode, done.stdout, done.stderr

    def test_a_check_of_a_strange_path_is_json(self):
        status, said, _ = self.sender("--config", '/run/a"b\\c\x07\u00e9', "--check")
        self.assertEqual(status, 1)
        said = json.loads(said)
        self.assertEqual(said["step"], "config")
        self.assertIn('/run/a"b\\c???: cannot be opened', said["reason"])

    def test_a_sender_that_cannot_start(self):
        """It says what to mend, and leaves what it found."""
        hosts.write("/run/other.conf", "[paths]\nrun = /run/other\n[gateway]\nstub = yes\n")
        os.mkdir("/run/other", 0o711)
        for name, mode, says in (
                ("send.sock", 0o600, "/run/other/send.sock is no socket: move it away"),
                ("stub.log", 0o640, "stub.log holds codes and is open to others (mode 0640)"),
                (".", 0o777, "others may write in /run/other and could replace its sockets")):
            path = f"/run/other/{name}"
            if name != ".":
                hosts.write(path, "mine\n")
            os.chmod(path, mode)
            status, _, said = self.sender("--config", "/run/other.conf")
            self.assertEqual(status, 1, name)
            self.assertIn("smsotp-send cannot start: ", said, name)
            self.assertIn(says, said, name)
            if name != ".":
                with open(path, encoding="ascii") as file:
                    self.assertEqual(file.read(), "mine\n")
                os.unlink(path)

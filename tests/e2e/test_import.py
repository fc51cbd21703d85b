# SPDX-License-Identifier: BSD-3-Clause
"""Identities by the thousand: a large import holds up no sign-in, is all or nothing whatever ends
it, and an export lets no phone out by accident."""

import glob
import hashlib
import json
import os
import signal
import stat
import subprocess

import frames
import hosts
import pexpect
from dialogues import DialogueCase
from wait import until

ROWS = 200_000
REFUSED, USAGE, CHANGES = 1, 2, 4
CTL = ["/usr/sbin/smsotpctl", "--config", hosts.CONFIG]
STORE = "/var/lib/smsotp/identity/data.mdb"
FILE = "/root/many.csv"


def write_rows(path, count, phone="+91 99999 00001", letter="m"):
    """Each letter has names and uids of its own."""
    first = ord(letter) * 1_000_000
    with open(path, "w", encoding="ascii") as file:
        file.write("name,uid,phone\n")
        file.writelines(f"{letter}{i:06d},{first + i},{phone}\n" for i in range(count))


def digest():
    with open(STORE, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


class ImportCase(DialogueCase):
    # Many numbers of six digits are in the logs of these, and no codes.
    CONFIG = {"store": {"identity_size": 256}, "identity": {"quarantine": 0},
              "code": {"digits": 8}}

    def tool(self, *words, status=0, **more):
        done = self.host.ctl(*words, check=False, **more)
        self.assertEqual(done.returncode, status, f"{words}: {done.stdout}{done.stderr}")
        return done

    def counts(self, *words, **more):
        reply = json.loads(self.tool("import", "--json", *words, **more).stdout)
        return tuple(reply[name] for name in ("added", "changed", "removed", "unchanged"))

    def start(self, *words):
        return self.start_tool("import", *words)

    def start_tool(self, *words):
        # pylint: disable=consider-using-with
        process = subprocess.Popen([*CTL, *words], text=True, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=self.host.sanitized)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def child(self):
        """The pid of smsotpd's child, 0 for none."""
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(path, encoding="ascii", errors="replace") as file:
                    words = file.read().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(words[1]) == self.host.smsotpd.pid and words[0] != "Z":
                return int(path.split("/")[2])
        return 0

    def at_work(self):
        """The child, once it has read for a while."""
        child = until(self.child, "child of smsotpd")

        def busy():
            with open(f"/proc/{child}/stat", encoding="ascii") as file:
                return int(file.read().rpartition(")")[2].split()[11]) >= 10
        until(busy, "work of the child")
        return child

    strangers = 0

    def guesses(self, count):
        """So many sign-ins under names of nobody, each with its prompt and its verdict."""
        for _ in range(count):
            ImportCase.strangers += 1
            number = ImportCase.strangers
            stranger = frames.Stranger(f"nobody{number}", f"10.{number >> 8 & 255}.{number & 255}.1")
            self.assertEqual(stranger.verdict(), frames.ASK)
            self.assertEqual(stranger.guess(), frames.ASK)

    def identities(self):
        return json.loads(self.tool("status", "--json").stdout)["identities"]


class Large(ImportCase):
    def test_sign_ins_go_on(self):
        """Counted while the import runs, whatever it takes."""
        user = self.user()
        dialogue, code = self.begun(user)
        write_rows(FILE, ROWS, letter="g")
        process, answered = self.start(FILE), 0
        while process.poll() is None:
            self.guesses(1)
            answered += 1
        self.assertEqual(process.returncode, 0, process.stderr.read())
        self.assertIn(f"added {ROWS}", process.stdout.read())
        self.assertGreater(answered, 20)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

    def test_sign_ins_while_the_import_stands_still(self):
        """However long it takes: prompt, text, verdict. Who else would write identities is told."""
        write_rows(FILE, ROWS, "+91 99999 00002")
        user = self.user()
        before = self.identities()
        process = self.start(FILE)
        child = self.at_work()
        os.kill(child, signal.SIGSTOP)
        self.addCleanup(self.gone, child)
        dialogue, code = self.begun(user)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)
        self.guesses(50)
        self.assertIn("alice", self.tool("identity", "show", "alice", status=REFUSED).stderr)
        for words, text in ((("identity", "set", "alice"), "uid: 7\n"), (("schema", "set"), "a: email\n")):
            self.assertIn("an import is under way",
                          self.tool(*words, status=REFUSED, input=text).stderr)
        waiting = [self.start_tool(*words) for words in (
            ("import", FILE), ("report",), ("identity", "list", "--json"), ("export", "--reveal"))]
        self.guesses(5)
        self.assertEqual([other.poll() for other in waiting], [None] * len(waiting))
        os.kill(child, signal.SIGCONT)
        self.assertEqual(process.wait(60), 0, process.stderr.read())
        said = [other.communicate(timeout=60)[0] for other in waiting]
        self.assertEqual([other.returncode for other in waiting], [0] * len(waiting))
        self.assertIn(f"unchanged {ROWS}", said[0])
        self.assertGreaterEqual(len(json.loads(said[2])["identities"]), ROWS)
        self.assertGreaterEqual(said[3].count("\n"), ROWS)
        self.assertGreaterEqual(self.identities(), max(ROWS, before))
        self.tool("identity", "set", user.name, input="uid: 7\n")

    def gone(self, child):
        try:
            os.kill(child, signal.SIGCONT)
        except ProcessLookupError:
            pass

    def ended(self, end):
        """What `end` does to the import or to its asker in the middle leaves everything as it was."""
        write_rows(FILE, ROWS, "+91 99999 00003")
        self.user()
        before, identities = digest(), self.identities()
        process = self.start("--max-change", "100", FILE)
        child = self.at_work()
        end(child, process)
        self.assertNotEqual(process.wait(20), 0)
        until(lambda: not self.child(), "end of the child")
        self.assertEqual((digest(), self.identities()), (before, identities))
        self.guesses(1)
        return process

    def test_child_killed(self):
        process = self.ended(lambda child, _: os.kill(child, signal.SIGKILL))
        self.assertIn("ended without a reply; repeat", process.stderr.read())
        self.host.event(lambda line: "identity.imported" in line and "without a word of it" in line)
        self.tool("identity", "set", "after", input="uid: 8\n")
        self.tool("identity", "remove", "after")

    def test_asker_interrupted(self):
        self.ended(lambda _, process: process.send_signal(signal.SIGINT))

    def test_daemon_killed(self):
        self.ended(lambda _, process: self.killed())

    def killed(self):
        self.host.smsotpd.kill()
        self.host.smsotpd.start()


class Changes(ImportCase):
    def test_same_file_again(self):
        write_rows(FILE, 1000, letter="s")
        self.assertEqual(self.counts(FILE), (1000, 0, 0, 0))
        before = digest()
        self.assertEqual(self.counts(FILE), (0, 0, 0, 1000))
        self.assertEqual(digest(), before)
        self.host.event(lambda line: "identity.imported" in line and "added 1000" in line)
        self.assertEqual(len([line for line in self.host.events()
                              if "identity.imported" in line and "added 1000" in line]), 1)
        write_rows("/root/less.csv", 100, letter="s")
        done = self.tool("import", "--replace", "/root/less.csv", status=CHANGES)
        self.assertIn("nothing was changed", done.stderr)
        self.assertEqual(digest(), before)
        for more, status in ((("--max-change", "100%"), 0), ((), CHANGES)):
            done = self.tool("import", "--replace", "--dry-run", *more, "/root/less.csv", status=status)
            self.assertIn("remove s000999", done.stdout.split("\n"))
            self.assertRegex(done.stdout[-100:], r"would be: added 0, changed 0, removed [1-9]")
            self.assertEqual(digest(), before)
        hosts.write("/root/names", "s000000\ns000999\n", 0o600)
        done = self.tool("import", "--replace", "--only", "/root/names", "/root/less.csv")
        self.assertIn("removed 1, unchanged 1", done.stdout)
        self.assertIn("the file has no s000999", done.stderr)
        for wrong in ("101", "-1", "x", "5 x"):
            self.tool("import", "--max-change", wrong, FILE, status=USAGE)
        self.tool("import", "--format", "xml", FILE, status=USAGE)

    def test_faults(self):
        hosts.write("/root/bad.csv", "name,uid\nb1,x\nb2,1\nb3,y\n", 0o600)
        done = self.tool("import", "/root/bad.csv", status=REFUSED)
        self.assertRegex(done.stderr, r"(?s)^/root/bad\.csv:2: uid .*\n/root/bad\.csv:4: uid .*\n"
                                      r"smsotpctl: the file has 2 faults, and nothing was changed")
        self.assertEqual(done.stdout, "")
        reply = json.loads(self.tool("import", "--json", "/root/bad.csv", status=REFUSED).stdout)
        self.assertEqual([fault["line"] for fault in reply["errors"]], [2, 4])
        done = self.tool("import", "-", status=REFUSED, input='{"name": "b1", "uid": "x"}\n')
        self.assertTrue(done.stderr.startswith("standard input:1: uid"), done.stderr)

    def test_new_phone_voids_a_code_on_its_way(self):
        user, other = self.user(), self.user()
        dialogue, code = self.begun(user)
        hosts.write("/root/one.csv", f"name,phone\n{user.name},{other.phone.number}\n", 0o600)
        reply = json.loads(self.tool("import", "--json", "/root/one.csv").stdout)
        self.assertEqual((reply["changed"], reply.keys() & {"events", "news"}), (1, set()))
        self.host.event(lambda line: "phone.changed" in line and user.name in line)
        dialogue.answer(code)
        self.assertIn("not right", dialogue.prompt())

    def test_progress_at_a_terminal_only(self):
        write_rows(FILE, 50_000, "+91 99999 00005")
        self.assertNotIn("done", self.tool("import", FILE).stderr)
        write_rows(FILE, 50_000, "+91 99999 00006")
        shown = pexpect.spawn(CTL[0], [*CTL[1:], "import", FILE], env={**os.environ, **self.host.sanitized},
                              timeout=60, encoding="utf-8")
        self.addCleanup(shown.close)
        shown.expect(r"\d+ done, \d+ %, \d+ a second")
        shown.expect(r"added 0, changed 50000, removed 0, unchanged 0\r\n")


class Export(ImportCase):
    def test_no_phone_by_accident(self):
        user = self.user()
        digits = user.phone.digits
        done = self.tool("export", status=USAGE)
        self.assertIn("--output FILE", done.stderr)
        self.assertEqual(done.stdout, "")
        self.tool("export", "--reveal", "--output", "/root/both", status=USAGE)
        self.assertIn(digits, self.tool("export", "--reveal").stdout)
        os.umask(0o022)
        for mode, status in ((0o644, REFUSED), (0o600, 0)):
            with open("/root/shell.jsonl", "w", encoding="utf-8") as file:
                os.fchmod(file.fileno(), mode)
                done = subprocess.run([*CTL, "export", "--reveal"], stdout=file, check=False,
                                      stderr=subprocess.PIPE, env=self.host.sanitized)
            self.assertEqual(done.returncode, status)
            self.assertEqual(os.path.getsize("/root/shell.jsonl") > 0, status == 0)
        hosts.write("/root/out.jsonl", "old", 0o644)
        os.link("/root/out.jsonl", "/root/hold-of-it")
        self.tool("export", "--output", "/root/out.jsonl")
        self.assertEqual(stat.S_IMODE(os.stat("/root/out.jsonl").st_mode), 0o600)
        with open("/root/hold-of-it", encoding="utf-8") as held:
            self.assertEqual(held.read(), "old")
        os.symlink("/dev/null", "/root/link")
        for path in ("/dev/stdout", "/root/link", "/root"):
            self.assertIn("no regular file", self.tool("export", "--output", path, status=REFUSED).stderr)
        self.assertEqual(glob.glob("/root/out.jsonl.*"), [])

    def test_backup_and_restore(self):
        user = self.user()
        self.tool("export", "--output", "/root/backup.jsonl")
        before = digest()
        self.assertEqual(self.counts("--replace", "/root/backup.jsonl")[:3], (0, 0, 0))
        self.assertEqual(digest(), before)
        self.host.smsotpd.stop()
        for path in glob.glob("/var/lib/smsotp/*/*") + ["/var/lib/smsotp/key"]:
            os.remove(path)
        self.host.smsotpd.start()
        self.assertEqual(self.identities(), 0)
        self.tool("import", "/root/backup.jsonl")
        self.tool("export", "--output", "/root/again.jsonl")
        with open("/root/backup.jsonl", "rb") as one, open("/root/again.jsonl", "rb") as other:
            self.assertEqual(one.read(), other.read())
        dialogue, code = self.begun(user)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

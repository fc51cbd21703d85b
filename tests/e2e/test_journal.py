# SPDX-License-Identifier: BSD-3-Clause
"""The journal's side of the trail: an entry with fields for each event; and a journal that does not
read, or a disk without room, which change no frame of a login and keep nobody waiting."""

import json
import os
import shutil
import socket
import subprocess

import daemon
import hosts
import relay
import wait
from dialogues import DialogueCase, left
from phone import wrong

SOCKET = "/run/systemd/journal/socket"
STACK = "/etc/pam.d/sshd"


class Journal:
    """A stand-in for journald's socket; it keeps entries as dictionaries, while it reads."""

    def __init__(self):
        os.makedirs(os.path.dirname(SOCKET), exist_ok=True)
        if os.path.exists(SOCKET):
            os.unlink(SOCKET)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(SOCKET)
        os.chmod(SOCKET, 0o666)
        self.socket.setblocking(False)

    def read(self):
        """What has come since the last call."""
        entries = []
        while True:
            try:
                text = self.socket.recv(65536).decode("ascii")
            except BlockingIOError:
                return entries
            assert text.endswith("\n"), text
            entries.append(dict(line.split("=", 1) for line in text[:-1].split("\n")))

    def fill(self):
        """Until it has no room; nobody reads."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as filler:
            filler.setblocking(False)
            try:
                while True:
                    filler.sendto(b"MESSAGE=filler\n", SOCKET)
            except BlockingIOError:
                pass

    def close(self):
        self.socket.close()
        os.unlink(SOCKET)


class Stream:
    """What systemd gives a service for standard error: a stream to the journal. Full, and nobody
    reads it; a write that waits would wait for ever."""

    def __init__(self):
        self.ours, self.theirs = socket.socketpair()
        self.theirs.setblocking(False)
        try:
            while True:
                self.theirs.send(b"x" * 4096)
        except BlockingIOError:
            pass
        self.theirs.setblocking(True)

    def name(self):
        status = os.fstat(self.theirs.fileno())
        return f"{status.st_dev}:{status.st_ino}"


class Stalled(daemon.Daemon):
    """A daemon whose standard error is such a stream."""

    def __init__(self, like, stream):
        super().__init__(like.name, like.argv, like.ready, like.log,
                         {**like.env, "JOURNAL_STREAM": stream.name()})
        self.stream = stream

    def start(self):
        self.process = subprocess.Popen(self.argv, env=self.env, stdin=subprocess.DEVNULL,
                                        stdout=self.stream.theirs, stderr=self.stream.theirs,
                                        cwd="/", start_new_session=True)
        wait.until(self.is_ready, f"ready {self.name}")
        return self


class JournalCase(DialogueCase):
    CLOCKED = True

    def walk(self):
        """A login with a wrong code and another text, a minute after the one before."""
        self.host.clock.advance(61)
        user = self.user()
        dialogue, code = self.begun(user)
        dialogue.answer(wrong(code))
        self.assertRegex(dialogue.prompt(), left(4))
        self.host.clock.advance(31)
        dialogue.answer("r")
        dialogue.prompt()
        dialogue.answer(user.phone.next_code())
        self.signed_in(dialogue, user.name)
        dialogue.close()
        return user


class Fields(JournalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal = Journal()
        cls.addClassCleanup(cls.journal.close)
        status = os.stat(cls.host.smsotpd.log)
        cls.host.smsotpd.env["JOURNAL_STREAM"] = f"{status.st_dev}:{status.st_ino}"
        cls.host.smsotpd.restart()

    def entries(self, user):
        return [each for each in self.journal.read() if each.get("SMSOTP_USER") == user.name]

    def test_each_event_with_the_fields_of_its_line(self):
        self.journal.read()
        seen = len(self.host.events())
        user = self.walk()
        wait.until(lambda: "session.close" in self.host.events()[-1], "the session's end")
        events = [json.loads(line) for line in self.host.events()[seen:]]
        events = [event for event in events if event.get("user") == user.name]
        entries = self.entries(user)
        self.assertEqual(len(entries), len(events))
        for event, entry in zip(events, entries):
            del event["time"]
            words = {True: "yes", False: "no"}
            self.assertEqual({name[len("SMSOTP_"):].lower(): value
                              for name, value in entry.items() if name.startswith("SMSOTP_")},
                             {name: words[value] if isinstance(value, bool) else str(value)
                              for name, value in event.items()})
            self.assertEqual(entry["SYSLOG_IDENTIFIER"], "smsotpd")
            self.assertTrue(entry["MESSAGE"].startswith(event["event"] + " "))
        self.assertEqual({entry["PRIORITY"] for entry in entries}, {"5", "6"})
        self.assertNotIn(user.name, self.host.smsotpd.said())

    def test_standard_error_that_is_not_the_journal(self):
        """The variable is inherited by what was started with another standard error."""
        env = self.host.smsotpd.env
        self.addCleanup(self.host.smsotpd.restart)
        self.addCleanup(env.update, JOURNAL_STREAM=env["JOURNAL_STREAM"])
        env["JOURNAL_STREAM"] = "1:1"
        self.host.smsotpd.restart()
        self.journal.read()
        user = self.walk()
        wait.until(lambda: f'user="{user.name}"' in self.host.smsotpd.said(), "line of text")
        self.assertEqual(self.entries(user), [])

    def test_a_journal_that_is_not_there(self):
        os.rename(SOCKET, SOCKET + ".away")
        self.addCleanup(os.rename, SOCKET + ".away", SOCKET)
        user = self.walk()
        wait.until(lambda: f'user="{user.name}"' in self.host.smsotpd.said(), "line of text")

    def test_what_did_not_fit_is_counted(self):
        self.journal.fill()
        user, seen = self.walk(), len(self.host.events())
        self.journal.read()
        other = self.walk()
        wait.until(lambda: "the journal did not read: it lacks" in self.host.smsotpd.said(),
                   "word of it")
        self.assertTrue(self.entries(other))
        lines = "".join(self.host.events())
        self.assertIn(user.name, lines)
        self.assertGreater(len(self.host.events()), seen)


class Equal(JournalCase):
    """The same frames, whatever becomes of the log."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.relay = relay.between(STACK)

    def frames(self):
        """Of a login from begin to close; all users' names are of one length."""
        self.relay.taken()
        self.walk()
        wait.until(lambda: len(self.relay.frames) >= 6, "frames of the whole login")
        return self.relay.taken()

    def sizes(self, frames):
        """Type and size of each answer: those of the questions differ by the port of the peer."""
        return [(kind, answered) for kind, _, answered in frames]

    def test_a_stopped_journal(self):
        usual = self.sizes(self.frames())
        self.assertEqual([kind for kind, _ in usual], [1, 2, 2, 2, 3, 4])
        journal = Journal()
        self.addCleanup(journal.close)
        journal.fill()
        for name in ("smsotpd", "sender"):
            plain = getattr(self.host, name)
            plain.stop()
            stalled = Stalled(plain, Stream()).start()
            self.addCleanup(plain.start)
            self.addCleanup(stalled.stop)
            self.addCleanup(setattr, self.host, name, plain)
            setattr(self.host, name, stalled)
        for _ in range(3):
            self.assertEqual(self.sizes(self.frames()), usual)
        user = self.walk()
        wait.until(lambda: any(user.name in line and "login.granted" in line
                               for line in self.host.events()), "line in the file")

    def test_a_full_disk(self):
        usual = self.sizes(self.frames())
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=0700", "smsotp", hosts.LOG],
                       check=True)
        shutil.chown(hosts.LOG, "smsotp", "smsotp")
        self.addCleanup(self.host.smsotpd.restart)
        self.addCleanup(subprocess.run, ["umount", "--lazy", hosts.LOG], check=True)
        self.host.smsotpd.restart()
        with open(hosts.LOG + "/filler", "wb") as filler:
            try:
                filler.write(b"x" * (1 << 20))
            except OSError:
                pass
        for _ in range(3):
            self.assertEqual(self.sizes(self.frames()), usual)
        wait.until(lambda: f"cannot write {hosts.LOG}/events.jsonl" in self.host.smsotpd.said(),
                   "word of it")

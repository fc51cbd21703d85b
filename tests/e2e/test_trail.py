# SPDX-License-Identifier: BSD-3-Clause
"""The trail: each step of a login once, with its fields; names that do not exist as hashes only; and
a log that cannot be written, which delays nobody."""

import json
import os
import re
import shutil
import signal
import subprocess

import frames
import hosts
import wait
from dialogues import DialogueCase
from phone import wrong

EVENTS = hosts.LOG + "/events.jsonl"
LOGIN = {"id", "service", "source", "source_kind", "place", "uid", "tty", "rhost", "ssh_connection",
         "first_factor", "time", "event"}
STEP = LOGIN | {"user", "phone", "known", "decision", "rule", "effect"}
TEXT = {"id", "user", "stub", "milliseconds", "time", "event"}


class TrailCase(DialogueCase):
    CLOCKED = True

    def since(self, seen, event, count=1):
        """The events of that name behind those that were `seen`, as objects, once there are
        `count`."""
        def found():
            lines = [json.loads(line) for line in self.host.events()[seen:]]
            return [line for line in lines if line["event"] == event]
        wait.until(lambda: len(found()) >= count, f"{count} {event}")
        return found()



class Trail(TrailCase):
    def fields(self, seen, event, names, **values):
        """The one event of that name, its keys and some of its values."""
        events = self.since(seen, event)
        self.assertEqual(len(events), 1, events)
        self.assertEqual(set(events[0]), names, event)
        self.assertEqual({name: events[0][name] for name in values}, values)
        return events[0]

    def test_a_login_from_begin_to_close(self):
        user, seen = self.user(), len(self.host.events())
        dialogue, code = self.begun(user, source="127.0.4.1")
        self.host.clock.advance(30)
        dialogue.answer("r")
        dialogue.prompt()
        code = user.phone.next_code()
        dialogue.answer(wrong(code))
        dialogue.prompt()
        self.host.clock.advance(7)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)
        self.assertNotIn("SMSOTP", dialogue.run_command("env"))
        dialogue.close()
        number = user.phone.number.replace(" ", "")
        masked = number[:3] + "x" * (len(number) - 5) + number[-2:]
        same = {"user": user.name, "service": "sshd", "source": "127.0.4.1", "uid": 0,
                "source_kind": "address", "first_factor": "none"}
        step = {"phone": masked, "known": False, **same}
        begin = self.fields(seen, "login.begin", STEP, effect="text", decision="text", rule="due",
                            **step)
        self.assertRegex(begin["id"], "^[0-9a-f]{32}$")
        self.assertRegex(begin["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertTrue(begin["ssh_connection"].startswith("127.0.4.1 "))
        same["id"] = step["id"] = begin["id"]
        self.fields(seen, "login.resend", STEP, effect="text", decision="text", rule="due", **step)
        answer = STEP | {"answer_ms"}
        self.fields(seen, "login.refused", answer, effect="wrong", decision="refused",
                    rule="wrong", answer_ms=0, **step)
        self.fields(seen, "login.granted", answer, effect="right", decision="granted",
                    rule="right", answer_ms=7000, **step)
        session = LOGIN | {"user", "accepted"}
        self.fields(seen, "session.open", session, accepted=True, **same)
        self.fields(seen, "session.close", session, accepted=True, **same)
        for text in self.since(seen, "text.accepted", 2):
            self.assertEqual(set(text), TEXT | {"http", "reqid", "tid"})
            self.assertEqual((text["id"], text["user"], text["stub"]),
                             (begin["id"], user.name, False))
        again = len(self.host.events())
        self.begun(user, source="127.0.4.1")
        self.fields(again, "login.begin", STEP, known=True)

    def test_texts_that_do_not_arrive(self):
        self.addCleanup(self.host.gateway_does)
        for fault, event, more in (
                ("request-error 104", "text.refused", {"http", "code", "detail", "reqid"}),
                ("close-silent", "text.unknown", {"detail"})):
            user, seen = self.user(), len(self.host.events())
            digits = user.phone.digits
            self.host.gateway_does(f"for {digits} {fault}")
            self.dialogue(user.name).prompt()
            text = self.since(seen, event)[0]
            self.assertEqual(set(text) - TEXT - more, set(), text)
            self.assertEqual(text["user"], user.name)

    def test_a_lock(self):
        user, seen = self.user(), len(self.host.events())
        self.locked(user, "127.0.4.2")
        locked = self.fields(seen, "login.locked", STEP | {"answer_ms"}, user=user.name,
                             decision="refused", rule="wrong")
        self.shut(user, "127.0.4.2")
        self.shut(user, "127.0.4.2")
        shown = self.fields(seen, "login.shown", LOGIN | {"decision", "rule"}, decision="no text",
                            rule="lockout", source="127.0.4.2")
        self.assertNotEqual(shown["id"], locked["id"])

    def test_refusals_of_a_minute_are_counted(self):
        seen = len(self.host.events())
        self.refused("nobody-at-all", "127.0.4.3", ["000000"] * 5)
        self.since(seen, "login.refused")
        self.host.clock.advance(61)
        again = len(self.host.events())
        dialogue = self.dialogue("nobody-at-all", source="127.0.4.3")
        dialogue.prompt()
        dialogue.answer("000000")
        dialogue.prompt()
        event = self.since(again, "login.refused")[0]
        self.assertEqual((event["count"], event["rule"]), (4, "application"))
        self.assertEqual(event["standing"], "the application refuses this user")
        self.assertEqual(len(self.since(seen, "login.refused", 2)), 2)

    def test_a_name_that_does_not_exist(self):
        """People type passwords where a name is asked for."""
        secret = "correct-horse-battery"
        seen, kept = len(self.host.events()), len(self.host.syslog.kept)
        self.refused(secret, "127.0.4.4", ["000000"] * 5)
        self.refused(secret, "127.0.4.5", ["000000"] * 5)
        self.since(seen, "login.locked", 2)
        events = [json.loads(line) for line in self.host.events()[seen:]]
        self.assertEqual({event.get("user") for event in events}, {None})
        self.assertEqual(len({event["unknown"] for event in events}), 1)
        said = "".join(self.host.events()[seen:]) + self.host.smsotpd.said()
        self.assertNotIn(secret, said)
        ours = [line for line in self.host.syslog.kept[kept:] if "pam_smsotp" in line]
        self.assertNotIn(secret, "".join(ours))

    def test_what_comes_from_outside_is_escaped(self):
        user, seen = self.user(), len(self.host.events())
        frames.say(frames.ask(frames.BEGIN, user.name, tty='\x1b[2J"\n{\\\x7f\u20ac'))
        tty = self.since(seen, "login.begin")[0]["tty"]
        self.assertEqual(tty, r"\x1b[2J\x22\x0a{\x5c\x7f\xe2\x82\xac")
        self.assertIn(f' tty="{tty}" ', self.host.smsotpd.said())
        for path in (EVENTS, self.host.smsotpd.log):
            with open(path, "rb") as file:
                self.assertFalse(set(file.read()) - set(range(0x20, 0x7f)) - {0x0a}, path)

    def test_a_service_that_no_section_names(self):
        user, seen = self.user(), len(self.host.events())
        for service in ("cron", "cups", "cron"):
            answer = frames.say(frames.ask(frames.BEGIN, user.name, service=service))
            self.assertEqual(frames.verdict(answer), frames.UNAVAILABLE)
        events = self.since(seen, "service.unknown", 2)
        self.assertEqual([event["service"] for event in events], ["cron", "cups"])
        self.assertIn("write [service cron] for it", events[0]["detail"])

    def test_a_schema_without_a_phone(self):
        user, seen = self.user(), len(self.host.events())
        self.addCleanup(self.host.ctl, "schema", "set", "--force", input="phone: phone\n")
        self.host.ctl("schema", "set", "--force", input="email: email\n")
        for words, status in ((["schema", "show"], 0), (["status"], 0),
                              (["send-test", user.name], 1)):
            done = self.host.ctl(*words, check=False)
            self.assertEqual(done.returncode, status)
            self.assertIn("schema has no trait of type phone", done.stdout + done.stderr)
        dialogue = self.dialogue(user.name, source="127.0.4.6")
        dialogue.prompt()
        dialogue.answer("123456")
        dialogue.prompt()
        standing = "the schema has no phone trait: smsotpctl schema set"
        self.assertEqual(self.since(seen, "login.begin")[0]["standing"], standing)
        self.assertIn(f'standing="{standing}"', self.host.smsotpd.said())

    def test_the_daemon_starts_and_stops(self):
        seen = len(self.host.events())
        self.host.smsotpd.restart()
        self.fields(seen, "daemon.stop", {"time", "event", "detail"})
        self.fields(seen, "daemon.start", {"time", "event", "detail"})


class Rotated(TrailCase):
    def test_where_no_systemd_started_it(self):
        """What logrotate runs behind the renaming reaches the daemon all the same."""
        with open(hosts.PROJECT + "/etc/logrotate.d/smsotp", encoding="ascii") as file:
            script = re.search(r"(?s)postrotate\n(.*?)endscript", file.read()).group(1)
        self.signs_in()
        os.rename(EVENTS, EVENTS + ".1")
        subprocess.run(["sh", "-c", script], check=True, env={"PATH": "/usr/bin:/bin"})
        wait.until(lambda: os.path.exists(EVENTS), "new file")
        self.signs_in()
        self.since(0, "login.granted")


class Unwritable(TrailCase):
    """Whatever stands in the place of the log: logins go on, and nothing else is written."""

    def hangup(self):
        said = len(self.host.smsotpd.said())
        self.host.smsotpd.signal(signal.SIGHUP)
        wait.until(lambda: "config.reloaded" in self.host.smsotpd.said()[said:], "reload")

    def put_back(self):
        subprocess.run(["rm", "-rf", EVENTS], check=True)
        self.hangup()
        seen = len(self.host.events())
        self.signs_in()
        self.since(seen, "login.granted")

    def replaced(self, make):
        self.addCleanup(self.put_back)
        subprocess.run(["rm", "-rf", EVENTS], check=True)
        make(EVENTS)
        shutil.chown(EVENTS, "smsotp")  # its mode would be enough to refuse it
        said = len(self.host.smsotpd.said())
        self.hangup()
        self.signs_in()
        self.assertIn(f"cannot open {EVENTS}", self.host.smsotpd.said()[said:])

    def test_a_fifo_that_nobody_reads(self):
        self.replaced(os.mkfifo)

    def test_a_fifo_that_somebody_holds(self):
        def make(path):
            os.mkfifo(path)
            held = os.open(path, os.O_RDWR)
            self.addCleanup(os.close, held)
        self.replaced(make)

    def test_a_directory(self):
        self.replaced(os.mkdir)

    def test_a_link(self):
        hosts.write("/run/target", "", 0o666)
        self.replaced(lambda path: os.symlink("/run/target", path))
        self.assertEqual(os.path.getsize("/run/target"), 0)

    def test_the_directory_is_gone(self):
        self.addCleanup(self.put_back)
        self.addCleanup(shutil.move, "/var/log/aside", hosts.LOG)
        shutil.move(hosts.LOG, "/var/log/aside")
        self.hangup()
        self.signs_in()

    def test_a_full_disk(self):
        """Lines are lost, a login is not; what is written later is whole again."""
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=0700", "smsotp", hosts.LOG],
                       check=True)
        shutil.chown(hosts.LOG, "smsotp", "smsotp")
        self.addCleanup(self.hangup)
        self.addCleanup(subprocess.run, ["umount", "--lazy", hosts.LOG], check=True)
        self.hangup()
        with open(hosts.LOG + "/filler", "wb") as filler:
            try:
                filler.write(b"x" * (1 << 20))
            except OSError:
                pass
        for _ in range(8):
            self.signs_in()
        self.assertEqual(self.host.smsotpd.said().count(f"cannot write {EVENTS}: make room"), 1)
        os.unlink(hosts.LOG + "/filler")
        seen = len(self.host.events())
        self.signs_in()
        wait.until(lambda: any('"login.granted"' in line for line in self.host.events()[seen:]),
                   "login.granted")
        lines = self.host.events()
        whole = [line for line in lines if line.endswith("}")]
        self.assertLessEqual(len(lines) - len(whole), 1)
        for line in whole:
            json.loads(line)

# SPDX-License-Identifier: BSD-3-Clause
"""Stores that did not open are tried again by smsotpd itself, quietly, and nothing is made anew by
it that a backup or a mount is to bring. Nobody tells it: no signal is sent here but where it says."""

import os
import shutil
import signal

import frames
import rootfs
import wait
from dialogues import AWAY, DialogueCase

STORE = "/var/lib/smsotp"
ASIDE = STORE + "/aside"
ELSEWHERE = "/var/lib/elsewhere"
MS_MOVE = 8192
EACH = 5


class StoreAgain(DialogueCase):
    CLOCKED = True

    def setUp(self):
        self.alice = self.user()
        self.host.smsotpd.stop()
        self.addCleanup(self.host.smsotpd.restart)
        self.addCleanup(self.mend)

    @staticmethod
    def mend():
        """What a test that failed has left does not fail the next."""
        for directory, directories, files in os.walk(STORE):
            for name in (*directories, *files):
                path = os.path.join(directory, name)
                os.chmod(path, 0o700 if name in directories else 0o600)
                shutil.chown(path, "smsotp")

    def since(self, event):
        """What was said in events of that name since smsotpd was started."""
        return [line for line in self.host.events()[self.before:] if f'"{event}"' in line]

    def turned(self):
        """Another turn of its loop is over: who comes second is answered in a later one."""
        for _ in range(2):
            self.host.ctl("identity", "list", check=False)

    def tries(self, times=1):
        for _ in range(times):
            self.host.clock.advance(EACH)
            self.turned()

    def told(self, pattern, count=1):
        """The reasons so far, the last of them."""
        found = wait.until(lambda: self.since("store.unavailable")[count - 1:], "reason")
        self.assertEqual(len(found), 1)
        self.assertRegex(found[0], pattern)
        self.assertRegex(self.host.smsotpd.said()[self.spoken:], pattern)

    def starts_shut(self, pattern):
        self.before, self.spoken = len(self.host.events()), len(self.host.smsotpd.said())
        self.host.smsotpd.start()
        self.told(pattern)
        self.is_shut()

    def is_shut(self):
        ask = frames.ask(frames.BEGIN, self.alice.name)
        self.assertEqual(frames.verdict(frames.say(ask)), frames.UNAVAILABLE)

    def is_open(self):
        """People sign in, and it was said once."""
        wait.until(lambda: self.since("store.opened"), "event")
        dialogue, code = self.begun(self.alice)
        dialogue.answer(code)
        self.signed_in(dialogue, self.alice.name)
        self.assertEqual(len(self.since("store.opened")), 1)
        self.assertEqual(self.host.smsotpd.said()[self.spoken:].count("are open now"), 1)
        self.assertEqual(self.since("config.reloaded"), [])

    def aside(self, name):
        """A part of the store is elsewhere until the test puts it back."""
        os.makedirs(ASIDE, exist_ok=True)
        os.rename(f"{STORE}/{name}", f"{ASIDE}/{name}")

    def back(self, name):
        os.rename(f"{ASIDE}/{name}", f"{STORE}/{name}")

    def test_what_was_mended(self):
        os.chmod(STORE + "/key", 0o640)
        self.starts_shut("key .*mode 0600")
        self.assertEqual(self.shut(self.alice, "127.0.3.1"), AWAY)
        self.tries(3)
        self.is_shut()
        self.told("mode 0600")
        os.chmod(STORE + "/key", 0o600)
        self.tries()
        self.is_open()
        self.told("mode 0600")

    def test_it_waits(self):
        os.chmod(STORE + "/key", 0o640)
        self.starts_shut("mode 0600")
        os.chmod(STORE + "/key", 0o600)
        self.host.clock.advance(EACH - 0.001)
        self.turned()
        self.is_shut()
        self.host.clock.advance(0.001)
        self.turned()
        self.is_open()

    def test_nobody_asks(self):
        """Its loop turns by itself, too."""
        shutil.chown(STORE + "/key", "root")
        self.starts_shut("must be a file of uid")
        shutil.chown(STORE + "/key", "smsotp")
        self.host.clock.advance(EACH)
        self.is_open()

    def test_another_reason_is_told(self):
        os.chmod(STORE + "/key", 0o640)
        os.chmod(STORE + "/identity", 0o750)
        self.starts_shut("mode 0600")
        os.chmod(STORE + "/key", 0o600)
        self.tries(2)
        self.told("/identity .*mode 0750", count=2)
        os.chmod(STORE + "/identity", 0o700)
        self.tries()
        self.is_open()

    def test_who_asks_is_told(self):
        os.chmod(STORE + "/key", 0o640)
        self.starts_shut("mode 0600")
        self.host.smsotpd.signal(signal.SIGHUP)
        self.told("mode 0600", count=2)
        self.tries(2)
        self.told("mode 0600", count=2)
        os.chmod(STORE + "/key", 0o600)
        self.host.smsotpd.signal(signal.SIGHUP)
        wait.until(lambda: self.since("store.opened"), "event")

    def held(self):
        """Descriptors, and how often a store is mapped. How large it is tells nothing: a sanitized
        daemon keeps what it has freed."""
        process = f"/proc/{self.host.smsotpd.process.pid}"
        with open(process + "/maps", encoding="ascii") as file:
            return len(os.listdir(process + "/fd")), file.read().count(STORE)

    def test_a_try_leaves_nothing_behind(self):
        """However far it comes."""
        for path, mode in (("/key", 0o600), ("/identity", 0o700), ("/identity/data.mdb", 0o600),
                           ("/state", 0o700), ("/state/data.mdb", 0o600)):
            os.chmod(STORE + path, mode | 0o044)
            self.starts_shut(f"{STORE}{path}.* mode")
            self.tries(3)
            descriptors, mapped = self.held()
            self.tries(20)
            # Those of whoever asked last may not be closed yet.
            self.assertLess(self.held()[0] - descriptors, 10, path)
            self.assertEqual(self.held()[1], mapped, path)
            self.is_shut()
            os.chmod(STORE + path, mode)
            self.tries()
            self.is_open()
            self.host.smsotpd.stop()

    def test_a_late_mount(self):
        """The empty place that it goes to is nothing to begin stores in."""
        os.mkdir(ELSEWHERE)
        rootfs.mount(STORE, ELSEWHERE, None, MS_MOVE)
        os.rmdir(STORE)
        self.starts_shut(STORE)
        os.mkdir(STORE, 0o700)
        shutil.chown(STORE, "smsotp", "smsotp")
        self.tries(2)
        self.told("not all there: restore", count=2)
        self.assertEqual(os.listdir(STORE), [])
        rootfs.mount(ELSEWHERE, STORE, None, MS_MOVE)
        os.rmdir(ELSEWHERE)
        self.tries()
        self.is_open()
        self.assertEqual(self.since("store.made"), [])

    def test_a_backup_that_is_being_restored(self):
        """At no point of it does anything begin empty."""
        self.aside("identity")
        self.starts_shut("identity.*restore it from a backup")
        self.aside("key")
        self.aside("state")
        self.tries()
        self.told("not all there: restore", count=2)
        for name in ("key", "identity"):
            self.back(name)
            self.tries()
            self.is_shut()
            self.assertFalse(os.path.exists(STORE + "/state"))
        self.back("state")
        self.tries()
        self.is_open()
        self.assertEqual(self.since("store.made") + self.since("state.lost"), [])

    def test_logrotate_in_the_middle_of_it(self):
        """Its signal is nobody's word that the restoring is over."""
        os.chmod(STORE + "/key", 0o640)
        self.starts_shut("mode 0600")
        self.aside("identity")
        self.aside("key")
        self.host.smsotpd.signal(signal.SIGHUP)
        self.told("not all there: restore", count=2)
        self.host.smsotpd.signal(signal.SIGHUP)
        self.told("not all there: restore", count=3)
        self.assertEqual([name for name in os.listdir(STORE) if name.startswith("key")], [])
        self.assertFalse(os.path.exists(STORE + "/identity"))
        os.chmod(ASIDE + "/key", 0o600)
        self.back("identity")
        self.back("key")
        self.host.smsotpd.signal(signal.SIGHUP)
        wait.until(lambda: self.since("store.opened"), "event")
        self.assertEqual(self.since("store.made") + self.since("state.lost"), [])

    def test_room_for_a_first_start(self):
        """What it was to make at its start it makes when there is room."""
        rootfs.tmpfs(STORE, "0700")
        try:
            shutil.chown(STORE, "smsotp", "smsotp")
            rootfs.mount("tmpfs", STORE, "tmpfs", rootfs.MS_REMOUNT, "size=68k")
            self.starts_shut("make room")
            self.tries(2)
            self.told("make room")
            rootfs.mount("tmpfs", STORE, "tmpfs", rootfs.MS_REMOUNT, "size=300m")
            self.tries()
            wait.until(lambda: self.since("store.made"), "event")
            self.host.set_identity(self.alice)
            self.is_open()
        finally:
            self.host.smsotpd.stop()
            rootfs.libc.umount2(STORE.encode(), rootfs.MNT_DETACH)

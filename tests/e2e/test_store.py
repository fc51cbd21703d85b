# SPDX-License-Identifier: BSD-3-Clause
"""A store that cannot be trusted: smsotpd stays up, says why, refuses, and recovers when told."""

import os
import shutil
import signal

import frames
import wait
from dialogues import AWAY, DialogueCase

STORE = "/var/lib/smsotp"
ASIDE = STORE + "/aside"


class Store(DialogueCase):
    def later(self, seen, event):
        """The first such event behind those that were `seen`."""
        return wait.until(lambda: [line for line in self.host.events()[seen:] if event in line],
                          event)[0]

    def broken(self, user, pattern):
        """smsotpd starts on what stands there: its message, the user's line, the operator's."""
        seen = len(self.host.events())
        self.host.smsotpd.start()
        self.assertRegex(self.later(seen, '"store.unavailable"'), pattern)
        self.assertRegex(self.host.smsotpd.said(), pattern)
        self.assertEqual(self.shut(user, "127.0.3.1"), AWAY)
        self.assertEqual(frames.verdict(frames.say(frames.ask(frames.BEGIN, user.name))),
                         frames.UNAVAILABLE)
        done = self.host.ctl("identity", "list", check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("the stores are not open", done.stderr)
        self.assertTrue(self.host.smsotpd.running())

    def recovers(self, user):
        """Repaired, and SIGHUP: nothing is lost."""
        seen = len(self.host.events())
        self.host.smsotpd.signal(signal.SIGHUP)
        self.later(seen, '"config.reloaded"')
        dialogue, code = self.begun(user)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

    def stopped(self):
        user = self.user()
        self.host.smsotpd.stop()
        self.addCleanup(self.host.smsotpd.restart)
        return user

    def test_mode(self):
        user = self.stopped()
        for path, mode in ((STORE + "/identity", 0o700), (STORE + "/state/data.mdb", 0o600),
                           (STORE + "/key", 0o600)):
            os.chmod(path, mode | 0o044)
            self.broken(user, f"{path} .*mode.*chmod")
            os.chmod(path, mode)
            self.recovers(user)
            self.host.smsotpd.stop()

    def test_owner(self):
        user = self.stopped()
        for path, pattern in (("/state", "not open to uid [1-9].*chown"),
                              ("/identity/data.mdb", "owned by uid 0.*chown"),
                              ("/key", "must be a file of uid [1-9]")):
            shutil.chown(STORE + path, "root")
            self.broken(user, f"{STORE}{path}.* {pattern}")
            shutil.chown(STORE + path, "smsotp")
            self.recovers(user)
            self.host.smsotpd.stop()

    def test_link(self):
        user = self.stopped()
        os.rename(STORE + "/identity", ASIDE)
        os.symlink("aside", STORE + "/identity")
        self.broken(user, f"{STORE}/identity is a link")
        os.unlink(STORE + "/identity")
        os.rename(ASIDE, STORE + "/identity")
        self.recovers(user)

    def test_key_is_missing(self):
        user = self.stopped()
        os.rename(STORE + "/key", ASIDE)
        self.broken(user, f"the key {STORE}/key is missing.*restore")
        os.rename(ASIDE, STORE + "/key")
        self.recovers(user)

    def test_identities_are_never_begun_empty(self):
        user = self.stopped()
        os.rename(STORE + "/identity/data.mdb", ASIDE)
        self.broken(user, f"{STORE}/identity.*restore it from a backup")
        self.assertFalse(os.path.exists(STORE + "/identity/data.mdb"))
        os.rename(ASIDE, STORE + "/identity/data.mdb")
        self.recovers(user)

    def test_lost_state_begins_empty(self):
        user = self.stopped()
        seen = len(self.host.events())
        shutil.rmtree(STORE + "/state")
        self.host.smsotpd.start()
        self.later(seen, '"state.lost"')
        self.recovers(user)

    def test_second_daemon(self):
        """Of two on one store the second says so and serves nobody."""
        user = self.user()
        other = type(self.host.smsotpd)("second", self.host.smsotpd.argv, lambda: False,
                                        "/var/log/second.log", self.host.sanitized)
        self.assertRaisesRegex(AssertionError, "another daemon listens on .*: stop it",
                               other.start)
        dialogue, code = self.begun(user)
        dialogue.answer(code)
        self.signed_in(dialogue, user.name)

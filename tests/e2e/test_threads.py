# SPDX-License-Identifier: BSD-3-Clause
"""An application with 32 threads that all sign in at once, each with a PAM handle of its own."""

import shutil

import attack
import hosts
import wait
from case import HostCase
from phone import wrong

SERVICE = "threads"
THREADS = 32


class Threads(HostCase):
    CONFIG = {f"service {SERVICE}": {"enabled": "yes"}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        hosts.write(f"/etc/pam.d/{SERVICE}", "auth required pam_smsotp.so\n"
                                             "session optional pam_smsotp.so\n")
        cls.people = [cls.host.user(f"threaded{number}") for number in range(THREADS)]

    def threads(self, people, kind=attack.Threads):
        threads = kind(SERVICE, people)
        self.addCleanup(threads.close)
        return threads

    def at_prompts(self, kind=attack.Threads):
        threads = self.threads(self.people, kind)
        self.assertEqual(threads.states, ["asked"] * THREADS)
        return threads, [user.phone.next_code() for user in self.people]

    def count(self, kind, seen):
        return len([line for line in self.host.events()[seen:] if f'"{kind}"' in line])

    def test_each_by_its_own_code(self):
        seen = len(self.host.events())
        threads, codes = self.at_prompts()
        self.assertEqual(threads.answer(codes[1:] + codes[:1]), ["asked"] * THREADS)
        half = [code if number % 2 else wrong(code) for number, code in enumerate(codes)]
        self.assertEqual(threads.answer(half), ["asked", "granted"] * (THREADS // 2))
        self.assertEqual(threads.answer(["-" if number % 2 else code
                                         for number, code in enumerate(codes)]),
                         ["granted"] * THREADS)
        self.assertEqual(threads.close(), 0)
        for kind in ("login.granted", "session.open", "session.close"):
            wait.until(lambda kind=kind: self.count(kind, seen) == THREADS, f"32 events {kind}")

    def test_they_share_no_memory(self):
        module = hosts.module_directory() + "/pam_smsotp.so"
        self.addCleanup(shutil.copy, hosts.BUILD + "/pam_smsotp.so", module)
        shutil.copy(attack.WatchedThreads.BUILD + "/pam_smsotp.so", module)
        threads, codes = self.at_prompts(attack.WatchedThreads)
        threads.answer([wrong(code) for code in codes])
        self.assertEqual(threads.answer(codes), ["granted"] * THREADS)
        self.assertEqual(threads.close(), 0)

    def test_one_user_in_all_of_them(self):
        user = self.user()
        threads = self.threads([user] * THREADS)
        self.assertEqual(threads.states, ["asked"] * THREADS)
        states = threads.answer([user.phone.next_code()] * THREADS)
        self.assertEqual((states.count("granted"), user.phone.unread()), (1, 0))

    def test_without_the_daemon(self):
        self.away()
        self.assertEqual(self.threads(self.people).states, ["refused"] * THREADS)

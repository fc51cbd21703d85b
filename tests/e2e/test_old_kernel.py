# SPDX-License-Identifier: BSD-3-Clause
"""Sign-ins where the kernel, or a container's sandbox, has no epoll_pwait2(2)."""

import hosts
from dialogues import DialogueCase

LIBRARY = hosts.BUILD + "/tests/old-kernel.so"


class Older(hosts.Host):
    def make_daemons(self):
        super().make_daemons()
        self.smsotpd.env["LD_PRELOAD"] = LIBRARY
        if "ASAN_OPTIONS" in self.smsotpd.env:
            self.smsotpd.env["ASAN_OPTIONS"] += ":verify_asan_link_order=0"


class OldKernel(DialogueCase):
    HOST = Older

    def test_prompt_text_and_verdict(self):
        user = self.user()
        with open(f"/proc/{self.host.smsotpd.pid}/maps", encoding="ascii") as maps:
            self.assertIn(LIBRARY, maps.read())
        for _ in range(3):
            dialogue, code = self.begun(user)
            dialogue.answer(code)
            self.signed_in(dialogue, user.name)

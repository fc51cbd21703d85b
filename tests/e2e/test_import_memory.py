# SPDX-License-Identifier: BSD-3-Clause
"""What an import of many takes, smsotpd has given back when it is over."""

import os
import re

from test_import import FILE, ROWS, ImportCase, write_rows

# A sanitizer keeps what was freed.
os.environ.pop("SMSOTP_DAEMONS", None)

KB_MOST = 4096


class Memory(ImportCase):
    def held(self):
        with open(f"/proc/{self.host.smsotpd.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1))

    def test_memory_is_given_back(self):
        write_rows(FILE, 20_000)
        self.tool("import", FILE)
        before = self.held()
        write_rows(FILE, ROWS, "+91 99999 00004")
        self.tool("import", FILE)
        self.assertLess(self.held() - before, KB_MOST)

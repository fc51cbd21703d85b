# SPDX-License-Identifier: BSD-3-Clause
"""What was built: hardened programs, by gcc and by clang, and a module that brings nothing along."""

import os
import re
import subprocess
import unittest

import world

# The tests' runner reads this: nothing is run, only read.
OUTSIDE = True

MODULE = "pam_smsotp.so"
PROGRAMS = ("smsotpd", "smsotp-send", "smsotpctl")
BUILDS = ("", "clang")
MAPPED_MOST = 64 * 1024
# What is mapped before and after the module is loaded.
LOADS = """import ctypes, sys
ctypes.CDLL("libpam.so.0")
print(open("/proc/self/maps").read(), end="--\\n")
ctypes.CDLL(sys.argv[1])
print(open("/proc/self/maps").read(), end="")"""
ENTRIES = {"pam_sm_authenticate", "pam_sm_setcred", "pam_sm_acct_mgmt", "pam_sm_open_session",
           "pam_sm_close_session", "pam_sm_chauthtok"}


def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True,
                          env={"PATH": os.environ["PATH"], "LANG": "C"}).stdout


def needed(path):
    return set(re.findall(r"\(NEEDED\).*\[(.*)\]", said("readelf", "--dynamic", path)))


def each(*names):
    return [os.path.join(world.BUILD, build, name) for build in BUILDS for name in names]


class Built(unittest.TestCase):
    def test_linked_hardened(self):
        """Position independent, resolved at start and read-only from then on, no executable stack."""
        for path in each(MODULE, *PROGRAMS):
            seen = said("readelf", "--wide", "--file-header", "--segments", "--dynamic", path)
            self.assertRegex(seen, r"Type: +DYN")
            self.assertRegex(seen, r"GNU_RELRO ")
            self.assertRegex(seen, r"FLAGS_1\).* NOW\b")
            self.assertRegex(seen, r"GNU_STACK.* RW ")
            self.assertNotRegex(seen, r"\((RPATH|RUNPATH|TEXTREL)\)")
            if not path.endswith(MODULE):
                self.assertRegex(seen, r"FLAGS_1\).* PIE\b")

    def test_compiled_hardened(self):
        """Stacks are guarded, and calls that write to memory of known size are checked."""
        for path in each(MODULE, *PROGRAMS):
            imported = said("nm", "--dynamic", "--undefined-only", path)
            self.assertIn("__stack_chk_fail", imported)
            self.assertRegex(imported, r"__(memcpy|v?snprintf|v?asprintf|vfprintf|fprintf|printf)_chk")

    def test_module_shows_its_entries_only(self):
        for path in each(MODULE):
            lines = said("nm", "--dynamic", "--defined-only", path).splitlines()
            self.assertEqual({line.split()[-1].split("@")[0] for line in lines}, ENTRIES)

    def test_module_needs_pam_and_libc_only(self):
        for path in each(MODULE):
            self.assertEqual(needed(path), {"libpam.so.0", "libc.so.6"})
            loaded = set(re.findall(r"^\s*(?:\S*/)?(\S+?\.so\S*)", said("ldd", path), re.M))
            pam = re.search(r"libpam\.so\.0 => (\S+)", said("ldd", path)).group(1)
            brought = set(re.findall(r"^\s*(?:\S*/)?(\S+?\.so\S*)", said("ldd", pam), re.M))
            self.assertLessEqual(loaded, brought | {"libpam.so.0", "libc.so.6"})

    def test_module_maps_little(self):
        """Into a host that has libpam: one object, of at most 64 KB."""
        for path in each(MODULE):
            before, after = said("/usr/bin/python3", "-c", LOADS, path).split("--\n")
            spans = [line.split() for line in after.splitlines() if line not in before]
            files = [span for span in spans if len(span) > 5 and span[5].startswith("/")]
            self.assertEqual({span[5] for span in files}, {os.path.realpath(path)})
            ends = [[int(end, 16) for end in span[0].split("-")] for span in files]
            self.assertLessEqual(sum(until - since for since, until in ends), MAPPED_MOST)

    def test_who_talks_to_the_network_knows_no_store(self):
        for path in each("smsotpd"):
            self.assertNotIn("libcurl.so.4", needed(path))
        for path in each("smsotp-send"):
            self.assertFalse([name for name in needed(path) if "lmdb" in name])


if __name__ == "__main__":
    unittest.main()

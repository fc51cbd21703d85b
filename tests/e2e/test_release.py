#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The package as a file: the same bytes wherever it is built, nothing that lintian has to say, what
it is made of, and what the release after it makes of its frames."""

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "boot"))

import releases  # noqa: E402  pylint: disable=wrong-import-position

# The tests' runner reads this: the host's own make and compiler are used, no private world.
OUTSIDE = True

FRAMES = [f"build/tests/unit/test_{name}" for name in
          ("wire", "ask", "text", "connection", "queue", "sender", "sender_again")]
MODULE = [f"build/tests/module/test_{name}" for name in ("versions", "dialogue", "verdicts")]
ELSEWHERE = {"TZ": "Pacific/Kiritimati", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "USER": "else"}


def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Release(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.package = releases.our_package()
        with open(cls.package[:-len("deb")] + "spdx.json", encoding="utf-8") as file:
            cls.sbom = json.load(file)
        cls.ids = {each["SPDXID"]: each
                   for each in cls.sbom["packages"] + cls.sbom["files"]}

    def test_two_builds_give_the_same_bytes(self):
        """In another directory, time zone and locale, at another time, with other rights."""
        before = os.umask(0o077)
        try:
            again = releases.Tree("another place", fresh=True).package(**ELSEWHERE)
        finally:
            os.umask(before)
        for kind in ("deb", "spdx.json"):
            self.assertEqual(hashlib.sha256(read(again[:-3] + kind)).hexdigest(),
                             hashlib.sha256(read(self.package[:-3] + kind)).hexdigest(), kind)

    def test_place_is_not_in_it(self):
        listed = subprocess.run(["dpkg-deb", "--fsys-tarfile", self.package], check=True,
                                capture_output=True).stdout
        self.assertNotIn(os.path.dirname(releases.PLACE).encode(), listed)

    def test_lintian_has_nothing_to_say(self):
        """Each override is used, too, else that would be said; but one may be for what the lintian
        of Debian 12 alone says."""
        self.assertEqual(self.lintian(self.package), (0, "", ""))

    def lintian(self, package):
        # It leaves files behind.
        directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, directory)
        os.chown(directory, 65534, 65534)
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env",
                               "HOME=/", f"TMPDIR={directory}", "lintian", "--display-info",
                               "--suppress-tags=alien-tag", "--fail-on=info,warning,error", package],
                              check=False, capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def test_who_hands_it_on_is_named(self):
        """Nobody reads the mail of whom the sources name; then lintian has nothing to override."""
        tree = releases.Tree("another place")
        named = "Jo O'Neil & Co <jo@mail.smsotp.test>"
        # Who runs lintian sees nothing of the tree, which was made with other rights.
        package = shutil.copy(tree.package(MAINTAINER=named),
                              os.path.join(releases.PLACE, "handed on.deb"))
        self.assertEqual(said("dpkg-deb", "--field", package, "Maintainer").strip(), named)
        changes = gzip.decompress(read(tree.path("build/deb/root/usr/share/doc/libpam-smsotp",
                                                 "changelog.gz"))).decode()
        self.assertEqual(re.findall(r"(?m)^ -- (.*)  ", changes), [named])
        self.assertEqual(self.lintian(package), (0, "", ""))
        with self.assertRaises(subprocess.CalledProcessError):
            tree.make("deb", MAINTAINER="nobody")

    def test_control(self):
        fields = dict(re.findall(r"^(\S+): (.*)$", said("dpkg-deb", "--field", self.package), re.M))
        self.assertEqual(fields["Version"], releases.version())
        for library in ("libc6", "libcurl4(t64)?", "liblmdb0", "libpam0g", "libsodium23"):
            self.assertRegex(fields["Depends"], rf"\b{library} \(>= ")
        self.assertEqual(said("dpkg-deb", "--info", self.package, "conffiles").split(),
                         ["/etc/logrotate.d/smsotp", "/etc/smsotp/smsotp.conf"])

    def test_profile_is_off_until_chosen(self):
        with open(os.path.join(releases.boot.PROJECT, "etc/pam-configs/smsotp"),
                  encoding="utf-8") as file:
            self.assertRegex(file.read(), r"(?m)^Default: no$")

    def test_sbom_has_the_fields_that_spdx_wants(self):
        sbom = self.sbom
        self.assertEqual((sbom["spdxVersion"], sbom["dataLicense"], sbom["SPDXID"]),
                         ("SPDX-2.3", "CC0-1.0", "SPDXRef-DOCUMENT"))
        self.assertRegex(sbom["documentNamespace"], r"^https://[^#]+$")
        self.assertRegex(sbom["creationInfo"]["created"], r"^\d{4}(-\d\d){2}T(\d\d:){2}\d\dZ$")
        self.assertTrue(all(re.match(r"(Tool|Person|Organization): ", each)
                            for each in sbom["creationInfo"]["creators"]))
        self.assertEqual(len(self.ids), len(sbom["packages"]) + len(sbom["files"]))
        for name, each in self.ids.items():
            self.assertRegex(name, r"^SPDXRef-[A-Za-z0-9.-]+$")
            if "fileName" in each:
                self.assertIn("SHA1", [sum_["algorithm"] for sum_ in each["checksums"]])
            else:
                self.assertTrue(each["name"] and each["versionInfo"] and each["downloadLocation"])
        known = set(self.ids) | {"SPDXRef-DOCUMENT"}
        for relation in sbom["relationships"]:
            self.assertLessEqual({relation["spdxElementId"], relation["relatedSpdxElement"]}, known)
        self.assertIn({"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES",
                       "relatedSpdxElement": "SPDXRef-Package-libpam-smsotp"},
                      sbom["relationships"])

    def test_sbom_is_of_this_package(self):
        ours = self.ids["SPDXRef-Package-libpam-smsotp"]
        self.assertEqual(ours["checksums"][0]["checksumValue"],
                         hashlib.sha256(read(self.package)).hexdigest())
        root = os.path.join(releases.boot.PROJECT, "build", "deb", "root")
        for each in self.sbom["files"]:
            sums = {one["algorithm"]: one["checksumValue"] for one in each["checksums"]}
            self.assertEqual(sums["SHA256"],
                             hashlib.sha256(read(os.path.join(root, each["fileName"]))).hexdigest())
        self.assertEqual(len(self.sbom["files"]), 4)

    def test_sbom_has_what_is_loaded(self):
        """Of each program all of Depends, in the versions that are installed here."""
        depends = said("dpkg-deb", "--field", self.package, "Depends")
        linked = {name for name in re.findall(r"(lib\S+) \(", depends)}
        versions = {each["name"]: each["versionInfo"] for each in self.sbom["packages"]}
        self.assertLessEqual(linked, set(versions))
        for name in versions:
            if name != "libpam-smsotp":
                self.assertIn(versions[name],
                              said("dpkg-query", "-W", "-f", "${Version}\n", name).split())
        direct = {relation["relatedSpdxElement"] for relation in self.sbom["relationships"]
                  if relation["relationshipType"] == "DYNAMIC_LINK"
                  and "File" in relation["spdxElementId"]}
        self.assertEqual({name[len("SPDXRef-Package-"):] for name in direct}, linked)

    def test_release_after_speaks_with_this_one(self):
        """Its tests of frames: its module asks a smsotpd of this release again, and its daemons
        answer this release in its own version."""
        tree = releases.next_tree()
        with open(tree.path("src", "wire.h"), encoding="ascii") as file:
            newer = int(re.search(r"#define WIRE_VERSION +(\d+)", file.read()).group(1))
        self.assertGreater(newer, 1)
        tree.make("all", *FRAMES, *MODULE)
        for program in FRAMES + MODULE:
            done = subprocess.run([tree.path(program)], cwd=tree.root, check=False,
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()

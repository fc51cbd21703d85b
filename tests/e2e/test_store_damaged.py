# SPDX-License-Identifier: BSD-3-Clause
"""Stores that are cut, overwritten in part, of another version or machine, without their key, on a
full disk or one that cannot be written: a sentence that says what to do, and never a wrong success.
smsotpd may end where LMDB trusts a page that is not its own; it never hangs."""

import collections
import os
import random
import shutil
import signal
import struct

import attack
import faults
import frames
import rootfs
from case import HostCase
from image import Image

STORE = "/var/lib/smsotp"
ASIDE = "/root/aside"
PAGE = 4096
MAGIC_AT = 16  # in a meta page: lmdb's page header, then mm_magic and mm_version
REMEDY = r"restore|move|make room|repair|remount"


def edit(path, at, data):
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(data)


def both_metas(path, at, data):
    for page in (0, PAGE):
        edit(path, page + MAGIC_AT + at, data)


def pages_used(path):
    """By the meta pages: mm_last_pg of the newer."""
    with open(path, "rb") as file:
        metas = [struct.unpack_from("<Q", file.read(PAGE), MAGIC_AT + 24 + 96) for _ in range(2)]
    return max(meta[0] for meta in metas) + 1


# What never opens again, and says so.
FATAL = {
    "cut to nothing": lambda path: os.truncate(path, 0),
    "cut within a page": lambda path: os.truncate(path, 100),
    "cut to its metas": lambda path: os.truncate(path, 2 * PAGE),
    "zeros": lambda path: edit(path, 0, bytes(2 * PAGE)),
    "text": lambda path: edit(path, 0, b"not a store\n" * 700),
    "another version": lambda path: both_metas(path, 4, struct.pack("<I", 2)),
    "another byte order": lambda path: both_metas(path, 0, struct.pack(">II", 0xBEEFC0DE, 1)),
}


class StoreCase(HostCase):
    CLOCKED = True
    CONFIG = {f"service {faults.SERVICE}": {"enabled": "yes"}}

    def setUp(self):
        self.person = self.user()
        self.granted()
        self.host.smsotpd.stop()
        shutil.rmtree(ASIDE, ignore_errors=True)
        shutil.copytree(STORE, ASIDE, copy_function=self.copy)
        self.addCleanup(self.whole_again)

    @staticmethod
    def copy(source, target):
        """With its owner."""
        shutil.copy2(source, target)
        status = os.stat(source)
        os.chown(target, status.st_uid, status.st_gid)

    def mend(self):
        for directory in ("", "/identity", "/state"):
            for name in os.listdir(ASIDE + directory):
                if os.path.isfile(f"{ASIDE}{directory}/{name}"):
                    self.copy(f"{ASIDE}{directory}/{name}", f"{STORE}{directory}/{name}")

    def end(self):
        """The status it ends with, or has ended with: of damage it may die, also while it is told
        to end; and then its end is that of no other test."""
        status = self.host.smsotpd.end()
        self.host.smsotpd.process = None
        self.assertNotEqual(status, -signal.SIGKILL)
        return status

    def whole_again(self):
        """What was put back is all there."""
        self.host.smsotpd.stop()
        self.mend()
        self.host.smsotpd.start()
        self.granted()

    def granted(self):
        self.host.clock.advance(4 * 3600)
        attempt = faults.Attempt(self.person)
        self.assertEqual(attempt.begin(), frames.ASK)
        self.assertTrue(attempt.wait_codes(1))
        self.assertEqual(attempt.answer(attempt.codes()[0]), frames.GRANTED)

    def refuses(self, what):
        """Its verdicts, and what it says of the reason."""
        said = len(self.host.smsotpd.said())
        self.host.smsotpd.start()
        attempt = faults.Attempt(self.person)
        self.assertEqual(attempt.begin(), frames.UNAVAILABLE, what)
        self.assertEqual(attempt.answer("000000"), frames.UNAVAILABLE, what)
        faults.wait.until(lambda: "store.unavailable" in self.host.smsotpd.said()[said:],
                          f"reason for {what}")
        self.assertRegex(self.host.smsotpd.said()[said:], REMEDY, what)
        self.host.smsotpd.stop()


class Damaged(StoreCase):
    def test_files_that_are_none(self):
        for name in ("identity", "state"):
            for what, damage in FATAL.items():
                if (name, what) == ("state", "cut to nothing"):
                    continue  # lost state begins empty
                damage(f"{STORE}/{name}/data.mdb")
                self.refuses(f"{name}: {what}")
                self.mend()

    def test_key(self):
        for what, damage in {"missing": os.unlink, "cut": lambda path: os.truncate(path, 20),
                             "overwritten": lambda path: edit(path, 0, bytes(13))}.items():
            damage(STORE + "/key")
            self.refuses(f"key: {what}")
            self.mend()

    def test_pages_that_are_overwritten(self):
        """LMDB has no checksums: whatever it makes of them, no wrong code is right."""
        lot, ends = random.Random(7), []
        for name in ("identity", "state"):
            path = f"{STORE}/{name}/data.mdb"
            for _ in range(attack.amount(12, 400)):
                edit(path, lot.randrange(2, pages_used(path)) * PAGE + lot.randrange(PAGE // 2),
                     lot.randbytes(lot.choice((4, 64, PAGE // 2))))
                try:
                    self.host.smsotpd.start()
                except AssertionError:
                    pass
                attempt = faults.Attempt(self.person)
                attempt.begin()
                self.assertNotEqual(attempt.answer("000000"), frames.GRANTED)
                ends.append(self.end())
                self.mend()
        print(f"# {len(ends)} times, smsotpd ended with {collections.Counter(ends)}", flush=True)

    def test_full_disk(self):
        """At each size from none to enough: what does not fit says so, and later starts fit."""
        for size in attack.amount((0, 64, 200, 64 << 10, 100 << 10),
                                  (*range(0, 400, 4), *range(60 << 10, 129 << 10, 4 << 10))):
            rootfs.tmpfs(STORE, "0700")
            try:
                shutil.chown(STORE, "smsotp", "smsotp")
                rootfs.mount("tmpfs", STORE, "tmpfs", rootfs.MS_REMOUNT, f"size={size + 4}k")
                self.refuses(f"{size} KB")
                rootfs.mount("tmpfs", STORE, "tmpfs", rootfs.MS_REMOUNT, "size=300m")
                self.host.smsotpd.start()
                self.host.set_identity(self.person)
                self.granted()
                self.host.smsotpd.stop()
            finally:
                rootfs.libc.umount2(STORE.encode(), rootfs.MNT_DETACH)

    def test_disk_that_cannot_be_written(self):
        rootfs.mount(STORE, STORE, None, rootfs.MS_BIND)
        try:
            rootfs.mount(None, STORE, None,
                         rootfs.MS_REMOUNT | rootfs.MS_BIND | rootfs.MS_RDONLY)
            self.refuses("read-only")
        finally:
            self.host.smsotpd.stop()
            rootfs.libc.umount2(STORE.encode(), rootfs.MNT_DETACH)


class Images(StoreCase):
    """The store on an ext4 of its own, which is too small, full, read-only or goes bad."""

    SIZE = 150 << 10  # both stores and the file system's own

    def image(self, size=SIZE):
        image = Image("/root/image", STORE, size)
        self.assertTrue(image.mount())
        self.addCleanup(image.unmount)
        shutil.chown(STORE, "smsotp", "smsotp")
        os.chmod(STORE, 0o700)
        shutil.rmtree(STORE + "/lost+found")
        return image

    def filled(self):
        """One on which somebody has signed in, unmounted."""
        image = self.image()
        self.host.smsotpd.start()
        self.host.set_identity(self.person)
        self.granted()
        self.host.smsotpd.stop()
        image.unmount()
        return image

    def refused_or_ends(self):
        """How smsotpd came through it; a wrong code is never right."""
        try:
            self.host.smsotpd.start()
        except AssertionError:
            pass
        attempt = faults.Attempt(self.person)
        attempt.begin()
        self.assertNotEqual(attempt.answer("000000"), frames.GRANTED)
        return self.end()

    def test_sizes(self):
        for size in range(1 << 10, 120 << 10, 7 << 10):
            image = self.image(size)
            self.refuses(f"{size} KB")
            image.unmount()

    def test_full_while_it_runs(self):
        self.image()
        self.host.smsotpd.start()
        self.host.set_identity(self.person)
        with open(STORE + "/filling", "wb", buffering=0) as file:
            with self.assertRaises(OSError):
                while True:
                    file.write(bytes(1 << 20))
        self.granted()

    def test_read_only(self):
        image = self.filled()
        self.assertTrue(image.mount("ro"))
        self.refuses("read-only")

    def test_cut(self):
        ends = []
        for part in (0.9, 0.7, 0.5, 0.3, 0.1, 0.03):
            image = self.filled()
            image.cut(part)
            if image.mount("rw,norecovery") or image.mount("ro,norecovery"):
                ends.append(self.refused_or_ends())
                image.unmount()
        print(f"# {len(ends)} mounted, smsotpd ended with {collections.Counter(ends)}", flush=True)
        self.assertTrue(ends)

    def test_overwritten(self):
        lot, ends = random.Random(11), []
        for blocks in (1, 4, 16, 64, 256, 1024, 4096) * 4:
            image = self.filled()
            image.spoil(lot, blocks)
            if image.mount():
                ends.append(self.refused_or_ends())
                image.unmount()
        print(f"# {len(ends)} mounted, smsotpd ended with {collections.Counter(ends)}", flush=True)
        self.assertTrue(ends)


# Not every host that runs make check has a loop device to give.
if not attack.LONG:
    del Images

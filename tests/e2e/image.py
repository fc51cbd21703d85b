# SPDX-License-Identifier: BSD-3-Clause
"""A file system in a file of its own, as a disk that is too small or goes bad."""

import fcntl
import os
import random
import stat
import subprocess

import rootfs

LOOP_MAJOR, CONTROL = 7, (10, 237)
LOOP_CTL_GET_FREE = 0x4C82
BLOCK = 4096


def free_device():
    """A loop device that nobody uses."""
    if not os.path.exists("/dev/loop-control"):
        os.mknod("/dev/loop-control", stat.S_IFCHR | 0o600, os.makedev(*CONTROL))
    with open("/dev/loop-control", "rb") as control:
        number = fcntl.ioctl(control, LOOP_CTL_GET_FREE)
    path = f"/dev/loop{number}"
    if not os.path.exists(path):
        os.mknod(path, stat.S_IFBLK | 0o600, os.makedev(LOOP_MAJOR, number))
    return path


class Image:
    """An ext4 of so many KB, to be mounted at `place`."""

    def __init__(self, path, place, size):
        self.path, self.place, self.mounted = path, place, False
        with open(path, "wb") as file:
            file.truncate(size << 10)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", "-N", "64", "-b", str(BLOCK), path], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def mount(self, options="rw"):
        """False where the kernel does not take it any more."""
        done = subprocess.run(["mount", "-t", "ext4", "-o", f"loop={free_device()},{options}", self.path,
                               self.place], check=False, stderr=subprocess.DEVNULL)
        self.mounted = done.returncode == 0
        return self.mounted

    def unmount(self):
        if self.mounted:
            rootfs.libc.umount2(self.place.encode(), rootfs.MNT_DETACH)
        self.mounted = False

    def cut(self, part):
        """Loses its end: ext4 mounts no smaller device, so zeros are read there."""
        size = os.path.getsize(self.path)
        os.truncate(self.path, int(size * part) // BLOCK * BLOCK)
        os.truncate(self.path, size)

    def spoil(self, lot: random.Random, blocks):
        """Other bytes in some blocks, but for the first ones, without which nothing mounts."""
        with open(self.path, "r+b") as file:
            for _ in range(blocks):
                file.seek(lot.randrange(2, os.path.getsize(self.path) // BLOCK) * BLOCK)
                file.write(lot.randbytes(BLOCK))

# SPDX-License-Identifier: BSD-3-Clause
"""The file system of a private world: the host's own, read through an overlay.

What the world writes lands in a tmpfs that nobody else sees and that goes with the mount namespace.
/etc, /var/log, /run, /tmp, /home, /root and /dev are the world's own.
"""

import ctypes
import os
import shutil
import subprocess
import sys

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
MNT_DETACH = 2

PROJECT = "/project"

PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
# Of the host's /etc the world sees these and nothing else; sudo and su depend on none of the rest.
ETC_KEPT = ("alternatives", "bash.bashrc", "ca-certificates", "debian_version", "ld.so.cache",
            "ld.so.conf", "ld.so.conf.d", "localtime", "login.defs", "profile", "protocols",
            PYTHON, "security", "services", "shells", "skel", "ssl", "terminfo")
NODES = (("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9),
         ("tty", 5, 0))
STORED = ("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "overlay", "nfs", "nfs4", "9p",
          "virtiofs", "fuse", "squashfs", "tmpfs")

libc = ctypes.CDLL(None, use_errno=True)


class Forbidden(Exception):
    """The kernel or the container does not let us make a world; the text says what it needs."""


def mount(source, target, kind="", flags=0, data=""):
    """mount(2); str or None each."""
    words = [word.encode() if word is not None else None for word in (source, target, kind)]
    if libc.mount(*words, ctypes.c_ulong(flags), data.encode()) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"mount {kind or 'bind'} {target}: {os.strerror(error)}")


def tmpfs(path, mode="0755", flags=MS_NODEV):
    os.makedirs(path, exist_ok=True)
    mount("tmpfs", path, "tmpfs", flags, f"mode={mode}")


def overlay(lower, upper, work, target):
    for path in (upper, work):
        os.makedirs(path, exist_ok=True)
    mount("overlay", target, "overlay", 0, f"lowerdir={lower},upperdir={upper},workdir={work}")


def stored_mounts():
    """Mount points below /usr and /opt that are file systems of their own."""
    points = []
    with open("/proc/self/mountinfo", encoding="utf-8") as info:
        for line in info:
            fields = line.split()
            point, kind = fields[4], fields[fields.index("-") + 1]
            if kind in STORED and point.startswith(("/usr", "/opt")) and os.path.isdir(point):
                points.append(point)
    return sorted(set(points), key=len)


def fill_etc(root, packages, own):
    """A fresh /etc: a few files of the host, those of the unpacked packages, then our own."""
    etc = root + "/etc"
    kept = [f"{etc}/{name}" for name in ETC_KEPT if os.path.lexists(f"{etc}/{name}")]
    stage = root + "/run/etc"
    os.mkdir(stage)
    if kept:
        subprocess.run(["cp", "-a", "--", *kept, stage], check=True)
    tmpfs(etc)
    for source in (stage, packages + "/etc", own):
        if os.path.isdir(source):
            subprocess.run(["cp", "-a", "--no-preserve=ownership", source + "/.", etc], check=True)
    shutil.rmtree(stage)


def fill_dev(root):
    dev = root + "/dev"
    tmpfs(dev, flags=MS_NOSUID)
    for name, major, minor in NODES:
        os.mknod(f"{dev}/{name}", 0o020666, os.makedev(major, minor))
        os.chmod(f"{dev}/{name}", 0o666)
    os.mkdir(dev + "/pts")
    mount("devpts", dev + "/pts", "devpts", MS_NOSUID | MS_NOEXEC,
          "newinstance,ptmxmode=0666,mode=0620,gid=5")
    os.symlink("pts/ptmx", dev + "/ptmx")
    os.symlink("/proc/self/fd", dev + "/fd")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.symlink(f"/proc/self/fd/{number}", f"{dev}/{name}")
    tmpfs(dev + "/shm", "1777", MS_NOSUID | MS_NODEV)


def bind(source, target):
    os.makedirs(target, exist_ok=True)
    mount(source, target, None, MS_BIND)


def overlay_all(base, packages):
    """The overlay of / and of each file system below /usr, with `packages` on top."""
    root, upper = base + "/root", base + "/upper"
    os.makedirs(root)
    subprocess.run(["cp", "-a", packages, upper], check=True)
    os.chmod(upper, 0o755)
    overlay("/", upper, base + "/work", root)
    for point in stored_mounts():
        name = point.strip("/").replace("/", "-")
        if os.path.isdir(packages + point):
            subprocess.run(["cp", "-a", packages + point, f"{base}/upper-{name}"], check=True)
        overlay(point, f"{base}/upper-{name}", f"{base}/work-{name}", root + point)
    return root


def build(project, base, packages, own_etc, log):
    """Mounts the world's root below `base` (a directory of the host, only a mount point) and
    returns its path. `log` is the host's directory that the world sees as /var/log."""
    os.makedirs(base, exist_ok=True)
    try:
        mount(None, "/", None, MS_REC | MS_PRIVATE)
        tmpfs(base, flags=0)
        root = overlay_all(base, packages)
    except OSError as error:
        raise Forbidden(f"the private host needs to mount an overlay over / ({error.strerror}): "
                        "run as root, in a container with CAP_SYS_ADMIN and AppArmor or seccomp "
                        "rules that let it mount") from error
    for name, mode in (("run", "0755"), ("tmp", "1777"), ("home", "0755"), ("root", "0700"),
                       ("var/tmp", "1777"), ("var/mail", "0755"), ("var/lib/smsotp", "0755")):
        tmpfs(f"{root}/{name}", mode, MS_NOSUID | MS_NODEV)
    fill_etc(root, packages, own_etc)
    fill_dev(root)
    shutil.rmtree(log, ignore_errors=True)
    os.makedirs(log)
    bind(log, root + "/var/log")
    bind(project, root + PROJECT)
    os.makedirs(root + "/proc", exist_ok=True)
    mount("proc", root + "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    return root


def enter(root):
    """Makes `root` the root of this mount namespace and lets go of the old one."""
    os.chdir(root)
    if libc.pivot_root(b".", b".") != 0:
        os.chroot(".")
    else:
        libc.umount2(b".", MNT_DETACH)
    os.chdir("/")

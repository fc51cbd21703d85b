# SPDX-License-Identifier: BSD-3-Clause
"""Other releases to build packages of: this one in another place, and the one after it.

There is no release before this one to be had where the tests run, so this one is the one before: of
the release after it there is a tree with a higher version, whose programs speak the next version of
frames as well as this one's. Going to it is an upgrade, coming back is a roll-back.
"""

import os
import re
import shutil
import subprocess

import boot

PLACE = os.path.join(boot.PROJECT, "build", "release")
TOP = ("LICENSE", "Makefile", "README.md", "etc", "man", "pam_smsotp.c", "src", "tests")
CHANGED = """pam-smsotp ({version}) unstable; urgency=medium

  * The next one.

 -- pam_smsotp maintainers <pam-smsotp@localhost>  Tue, 24 Nov 2026 00:00:00 +0000

"""


def version():
    """Of this release."""
    with open(os.path.join(boot.PROJECT, "src", "version.h"), encoding="ascii") as file:
        return re.search(r'SMSOTP_VERSION "(.*)"', file.read()).group(1)


def next_version():
    return version() + "+next"


def same(_, text):
    return text


def after(path, text):
    """What the release after has in that file."""
    if path == "src/version.h":
        return text.replace(f'"{version()}"', f'"{next_version()}"')
    if path == "src/wire.h":
        return re.sub(r"(?<=#define WIRE_VERSION    )(\d+)", lambda found: str(int(found[0]) + 1),
                      text)
    if path == "etc/debian/changelog":
        return CHANGED.format(version=next_version()) + text
    return text


def sources():
    """Each file of the tree, by its path in it."""
    for top in TOP:
        if os.path.isfile(os.path.join(boot.PROJECT, top)):
            yield top
        for parent, directories, names in os.walk(os.path.join(boot.PROJECT, top)):
            directories[:] = [each for each in directories if each != "__pycache__"]
            yield from (os.path.relpath(os.path.join(parent, name), boot.PROJECT) for name in names)


def put(source, target, change, path):
    """Writes what is not there yet, so that make builds no more than it has to."""
    with open(source, encoding="utf-8", errors="surrogateescape") as file:
        text = change(path, file.read())
    if os.path.exists(target):
        with open(target, encoding="utf-8", errors="surrogateescape") as file:
            if file.read() == text:
                return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
    shutil.copymode(source, target)


class Tree:
    """Its directory is called root, because the Makefile looks for dependencies in none of them."""

    def __init__(self, name, change=same, fresh=False):
        self.root = os.path.join(PLACE, name, "root")
        if fresh:
            shutil.rmtree(self.root, ignore_errors=True)
        wanted = set(sources())
        for path in wanted:
            put(os.path.join(boot.PROJECT, path), self.path(path), change, path)
        for top in TOP:
            for parent, _, names in os.walk(self.path(top)):
                for name in names:
                    path = os.path.relpath(os.path.join(parent, name), self.root)
                    if path not in wanted:
                        os.unlink(self.path(path))

    def path(self, *names):
        return os.path.join(self.root, *names)

    def make(self, *arguments, **environment):
        subprocess.run(["make", "-s", f"-j{len(os.sched_getaffinity(0))}", "-C", self.root,
                        *arguments], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL,
                       env={**boot.quiet_environment(), **environment})

    def package(self, **environment):
        """Its package, built."""
        self.make("deb", **environment)
        return package_in(self.path("build"))


def package_in(build):
    """The one package there."""
    found = [name for name in os.listdir(build) if name.endswith(".deb")]
    assert len(found) == 1, found
    return os.path.join(build, found[0])


def our_package():
    """Of the tree that is tested."""
    subprocess.run(["make", "-s", "-C", boot.PROJECT, "deb"], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, env=boot.quiet_environment())
    return package_in(os.path.join(boot.PROJECT, "build"))


def next_tree():
    return Tree("next", after)

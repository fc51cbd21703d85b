# SPDX-License-Identifier: BSD-3-Clause
"""Programs of others that sign in through us: unpacked by tests/e2e/prepare, put into a world by
install()."""

import os
import subprocess

import hosts

ROOT = hosts.BUILD + "/pkgs/judges/root"


def install():
    """Puts their files below /usr, once a world. What their packages would do besides, users and modes,
    is up to who needs it."""
    if not os.path.exists("/usr/bin/plink"):
        subprocess.run(["cp", "-a", ROOT + "/usr/.", "/usr"], check=True)

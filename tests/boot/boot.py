# SPDX-License-Identifier: BSD-3-Clause
"""A host of its own: a Debian 12 or 13 whose systemd is pid 1 of fresh namespaces.

    with Host("name") as host:
        host.install()
        host.boot()
        host.run("systemctl", "status")

What the host writes is kept in build/boot/name until the next Host("name"), so that it can be
booted again. It ends with the process that booted it, whatever ends that.

    boot.py     a root shell in a host with the product installed
"""

import ctypes
import glob
import os
import platform
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
BASE = os.path.join(PROJECT, "build", "boot")
# What is built here runs there: the same Debian.
RELEASE = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
START = os.path.join(HERE, "start")
BOOT_SECONDS = 60
PR_SET_CHILD_SUBREAPER = 36
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def obstacle():
    """One sentence on what keeps us from booting a host, or None."""
    if os.geteuid() != 0:
        return "a host of its own is booted by root: run it with sudo"
    probe = subprocess.run(["unshare", "--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup",
                            "--fork", "--kill-child=KILL", "true"], check=False,
                           stdin=subprocess.DEVNULL, capture_output=True)
    if probe.returncode != 0:
        return ("booting a host needs mount, pid, net, uts, ipc and cgroup namespaces: run it on a "
                "machine or in a container with CAP_SYS_ADMIN")
    return None


def quiet_environment():
    """A make of its own: one that runs the tests must not hand its options down."""
    return {name: value for name, value in os.environ.items()
            if not name.startswith("MAKE") and name != "MFLAGS"}


def depth(pid):
    """How many pid namespaces below ours, or 0 where there is no such process any more."""
    levels = []
    for each in ("self", pid):
        try:
            with open(f"/proc/{each}/status", encoding="utf-8", errors="replace") as status:
                levels += [len(line.split()) for line in status if line.startswith("NSpid:")]
        except OSError:
            return 0
    return levels[-1] - levels[0]


def release_namespaces():
    """A pid namespace ends when the last process in it is reaped, which two of our clients put off.
    nsenter(1) stops itself when its program is stopped, as systemd-shutdown does to all, and nobody
    would wake it. And a program whose nsenter a terminal's end has taken away is ours to reap: our
    own pid 1 may be one that reaps nobody."""
    for path in glob.glob("/proc/self/task/*/children"):
        with open(path, encoding="ascii") as children:
            for pid in map(int, children.read().split()):
                if depth(pid) > 0:
                    os.waitpid(pid, os.WNOHANG)
                else:
                    os.kill(pid, signal.SIGCONT)


class Host:
    """One host; `layers` in its directory holds its changes to the pristine root. They are called
    root, because the Makefile looks for dependencies in no directory of that name."""

    # Of the pristine root: its directory, and Debian's word for what is in it.
    PLACE, SUITE = BASE, RELEASE

    @classmethod
    def make_root(cls):
        """Makes the pristine root where it is not yet there."""
        subprocess.run([os.path.join(HERE, "make-root"), cls.PLACE, cls.SUITE], check=True,
                       stdin=subprocess.DEVNULL)

    def __init__(self, name):
        self.pristine = os.path.join(self.PLACE, "root")
        self.directory = os.path.join(BASE, name)
        self.layers = os.path.join(self.directory, "root")
        self.unshare = None
        self.init = None
        shutil.rmtree(self.directory, ignore_errors=True)
        os.makedirs(self.layers)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def install(self, *arguments):
        """`make install` into the host, which must not run. `arguments` go to make."""
        script = ('mkdir -p upper work merged && mount -t overlay overlay -o '
                  '"lowerdir=$1,upperdir=upper,workdir=work" merged && shift && make "$@"')
        subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", self.pristine, "-s", "-C", PROJECT,
                        "install", f"DESTDIR={self.layers}/merged", *arguments],
                       cwd=self.layers, check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, env=quiet_environment())

    def boot(self):
        """Starts systemd and waits until every job of the boot is done. Returns its word for it,
        "running" or "degraded"."""
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        with open(os.path.join(self.directory, "console.log"), "ab") as console:
            self.unshare = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", START,
                 self.pristine, self.layers], stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        deadline = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < deadline:
            if self.unshare.poll() is not None:
                break
            if self.find_init():
                state = self.run("systemctl", "is-system-running", "--wait", check=False)
                if state.stdout.strip() in ("running", "degraded"):
                    return state.stdout.strip()
            time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"the host did not come up, see {self.directory}/console.log")

    def find_init(self):
        """Whether pid 1 is systemd: before, its namespaces are not whole; after, it shuts down."""
        pid, comm = self.unshare.pid, ""
        self.init = None
        try:
            with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
                child = children.read().split()
            with open(f"/proc/{child[0]}/comm", encoding="ascii") as file:
                self.init, comm = child[0], file.read()
        except (IndexError, OSError):
            pass
        return comm == "systemd\n"

    def command(self, *program):
        """The argument vector that runs `program` as root in the host."""
        return ["nsenter", "--target", self.init, "--mount", "--pid", "--net", "--uts", "--ipc",
                "--cgroup", "--root", "--wd", "env", "-i", f"PATH={PATH}", "HOME=/root",
                "LANG=C.UTF-8", "TERM=dumb", *program]

    def run(self, *program, check=True, text="", timeout=60):
        """Runs it to its end; `text` is its standard input. A failure shows what it said."""
        done = subprocess.run(self.command(*program), check=False, input=text, text=True,
                              capture_output=True, timeout=timeout)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(program)}: exit {done.returncode}\n"
                                 f"{done.stdout}{done.stderr}")
        return done

    def out(self, *program, **options):
        """What it prints, without the blanks at the ends."""
        return self.run(*program, **options).stdout.strip()

    def write(self, path, text, mode="0644", owner="root"):
        """Writes a file of the host, which must run."""
        self.run("install", "-D", "-m", mode, "-o", owner, "/dev/stdin", path, text=text)

    def copy(self, source, path):
        """A file of this machine's, as it is."""
        with open(source, "rb") as file:
            subprocess.run(self.command("install", "-D", "-m", "0644", "/dev/stdin", path),
                           check=True, stdin=file)

    def read(self, path):
        return self.run("cat", path).stdout

    def poweroff(self):
        """The orderly end: the next boot finds what stopped units have left. When the last is
        stopped, pid 1 becomes systemd-shutdown, which would wait for programs of run() as well."""
        self.run("systemctl", "poweroff", check=False)
        deadline = time.monotonic() + BOOT_SECONDS
        while self.unshare.poll() is None and self.find_init():
            if time.monotonic() > deadline:
                raise RuntimeError(f"the host does not stop, see {self.directory}/console.log")
            time.sleep(0.01)
        self.kill()

    def kill(self):
        """The end of a power cut. Of no effect where nothing runs."""
        if self.unshare is None:
            return
        # With pid 1 gone unshare has seen all of the host's processes end, and ends itself.
        if self.init is not None and self.unshare.poll() is None:
            os.kill(int(self.init), signal.SIGKILL)
        else:
            self.unshare.kill()
        deadline = time.monotonic() + BOOT_SECONDS
        while self.unshare.poll() is None and time.monotonic() < deadline:
            release_namespaces()
            time.sleep(0.01)
        late = self.unshare.poll() is None
        if late:
            self.unshare.kill()
            self.unshare.wait()
        release_namespaces()
        self.ended()
        if late:
            raise RuntimeError(f"a process of the host in {self.directory} does not end")

    def ended(self):
        subprocess.run(["unshare", "--mount", START, "sweep", self.layers, str(self.unshare.pid)],
                       check=False)
        self.unshare = self.init = None


def main():
    reason = obstacle()
    if reason is not None:
        sys.exit(reason)
    with Host("shell") as host:
        host.install()
        print("the host is", host.boot())
        sys.exit(subprocess.run(host.command("/bin/bash", "-l"), check=False).returncode)


if __name__ == "__main__":
    main()

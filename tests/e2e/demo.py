# SPDX-License-Identifier: BSD-3-Clause
"""make demo, once the packages are here: builds, starts a private host and signs in there.

    demo.py SINCE           outside: builds, makes the world. SINCE is when `make demo` began
    demo.py inside SINCE    in the world: the daemons and the login
"""

import os
import signal
import subprocess
import sys
import termios
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import world  # noqa: E402  pylint: disable=wrong-import-position

NAME = "demo"
NUMBER = "+91 99999 00001"
LOG = os.path.relpath(world.log_of(NAME), world.PROJECT)


class Stages:
    """`install      0.1 s`: the name when a stage begins, its seconds when it has ended."""

    def __init__(self, since):
        self.since = since

    def begin(self, name):
        self.since = time.time()
        print(f"{name:20}", end="", flush=True)

    def end(self):
        print(f"{time.time() - self.since:6.2f} s", flush=True)


def fail(what, log=LOG):
    print(f"\ndemo: {what}; see {log}", flush=True)
    return 1


def build(stages):
    """Returns whether it did; the compiler's words are in build/build.log."""
    stages.begin("build")
    environ = {name: value for name, value in os.environ.items()
               if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    with open(os.path.join(world.BUILD, "build.log"), "w", encoding="utf-8") as log:
        jobs = f"-j{len(os.sched_getaffinity(0))}"
        done = subprocess.run(["make", jobs, "demo-build"], cwd=world.PROJECT, env=environ,
                              stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False,
                              preexec_fn=world.die_with_parent)
    if done.returncode == 0:
        stages.end()
    return done.returncode == 0


def run_world(program):
    """A signal that ends us leaves the terminal as it was."""
    terminal = termios.tcgetattr(0) if os.isatty(0) else None

    def ended(number, _):
        if terminal:
            termios.tcsetattr(0, termios.TCSADRAIN, terminal)
        sys.exit(fail(f"ended by {signal.Signals(number).name}"))

    signal.signal(signal.SIGTERM, ended)
    signal.signal(signal.SIGHUP, ended)
    return world.run(NAME, *program)


def outside(since):
    stages = Stages(float(since))
    stages.end()
    if not build(stages):
        return fail("it does not build", "build/build.log")
    stages.begin("private host")
    obstacle = world.obstacle()
    if obstacle:
        return fail(obstacle, "README.md")
    inside = [world.PYTHON, "/project/tests/e2e/demo.py", "inside", since, str(stages.since)]
    return run_world(inside)


def make_host(stages):
    """The host with its account `demo`: a locked password, no key, a phone."""
    import hosts  # pylint: disable=import-outside-toplevel
    import users  # pylint: disable=import-outside-toplevel
    host = hosts.Host()
    stages.end()
    stages.begin("gateway emulator")
    host.start_gateway()
    stages.end()
    stages.begin("daemons")
    host.start_daemons()
    host.set_identity(users.add("demo", host.phone(NUMBER)))
    stages.end()
    return host


def inside(since, stage_since):
    import signin  # pylint: disable=import-outside-toplevel
    stages = Stages(float(stage_since))
    try:
        host = make_host(stages)
        stages.since = time.time()
        print("$ ssh demo@127.0.0.1 id -un", flush=True)
        if sys.stdin.isatty():
            said, status = signin.by_hand("demo", host.phone(NUMBER))
        else:
            said, status = signin.by_itself("demo", host.phone(NUMBER))
    except (AssertionError, OSError) as error:
        return fail(error)
    if status != 0 or said.split() != ["demo"]:
        return fail(f"ssh ended with {status}, nobody is signed in")
    print(f"{'ssh login':20}", end="")
    stages.end()
    print(f"demo: signed in as demo over {signin.version()}; the code came from the gateway "
          f"emulator; {time.time() - float(since):.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    try:
        if sys.argv[1] == "inside":
            sys.exit(inside(*sys.argv[2:]))
        sys.exit(outside(sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit(fail("interrupted"))

# SPDX-License-Identifier: BSD-3-Clause
"""The host that is measured: its daemons with the configuration that the tables name, its users,
and the driver's runs. Stores lie on the project's own disk, because a commit is to cost what it
costs; the rest of the world is memory."""

import collections
import itertools
import math
import os
import random
import shutil
import subprocess

import hosts
import peers
import rootfs
import stats

DRIVER = hosts.BUILD + "/tests/bench-driver"
DISK = hosts.BUILD + "/bench/disk"
SMSOTP = peers.directory("smsotp")
NAMES = 200
PHONES = 90  # shared by the existing users
WRONG = "000000"
# What sshd hands over for a reply of six bytes when it refuses the user itself.
JUNK = b"\b\n\r\x7fIN"
WARM = 10
KILLED_AFTER = 15  # seconds: ATTEMPT_SECONDS of attempt.h
# What is asked of one name between two fresh starts: less than any limit of a user.
MOST = 85
# As high as they go: this host makes in a minute what others make in a year.
LIMITS = {"texts_user": 100, "texts_user_kept": 0, "texts_day": 1000, "texts_day_kept": 0,
          "texts_host": 1000000, "texts_source": 10000, "failures_user": 1000,
          "failures_day": 10000, "failures_source": 10000, "failures_host": 100000,
          "ceiling_strange": 10000, "ceiling_known": 1000}
# Texts leave at once; so many go to one phone that six digits would come twice within half an hour,
# and the gateway drops the second.
TEXTS = {"resend": {"hold": 0}, "code": {"digits": 8}}


def on_disk(path):
    """The world's `path` becomes a fresh directory of the project's disk."""
    below = DISK + path
    shutil.rmtree(below, ignore_errors=True)
    os.makedirs(below)
    os.makedirs(path, exist_ok=True)
    rootfs.mount(below, path, None, rootfs.MS_BIND)


addresses = itertools.count(1)


def address():
    """A source that nobody used: no wait is earned by another attempt."""
    number = next(addresses)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def attempt(stack, user, answer="-", service="sshd", pause=0, think=0, source=None, tty="-"):
    """A line for the driver; `answer` as bytes, or a word as the driver has it."""
    typed = answer.hex() if isinstance(answer, bytes) else answer
    return f"{int(pause)} {int(think)} {stack} {service} {user} {source or address()} {tty} {typed}"


FIELDS = ("begun", "prompt", "auth", "whole", "waited", "prompts", "code")


def read(line):
    """The timing in a line of the driver's."""
    return dict(zip(FIELDS, map(int, line.split())))


def run(labelled, pinned=False):
    """Runs (label, line) in their order; returns {label: [timing]}; a label of None is dropped."""
    text = "".join(line + "\n" for _, line in labelled)
    done = subprocess.run([DRIVER, "run", "fork"], input=text, capture_output=True, text=True,
                          preexec_fn=(lambda: os.sched_setaffinity(0, {0})) if pinned else None,
                          check=True)
    seen = {}
    for (label, _), line in zip(labelled, done.stdout.splitlines(), strict=True):
        if label is not None:
            seen.setdefault(label, []).append(read(line))
    return seen


def interleaved(classes, count):
    """`classes` is {label: function that makes the attempts of one sample}; a list of samples in
    random order, behind a few of each that are not counted."""
    warm = [[(None, line) for _, line in make()] for make in classes.values() for _ in range(WARM)]
    samples = [make() for make in classes.values() for _ in range(count)]
    random.shuffle(samples)
    return [each for sample in warm + samples for each in sample]


def afresh(host, classes, count, pinned=False, history=()):
    """`count` samples a class, interleaved, some at a time on a host that remembers nothing but
    the attempts of `history`."""
    seen = {}
    for first in range(0, count, MOST):
        host.afresh()
        run([(None, line) for line in history])
        host.pin(pinned)
        for label, timings in run(interleaved(classes, min(MOST, count - first)), pinned).items():
            seen.setdefault(label, []).extend(timings)
    return seen


def times(timings, field="prompt"):
    """Nanoseconds to what came: 0 stands for what did not. Where it came to nobody, for ever."""
    return [each[field] for each in timings if each[field]] or [math.inf]


def unprompted(timings):
    return sum(not each["prompts"] for each in timings)


def compare(seen, base, fields):
    """One row a label, `base` first, for each of {column: field} against `base`."""
    rows = []
    for label in sorted(seen, key=lambda label: (not label.startswith(base), label)):
        row = {"": label, "n": len(seen[label])}
        for column, field in fields.items():
            found = stats.compared(times(seen[base], field), times(seen[label], field))
            row.update({f"{column} us": found["p50"], f"{column} p99": found["p99"],
                        f"{column} x": found["ratio"], f"{column} t": found["t"],
                        f"{column} t crop": found["t_cropped"]})
        rows.append(row)
    return rows


def codes(timings):
    """What PAM returned, and how often."""
    found = collections.Counter(each["code"] for each in timings)
    return " ".join(f"rc {code}: {count}" for code, count in sorted(found.items()))


class Bed(hosts.Host):
    """The world's host with NAMES users of each class, all names of one length."""

    def __init__(self):
        on_disk("/var/lib/smsotp")
        on_disk(peers.HOME)
        super().__init__({"limits": LIMITS})
        peers.install()
        self.names = {kind: [f"{kind[0]}{i:03d}" for i in range(NAMES)]
                      for kind in ("existing", "unknown", "phoneless", "suspended", "filtered",
                                   "over budget")}

    def enrol(self):
        """One import; phones may be shared, so all have the same few."""
        self.ctl("schema", "set", input="phone: phone\nrole: string\n")
        rows = ["name,phone,suspended,role"]
        rows += [f"{name},{self.number(name)},no,staff" for name in self.names["existing"]]
        rows += [f"{name},,,staff" for name in self.names["phoneless"]]
        rows += [f"{name},+91 99999 00090,yes,staff" for name in self.names["suspended"]]
        rows += [f"{name},+91 99999 00092,no,guest" for name in self.names["filtered"]]
        rows += [f"{name},+91 99999 00093,no,staff" for name in self.names["over budget"]]
        rows += ["root,+91 99999 00091,no,staff"]
        hosts.write("/run/users.csv", "\n".join(rows) + "\n", 0o600)
        self.ctl("import", "/run/users.csv")

    def pin(self, pinned):
        """What shares a host shares one processor; the gateway is elsewhere."""
        everywhere = os.sched_getaffinity(0)
        for each, place in ((self.smsotpd, {0}), (self.sender, {0}), (self.gateway, {1})):
            tasks = os.listdir(f"/proc/{each.pid}/task") if each.running() else []
            for task in tasks:
                os.sched_setaffinity(int(task), place if pinned else everywhere)

    def again(self, changes):
        """Restarts the daemons with `changes` over the default configuration."""
        self.configure(changes)
        self.smsotpd.stop()
        self.sender.stop()
        self.sender.start()
        self.smsotpd.start()

    def afresh(self):
        """As before, with a state store and a ledger that remember nothing."""
        self.smsotpd.stop()
        shutil.rmtree("/var/lib/smsotp/state")
        self.smsotpd.start()

    def number(self, name):
        """The phone of one of the existing users."""
        return f"+91 99999 000{self.names['existing'].index(name) % PHONES:02d}"

    def inbox(self, name):
        """Where the texts for one of them come."""
        return self.phone(self.number(name)).path

    def start(self):
        """As ever; and the phones have their inboxes, because the driver watches them."""
        os.makedirs(hosts.PHONES, mode=0o700, exist_ok=True)
        for number in range(100):
            hosts.write(f"{hosts.PHONES}/9199999000{number:02d}", "", 0o600)
        return super().start()

    def some(self, kind):
        return random.choice(self.names[kind])

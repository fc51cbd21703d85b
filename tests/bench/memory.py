# SPDX-License-Identifier: BSD-3-Clause
"""What is added to the host: by the module to who loads it, and by the daemons."""

import collections
import re
import subprocess

import bed
import crowd
import goal
import million
import peers

KB = 1024


def mapped(text):
    """{file: KB} of lines of /proc/PID/maps."""
    found = collections.Counter()
    for line in text.splitlines():
        span, _, _, _, _, *path = line.split(maxsplit=5)
        if path and path[0].startswith("/"):
            since, until = (int(number, 16) for number in span.split("-"))
            found[path[0]] += (until - since) // KB
    return found


def added(stack):
    """{file: KB} that a sign-in at its prompt has mapped more than it had before; but for what
    libpam loads for "other" in every process."""
    said = subprocess.run([bed.DRIVER, "maps", stack, "sshd", "m0"], check=True,
                          capture_output=True, text=True).stdout
    before, after = map(mapped, said.split("\n\n")[:2])
    return {path: size for path, size in after.items()
            if path not in before and not path.endswith("/pam_deny.so")}


def module_rows():
    peers.Google.enrol(["m0"])
    peers.Oath.enrol(["m0"])
    for name, stack in (("pam_smsotp", bed.SMSOTP), (peers.Google.name, peers.Google.stack),
                        (peers.Oath.name, peers.Oath.stack)):
        files = added(stack)
        yield {"": name, "shared objects": len(files), "KB": sum(files.values())}


def memory(host, _samples, _rounds):
    rows = list(module_rows())
    yield "what a module maps into who loads it, at its prompt", rows
    yield goal.counted("shared objects added", rows[0]["shared objects"], "", 1)
    yield goal.counted("mapped into the host", rows[0]["KB"], "KB", 64)
    with million.on(host, {"gateway": {"stub": "yes"}, "resend": {"hold": 0}}):
        idle = crowd.resident(host.sender.pid)
        states = {"idle": crowd.anonymous(host.smsotpd.pid)}
        people = crowd.Crowd(map(million.spread, range(crowd.PEOPLE)), host.smsotpd.pid)
        people.begin()
        states[f"{crowd.PEOPLE} at their prompts"] = crowd.anonymous(host.smsotpd.pid)
        granted = people.answer()
        states["they have all answered"] = crowd.anonymous(host.smsotpd.pid)
        states["at most"] = people.most
    yield (f"anonymous memory of smsotpd, and what {granted} of {crowd.PEOPLE} right codes let in",
           [{"": name, "KB": size} for name, size in states.items()])
    yield goal.counted(f"smsotpd, {crowd.PEOPLE} at their prompts who then answer",
                       max(states.values()) / KB, "MB", 16)
    yield goal.counted("right codes of these refused", crowd.PEOPLE - granted, "", 0)
    yield goal.counted("smsotp-send, idle", idle / KB, "MB", 16)

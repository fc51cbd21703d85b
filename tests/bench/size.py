# SPDX-License-Identifier: BSD-3-Clause
"""Whether the number of identities shows in a sign-in: several smsotpd side by side, each with a
store of its own."""

import random

import bed
import goal
import hosts
import million
import peers


def sample(instance, label, name):
    return lambda: [(label, bed.attempt(instance.stack, name(), bed.WRONG.encode()))]


def started(host, name, kept=None):
    instance = million.Instance(host, name, kept)
    instance.stack = peers.directory(name)
    peers.stack(name, f"pam_smsotp.so socket={instance.run}/smsotpd.sock")
    instance.daemon.start()
    return instance


def size(host, samples, _rounds):
    """One identity would soon have had all its texts: names that do not exist are looked up as
    well, and the table of names shows that they cost the same."""
    few, many = started(host, "few"), started(host, "many", million.kept(host))
    hosts.write("/run/one.csv", "name,phone\nu000000,+91 99999 00000\n", 0o600)
    few.import_file("/run/one.csv")
    one, all_of_them = "1 identity", f"{million.MANY} identities"
    classes = {}
    for label, instance in ((one, few), (f"{one} again", few), (all_of_them, many)):
        classes[label] = sample(instance, label, lambda: f"x{random.randrange(bed.NAMES):06d}")
    existing = f"{all_of_them}, existing names"
    classes[existing] = sample(many, existing, lambda: million.user()[0])
    seen = bed.run(bed.interleaved(classes, samples))
    for each in (few, many):
        each.daemon.stop()
    million.unmount(many.store)
    yield ("time to prompt and to the end of one wrong code, by the number of identities "
           f"({samples} a class)",
           bed.compare(seen, one, {"prompt": "prompt", "whole": "auth"}))
    for label in (all_of_them, existing):
        for field, name in (("prompt", "time to prompt"), ("auth", "a wrong code")):
            both = (bed.times(seen[key], field) for key in (one, label))
            yield goal.ratio(f"{name}, {label} beside {one}", *both, most=1.1)

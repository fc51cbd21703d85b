# SPDX-License-Identifier: BSD-3-Clause
"""What a sign-in with the right code costs, beside modules that send nothing."""

import random

import bed
import peers


def cost(host, samples, _rounds):
    """A process an attempt; the time a person and the gateway take is in none of the figures."""
    host.again(bed.TEXTS)
    peers.Google.enrol(["cost"])
    peers.Oath.enrol(["cost"])
    stacks = {"pam_permit": ("permit", None), "pam_permit again": ("permit", None),
              "pam_google_authenticator": ("google", 1), "pam_oath": ("oath", 0),
              "pam_smsotp": ("smsotp", None)}
    order = [label for label in stacks for _ in range(bed.WARM)]
    counted = [label for label in stacks for _ in range(samples)]
    random.shuffle(counted)
    counters = {label: first for label, (_, first) in stacks.items()}
    lines = []
    for i, label in enumerate(order + counted):
        user, answer = "cost", "-"
        if label == "pam_smsotp":
            user = host.some("existing")
            answer = "@" + host.inbox(user)
        elif counters[label] is not None:
            answer = peers.hotp(counters[label]).encode()
            counters[label] += 1
        line = bed.attempt(peers.directory(stacks[label][0]), user, answer)
        lines.append((label if i >= len(order) else None, line))
    seen = bed.run(lines)
    rows = bed.compare(seen, "pam_permit", {"prompt": "prompt", "whole": "whole"})
    for row in rows:
        timings = seen[row[""]]
        row["codes"] = bed.codes(timings)
        for field in ("prompt x", "prompt t", "prompt t crop"):
            row.pop(field)
    yield (f"sign-in with the right code, fork to exit, without the wait for the text ({samples} "
           "a class; hold = 0)", rows)

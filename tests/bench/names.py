# SPDX-License-Identifier: BSD-3-Clause
"""Whether a time tells who exists. `existing again` is the null row: the same class once more."""

import random

import bed
import peers

COLUMNS = {"prompt": "prompt", "whole": "auth"}
CLASSES = {"existing": "existing", "existing again": "existing", "unknown": "unknown",
           "phoneless": "phoneless", "suspended": "suspended", "filtered": "filtered",
           "over budget": "over budget", "root at sshd": "root", "junk reply": "existing"}
# Strangers may ask for this many texts of a user, and then for none.
STRANGERS = 3
SERVICE = {"service sshd": {"trait": "role=staff"},
           "limits": {"texts_user": STRANGERS, "texts_user_kept": 0}}


def classes(host, stack=bed.SMSOTP, pause=0, only=None):
    """{label: maker of one sample, a wrong code}; names are drawn for each."""
    def maker(label, kind):
        reply = bed.JUNK if label == "junk reply" else bed.WRONG.encode()

        def make():
            user = "root" if kind == "root" else host.some(kind)
            return [(label, bed.attempt(stack, user, reply, pause=pause))]
        return make
    return {label: maker(label, kind) for label, kind in CLASSES.items()
            if only is None or label in only}


def with_codes(rows, seen):
    for row in rows:
        row["codes"] = bed.codes(seen[row[""]])
    return rows


def names(host, samples, _rounds):
    """The text is held, and withdrawn by the wrong code."""
    host.again(SERVICE)
    spent = [bed.attempt(bed.SMSOTP, name)
             for name in host.names["over budget"] for _ in range(STRANGERS)]
    seen = bed.afresh(host, classes(host), samples, history=spent)
    yield (f"who exists: time to prompt and to the end of one wrong code ({samples} a class, "
           f"{bed.NAMES} names each, a fresh source each)",
           with_codes(bed.compare(seen, "existing", COLUMNS), seen))


def again(host, samples, _rounds):
    """The second and third begin at once from one source: they join the text of the first, and the
    log counts strangers' where it writes users'."""
    def maker(label, kind):
        def make():
            line = bed.attempt(bed.SMSOTP, host.some(kind))
            return [(None, line), (label, line), (label, line)]
        return make
    seen = bed.afresh(host, {label: maker(label, CLASSES[label]) for label in
                             ("existing", "existing again", "unknown", "suspended")}, samples)
    yield (f"who exists, by further begins at once from one source (twice {samples} a class)",
           bed.compare(seen, "existing", {"prompt": "prompt"}))


def probes(host, spread_us):
    """A begin for a name of the class, then within `spread_us` one for a stranger's name."""
    def maker(label, kind):
        def make():
            first = bed.attempt(bed.SMSOTP, host.some(kind), pause=30000)
            second = bed.attempt(bed.SMSOTP, f"p{random.randrange(bed.NAMES):03d}",
                                 pause=random.uniform(0, spread_us))
            return [(None, first), (label, second)]
        return make
    return {label: maker(label, CLASSES[label])
            for label in ("existing", "existing again", "unknown")}


def second(host, samples, _rounds):
    """What a first begin still does must not show in a second."""
    for hold, note in ((300, "default configuration"),
                       (0, "hold = 0: the text leaves within that time")):
        host.again({"resend": {"hold": hold}})
        seen = bed.afresh(host, probes(host, 20000), samples, pinned=True)
        yield (f"who exists, by a second begin 0 to 20 ms after the first, all on one CPU "
               f"({samples} a class; {note})",
               bed.compare(seen, "existing", {"prompt": "prompt"}))


def gateway(host, samples, _rounds):
    """Every existing name's text leaves and fails."""
    only = ("existing", "existing again", "unknown")
    faults = (("refuses the connection", None), ("answers 500", "always 500"),
              ("hangs", "always hang-before"))
    for title, fault in faults:
        host.again({"resend": {"hold": 0}, "gateway": {"timeout": 3}})
        if fault:
            host.gateway_does(fault)
        else:
            host.gateway.stop()
        seen = bed.afresh(host, classes(host, pause=20000, only=only), samples)
        host.gateway_does()
        host.start_gateway()
        yield (f"who exists, while the gateway {title} ({samples} a class; hold = 0, one attempt "
               "each 20 ms)", bed.compare(seen, "existing", COLUMNS))


def peers_names(host, samples, _rounds):
    only = ("existing", "existing again", "unknown")
    for peer in (peers.Google, peers.Oath):
        peer.enrol(host.names["existing"])
        seen = bed.run(bed.interleaved(classes(host, peer.stack, only=only), samples))
        yield (f"who exists, asked of {peer.name} ({samples} a class)",
               with_codes(bed.compare(seen, "existing", COLUMNS), seen))

# SPDX-License-Identifier: BSD-3-Clause
"""How long people wait for their prompt while the gateway is not there, and while pam_duo's API host,
which it asks before its prompt, is not. All of it is on loopback."""

import json
import random
import socket
import threading
import time

import bed
import beside
import goal
import hosts
import million
import peers
import stats

TURNS = 3
SECONDS = 240  # after which no further turn begins
PAUSE = 10000
# So many come first, uncounted, that texts have begun to fail when others are timed: one that does
# not leave is tried for MAX_AGE seconds.
MAX_AGE, WARM = 5, 550
GATEWAY = {"gateway": {"connect_timeout": 1, "timeout": 2, "max_age": MAX_AGE}}
DEAD, DEAF = 8444, 8445
RESOLVER = "127.0.0.53"
PATH = "/BulkSms/SingleMsgApi"
WELL = "the gateway is well"


CONFIG = hosts.merged(million.SIZES, bed.TEXTS)


def at(where):
    return {"gateway": {"url": f"https://{where}{PATH}"}}


# What the configuration has beside its own, and what the emulator does.
STATES = {WELL: ({}, None), f"{WELL} (again)": ({}, None),
          "refuses": (at("127.0.0.1:9"), None),
          "dead": (at(f"127.0.0.1:{DEAD}"), None),
          "hanging before TLS": (at(f"127.0.0.1:{DEAF}"), None),
          "hanging": ({}, "always hang-before"), "dripping": ({}, "always drip 1000"),
          "not resolving": (at("gateway.invalid"), None)}
# pam_duo talks to port 443 of its host.
DUO = {"refuses": "127.0.0.2", "hanging before TLS": "127.0.0.3", "dead": "127.0.0.4"}
DUO_ATTEMPTS = 2


class Silence:
    """Who listens and says nothing: a resolver, hosts that accept a connection, and hosts that do
    not even do that, because their backlog is full."""

    def __init__(self):
        self.sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM)]
        self.sockets[0].bind((RESOLVER, 53))
        self.listen("127.0.0.1", DEAF, 1000)
        self.listen(DUO["hanging before TLS"], 443, 1000)
        for address, port in (("127.0.0.1", DEAD), (DUO["dead"], 443)):
            self.listen(address, port, 0)
            for _ in range(2):
                self.fill(address, port)
        self.asked = 0
        self.reader = threading.Thread(target=self.drain, daemon=True)
        self.reader.start()

    def listen(self, address, port, backlog):
        listener = socket.socket()
        listener.bind((address, port))
        listener.listen(backlog)
        self.sockets.append(listener)

    def fill(self, address, port):
        waiting = socket.socket()
        waiting.setblocking(False)
        waiting.connect_ex((address, port))
        self.sockets.append(waiting)

    def drain(self):
        """What the resolver is asked is read and forgotten."""
        while self.sockets[0].recv(512):
            self.asked += 1

    def end(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", (RESOLVER, 53))
        self.reader.join()
        for each in self.sockets:
            each.close()
        assert self.asked, "nobody asked the resolver"


def duo():
    """pam_duo as its package sets it up, with an API host for each state; all at once."""
    for state, address in DUO.items():
        name = f"duo{address[-1]}"
        path = f"/etc/security/{name}.conf"
        hosts.write(path, f"[duo]\nikey = DI{'X' * 18}\nskey = {'0' * 40}\nhost = {address}\n"
                    "failmode = secure\n", 0o600)
        peers.stack(name, f"pam_duo.so conf={path}")
    states = list(DUO)
    mode = beside.Mode("pam_duo", workers=len(states))

    class Maker:
        """Each worker asks another host."""

        @staticmethod
        def line(_mode, worker):
            return bed.attempt(peers.directory(f"duo{DUO[states[worker]][-1]}"), "root")
    return dict(zip(states, beside.together(mode, Maker, DUO_ATTEMPTS, warm=0)))


def ended(host, well):
    """How many texts have ended, most of them as the gateway is."""
    texts = json.loads(host.ctl("stats", "--json"))["texts"]
    failed = texts["unsent"] + texts["unknown"]
    assert well == (texts["accepted"] > failed)
    return texts["accepted"] + failed


def measured(host, samples):
    """{state: time to prompt of each}, in turns; and how many texts had ended."""
    seen, texts = {state: [] for state in STATES}, dict.fromkeys(STATES, 0)
    until = time.monotonic() + SECONDS
    for turn in range(TURNS):
        if turn > 1 and time.monotonic() > until:
            break
        for state in random.sample(list(STATES), len(STATES)):
            changes, fault = STATES[state]
            host.gateway_does(*([fault] if fault else []))
            host.sender.kill()  # it would wait for what is under way
            host.again(hosts.merged(hosts.merged(CONFIG, changes), GATEWAY))
            lines = [(label, bed.attempt(bed.SMSOTP, million.user()[0], pause=PAUSE))
                     for label in [None] * WARM + [""] * max(5, samples // TURNS)]
            seen[state] += bed.run(lines)[""]
            texts[state] += ended(host, state.startswith(WELL))
    host.gateway_does()
    return seen, texts


def row(name, timings, well):
    found = stats.compared(well, bed.times(timings))
    longest = max(each["whole"] for each in timings)
    killed = sum(each["code"] < 0 for each in timings)
    return {"": name, "n": len(timings), "prompts": len(timings) - bed.unprompted(timings),
            "prompt us": found["p50"], "p99": found["p99"], "x": found["ratio"],
            "p99 x": found["ratio99"], "longest s": longest / 1e9, "killed": killed}


def outage(host, samples, _rounds):
    silence = Silence()
    hosts.write("/etc/resolv.conf", f"nameserver {RESOLVER}\n")
    hosts.write("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")
    with million.on(host, bed.TEXTS):
        seen, texts = measured(host, samples)
    well = bed.times(seen[WELL])
    rows = [{**row(f"pam_smsotp: {state}", timings, well), "texts ended": texts[state]}
            for state, timings in seen.items()]
    rows += [{**row(f"pam_duo: {state}", timings, well), "texts ended": ""}
             for state, timings in duo().items()]
    silence.end()
    yield (f"time to prompt while the gateway fails, {PAUSE // 1000} ms between attempts, hold = 0; "
           "and pam_duo's, whose API host fails alike, killed after "
           f"{bed.KILLED_AFTER} s", rows)
    for state in list(STATES)[2:]:
        yield goal.counted(f"attempts without a prompt, gateway {state}",
                           bed.unprompted(seen[state]), "", 0)
        yield goal.ratio(f"time to prompt, p99, gateway {state}", well, bed.times(seen[state]),
                         0.99, most=2.0)

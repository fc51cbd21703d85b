# SPDX-License-Identifier: BSD-3-Clause
"""One code, typed by several processes at once: how many get in."""

import collections
import itertools
import subprocess

import bed
import goal
import peers

RACERS = 8


class Race:
    """The driver at its start line."""

    def __init__(self, stack):
        self.process = subprocess.Popen([bed.DRIVER, "race", str(RACERS), stack, "sshd"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def say(self, words):
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().split()

    def run(self, user, code):
        """How many got in, and how many were at the prompt."""
        ready = int(self.say(f"{user} {bed.address()}")[1])
        return self.say(code()).count("0"), ready

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def counted(name, outcomes):
    successes = collections.Counter(count for count, _ in outcomes)
    return {"": name, "rounds": len(outcomes), "nobody": successes[0], "one": successes[1],
            "two": successes[2], "more": sum(successes[i] for i in successes if i > 2),
            "at the prompt": sum(ready for _, ready in outcomes) / len(outcomes)}


def of_peer(peer, first, rounds):
    peer.enrol(["racer"])
    race, outcomes, counter = Race(peer.stack), [], first
    for _ in range(rounds):
        at = counter
        outcomes.append(race.run("racer", lambda at=at: peers.hotp(at)))
        counter += outcomes[-1][0] > 0
    race.end()
    return counted(peer.name, outcomes)


def of_ours(host, rounds):
    host.again(bed.TEXTS)
    names = host.names["existing"][:bed.PHONES]
    phones = {name: host.phone(host.number(name)) for name in names}
    for phone in phones.values():
        phone.read = len(phone.lines())
    race = Race(bed.SMSOTP)
    outcomes = [race.run(name, phones[name].next_code)
                for name in itertools.islice(itertools.cycle(names), rounds)]
    race.end()
    return counted("pam_smsotp", outcomes)


def race(host, _samples, rounds):
    ours = of_ours(host, rounds)
    yield (f"one right code by {RACERS} processes at once ({rounds} rounds): how many got in",
           [ours, of_peer(peers.Google, 1, rounds), of_peer(peers.Oath, 0, rounds)])
    yield goal.counted(f"rounds without exactly one success, of {rounds}", rounds - ours["one"],
                       "", 0)

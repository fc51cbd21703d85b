# SPDX-License-Identifier: BSD-3-Clause
"""People who sign in to a booted host over and over, each on a terminal of his own, while something
else happens to it."""

import threading
import time

from bootcase import SENT, until
from clients import Terminal
from installed import CODE, STUB

WORKERS = 6


class Load:
    """with Load(host) as load: the logins go on; at its end they have come to theirs."""

    def __init__(self, host):
        self.host = host
        self.people = [host.person() for _ in range(WORKERS)]
        self.stop = threading.Event()
        self.done, self.lost = [], []
        self.threads = [threading.Thread(target=self.work, args=(each,)) for each in self.people]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def codes(self, person):
        """As Person.codes(), without a process of the host's."""
        with open(f"/proc/{self.host.init}/root{STUB}", encoding="ascii") as stub:
            lines = [line.split(" ", 2) for line in stub]
        return [CODE.search(line[2]).group() for line in lines
                if len(line) == 3 and line[1] == person.digits]

    def sign_in(self, person):
        """Returns which smsotpd served when it began, and when it ended."""
        before = len(self.codes(person))
        first = self.daemon()
        login = Terminal(person.ssh())
        try:
            login.expect(SENT)
            code = until(lambda: self.codes(person)[before:], f"text for {person.name}")[0]
            login.send(code)
            said, status = login.finish()
        finally:
            login.close()
        if (said.split()[-1:], status) != ([person.name], 0):
            raise AssertionError(f"{status}: {said}")
        return first, self.daemon()

    def daemon(self):
        """What tells one smsotpd from the next: the log of starts is as good as a process."""
        with open(f"/proc/{self.host.init}/root/var/log/smsotp/events.jsonl",
                  encoding="utf-8") as events:
            return sum("daemon.start" in line for line in events)

    def work(self, person):
        while not self.stop.is_set():
            try:
                self.done.append(self.sign_in(person))
            except Exception as error:  # pylint: disable=broad-except
                self.lost.append(f"{person.name} at {time.strftime('%X')}: {error}")

    def count(self):
        return len(self.done)

    def wait_for(self, more):
        """Until so many more have signed in, or one has not."""
        since = self.count()
        until(lambda: self.lost or self.count() >= since + more, f"{more} logins", 60)

    def over_a_change(self):
        """How many began with one smsotpd and ended with another."""
        return sum(first != last for first, last in self.done)

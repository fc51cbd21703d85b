# SPDX-License-Identifier: BSD-3-Clause
"""Whether a time over sshd tells who exists. sshd takes longer for some names itself, so the same
is asked of a module that only prompts, and the difference of the two differences counts."""

import math
import random
import shutil
import socket
import statistics
import time

import paramiko

import bed
import daemon
import hosts
import users

PORTS = {"pam_smsotp": 22, "a module that only prompts": 2222}
KINDS = ("existing", "existing again", "unknown")


class Left(EOFError):
    """The second prompt came: nothing more is to be learnt."""


class Probe:
    """One connection: nanoseconds to the prompt, and from a wrong code to the next."""

    def __init__(self, port, name):
        self.times = []
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as plain:
            source = bed.address().split(".")
            plain.bind((".".join(["127", *source[1:]]), 0))
            plain.connect(("127.0.0.1", port))
            transport = paramiko.Transport(plain)
            transport.start_client(timeout=30)
            self.since = time.monotonic_ns()
            try:
                transport.auth_interactive(name, self.handle)
            except (paramiko.SSHException, EOFError):
                pass
            transport.close()

    def handle(self, _title, _instructions, prompts):
        if not prompts:
            return []
        self.times.append(time.monotonic_ns() - self.since)
        if len(self.times) > 1:
            raise Left
        self.since = time.monotonic_ns()
        return [bed.WRONG]


def floor_sshd():
    """OpenSSH names its PAM service after its own program."""
    shutil.copy("/usr/sbin/sshd", "/usr/sbin/sshdfloor")
    shutil.copy(hosts.BUILD + "/tests/pam_floor.so", hosts.module_directory())
    with open("/etc/pam.d/sshd", encoding="utf-8") as stack:
        hosts.write("/etc/pam.d/sshdfloor", stack.read().replace("pam_smsotp.so", "pam_floor.so"))
    return daemon.Daemon("sshdfloor", ["/usr/sbin/sshdfloor", "-D", "-e", "-p", "2222"],
                         lambda: daemon.port_open(2222), "/var/log/sshdfloor.log")


def collect(host, samples):
    """{(module, kind): [times of one probe]}"""
    order = [(module, kind) for module in PORTS for kind in KINDS for _ in range(samples)]
    random.shuffle(order)
    seen = {key: [] for key in order}
    for module, kind in order:
        probe = Probe(PORTS[module], host.some(kind.split()[0]))
        if len(probe.times) == 2:
            seen[module, kind].append(probe.times)
    return seen


def difference(seen, kind, step):
    """Of ours to the floor's, of `kind` to existing names: mean in microseconds, and t."""
    mean = spread = 0.0
    for sign, module in zip((1, -1), PORTS):
        for way, each in ((1, kind), (-1, "existing")):
            times = [probe[step] / 1000 for probe in seen[module, each]]
            mean += sign * way * statistics.fmean(times)
            spread += statistics.variance(times) / len(times)
    return mean, mean / math.sqrt(spread)


def ssh(host, samples, _rounds):
    for name in host.names["existing"]:
        users.add(name)
    floor = floor_sshd().start()
    seen = collect(host, samples)
    floor.stop()
    rows = []
    for (module, kind), probes in sorted(seen.items()):
        prompt, wrong = ([probe[step] for probe in probes] for step in (0, 1))
        row = {"": f"{module}: {kind}", "n": len(probes),
               "prompt us": statistics.median(prompt) / 1000,
               "wrong code us": statistics.median(wrong) / 1000}
        for column, step in (("prompt", 0), ("wrong code", 1)):
            mean, t = difference(seen, kind, step) if kind != "existing" else (0.0, 0.0)
            row.update({f"{column} diff us": mean, f"{column} t": t})
        rows.append(row)
    yield (f"who exists, over sshd ({samples} a class): the difference to existing names, less the "
           "same of a module that only prompts", [row for row in rows if "smsotp" in row[""]] +
           [{**row, "prompt diff us": "", "prompt t": "", "wrong code diff us": "",
             "wrong code t": ""} for row in rows if "smsotp" not in row[""]])

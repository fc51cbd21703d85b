# SPDX-License-Identifier: BSD-3-Clause
"""What no host may have kept of the codes, phones and passwords it saw, looked for when it ends."""

import glob
import os
import re

import hosts
from phone import CODE

LOGS = "/var/log"
STATE = "/var/lib/smsotp/state/data.mdb"
# How long an answer took may have as many digits as a code.
MILLISECONDS = re.compile(rb'answer_ms(=|":)\d+')


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def delivered():
    """Every code and every phone that the emulator brought a text to."""
    codes, phones = set(), set()
    for path in glob.glob(os.path.join(hosts.PHONES, "[0-9]*")):
        phones.add(os.path.basename(path)[-10:])
        codes |= set(CODE.findall(re.sub(r"(?m)^\[phone [^]]*\]", "",
                                         read(path).decode("utf-8", "replace"))))
    return codes, phones


def places():
    """The logs of our daemons and of those that call them, and what runs."""
    for directory, _, files in os.walk(LOGS):
        for name in files:
            if not name.startswith("gateway"):
                yield os.path.join(directory, name), read(os.path.join(directory, name))
    for name in ("cmdline", "environ"):
        for path in glob.glob(f"/proc/[0-9]*/{name}"):
            yield path, read(path)


def found(codes, phones):
    """Which place holds what. A code within a longer number, a name or a hexadecimal id is none."""
    words = [re.escape(word) for word in sorted(phones | {hosts.GATEWAY_PASSWORD})]
    plain = re.compile("|".join(words).encode())
    digits = re.compile(rb"(?<![0-9A-Za-z.])\d{6,8}(?![0-9A-Za-z])")
    held = {(path, match) for path, data in [*places(), (STATE, read(STATE))]
            for match in set(plain.findall(data))}
    held |= {(path, match) for path, data in places()
             for match in set(digits.findall(MILLISECONDS.sub(b"", data)))
             if match.decode() in codes}
    return held


def assert_none():
    held = found(*delivered())
    assert not held, f"secrets were kept: {sorted(held)}"

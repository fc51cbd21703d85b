# SPDX-License-Identifier: BSD-3-Clause
"""The phones: what the gateway emulator delivered to them, read one text after the other."""

import os
import re

import wait

LINE = re.compile(r"^\[phone [+0-9 ]+\] (.*)$")
CODE = re.compile(r"(?<!\d)\d{6,8}(?!\d)")


def code_of(line):
    """The one code in a line of an inbox."""
    codes = CODE.findall(LINE.match(line).group(1))
    assert len(codes) == 1, f"a text with {len(codes)} codes: {line!r}"
    return codes[0]


class Phone:
    """One number's inbox. A text is read once; reading waits for the next."""

    def __init__(self, directory, number):
        self.number = number
        self.digits = re.sub(r"\D", "", number)
        self.path = os.path.join(directory, self.digits)
        self.read = 0

    def lines(self):
        """Every whole line of the inbox."""
        try:
            with open(self.path, encoding="utf-8") as inbox:
                return [line[:-1] for line in inbox if line.endswith("\n")]
        except FileNotFoundError:
            return []

    def unread(self):
        """How many texts came that next_text() has not returned."""
        return len(self.lines()) - self.read

    def next_line(self, seconds=10.0):
        line = wait.until(lambda: self.lines()[self.read:self.read + 1],
                          f"text on {self.number}", seconds)[0]
        self.read += 1
        return line

    def next_text(self, seconds=10.0):
        return LINE.match(self.next_line(seconds)).group(1)

    def next_code(self, seconds=10.0):
        return code_of(self.next_line(seconds))


def wrong(code, step=1):
    """A code of the same length that is not `code`; another for each `step` below 9."""
    return f"{(int(code) + step) % 10 ** len(code):0{len(code)}d}"

# SPDX-License-Identifier: BSD-3-Clause
"""Waiting for something to become so, with a deadline, by looking often."""

import time

STEP = 0.005


class Late(AssertionError):
    """What was waited for did not come in time."""


def until(look, what, seconds=10.0):
    """Calls `look` until it returns something true, and returns that."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise Late(f"no {what} within {seconds:g} s")
        time.sleep(STEP)

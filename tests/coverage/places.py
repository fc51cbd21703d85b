# SPDX-License-Identifier: BSD-3-Clause
"""Places that no test runs, and the data file `reasons` that names each. After a line `= WHY` come
the places it is true of:

    FILE FUNCTION LINES THE LINE BEFORE | THE FIRST LINE

LINES is how many lines of code in a row do not run. Two places that read alike are two rows."""
import collections
import pathlib

FILE = pathlib.Path(__file__).resolve().parent / "reasons"


def of_source(source):
    """[(row, line, lines)] of each place of a counts.Source."""
    found, run, before = [], [], ""
    lines = source.lines()

    def end():
        if run:
            row = (f"{source.path} {source.function(run[0])} {len(run)} "
                   f"{before} | {source.text[run[0]]}")
            found.append((row, run[0], len(run)))

    for last, line in zip([0] + lines, lines):
        same = run and source.function(run[0]) == source.function(line)
        if source.ran[line] or not same:
            end()
            run = []
        if not source.ran[line]:
            before = before if run else source.text[last]
            run.append(line)
    end()
    return found


def named():
    """Counter of the rows of the data file."""
    rows, reason = collections.Counter(), ""
    for number, line in enumerate(FILE.read_text(encoding="utf-8").split("\n"), 1):
        if line.startswith("= "):
            reason = line[2:]
        elif line and not line.startswith("#"):
            if not reason:
                raise SystemExit(f"{FILE}:{number}: no reason stands above it")
            rows[line] += 1
        elif not line:
            reason = ""
    return rows

# SPDX-License-Identifier: BSD-3-Clause
"""Places that no test runs, and the data file `reasons` that names each. After a line `= WHY` come
the places it is true of:

    FILE FUNCTION LINES THE LINE BEFORE | THE FIRST LINE

LINES is how many lines of code in a row do not run. Two places that read alike are two rows. With
`~ WHY` some runs reach such a place and others do not: by chance, or by which call a test strikes."""
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


def in_source(row, sources):
    """Whether its two lines stand in a row in its function."""
    path, function, _, text = row.split(" ", 3)
    source = sources.get(path)
    lines = source.lines() if source else []
    return any(f"{source.text[last] if last else ''} | {source.text[line]}" == text
               and source.function(line) == function
               for last, line in zip([0] + lines, lines))


def named():
    """(rows that must be such places, rows that may be), each a Counter."""
    rows = {"=": collections.Counter(), "~": collections.Counter()}
    kind = None
    for number, line in enumerate(FILE.read_text(encoding="utf-8").split("\n"), 1):
        if line[:2] in ("= ", "~ ") and line[2:]:
            kind = line[0]
        elif line and not line.startswith("#"):
            if kind is None:
                raise SystemExit(f"{FILE}:{number}: no reason stands above it")
            rows[kind][line] += 1
        elif not line:
            kind = None
    return rows["="], rows["~"]

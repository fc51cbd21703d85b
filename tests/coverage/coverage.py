# SPDX-License-Identifier: BSD-3-Clause
"""coverage.py BUILD [judge]: runs the units, the module's tests and those end-to-end tests that
`left-out` does not name, with programs that count, and says which lines of src/ and the module none
of them ran. Each must be named in `reasons`, and what is named there must be such a line: else it
is a failure. BUILD/report.txt has a row for each file. With `judge`, of the counts that are there."""
import pathlib
import sys

import counts
import places
import suite


def judged(sources, build):
    """Prints what is not named, and what is named and is no such place; returns (lines, covered,
    named, faults)."""
    rows, maybe = places.named()
    report = []
    total = [0, 0, 0, 0]
    for source in sorted(sources.values(), key=lambda each: each.path):
        lines = source.lines()
        named = missing = 0
        for row, line, count in places.of_source(source):
            listed = rows if rows[row] > 0 else maybe
            if listed[row] > 0:
                listed[row] -= 1
                named += count
            else:
                missing += count
                print(f"{source.path}:{line}: no test runs this, and no reason is given:\n{row}")
        covered = len(lines) - named - missing
        report.append(f"{source.path:<40}{len(lines):>7}{covered:>9}{named:>7}{missing:>9}")
        total = [old + new for old, new in zip(total, (len(lines), covered, named, missing))]
    stale = [*rows.elements(), *(row for row in maybe.elements()
                                 if not places.in_source(row, sources))]
    for row in stale:
        print(f"named, and run by a test or not there:\n{row}")
    head = f"{'file':<40}{'lines':>7}{'covered':>9}{'named':>7}{'unnamed':>9}"
    (build / "report.txt").write_text("\n".join([head, *report]) + "\n", encoding="ascii")
    return (*total[:3], total[3] + len(stale))


def main(build, only_judge=False):
    build = pathlib.Path(build).resolve()
    run = suite.Suite(build)
    failed = [] if only_judge else run.run()
    for name in failed:
        print(f"{name} failed, so its counts are not whole; see {run.logs / name}")
    sources = {}
    for program, files in run.counted():
        counts.add(program, files, sources)
    lines, covered, named, faults = judged(sources, build)
    print(f"coverage: {covered + named} passed, {faults + len(failed)} failed")
    print(f"{lines} lines, {covered} covered, {named} named")
    return 1 if failed or faults or not covered else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

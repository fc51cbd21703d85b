# SPDX-License-Identifier: BSD-3-Clause
"""The size of things, as a table, and its limits: a function 50 lines, nine of ten functions of a
part 37, a .c or .h 400. Functions are found by universal-ctags, which can lose its way in a file:
as many must be found as bodies begin."""
import collections
import statistics
import subprocess

import tree

FUNCTION_MAX, NINTH_MAX, FILE_MAX = 50, 37, 400


def functions(paths):
    """[(path, name, line, lines)]"""
    listed = subprocess.run(
        ["ctags", "-x", "--kinds-C=f", "--fields=+ne", "--language-force=C",
         r"--_xformat=%F	%N	%n	%{end}", *map(str, paths)],
        cwd=tree.ROOT, check=True, capture_output=True, text=True).stdout
    rows = [line.split("\t") for line in listed.splitlines()]
    return [(path, name, int(line), int(end) - int(line) + 1) for path, name, line, end in rows]


def part(path):
    """src/smsotpd, tests/emulator; the module and src/ itself are "src"."""
    parent = str(path.parent)
    return "src" if parent == "." else parent


def ninth(lengths):
    """The length that nine of ten do not exceed."""
    return sorted(lengths)[max(0, -(-len(lengths) * 9 // 10) - 1)] if lengths else 0


def row(name, file_lines, lengths):
    return (f"{name:<20}{len(file_lines):>6}{sum(file_lines):>7}{max(file_lines):>7}"
            f"{len(lengths):>11}{statistics.median(lengths) if lengths else 0:>8.0f}"
            f"{ninth(lengths):>6}{max(lengths, default=0):>6}")


def main():
    texts = {path: tree.text(path) for path in tree.files(".c", ".h")}
    sizes = {path: text.count("\n") for path, text in texts.items()}
    begins = {path: text.count(")\n{") for path, text in texts.items()}
    found = functions(sizes) if sizes else []
    faults = [f"{path}: {lines} lines, at most {FILE_MAX}"
              for path, lines in sizes.items() if lines > FILE_MAX]
    counted = collections.Counter(path for path, *_ in found)
    faults += [f"{path}: ctags sees {counted[str(path)]} functions of {begun}"
               for path, begun in begins.items() if counted[str(path)] != begun]
    faults += [f"{path}:{line}: {name} has {lines} lines, at most {FUNCTION_MAX}"
               for path, name, line, lines in found if lines > FUNCTION_MAX]
    print(f"{'':<20}{'files':>6}{'lines':>7}{'max':>7}{'functions':>11}{'median':>8}{'p90':>6}"
          f"{'max':>6}")
    for name in sorted({part(path) for path in sizes}):
        inside = {str(path): lines for path, lines in sizes.items() if part(path) == name}
        lengths = [lines for path, _, _, lines in found if path in inside]
        print(row(name, list(inside.values()), lengths))
        if ninth(lengths) > NINTH_MAX:
            faults.append(f"{name}: nine of ten functions have up to {ninth(lengths)} lines, "
                          f"at most {NINTH_MAX}")
    print(row("all", list(sizes.values()), [lines for *_, lines in found]))
    tree.end(faults)


main()

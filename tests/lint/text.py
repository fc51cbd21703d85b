# SPDX-License-Identifier: BSD-3-Clause
"""Plain text: no blank at a line's end, a newline at the file's, no note of work left undone, and a
licence line on top of each source. No comment that clang-format has folded a line too long of: it
leaves the star without a blank, and tears a table apart."""
import re

import tree

SOURCES = {".c", ".h", ".py", ".sh", ".mk", ".5", ".7", ".8"}
FOLDED = re.compile(r"^ \*[^\s*/]")
LICENCE = "SPDX-License-Identifier: BSD-3-Clause"
UNDONE = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")


def faults_of(path, text):
    source = path.suffix in SOURCES or path.name == "Makefile" or text.startswith("#!")
    if source and LICENCE not in "".join(text.splitlines(True)[:3]):
        yield f"{path}:1: no line {LICENCE}"
    if text and not text.endswith("\n"):
        yield f"{path}: no newline at the end"
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            yield f"{path}:{number}: blanks at the end of the line"
        if path.suffix in {".c", ".h"} and FOLDED.match(line):
            yield f"{path}:{number}: no blank behind the star of a comment's line"
        if UNDONE.search(line):
            yield f"{path}:{number}: a note of work left undone"


tree.end([fault for path in tree.files() for fault in faults_of(path, tree.text(path))])

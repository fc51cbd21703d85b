# SPDX-License-Identifier: BSD-3-Clause
"""Each fuzz target says in tests/fuzz/targets which sources it is for, and each source with a
function that takes bytes apart (its name ends in one of VERBS) has a target; or stands in the row
"-", of those that need none."""
import re

import tree

DATA = "tests/fuzz/targets"
VERBS = "decode|parse|scan|read|receive_request|receive_reply"
READER = re.compile(rf"^(?!static\b)[A-Za-z][^;={{}}()]*?\b(\w+_(?:{VERBS}))\([^;{{}}]*\)\n{{", re.M)


def rows():
    """{target: [source]}"""
    found = {}
    for line in tree.text(DATA).splitlines():
        name, _, sources = line.partition("#")[0].partition(":")
        if name.strip():
            found.setdefault(name.strip(), []).extend(sources.split())
    return found


def check():
    faults = []
    by_row = rows()
    targets = {path.stem[len("fuzz_"):] for path in tree.files(".c")
               if str(path).startswith("tests/fuzz/fuzz_")}
    faults += [f"{DATA}: no row of fuzz_{name}.c" for name in sorted(targets - set(by_row))]
    faults += [f"{DATA}: {name}: there is no tests/fuzz/fuzz_{name}.c"
               for name in sorted(set(by_row) - targets - {"-"})]
    covered = {source for sources in by_row.values() for source in sources}
    faults += [f"{DATA}: there is no {source}.c" for source in sorted(covered)
               if not (tree.ROOT / f"{source}.c").exists()]
    for path in tree.files(".c"):
        if path.parts[0] == "tests" or str(path.with_suffix("")) in covered:
            continue
        for reader in READER.findall(tree.text(path)):
            faults.append(f"{path}: {reader} has no target in {DATA}")
    return faults


tree.end(check())

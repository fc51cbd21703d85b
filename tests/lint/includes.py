# SPDX-License-Identifier: BSD-3-Clause
"""Which headers a file may include: those of tests/lint/includes, and no other.

    includes.py          checks the tree
    includes.py --print  prints the rows that hold for the tree as it is

A row is `FILE: name name <library>`. FILE is a path without .c and .h, or a pattern of such paths;
the first row that fits decides. `name` is "name.h" of the project, `<library>` the first part of a
library's header (<curl> for curl/curl.h); a file's own header, and those of LIBC, which are the C
library's and the kernel's, need no row. `*` allows all.
"""
import fnmatch
import re
import sys

import tree

DATA = "tests/lint/includes"
LIBC = set("""arpa ctype dirent dlfcn err errno fcntl fnmatch ftw getopt glob grp inttypes limits link
linux locale malloc netdb poll pthread pwd sched setjmp signal spawn stdarg stdatomic stdbool stddef
stdint stdio stdlib string strings sys sysexits syslog time unistd""".split())
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"(?:.*/)?([\w.-]+)\.h"|<([\w-]+)[^>]*>)', re.M)


def unit(path):
    return str(path.with_suffix(""))


def included():
    """{unit: set of names and <libraries> that its .c and .h include}"""
    found = {}
    for path in tree.files(".c", ".h"):
        names = found.setdefault(unit(path), set())
        for ours, library in INCLUDE.findall(tree.text(path)):
            if ours and ours != path.stem:
                names.add(ours)
            elif library and library not in LIBC:
                names.add(f"<{library}>")
    return found


def rows():
    """[(pattern, set of allowed names, line number)]"""
    parsed = []
    for number, line in enumerate(tree.text(DATA).splitlines(), 1):
        line = line.partition("#")[0].strip()
        if line:
            pattern, _, names = line.partition(":")
            parsed.append((pattern.strip(), set(names.split()), number))
    return parsed


def check():
    faults = []
    used = set()
    allowed_by = rows()
    for name, names in sorted(included().items()):
        row = next((row for row in allowed_by if fnmatch.fnmatchcase(name, row[0])), None)
        if row is None:
            faults.append(f"{name}: no row in {DATA} (see tests/lint/includes.py --print)")
            continue
        used.add(row[2])
        if "*" not in row[1]:
            faults += [f"{name}: may not include {other}, by {DATA}:{row[2]}"
                       for other in sorted(names - row[1])]
    for pattern, _, number in allowed_by:
        if number not in used:
            print(f"note: {DATA}:{number}: no file is left for {pattern}")
    return faults


if "--print" in sys.argv:
    for unit_name, unit_names in sorted(included().items()):
        print(f"{unit_name}: {' '.join(sorted(unit_names))}".strip())
else:
    tree.end(check())

# SPDX-License-Identifier: BSD-3-Clause
"""The data file of the changes that no test can find. An entry is three lines and its reason, and is
for one place: where a function has such a line twice, for each an entry.

    FILE FUNCTION
    - the line as it is
    + the line as it was changed
    = why nothing is different
"""
import collections


def of_file(listing, path):
    """How often one file has each (function, before, after)."""
    found = collections.Counter()
    head, before, after = [], "", ""
    for line in listing.read_text(encoding="utf-8").split("\n"):
        mark, rest = line[:2], line[2:]
        if mark == "- ":
            before = rest
        elif mark == "+ ":
            after = rest
        elif mark == "= ":
            if head[:1] == [path] and rest:
                found[head[1], before, after] += 1
        elif line and not line.startswith("#"):
            head = line.split()
    return found


def written(path, key):
    function, before, after = key
    return f"{path} {function}\n- {before}\n+ {after}"

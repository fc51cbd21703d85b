# SPDX-License-Identifier: BSD-3-Clause
"""The data file of the changes that no test can find. An entry is three lines and its reason:

    FILE FUNCTION
    - the line as it is
    + the line as it was changed
    = why nothing is different
"""


def of_file(listing, path):
    """{(function, before, after)} of one file."""
    found = set()
    head, before, after = [], "", ""
    for line in listing.read_text(encoding="utf-8").split("\n"):
        mark, rest = line[:2], line[2:]
        if mark == "- ":
            before = rest
        elif mark == "+ ":
            after = rest
        elif mark == "= ":
            if head[:1] == [path] and rest:
                found.add((head[1], before, after))
        elif line and not line.startswith("#"):
            head = line.split()
    return found


def written(path, key):
    function, before, after = key
    return f"{path} {function}\n- {before}\n+ {after}"

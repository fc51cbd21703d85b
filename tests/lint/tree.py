# SPDX-License-Identifier: BSD-3-Clause
"""The files of the tree, for the checks beside this one. A check prints one line for each fault."""
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = {".git", "build", "__pycache__", "corpus"}


def files(*suffixes):
    """Relative paths, sorted, of all files or of those with a suffix: files(".c", ".h")."""
    found = []
    for directory, names, files_here in os.walk(ROOT):
        names[:] = sorted(set(names) - SKIPPED)
        for name in files_here:
            path = pathlib.Path(directory, name).relative_to(ROOT)
            if not path.is_symlink() and (not suffixes or path.suffix in suffixes):
                found.append(path)
    return sorted(found)


def text(path):
    """What is not UTF-8 is no text of ours: the empty string."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def interpreter(path):
    """"sh", "bash" or "python", by the first line or the suffix, else ""."""
    first = text(path).partition("\n")[0]
    if path.suffix == ".py" or (first.startswith("#!") and "python" in first):
        return "python"
    if first.startswith("#!"):
        return first.split("/")[-1].split()[-1]
    return "sh" if path.suffix == ".sh" else ""


def end(faults):
    """Prints the faults and ends with their verdict."""
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)

# SPDX-License-Identifier: BSD-3-Clause
"""How often each line ran, from what clang's programs count in files while they run."""
import pathlib
import re
import subprocess

SOURCE = re.compile(r"(\./)?(src/.*|pam_smsotp\.c)")
COMMENT = re.compile(r"/\*.*?\*/", re.S)


class Source:
    """A file's lines that hold code, which function each is of, and how often each ran."""

    def __init__(self, path):
        self.path = path
        text = pathlib.Path(path).read_text(encoding="utf-8")
        blank = COMMENT.sub(lambda found: "\n" * found.group().count("\n"), text)
        self.text = [""] + [" ".join(line.split()) for line in blank.split("\n")]
        self.begins, self.ran = {}, {}

    def holds_code(self, line):
        """A macro's own line ran where it is used."""
        macro = self.text[line].startswith("#") or self.text[line - 1].endswith("\\")
        return re.search(r"\w", self.text[line]) is not None and not macro

    def function(self, line):
        return self.begins[max(begin for begin in self.begins if begin <= line)]

    def lines(self):
        return [line for line in sorted(self.ran) if self.holds_code(line)]


def read(listing, sources):
    """Adds what llvm-cov lists of one program to {path: Source}."""
    source = None
    for line in listing.split("\n"):
        kind, _, rest = line.partition(":")
        if kind == "SF":
            found = SOURCE.fullmatch(rest)
            source = found and sources.setdefault(found.group(2), Source(found.group(2)))
        elif source and kind == "FN":
            begin, name = rest.split(",")
            source.begins[int(begin)] = name.split(":")[-1]
        elif source and kind == "DA":
            number, count = map(int, rest.split(","))
            source.ran[number] = source.ran.get(number, 0) + count


def add(program, files, sources):
    """Of one program (paths, more than one where it loads the module) and the files it counted in.
    Each is read alone: another program's function of the same name is another."""
    merged = files[0].parent / "merged"
    subprocess.run(["llvm-profdata", "merge", "-o", merged, *files], check=True)
    first, *more = program
    listing = subprocess.run(
        ["llvm-cov", "export", "-format=lcov", "-instr-profile", merged, first,
         *(f"-object={each}" for each in more)], check=True, capture_output=True, text=True).stdout
    read(listing, sources)

# SPDX-License-Identifier: BSD-3-Clause
"""What a man page tells its reader to type, step by step, and what it says is seen then.

In a literal block `# ` and `$ ` begin what root and a user type, and `login: ` a name that is typed at
a console; a here-document goes on to its END, and what stands below is what is seen then. `.Dl # `
takes a step back.
"""

import re

WORD = {r"\d+": r"\d+", r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){2}": r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}",
        r"\.\.\.": r".*", r" +": r" +"}
ANY = re.compile("|".join(f"({each})" for each in reversed(list(WORD))))


def plain(line):
    """A line of mdoc as it is shown."""
    return line.replace(r"\&", "").replace(r"\e", "\\")


def pattern(shown):
    """Of a line that is shown: numbers, recovery codes and what stands for `...` may be others."""
    done, at = "", 0
    for found in ANY.finditer(shown):
        kind = list(reversed(WORD.values()))[found.lastindex - 1]
        done += re.escape(shown[at:found.start()]) + kind
        at = found.end()
    return done + re.escape(shown[at:])


class Line:
    """One that is typed."""

    def __init__(self, text):
        before, self.text = re.fullmatch(r"(?s)(\S+) (.*)", text).groups()
        self.console, self.shown = before == "login:", []

    def missing(self, said):
        """The first line of those shown that does not stand in `said`, in their order; or None."""
        left = iter(re.split(r"[\r\n]+", re.sub(r"\x1b\[\d*[A-Za-z]", "", said)))
        for shown in self.shown:
            if not any(re.fullmatch(pattern(shown) + " *", each) for each in left):
                return shown
        return None


class Step:
    def __init__(self, title):
        self.title, self.typed, self.back = title, [], []

    def add(self, lines):
        """A literal block; one in which nothing is typed is a file's."""
        line, end = None, None
        for text in lines:
            if end or (line and not line.shown and line.text.endswith("\\")):
                line.text += "\n" + text
                end = None if text == end else end
            elif text.startswith(("# ", "$ ", "login: ")):
                line = Line(text)
                self.typed.append(line)
                end = "END" if text.endswith("<<END") else None
            elif line:
                line.shown.append(text)


def steps(path, section):
    """Those of the page's section, one a subsection."""
    with open(path, encoding="utf-8") as file:
        text = file.read().split(f"\n.Sh {section}\n")[1].split("\n.Sh ")[0]
    found = []
    for part in text.split("\n.Ss ")[1:]:
        title, _, body = part.partition("\n")
        step = Step(title)
        for block in re.findall(r"^\.Bd -literal.*\n((?:.*\n)*?)\.Ed", body, re.M):
            step.add([plain(line) for line in block.splitlines()])
        step.back = [Line(plain(line)) for line in re.findall(r"^\.Dl (# .*)", body, re.M)]
        found.append(step)
    return found

# SPDX-License-Identifier: BSD-3-Clause
"""A terminal's recording as an SVG that plays by itself, in CSS alone: every piece of a line appears
at its time, all vanish at the end, and it begins anew. Nothing is loaded from anywhere."""

import re
from xml.sax.saxutils import escape

COLUMNS = 92
CELL, LINE, MARGIN = 8.4, 20, 16
REST = 4.0  # seconds the whole is seen before it begins anew
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|[\x00-\x08\x0b\x0c\x0e-\x1f]")
STYLE = """text{font:14px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d8dee9;\
white-space:pre}.typed{fill:#a3be8c}.phone{fill:#ebcb8b}"""


class Screen:
    """Where each piece of text stands; long lines go on below, as on a terminal."""

    def __init__(self):
        self.row = self.column = 0
        self.pieces = []

    def put(self, seconds, kind, text):
        for part in re.split(r"(\n)", ESCAPES.sub("", text.replace("\r\n", "\n")).replace("\r", "")):
            if part == "\n":
                self.row, self.column = self.row + 1, 0
                continue
            while part:
                room = COLUMNS - self.column
                self.pieces.append((seconds, kind, self.row, self.column, part[:room]))
                self.column += len(part[:room])
                part = part[room:]
                if part:
                    self.row, self.column = self.row + 1, 0


def draw(pieces):
    """The SVG of [(seconds, kind, text)]: kind is "said", "typed" or "phone"."""
    screen = Screen()
    for seconds, kind, text in pieces:
        screen.put(seconds, kind, text)
    whole = max(piece[0] for piece in screen.pieces) + REST
    moments = sorted({piece[0] for piece in screen.pieces})
    width, height = COLUMNS * CELL + 2 * MARGIN, (screen.row + 1) * LINE + 2 * MARGIN
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
             f'viewBox="0 0 {width:.0f} {height:.0f}" role="img">',
             "<title>Signing in over ssh with a code from a text</title>", "<style>", STYLE]
    for number, moment in enumerate(moments):
        share = 100 * moment / whole
        lines.append(f"@keyframes k{number}{{0%,{share:.2f}%{{opacity:0}}"
                     f"{share + 0.01:.2f}%,99.9%{{opacity:1}}100%{{opacity:0}}}}"
                     f".t{number}{{animation:k{number} {whole:.1f}s linear infinite}}")
    lines += ["</style>", '<rect width="100%" height="100%" rx="8" fill="#2e3440"/>']
    for seconds, kind, row, column, text in screen.pieces:
        lines.append(f'<text class="{kind} t{moments.index(seconds)}" '
                     f'x="{MARGIN + column * CELL:.1f}" y="{MARGIN + row * LINE + 14}">'
                     f"{escape(text)}</text>")
    return "\n".join(lines + ["</svg>", ""])

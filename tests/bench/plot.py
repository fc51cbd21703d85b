# SPDX-License-Identifier: BSD-3-Clause
"""Two kinds of pictures, as SVG: shares of attempts by their time, and figures beside their bounds."""

import dataclasses
import html
import math

import stats

WIDTH, LEFT, RIGHT, TOP = 760, 60, 20, 46
HEIGHT = 260  # of one chart
ROW = 22
SHARES = 100
INK, FAINT = "#222222", "#d8d8d8"
COLOURS = ("#b35806", "#e8a86b", "#1f5fa8", "#5a5a5a")
DECADES = (100, 1_000, 10_000, 100_000)  # us


@dataclasses.dataclass
class Curves:
    """What one chart of the picture `file` shows: {label: us}, as shares of a hundred."""

    file: str
    title: str
    shares: dict

    @staticmethod
    def of(file, title, seen):
        """`seen` is {label: nanoseconds}."""
        return Curves(file, title, {
            label: [stats.quantile(values, share / SHARES) / 1000 for share in range(SHARES)]
            for label, values in seen.items()})


def text(x, y, words, anchor="start", size=12, colour=INK):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
            f'fill="{colour}">{html.escape(words)}</text>')


def line(points, colour, width=1.0, dashes=""):
    at = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return (f'<polyline points="{at}" fill="none" stroke="{colour}" stroke-width="{width}" '
            f'stroke-dasharray="{dashes}"/>')


def write(path, height, parts):
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
                   f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">\n'
                   f'<rect width="{WIDTH}" height="{height}" fill="white"/>\n' +
                   "\n".join(parts) + "\n</svg>\n")


def across(value, low, high):
    """Where a value stands on an axis of powers of ten."""
    share = (math.log(min(high, max(low, value))) - math.log(low)) / math.log(high / low)
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def chart(curves, y):
    """One chart below `y`: the share of attempts that took no longer."""
    top, bottom = y + TOP, y + HEIGHT - 34
    parts = [text(LEFT, y + 16, curves.title, size=13)]
    for share in (0, 50, 90, 100):
        at = bottom - share / SHARES * (bottom - top)
        parts += [line([(LEFT, at), (WIDTH - RIGHT, at)], FAINT),
                  text(LEFT - 6, at + 4, f"{share} %", "end", 11)]
    for step in (each * factor for each in DECADES[:-1] for factor in (1, 2, 5)):
        at = across(step, DECADES[0], DECADES[-1])
        words = f"{step} us" if step < 1000 else f"{step // 1000} ms"
        parts += [line([(at, top), (at, bottom)], FAINT), text(at, bottom + 15, words, "middle", 11)]
    for number, (label, values) in enumerate(curves.shares.items()):
        points = [(across(value, DECADES[0], DECADES[-1]),
                   bottom - share / SHARES * (bottom - top)) for share, value in enumerate(values)]
        colour = COLOURS[number % len(COLOURS)]
        parts += [line(points, colour, 2), text(LEFT + number * 240, y + 34, label, colour=colour)]
    return parts


def draw_curves(path, all_curves):
    parts = []
    for number, curves in enumerate(all_curves):
        parts += chart(curves, number * HEIGHT)
    height = len(all_curves) * HEIGHT + 20
    write(path, height, parts + [text((LEFT + WIDTH) / 2, height - 8,
                                      "attempts that took no longer, in percent", "middle")])


def goal_row(goal, y, low, high):
    """The figure with its quartiles, and the bound; both in a ratio's own units."""
    bound = float(goal["to reach"].split()[1])
    colour = COLOURS[2] if goal["reached"] == "yes" else COLOURS[0]
    ends = [across(goal[key], low, high) for key in ("from", "to")]
    at, limit = (across(value, low, high) for value in (goal["figure"], bound))
    return [line([(LEFT, y + 5), (WIDTH - RIGHT, y + 5)], FAINT),
            text(LEFT, y - 3, f"{goal['']}: {goal['figure']:.2f} ({goal['to reach']})", size=11),
            line([(ends[0], y + 5), (ends[1], y + 5)], colour, 3),
            f'<circle cx="{at:.1f}" cy="{y + 5:.1f}" r="5" fill="{colour}"/>',
            line([(limit, y - 2), (limit, y + 12)], INK, 2)]


def draw_goals(path, goals, title):
    """Ratios alone: what has other units stands in the table."""
    ratios = [goal for goal in goals if goal["unit"] == "x"]
    low, high = 0.1, 10.0
    parts = [text(LEFT, 20, title, size=13),
             text(LEFT, 38, "dot: figure; bar: quartiles of its blocks; black: its bound; "
                            "blue where it is reached", size=11)]
    bottom = TOP + len(ratios) * (ROW + 8) + 20
    for step in (0.1, 0.2, 0.5, 1, 2, 5, 10):
        at = across(step, low, high)
        parts += [line([(at, TOP), (at, bottom)], FAINT, 1, "3 3"),
                  text(at, bottom + 15, f"{step:g} x", "middle", 11)]
    for number, goal in enumerate(ratios):
        parts += goal_row(goal, TOP + 18 + number * (ROW + 8), low, high)
    write(path, bottom + 26, parts)

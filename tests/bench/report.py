# SPDX-License-Identifier: BSD-3-Clause
"""What is left of a run in build/bench: results.json, written anew after each table; and behind the
last of them report.txt with all tables, goals.svg, and the curves."""

import collections
import json
import os
import time

import goal
import plot
import stats


class Report:
    def __init__(self, directory, samples, rounds):
        self.directory = directory
        self.said = {"date": time.strftime("%Y-%m-%d"), "samples": samples, "rounds": rounds,
                     "cpus": os.cpu_count(), "kernel": os.uname().release, "tables": [],
                     "goals": [], "curves": []}
        self.text, self.failed, self.curves = [], [], collections.defaultdict(list)

    def add(self, name, said):
        """What a table yields: (title, rows), a goal or curves."""
        if isinstance(said, goal.Goal):
            self.said["goals"].append(said.row())
            if said.counted and not said.reached():
                self.failed.append(said.name)
        elif isinstance(said, plot.Curves):
            self.curves[said.file].append(said)
            self.said["curves"].append({"title": said.title, "us": said.shares})
        else:
            self.table(*said)
            self.said["tables"].append({"name": name, "title": said[0], "rows": said[1]})
        with open(self.path("results.json"), "w", encoding="utf-8") as file:
            json.dump(self.said, file, indent=1)

    def path(self, name):
        return os.path.join(self.directory, name)

    def table(self, title, rows):
        lines = ["", *stats.lines(title, rows)]
        self.text += lines
        print("\n".join(lines), flush=True)

    def end(self):
        """The exit status: 1 where a count was too high, which no busy machine explains."""
        goals = self.said["goals"]
        title = (f"what is to be reached ({self.said['date']}, {self.said['cpus']} processors, "
                 f"Linux {self.said['kernel']}, {self.said['samples']} samples)")
        if goals:
            self.table(title, goals)
            plot.draw_goals(self.path("goals.svg"), goals, title)
        for name, curves in self.curves.items():
            plot.draw_curves(self.path(name), curves)
        with open(self.path("report.txt"), "w", encoding="utf-8") as file:
            file.write("\n".join(self.text[1:]) + "\n")
        for name in self.failed:
            print(f"bench: {name}: more than there may be")
        return 1 if self.failed else 0

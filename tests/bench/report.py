# SPDX-License-Identifier: BSD-3-Clause
"""What is left of a run: results.json, which has all of it after each table, and behind the last
goals.txt."""

import json
import os
import time

import stats


class Report:
    def __init__(self, path, samples, rounds):
        self.path = path
        self.said = {"date": time.strftime("%Y-%m-%d"), "samples": samples, "rounds": rounds,
                     "cpus": os.cpu_count(), "kernel": os.uname().release, "tables": [],
                     "goals": []}
        self.failed = []

    def add(self, said):
        if "goal" in said:
            self.said["goals"].append({"name": said["name"], **said["goal"]})
            if said["failed"]:
                self.failed.append(said["goal"][""])
        else:
            self.said["tables"].append(said)
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump(self.said, file, indent=1)

    def end(self):
        """The exit status: 1 where a count was too high, which no busy machine explains."""
        goals = [{key: each[key] for key in each if key != "name"} for each in self.said["goals"]]
        if goals:
            title = f"what is to be reached ({self.said['date']}, {self.said['cpus']} processors)"
            stats.table(title, goals)
            text = os.path.join(os.path.dirname(self.path), "goals.txt")
            with open(text, "w", encoding="utf-8") as file:
                file.write("\n".join(stats.lines(title, goals)) + "\n")
        for name in self.failed:
            print(f"bench: {name}: more than there may be")
        return 1 if self.failed else 0

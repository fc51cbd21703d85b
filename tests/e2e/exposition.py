# SPDX-License-Identifier: BSD-3-Clause
"""Prometheus' text exposition format 0.0.4, read strictly: what is not by the book is a failure."""

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf'({NAME})(?:\{{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\}})? (\S+)')
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"')
NUMBER = re.compile(r"\d+(\.\d+)?")
TYPES = {"counter", "gauge", "histogram"}
SUFFIXES = ("_bucket", "_sum", "_count")


class Metric:
    def __init__(self, name, text):
        self.name, self.help, self.kind = name, text, None
        self.samples = {}

    def value(self, **labels):
        return self.samples[(self.name, frozenset(labels.items()))]

    def check_name(self, name):
        if self.kind == "histogram":
            assert name in {self.name + suffix for suffix in SUFFIXES}, name
        else:
            assert name == self.name, f"{name} below {self.name}"

    def check(self):
        assert self.kind in TYPES, f"{self.name} has no type"
        assert self.help, f"{self.name} has no help"
        assert self.samples, f"{self.name} has no sample"
        assert (self.kind == "counter") == self.name.endswith("_total"), self.name
        if self.kind == "histogram":
            self.check_histogram()

    def buckets(self):
        """[(bound, count)] as they stand."""
        return [(float(dict(labels)["le"]), value) for (name, labels), value
                in self.samples.items() if name.endswith("_bucket")]

    def count(self):
        return self.samples[(self.name + "_count", frozenset())]

    def sum(self):
        return self.samples[(self.name + "_sum", frozenset())]

    def check_histogram(self):
        buckets = self.buckets()
        bounds = [bound for bound, _ in buckets]
        counts = [count for _, count in buckets]
        assert bounds == sorted(set(bounds)) and bounds[-1] == float("inf"), bounds
        assert counts == sorted(counts) and counts[-1] == self.count(), counts
        assert self.sum() >= 0


def labels_of(text):
    pairs = LABEL.findall(text or "")
    assert ",".join(f'{name}="{value}"' for name, value in pairs) == (text or ""), text
    assert len(dict(pairs)) == len(pairs), text
    return frozenset(pairs)


def read(text):
    """{name: Metric}; HELP, then TYPE, then all samples of one metric, each once."""
    assert text.endswith("\n") and "\n\n" not in text and text.isascii()
    metrics, last = {}, None
    for line in text.splitlines():
        word = line.split(" ", 3)
        if line.startswith("# HELP "):
            assert word[2] not in metrics, f"{word[2]} stands twice"
            last = metrics[word[2]] = Metric(word[2], word[3])
        elif line.startswith("# TYPE "):
            assert last and word[2] == last.name and not last.kind and not last.samples, line
            last.kind = word[3]
        else:
            sample = SAMPLE.fullmatch(line)
            assert sample and last and last.kind, line
            last.check_name(sample.group(1))
            key = (sample.group(1), labels_of(sample.group(2)))
            assert key not in last.samples and NUMBER.fullmatch(sample.group(3)), line
            last.samples[key] = float(sample.group(3))
    for metric in metrics.values():
        metric.check()
    return metrics

# SPDX-License-Identifier: BSD-3-Clause
"""What smsotp-events(5) promises, read from the page itself, and whether a trail keeps it."""

import json
import os
import re

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = "man/smsotp-events.5"
SECTIONS = {"EVENTS": "events", "FIELDS": "fields", "DECISIONS AND RULES": "rules"}
WHO = {"login", "limit", "session", "watch"}
GROUPS = {"who": WHO, "all": WHO | {"text", "service", "operator", "daemon"}}
TYPES = {"text": str, "number": int, "flag": bool}
# What every event has, and what tells one login from another.
ALWAYS = {"time", "event"}
IDENTIFIED = WHO | {"text", "service"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ID = re.compile(r"[0-9a-f]{32}")
PLAIN = re.compile(r"[ -~]{1,511}")


def families(words):
    """A set, of names and of groups of names."""
    return frozenset().union(*(GROUPS.get(word, {word}) for word in words.split()))


def page():
    """{"events": {name: (priority, family)}, "fields": {name: (type, families)},
    "rules": {name: decisions}}"""
    found, section = {"events": {}, "fields": {}, "rules": {}}, None
    with open(os.path.join(PROJECT, PAGE), encoding="utf-8") as file:
        lines = file.read().splitlines()
    for line in lines:
        if line.startswith(".Sh "):
            section = SECTIONS.get(line[4:])
        row = re.fullmatch(r"\.It Cm (\S+) Ta (.*)", line)
        if not row or not section:
            continue
        name, cells = row.group(1), row.group(2).split(" Ta ")
        assert name not in found[section], f"{PAGE}: two rows for {name}"
        if section == "rules":
            found[section][name] = cells[0]
        else:
            last = families(cells[1]) if section == "fields" else cells[1]
            found[section][name] = (cells[0], last)
    return found


def fault_of(event, promised):
    """What one event, decoded, has that the page does not say; None where it keeps to it."""
    known = promised["events"].get(event.get("event"))
    if known is None:
        return "no such event"
    family = known[1]
    for name, value in event.items():
        kind, where = promised["fields"].get(name, (None, ()))
        if family not in where:
            return f"no field {name} in family {family}"
        if type(value) is not TYPES[kind]:
            return f"{name} is no {kind}"
        if kind == "text" and not PLAIN.fullmatch(value):
            return f"{name} is not plain"
    missing = ALWAYS | ({"id"} if family in IDENTIFIED else set())
    missing |= {"decision", "rule"} if family == "login" else set()
    if missing - event.keys():
        return f"without {missing - event.keys()}"
    if not TIME.fullmatch(event["time"]) or not ID.fullmatch(event.get("id", "0" * 32)):
        return "time or id is of another form"
    decisions = promised["rules"].get(event.get("rule"), event.get("decision", ""))
    if event.get("decision", "") not in decisions.split(", "):
        return "this rule does not decide so"
    return None


def assert_kept(lines, promised=None):
    promised = promised or page()
    for line in lines:
        fault = fault_of(json.loads(line), promised)
        assert fault is None, f"{fault}: {line}"

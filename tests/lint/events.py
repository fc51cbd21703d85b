# SPDX-License-Identifier: BSD-3-Clause
"""smsotp-events(5) and the tables of the code say the same: every event with its priority and its
family, every field with its type and its families, every rule with its decisions."""
import pathlib
import re
import sys

import tree

sys.path.insert(0, str(tree.ROOT / "tests/e2e"))

import contract  # noqa: E402  pylint: disable=wrong-import-position

TABLE = pathlib.Path("src/smsotpd/event_table.c")
DECIDING = pathlib.Path("src/smsotpd/decision.c")
EVENT = re.compile(r'\[EVENT_\w+\] = \{"([\w.]+)", LOG_(\w+), (\w+)\}')
FIELD = re.compile(r'\[FIELD_\w+\] = \{"(\w+)", TYPE_(\w+), ([\w |]+)\}')
RULE = re.compile(r'\[RULE_\w+\] = \{"(\w+)", ([\w |]+)\}')
DECISIONS = {"SENDS": "text", "SENDS_NONE": "no text", "GRANTS": "granted", "REFUSES": "refused",
             "CANNOT": "unavailable", "IN_THE_WAY": "no text, refused"}


def of_code():
    """The three tables as contract.page() has them."""
    table, decision = tree.text(TABLE), tree.text(DECIDING)
    events = {name: (priority.lower(), family.lower())
              for name, priority, family in EVENT.findall(table)}
    fields = {name: (kind.lower(), contract.families(words.lower().replace("|", " ")))
              for name, kind, words in FIELD.findall(table)}
    rules = {name: DECISIONS.get(words, words) for name, words in RULE.findall(decision)}
    return {"events": events, "fields": fields, "rules": rules}


def rows_of_code():
    """How many rows the tables have, by another look at them."""
    table, decision = tree.text(TABLE), tree.text(DECIDING)
    return {"events": table.count("\n\t[EVENT_"), "fields": table.count("\n\t[FIELD_"),
            "rules": decision.count("\n\t[RULE_") - 1}


def faults():
    code, page, rows = of_code(), contract.page(), rows_of_code()
    for kind, table in code.items():
        if not table or len(table) != rows[kind]:
            yield f"{kind}: {len(table)} of the code's {rows[kind]} rows were read"
        for name in sorted(table.keys() - page[kind].keys()):
            yield f"{contract.PAGE}: {kind}: {name} is missing"
        for name in sorted(page[kind].keys() - table.keys()):
            yield f"{contract.PAGE}: {kind}: {name} is not in the code"
        for name in sorted(table.keys() & page[kind].keys()):
            if table[name] != page[kind][name]:
                yield f"{contract.PAGE}: {kind}: {name} is {table[name]} in the code"


tree.end(list(faults()))

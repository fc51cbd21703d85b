#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What smsotpctl(8), JSON, says that the objects of --json have: each verb's has these members."""

import json
import re

import hosts
from dialogues import DialogueCase

PAGE = hosts.PROJECT + "/man/smsotpctl.8"
COMMON = {"ok", "error", "exit"}
FILE = "/root/people.jsonl"
# In their order, with standard input and the exit status.
TYPED = (
    ("identity set bob", "phone: +91 99999 00098\n", 0),
    ("identity set bob", "phone: +91 99999 00099\n", 0),
    ("identity show bob", "", 0),
    ("identity list", "", 0),
    ("identity suspend bob", "", 0),
    ("identity resume bob", "", 0),
    ("identity release bob", "", 0),
    ("identity release bob", "", 1),
    ("recovery issue bob", "", 0),
    ("recovery list bob", "", 0),
    ("recovery revoke bob", "", 0),
    ("schema show", "", 0),
    ("schema set", "phone: phone\n", 0),
    ("lock list", "", 0),
    ("lock list bob", "", 0),
    ("lock list nobody", "", 0),
    ("lock clear bob", "", 0),
    ("lock clear --all", "", 0),
    ("mode", "", 0),
    ("mode sshd enforce", "", 0),
    ("mode sshd warn --confirm 90s", "", 0),
    ("mode sshd --confirmed", "", 1),
    ("mode sshd config", "", 0),
    ("report sshd", "", 0),
    ("explain bob", "", 0),
    ("explain nobody --from 2001:db8::1", "", 0),
    ("send-test bob", "", 0),
    ("stats", "", 0),
    ("status", "", 0),
    ("status bob", "", 0),
    (f"export --output {FILE}", "", 0),
    (f"import {FILE}", "", 0),
    (f"import {FILE} --dry-run --replace", "", 0),
    ("import -", "name,phone\nbob,1\n", 1),
    ("identity remove bob", "", 0),
    ("identity remove bob", "", 1),
)


def rows():
    """{verb: members}"""
    with open(PAGE, encoding="utf-8") as file:
        text = file.read().split("\n.Sh JSON\n")[1].split("\n.Sh ")[0].replace("\\\n", "")
    found = re.findall(r"(?m)^\.It Ic (.*) Ta (.*)$", text)
    return {verb: set(re.findall(r"\w+", members)) - {"none"} for verb, members in found}


class Members(DialogueCase):
    def verb_of(self, words):
        """The row's name: the longest that the words begin with."""
        if words == "status bob":
            return "status user"
        return max((verb for verb in rows() if f"{words} ".startswith(verb + " ")), key=len)

    def test_each_row(self):
        seen = {verb: set() for verb in rows()}
        for words, text, status in TYPED:
            done = self.host.ctl("--json", *words.split(), input=text, check=False)
            self.assertEqual(done.returncode, status, f"{words}: {done.stderr}")
            reply = json.loads(done.stdout)
            self.assertEqual((reply["ok"], reply.get("exit", 0)), (status == 0, status), words)
            seen[self.verb_of(words)] |= reply.keys() - COMMON
        done = self.host.ctl("--json", "doctor", check=False)
        seen["doctor"] = json.loads(done.stdout).keys() - COMMON
        self.maxDiff = None
        self.assertEqual(seen, rows())

    def test_no_object(self):
        for words, status in (("nonsense", 2), ("--socket /nowhere status", 3)):
            done = self.host.ctl("--json", *words.split(), check=False)
            self.assertEqual((done.returncode, done.stdout), (status, ""), words)

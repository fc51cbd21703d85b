#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""smsotpctl's completion in a real bash: each verb and each option that --help names, and no other."""

import os
import re
import subprocess
import tempfile
import unittest

import pexpect

import world

# The tests' runner reads this: a shell and smsotpctl's --help are all it needs.
OUTSIDE = True

SCRIPT = os.path.join(world.PROJECT, "etc", "bash-completion", "smsotpctl")
ENVIRONMENT = {"PATH": f"{world.BUILD}:/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "dumb"}
ASK = """source "$1"
COMP_WORDS=("${@:2}")
COMP_CWORD=$(($# - 2))
_smsotpctl smsotpctl "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, env=ENVIRONMENT,
                          **options).stdout


def complete(*words, cwd="/"):
    """What is offered for the last word."""
    return run("bash", "--norc", "-uc", ASK, "bash", SCRIPT, "smsotpctl", *words, cwd=cwd).split()


def synopses():
    """Of each verb its words, and what --help has behind them."""
    for line in run("smsotpctl", "--help").splitlines():
        found = re.match(r"  ([a-z].*?)(?:   *|$)", line)
        if found:
            words = found.group(1).split()
            count = next((number for number, word in enumerate(words)
                          if not re.fullmatch(r"[a-z][a-z-]*", word)), len(words))
            yield words[:count], words[count:]


def common():
    """The options that every verb has."""
    return set(re.findall(r"^  (--[a-z-]+)", run("smsotpctl", "--help"), re.M))


class Completion(unittest.TestCase):
    def test_every_word_of_every_verb(self):
        verbs = list(synopses())
        self.assertGreater(len(verbs), 8)
        for words, _ in verbs:
            for number in range(len(words)):
                expected = {other[number] for other, _ in verbs
                            if other[:number] == words[:number] and len(other) > number}
                self.assertEqual(set(complete(*words[:number], "")), expected, words)
                self.assertIn(words[number], complete(*words[:number], words[number][:2]))

    def test_every_option_of_every_verb(self):
        self.assertIn("--json", common())
        for words, rest in synopses():
            own = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", " ".join(rest)))
            offered = set(complete(*words, "-"))
            self.assertLessEqual(own | common(), offered, words)
            for option in offered - common():
                self.assertIn(option, run("smsotpctl", *words, "--help"), words)

    def test_options_alone(self):
        self.assertEqual(set(complete("-")), common())
        self.assertEqual(complete("--js"), ["--json"])

    def test_option_before_the_verb(self):
        """A word that belongs to an option is no part of a verb."""
        self.assertIn("identity", complete("--json", ""))
        self.assertIn("set", complete("--config", "/etc/other.conf", "identity", ""))

    def test_names_and_files(self):
        self.assertIn("root", complete("identity", "show", "ro"))
        with tempfile.TemporaryDirectory() as directory:
            with open(os.path.join(directory, "people.csv"), "w", encoding="ascii"):
                pass
            self.assertEqual(complete("import", "peo", cwd=directory), ["people.csv"])
            for words in (("--config",), ("import", "--only"), ("import", "people.csv", "--only"),
                          ("stats", "--output"), ("explain", "root", "--key")):
                self.assertEqual(complete(*words, "peo", cwd=directory), ["people.csv"], words)
            self.assertEqual(complete("explain", "--tty", "peo", cwd=directory), [])

    def test_what_an_operand_may_be(self):
        """Those that may be left out too, and behind an option's word as before it."""
        for words in (("status",), ("lock", "list"), ("lock", "clear"), ("explain",),
                      ("events", "--user"), ("explain", "--service", "sshd")):
            self.assertIn("root", complete(*words, "ro"), words)
        services = set(os.listdir("/etc/pam.d"))
        self.assertTrue(services)
        for words in (("mode",), ("report",), ("explain", "root", "--service")):
            self.assertEqual(set(complete(*words, "")), services, words)
        self.assertEqual(complete("mode", "sshd", "e"), ["enforce"])
        self.assertEqual(set(complete("import", "--format", "")), {"csv", "jsonl"})

    def test_nothing_where_nothing_follows(self):
        self.assertEqual(complete("identity", "show", "root", ""), [])
        self.assertEqual(complete("no-such", ""), [])

    def test_by_the_key(self):
        """As a person has it, at a terminal."""
        shell = pexpect.spawn("bash", ["--norc", "-i"], env={**ENVIRONMENT, "PS1": "> "}, timeout=10,
                              encoding="utf-8")
        self.addCleanup(shell.close, force=True)
        shell.expect("> ")
        shell.sendline(f"source '{SCRIPT}'")
        shell.expect("> ")
        shell.send("smsotpctl ident\t rem\t")
        shell.expect("identity  ?remove ")


if __name__ == "__main__":
    unittest.main()

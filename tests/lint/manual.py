# SPDX-License-Identifier: BSD-3-Clause
"""The man pages say what the programs take.

    manual.py [PROGRAM...]

mandoc finds no fault; smsotp.conf(5) has each key of src/config_keys.c below its section, and no
other; the page of each PROGRAM names every long option of its --help and of its verbs', and every
letter that its source takes, and no other; what README and the pages have people type behind
smsotpctl is a verb with these options.
"""
import pathlib
import re
import subprocess
import sys

import tree

KEYS = pathlib.Path("src/config_keys.c")
PAGE = pathlib.Path("man/smsotp.conf.5")
PAGES = re.compile(r"README\.md|man/[^/]+\.\d")
TYPED = re.compile(r"(?m)(?:^\.Ql |^\.Dl # |^[#$] (?:[^#\n]*[|;&] *)?|`|sudo )"
                   r"smsotpctl ([^`\n|<;&>]+)")
KEY_ROW = re.compile(r'\{\s*(?:"(\w+)"|CONFIG_(SERVICE))\s*,\s*"(\w+)"\s*,\s*KEY_')


def lint():
    pages = [str(path) for path in tree.files() if re.fullmatch(r"man/[^/]+\.\d", str(path))]
    if not pages:
        return []
    told = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *pages], cwd=tree.ROOT,
                          capture_output=True, text=True)
    return (told.stdout + told.stderr).splitlines()


def keys_of_page():
    """{(section, key)} of `.Ss [section]` and `.It Cm key`."""
    found, section = set(), None
    for line in tree.text(PAGE).splitlines():
        heading = re.match(r"\.S[sh]\s+(?:\[(\w+))?", line)
        if heading:
            section = heading.group(1)
        key = re.match(r"\.It (?:Cm|Ic) (\w+)", line)
        if key and section:
            found.add((section, key.group(1)))
    return found


def config():
    if not (tree.ROOT / KEYS).exists():
        return []
    if not (tree.ROOT / PAGE).exists():
        return [f"{PAGE} is missing"]
    rows = {((quoted or constant.lower()), key)
            for quoted, constant, key in KEY_ROW.findall(tree.text(KEYS))}
    page = keys_of_page()
    if not rows:
        return [f"{KEYS}: no row found, so nothing was compared"]
    return ([f"{PAGE}: [{section}] {key} is missing" for section, key in sorted(rows - page)] +
            [f"{PAGE}: [{section}] {key} is no key" for section, key in sorted(page - rows)])


def help_of(program, *verb):
    return subprocess.run([tree.ROOT / program, *verb, "--help"], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=10)


def letters(name):
    """What the program's sources hand to getopt_long(3)."""
    return [found for source in (tree.ROOT / "src" / name).glob("*.c")
            for found in re.findall(r'getopt_long\(argc, argv, "([\w:]*)"', source.read_text())]


def options(program):
    name = pathlib.Path(program).name
    page = pathlib.Path(f"man/{name}.8")
    if not (tree.ROOT / page).exists():
        return [f"{page} is missing"]
    shown = help_of(program)
    if shown.returncode != 0:
        return [f"{program} --help ends with {shown.returncode}"]
    verbs = re.findall(r"(?m)^  ([a-z][a-z-]*(?: [a-z-]+)?)", shown.stdout)
    said = [shown, *(help_of(program, *verb.split()) for verb in verbs)]
    helped = set(re.findall(r"(?<![\w-])--([a-z][\w-]*)", "".join(each.stdout for each in said)))
    paged = set(re.findall(r"\bFl (?:\\-|-)([a-z][\w-]*)", tree.text(page).replace("\\-", "-")))
    taken = set("".join(letters(name)).replace(":", ""))
    listed = set(re.findall(r"\bFl ([A-Za-z])\b", tree.text(page)))
    return ([f"{page}: --{option} is missing" for option in sorted(helped - paged)] +
            [f"{page}: --{option} is not in --help" for option in sorted(paged - helped)] +
            [f"{page}: -{letter} is missing" for letter in sorted(taken - listed)] +
            [f"{page}: -{letter} is not taken" for letter in sorted(listed - taken)])


def typed(text):
    """The words behind each smsotpctl that somebody is to type: after a prompt, in quotes, in README
    after sudo."""
    text = text.replace("\\e\n", " ")
    return [found.split() for found in TYPED.findall(text)]


def commands(program):
    """README and the pages have nobody type a verb or an option that its --help does not have."""
    helps = {tuple(verb.split()): help_of(program, *verb.split()).stdout for verb in
             re.findall(r"(?m)^  ([a-z][a-z-]*(?: [a-z]+)?)", help_of(program).stdout)}
    for path in (path for path in tree.files() if PAGES.fullmatch(str(path))):
        for words in typed(tree.text(path)):
            told = helps.get(tuple(words[:2]), helps.get(tuple(words[:1])))
            if told is None:
                yield f"{path}: smsotpctl {' '.join(words)}: no such verb"
                continue
            for option in re.findall(r"(?<!\S)--[a-z-]+", " ".join(words)):
                if option not in told and option != "--json":
                    yield f"{path}: smsotpctl {' '.join(words)}: no such option"


faults = lint() + config()
for each in sys.argv[1:]:
    faults += options(each)
    if each.endswith("smsotpctl"):
        faults += commands(each)
tree.end(faults)

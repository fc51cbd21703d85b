# SPDX-License-Identifier: BSD-3-Clause
"""analyze.py [TOOL...]: gcc's analyzer, clang's and cppcheck over src/ and the module, or those named.
What one of them warns of is a failure, unless `exceptions` says in a line why it is not so; an
exception that nothing is warned of any more is one, too."""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = "tests/analyze"
sys.path.insert(0, str(ROOT / "tests/lint"))

import tree  # noqa: E402  pylint: disable=wrong-import-position

WARNING = re.compile(r"^(\S+?):(\d+):\d+: (?:warning|error): (.*) \[([\w.,-]+)\]$", re.M)
FLAGS = ["-D_GNU_SOURCE", "-Isrc"]
LANGUAGE = ["-std=c11", *FLAGS]
CHECKERS = "core,unix,security,deadcode,nullability,valist,optin.portability,optin.performance"
# It asks for memcpy_s and the like, which this C library does not have.
NO_CHECKERS = "security.insecureAPI.DeprecatedOrUnsafeBufferHandling"
TOOLS = {
    "gcc": ["gcc", *LANGUAGE, "-O2", "-fanalyzer", "-o", "/dev/null", "-c"],
    "clang": ["clang", "--analyze", *LANGUAGE, "-Xclang", "-analyzer-output=text", "-Xclang",
              f"-analyzer-checker={CHECKERS}", "-Xclang", f"-analyzer-disable-checker={NO_CHECKERS}"],
    # What a function works with is declared on its top; getpwnam and readdir are called by
    # programs of one thread, or in that thread alone.
    "cppcheck": ["cppcheck", "-q", "--std=c11", *FLAGS, "--library=posix", f"--library={HERE}/cppcheck.cfg",
                 "--enable=warning,performance,portability,style", "--suppress=variableScope",
                 "--suppress=getpwnamCalled", "--suppress=readdirCalled",
                 "--template={file}:{line}:{column}: warning: {message} [{id}]",
                 "--template-location="],
}


def sources():
    """pam_smsotp.c and all of src/."""
    return [path for path in tree.files(".c") if path.parts[0] in ("src", "pam_smsotp.c")]


def function_at(path, line):
    """The function that holds the line: the last name that opened one, as clang-format lays it."""
    for text in reversed(tree.text(path).split("\n")[:line]):
        head = re.match(r"[a-z][\w *]*?(\w+)\(|__attribute__.*? (\w+)\(", text)
        if head and not text.endswith(";"):
            return head.group(1) or head.group(2)
    return "-"


def warnings(tool, paths):
    """{(file, function, rule): the first warning of it}"""
    done = subprocess.run([*TOOLS[tool], *map(str, paths)], cwd=ROOT, text=True,
                          capture_output=True, check=False)
    found = {}
    for file, line, said, rule in WARNING.findall(done.stdout + done.stderr):
        key = (file, function_at(pathlib.Path(file), int(line)), rule)
        found.setdefault(key, f"{file}:{line}: {said} [{rule}]")
    if done.returncode != 0 and not found:
        found[(str(paths[0]), "-", tool)] = f"{tool} ends with {done.returncode}: {done.stdout}"
    return found


def exceptions():
    """{(file, function, rule)}; a line is FILE FUNCTION RULE: REASON."""
    rows = [line.partition(": ") for line in tree.text(f"{HERE}/exceptions").split("\n")
            if line and not line.startswith("#")]
    return {tuple(head.split()) for head, _, reason in rows if reason}


def tool_of(rule):
    if rule.startswith("-W"):
        return "gcc"
    return "clang" if "." in rule else "cppcheck"


def main(tools):
    # cppcheck takes all at once, and so looks from one file into another.
    jobs = [(tool, [path]) for tool in tools if tool != "cppcheck" for path in sources()]
    jobs += [("cppcheck", sources()) for tool in tools if tool == "cppcheck"]
    found = {}
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for each in pool.map(lambda job: warnings(*job), jobs):
            found.update(each)
    allowed = {key for key in exceptions() if tool_of(key[2]) in tools}
    faults = [f"{text}\n    {' '.join(key)}: why?" for key, text in found.items()
              if key not in allowed]
    faults += [f"{HERE}/exceptions: {' '.join(key)}: nothing warns of it"
               for key in sorted(allowed - found.keys())]
    print("\n".join(faults), end="\n" if faults else "")
    print(f"analyze: {len(sources()) * len(tools)} passed, {len(faults)} failed")
    return 1 if faults or not jobs else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(TOOLS)))

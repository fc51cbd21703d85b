# SPDX-License-Identifier: BSD-3-Clause
"""Each script parses: sh and bash with -n, Python by compiling it."""
import subprocess

import tree


def fault_of(path):
    kind = tree.interpreter(path)
    if kind == "python":
        try:
            compile(tree.text(path), str(path), "exec")
        except SyntaxError as error:
            return f"{path}:{error.lineno}: {error.msg}"
    elif kind in ("sh", "bash"):
        parsed = subprocess.run([kind, "-n", path], cwd=tree.ROOT, capture_output=True, text=True)
        if parsed.returncode != 0:
            return f"{path}: {parsed.stderr.strip()}"
    return None


tree.end([fault for path in tree.files() if (fault := fault_of(path))])

# SPDX-License-Identifier: BSD-3-Clause
"""coverage.py BUILD [WORD...]: runs the units, the module's tests and those end-to-end tests whose
names hold a word, all compiled with --coverage, and says what of src/ and the module none of them
has run: a table of the files to BUILD/table.txt, and each line to BUILD/lines.txt. A function that
has such lines stands in `uncovered` with their number and why; else it is a failure."""
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LISTING = ROOT / "tests/coverage/uncovered"
ROW = re.compile(r"^(\S+) (\S+) (\d+): (\S+)$")
CLASS = re.compile(r"^@(\w+): (.+)$")


def data_of(build):
    """Empty files for what the programs count, which run as several users and merge into them;
    libgcov puts GCOV_PREFIX before each path. Returns the directory."""
    data = build / "data"
    shutil.rmtree(data, ignore_errors=True)
    for notes in [build / "pam_smsotp.gcno", *sorted(build.glob("src/**/*.gcno"))]:
        counts = pathlib.Path(f"{data}{notes}").with_suffix(".gcda")
        counts.parent.mkdir(parents=True, exist_ok=True)
        counts.touch()
        counts.chmod(0o666)
        counts.with_suffix(".gcno").symlink_to(notes)
    for directory in [data, *data.rglob("*")]:
        if directory.is_dir():
            directory.chmod(0o777)
    return data


def run(build, data, words):
    """The names of what fails."""
    env = {**os.environ, "GCOV_PREFIX": str(data)}
    failed = []
    for program in sorted(build.glob("tests/*/test_*.o")):
        done = subprocess.run([program.with_suffix("")], cwd=ROOT, env=env, check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        failed += [program.stem] if done.returncode != 0 else []
    inside = pathlib.Path("/project") / build.relative_to(ROOT)
    env.update(SMSOTP_DAEMONS=str(inside), GCOV_PREFIX=str(inside / "data"))
    env.pop("SMSOTP_TEST_LONG", None)
    if words:
        done = subprocess.run([ROOT / "tests/run", *words], env=env, check=False)
        failed += ["tests/run"] if done.returncode != 0 else []
    return failed


def lines_of(data):
    """[(file, function, line, count)] of every line that is code."""
    found = []
    for counts in sorted(data.rglob("*.gcda")):
        if counts.stat().st_size == 0:
            counts.unlink()
        said = subprocess.run(["gcov", "--json-format", "--stdout", counts], cwd=ROOT, check=True,
                              capture_output=True, text=True).stdout
        for file in json.loads(said)["files"]:
            if file["file"].endswith(".c") and not file["file"].startswith("/"):
                found += [(file["file"], line.get("function_name", "-"), line["line_number"],
                           line["count"]) for line in file["lines"]]
    return found


def table(lines):
    per = collections.defaultdict(lambda: [0, 0])
    for file, _, _, count in lines:
        per[file][0] += 1
        per[file][1] += count > 0
    per["all"] = [sum(each[at] for each in per.values()) for at in (0, 1)]
    return "".join(f"{file:<40}{ran:>7} of {all_:>6}{100 * ran / max(1, all_):>8.1f} %\n"
                   for file, (all_, ran) in per.items())


def listed(faults):
    """{(file, function): (number, class)}"""
    rows, classes = {}, {}
    for line in LISTING.read_text(encoding="utf-8").split("\n"):
        row, named = ROW.match(line), CLASS.match(line)
        if row:
            rows[row.group(1, 2)] = (int(row.group(3)), row.group(4))
        elif named:
            classes[named.group(1)] = named.group(2)
        elif line and not line.startswith("#"):
            faults.append(f"{LISTING.name}: what is this: {line}")
    faults += [f"{LISTING.name}: no reason @{name}" for name in
               sorted({name for _, name in rows.values()} - classes.keys())]
    return rows


def judge(uncovered):
    faults = []
    rows = listed(faults)
    for key, numbers in sorted(uncovered.items()):
        most = rows.get(key, (0, ""))[0]
        if len(numbers) > most:
            faults.append(f"{key[0]} {key[1]} {len(numbers)}: why? listed are {most}, not run are "
                          f"the lines {', '.join(map(str, numbers))}")
    faults += [f"{LISTING.name}: {' '.join(key)}: every line of it runs"
               for key in sorted(rows.keys() - uncovered.keys())]
    return faults


def main(build, words):
    data = data_of(build)
    faults = [f"{name} fails" for name in run(build, data, words)]
    lines = lines_of(data)
    uncovered = collections.defaultdict(list)
    for file, function, number, count in lines:
        if count == 0:
            uncovered[file, function].append(number)
    (build / "table.txt").write_text(table(lines), encoding="utf-8")
    with open(build / "lines.txt", "w", encoding="utf-8") as out:
        for (file, function), numbers in sorted(uncovered.items()):
            source = (ROOT / file).read_text(encoding="utf-8").split("\n")
            out.writelines(f"{file}:{number}: {function}: {source[number - 1].strip()}\n"
                           for number in numbers)
    faults += judge(uncovered)
    print(table(lines), end="")
    print("\n".join(faults), end="\n" if faults else "")
    print(f"coverage: {sum(count > 0 for *_, count in lines)} passed, {len(faults)} failed")
    return 1 if faults or not lines else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]))

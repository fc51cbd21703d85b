#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""make bench: what has a time in it, as ratios within one run.

    bench.py SAMPLES ROUNDS [ROW...]          makes the world and runs these tables, or all
    bench.py inside SAMPLES ROUNDS [ROW...]   in the world

Classes take turns at random and a null row, the first class once more, stands beside them: what is
not beyond the null row's noise is no difference. All is kept in build/bench: see report.py.
"""

import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "e2e"))
sys.path.insert(1, HERE)

import world  # noqa: E402  pylint: disable=wrong-import-position

RESULTS = os.path.join(world.BUILD, "bench")


def outside(arguments):
    obstacle = world.obstacle()
    if obstacle:
        print(f"bench: {obstacle}", file=sys.stderr)
        return 1
    os.makedirs(RESULTS, exist_ok=True)
    return world.run("bench", world.PYTHON, "/project/tests/bench/bench.py", "inside", *arguments)


def run_table(host, table, kept, samples, rounds):
    """One table by its name; `kept` takes what it yields."""
    import tables  # pylint: disable=import-outside-toplevel
    since = time.monotonic()
    for said in tables.ALL[table](host, samples, rounds):
        kept.add(table, said)
    print(f"  ({table}: {time.monotonic() - since:.0f} s, load {os.getloadavg()[0]:.1f})",
          flush=True)
    host.again(None)


def inside(samples, rounds, wanted):
    import bed  # pylint: disable=import-outside-toplevel
    import report  # pylint: disable=import-outside-toplevel
    import tables  # pylint: disable=import-outside-toplevel
    names = [name for word in wanted or tables.ALL for name in tables.GROUPS.get(word, [word])]
    unknown = set(names) - set(tables.ALL)
    if unknown:
        print(f"bench: no table {' '.join(sorted(unknown))}: there are {' '.join(tables.ALL)}, "
              f"and of several {' '.join(tables.GROUPS)}")
        return 1
    host = bed.Bed()
    host.start()
    host.enrol()
    kept = report.Report(RESULTS, samples, rounds)
    for name in names:
        run_table(host, name, kept, samples, rounds)
    host.stop()
    return kept.end()


if __name__ == "__main__":
    if sys.argv[1] == "inside":
        sys.exit(inside(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]))
    sys.exit(outside(sys.argv[1:]))

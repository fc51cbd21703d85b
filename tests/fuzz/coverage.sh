#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# coverage.sh DIRECTORY CORPUS PROGRAM...: runs each target, built with coverage, once over its seeds
# and what is in CORPUS/NAME. Then a table: the lines of each source that tests/fuzz/targets says it
# is for, and how many of them were reached.
set -u

directory=$1
corpus=$2
shift 2
printf '%-16s%-36s%7s%9s%8s\n' target source lines reached percent
for program in "$@"; do
	name=$(basename "$program")
	name=${name#fuzz_}
	sources=$(sed -n "s/^$name: //p" tests/fuzz/targets | tr ' ' '\n' | sed 's/$/.c/')
	inputs=
	for each in "tests/fuzz/corpus/$name" "$corpus/$name"; do
		[ ! -d "$each" ] || inputs="$inputs $each"
	done
	rm -f "$directory/$name-"*.profraw
	# shellcheck disable=SC2086
	if ! LLVM_PROFILE_FILE=$directory/$name-%m.profraw "$program" -runs=0 $inputs \
		>"$directory/$name.log" 2>&1; then
		echo "$name: FAILED, see $directory/$name.log"
		continue
	fi
	llvm-profdata-14 merge -o "$directory/$name.profdata" "$directory/$name-"*.profraw
	objects=$program
	[ "$name" != module ] || objects="$(dirname "$program")/pam_smsotp.so -object $program"
	# shellcheck disable=SC2086
	llvm-cov-14 export -summary-only -instr-profile "$directory/$name.profdata" $objects \
		$sources |
		/usr/bin/python3 -c '
import json, os, sys
for file in json.load(sys.stdin)["data"][0]["files"]:
    lines = file["summary"]["lines"]
    print("%-16s%-36s%7d%9d%7.0f%%" % (sys.argv[1], os.path.relpath(file["filename"]),
          lines["count"], lines["covered"], lines["percent"]))' "$name"
done

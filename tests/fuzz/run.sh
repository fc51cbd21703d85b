#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# run.sh DIRECTORY SECONDS PROGRAM...: runs each libFuzzer target for SECONDS. An input that breaks
# one is left as DIRECTORY/NAME-crash-HASH. The last line is "fuzz: N passed, M failed".
set -u

directory=$1
seconds=$2
shift 2
passed=0
failed=0
for program in "$@"; do
	name=$(basename "$program")
	name=${name#fuzz_}
	found=$directory/corpus/$name
	seeds=tests/fuzz/corpus/$name
	mkdir -p "$found"
	[ -d "$seeds" ] || seeds=
	if "$program" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 -verbosity=1 \
		-artifact_prefix="$directory/$name-" "$found" $seeds >"$directory/$name.log" 2>&1; then
		passed=$((passed + 1))
		echo "  FUZZ  $name: $(tail -n 1 "$directory/$name.log")"
	else
		failed=$((failed + 1))
		echo "  FUZZ  $name: FAILED"
		tail -n 60 "$directory/$name.log"
	fi
done
echo "fuzz: $passed passed, $failed failed"
[ "$failed" -eq 0 ]

#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# seeds.sh PROGRAM...: each target on its seeds (tests/fuzz/corpus/NAME), once; without any it has
# failed. The last line is "seeds: N passed, M failed".
passed=0
failed=0
for program in "$@"; do
	name=$(basename "$program")
	seeds=$(find "tests/fuzz/corpus/${name#fuzz_}" -type f 2>/dev/null)
	# shellcheck disable=SC2086
	if output=$("$program" $seeds 2>&1 </dev/null); then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "$name: FAILED"
		echo "$output" | tail -n 60
	fi
done
echo "seeds: $passed passed, $failed failed"
[ "$failed" -eq 0 ]

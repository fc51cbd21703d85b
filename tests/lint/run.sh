#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Runs each of the commands on standard input, one a line, NAME and then the command. The last line
# is "lint: N passed, M failed".
passed=0
failed=0
while read -r name command; do
	if output=$(sh -c "$command" 2>&1 </dev/null); then
		passed=$((passed + 1))
		echo "  LINT  $name"
	else
		failed=$((failed + 1))
		echo "  LINT  $name: FAILED"
	fi
	[ -z "$output" ] || echo "$output" | head -n 80
done
echo "lint: $passed passed, $failed failed"
[ "$failed" -eq 0 ]

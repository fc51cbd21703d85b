#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# run.sh LOG PROGRAM...: runs each cmocka program from the project's root and counts its tests. A
# program that crashes or hangs is one failure more. The last line is "unit: N passed, M failed".
# UNIT_UNDER: a program and its arguments, valgrind(1), that runs each of them.
set -u

log=$1
shift
mkdir -p "$(dirname "$log")"
: >"$log"
passed=0
failed=0
for program in "$@"; do
	output=$(CMOCKA_MESSAGE_OUTPUT=tap timeout -k 5 "${UNIT_SECONDS:-120}" ${UNIT_UNDER:-} "$program" 2>&1)
	status=$?
	printf '# %s\n%s\n' "$program" "$output" >>"$log"
	good=$(printf '%s\n' "$output" | grep -c '^ok [0-9]')
	# cmocka says "not ok" of a skipped test as well; it counts as neither.
	bad=$(printf '%s\n' "$output" | grep -v '# SKIP' | grep -c '^not ok [0-9]')
	[ "$status" -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
	[ "$status" -eq 0 ] && [ "$good" -eq 0 ] && bad=1
	echo "  UNIT  $(basename "$program"): $good passed, $bad failed"
	[ "$bad" -eq 0 ] || printf '%s\n(exit status %s)\n' "$output" "$status"
	passed=$((passed + good))
	failed=$((failed + bad))
done
echo "unit: $passed passed, $failed failed"
[ "$failed" -eq 0 ]

#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# run.sh DIRECTORY SECONDS JOBS PROGRAM...: runs each libFuzzer target for SECONDS, JOBS at a time,
# on its seeds (tests/fuzz/corpus/NAME), what it found before (DIRECTORY/corpus/NAME) and its words
# (tests/fuzz/dict/NAME). An input that breaks one is left as DIRECTORY/NAME-crash-HASH. Then a
# table: what was run how often and how fast, libFuzzer's edges (cov) and features (ft), the inputs
# kept, and the inputs that broke it. The last line is "fuzz: N passed, M failed".
set -u

# The number behind a word of libFuzzer's last line of progress, or behind a statistic of the end.
of_line()
{
	sed -n "s/^#[0-9].*[[:space:]]$1 *\([0-9]*\).*/\1/p" "$2" | tail -n 1
}

statistic()
{
	sed -n "s/^stat::$1: *//p" "$2"
}

run_one()
{
	directory=$1
	seconds=$2
	program=$3
	name=$(basename "$program")
	name=${name#fuzz_}
	found=$directory/corpus/$name
	log=$directory/$name.log
	set -- "$found"
	mkdir -p "$found"
	[ ! -d "tests/fuzz/corpus/$name" ] || set -- "$@" "tests/fuzz/corpus/$name"
	[ ! -e "tests/fuzz/dict/$name" ] || set -- "-dict=tests/fuzz/dict/$name" "$@"
	rm -f "$directory/$name-crash-"* "$directory/$name-leak-"* "$directory/$name-timeout-"* \
		"$directory/$name-oom-"*
	"$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -verbosity=1 \
		-print_final_stats=1 -artifact_prefix="$directory/$name-" "$@" >"$log" 2>&1
	status=$?
	broken=$(find "$directory" -maxdepth 1 -name "$name-*-*" | wc -l)
	[ "$status" -eq 0 ] || [ "$broken" -gt 0 ] || broken=1
	printf '%-16s%12s%9s%7s%7s%8s%8s\n' "$name" "$(statistic number_of_executed_units "$log")" \
		"$(statistic average_exec_per_sec "$log")" "$(of_line cov: "$log")" \
		"$(of_line ft: "$log")" "$(find "$found" -type f | wc -l)" "$broken" \
		>"$directory/$name.row"
	if [ "$status" -eq 0 ]; then
		echo "  FUZZ  $name"
		return
	fi
	echo "  FUZZ  $name: FAILED"
	tail -n 60 "$log"
}

if [ "$1" = --one ]; then
	shift
	run_one "$@"
	exit 0
fi

directory=$1
seconds=$2
jobs=$3
shift 3
mkdir -p "$directory"
rm -f "$directory"/*.row
printf '%s\0' "$@" |
	xargs -0 -n 1 -P "$jobs" sh "$0" --one "$directory" "$seconds"
printf '%-16s%12s%9s%7s%7s%8s%8s\n' target executions exec/s cov ft corpus broken
cat "$directory"/*.row
failed=$(awk '$NF != 0' "$directory"/*.row | wc -l)
passed=$(($(cat "$directory"/*.row | wc -l) - failed))
failed=$(($# - passed))
echo "fuzz: $passed passed, $failed failed"
[ "$failed" -eq 0 ]

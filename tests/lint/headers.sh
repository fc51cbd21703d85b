#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# headers.sh COMPILER FLAGS...: each header compiles alone.
status=0
for header in $(find src tests -name '*.h' | sort); do
	"$@" -fsyntax-only -x c "$header" 2>&1 || status=1
done
exit $status

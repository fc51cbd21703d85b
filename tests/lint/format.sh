#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# All C is as clang-format leaves it. clang-format -i FILE mends it.
find . \( -name build -o -name .git \) -prune -o -name '*.[ch]' -print |
	xargs -r clang-format --dry-run --Werror 2>&1

# SPDX-License-Identifier: BSD-3-Clause
# make analyze: what three analyzers find in src/ and the module; see tests/analyze/analyze.py. make
# cppcheck: the quickest of them.

.PHONY: analyze cppcheck
cppcheck:
	@/usr/bin/python3 -B tests/analyze/analyze.py cppcheck

analyze:
	@/usr/bin/python3 -B tests/analyze/analyze.py

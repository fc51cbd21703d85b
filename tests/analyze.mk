# SPDX-License-Identifier: BSD-3-Clause
# make analyze: what three analyzers find in src/ and the module; see tests/analyze/analyze.py.

.PHONY: analyze
analyze:
	@/usr/bin/python3 -B tests/analyze/analyze.py

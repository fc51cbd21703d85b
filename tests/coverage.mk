# SPDX-License-Identifier: BSD-3-Clause
# sudo make coverage: which lines the tests run, per file to $(BUILD)/coverage/table.txt and each that
# none runs to lines.txt; see tests/coverage/coverage.py. COVERAGE_TESTS: words of names of end-to-end
# tests; "test_" is all of them.

COVERED      = $(BUILD)/coverage
COVERAGE_TESTS ?= test_

.PHONY: coverage coverage-build
coverage:
	@sh tests/e2e/prepare check $(BUILD)
	+@$(PARALLEL) check-build
	+@$(PARALLEL) BUILD=$(COVERED) SANITIZE= CFLAGS='-O0 -g --coverage' HARDENING=-fPIC \
		LDFLAGS=--coverage coverage-build
	@exec setpriv --pdeathsig KILL /usr/bin/python3 -B tests/coverage/coverage.py \
		$(COVERED) $(COVERAGE_TESTS)

coverage-build: $(PROGRAMS) $(BUILD)/tests/smsotpd $(UNIT_TESTS) $(MODULE_TESTS)

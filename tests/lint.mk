# SPDX-License-Identifier: BSD-3-Clause
# make lint: what a machine can tell about style. Each check stands alone in tests/lint/.

LINT_PYTHON   = /usr/bin/python3 -B tests/lint
# Programs whose --help is compared with their page: those that have sources.
LINT_PROGRAMS := $(patsubst src/%/main.c,$(BUILD)/%,$(wildcard src/*/main.c))

define LINT_CHECKS
format   sh tests/lint/format.sh
headers  sh tests/lint/headers.sh $(CC) $(filter-out -MMD -MP -g -O2,$(ALL_CFLAGS))
includes $(LINT_PYTHON)/includes.py
budget   $(LINT_PYTHON)/budget.py
text     $(LINT_PYTHON)/text.py
syntax   $(LINT_PYTHON)/syntax.py
manual   $(LINT_PYTHON)/manual.py $(LINT_PROGRAMS)
events   $(LINT_PYTHON)/events.py
fuzz     $(LINT_PYTHON)/fuzz.py
endef
export LINT_CHECKS

.PHONY: lint
lint: $(LINT_PROGRAMS)
	@echo "$$LINT_CHECKS" | sh tests/lint/run.sh

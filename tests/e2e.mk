# SPDX-License-Identifier: BSD-3-Clause
# sudo make demo, sudo make check, make check-long. What they need is brought first; only then is
# the project built, by a make of its own.

SANITIZED    = $(BUILD)/asan
CLANG_BUILD  = $(BUILD)/clang
# All cores, unless make was told how many.
PARALLEL     = $(MAKE) --no-print-directory \
               $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))
E2E_PROGRAMS = $(PROGRAMS) $(BUILD)/tests/bulkpush-emulator

# Root leaves nothing in an ordinary user's checkout but build/.
export PYTHONDONTWRITEBYTECODE = 1

.PHONY: demo recording check check-long check-debian13 demo-build check-build check-run clang-build
demo:
	@exec setpriv --pdeathsig KILL sh tests/e2e/demo

demo-build: $(E2E_PROGRAMS)

# man/login.svg, which README shows.
recording:
	@sh tests/e2e/prepare check $(BUILD)
	@$(PARALLEL) demo-build
	@exec setpriv --pdeathsig KILL /usr/bin/python3 tests/e2e/recording.py

check:
	@sh tests/e2e/prepare check $(BUILD)
	@. /etc/os-release && [ "$$VERSION_CODENAME" = trixie ] || \
		tests/boot/make-root $(BUILD)/debian13 trixie
	+@$(PARALLEL) check-build
	@$(MAKE) --no-print-directory check-run

check-long: export SMSOTP_TEST_LONG = yes
check-long: export SMSOTP_TEST_SECONDS = 3600
check-long: check
	@env -u SMSOTP_TEST_LONG -u SMSOTP_TEST_SECONDS $(MAKE) --no-print-directory check-debian13

# sudo make check in a Debian 13 of its own, below $(BUILD)/host13, which has no make at first.
check-debian13:
	@exec tests/boot/on-debian13 $(BUILD) sh -c 'command -v make >/dev/null || \
		{ apt-get -q update && apt-get -qy install make; } && exec make check'

check-build: $(E2E_PROGRAMS) $(BUILD)/tests/smsotpd $(UNIT_TESTS) $(MODULE_TESTS) bench-build
ifndef SANITIZE
	+@$(PARALLEL) BUILD=$(SANITIZED) SANITIZE=1 $(SANITIZED)/smsotpd \
		$(SANITIZED)/smsotp-send $(SANITIZED)/smsotpctl $(SANITIZED)/tests/smsotpd \
		$(MODULE_TESTS:$(BUILD)/%=$(SANITIZED)/%) $(SANITIZED)/pam_smsotp.so \
		seeds-build
	+@$(PARALLEL) BUILD=$(CLANG_BUILD) CC=clang clang-build
endif

# What clang warns of, and gcc does not.
clang-build: $(E2E_PROGRAMS) $(BUILD)/tests/smsotpd $(UNIT_TESTS) $(MODULE_TESTS)

check-run:
	@SMSOTP_DAEMONS=/project/$(SANITIZED) exec setpriv --pdeathsig KILL tests/run

# SPDX-License-Identifier: BSD-3-Clause
# sudo make mutate MUTATE="judge flow": what can lead to success is broken in each place, and a test
# must fail; see tests/mutate/mutate.py. It runs in name spaces of its own: a broken program's processes
# end with it, and what it leaves in /tmp lies in the build directory. MUTATE_JOBS: how many side by side.

MUTATED      = $(BUILD)/mutate
MUTATE      ?=

.PHONY: mutate mutate-build
mutate:
	+@$(PARALLEL) BUILD=$(MUTATED) SANITIZE= CFLAGS='-O0 -g0' HARDENING='-fPIC -fvisibility=hidden' \
		WARNINGS=-w mutate-build
	@rm -rf $(MUTATED)/tmp && mkdir -p -m 1777 $(MUTATED)/tmp
	@exec setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc sh -c \
		'mount --bind $(MUTATED)/tmp /tmp && exec "$$@"' sh \
		/usr/bin/python3 -B tests/mutate/mutate.py $(MUTATED) $(MUTATE)

mutate-build: $(UNIT_TESTS) $(MODULE_TESTS) $(BUILD)/pam_smsotp.so

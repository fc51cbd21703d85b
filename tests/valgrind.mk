# SPDX-License-Identifier: BSD-3-Clause
# sudo make valgrind: the units, the module's tests and the daemons of some logins under memcheck.
# A daemon ends at its first error, and so does its test. VALGRIND_TESTS: as TSAN_TESTS.

VALGRIND     = valgrind -q --vgdb=no --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite \
               --suppressions=$(CURDIR)/tests/analyze/valgrind
VALGRIND_TESTS ?= test_login test_sudo
# What compares the time or the work of one kind of name with another's knows no valgrind, whose memory
# never ends and which keeps the limit of descriptors itself and has no pidfd_open(2), and what makes
# whole stores takes minutes under it.
NOT_VALGRIND := test_standing test_power test_export test_import_follow test_state_full test_state_room \
                test_control test_ctl_memory test_event_memory test_client_calls test_serve_files test_child

.PHONY: valgrind
valgrind:
	@sh tests/e2e/prepare check $(BUILD)
	+@$(PARALLEL) check-build
	@status=0; UNIT_SECONDS=600 UNIT_UNDER="$(VALGRIND)" sh tests/unit/run.sh \
		$(BUILD)/tests/valgrind.log $(filter-out $(addprefix %/,$(NOT_VALGRIND)),$(UNIT_TESTS)) \
		$(MODULE_TESTS) || status=1; \
	env -u SMSOTP_TEST_LONG SMSOTP_UNDER="valgrind -q --vgdb=no --exit-on-first-error=yes --error-exitcode=9" \
		setpriv --pdeathsig KILL tests/run $(VALGRIND_TESTS) && exit $$status

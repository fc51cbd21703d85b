# SPDX-License-Identifier: BSD-3-Clause
# sudo make coverage: which lines of src/ and the module no test runs; each is named with its reason in
# tests/coverage/reasons; see tests/coverage/coverage.py. make coverage-judge: of the last run again.

COVERED      = build/coverage
# Counted in memory that is the file: what a program ran is known though it is killed. A private
# world has the project there; elsewhere, LLVM_PROFILE_FILE says where. What tests is not counted. The
# counters want the start files.
COUNTED      = -fprofile-instr-generate=/project/$(COVERED)/counts/%m%c.profraw -fcoverage-mapping \
               -mllvm -runtime-counter-relocation
COUNTED_LINK = -fprofile-instr-generate
UNCOUNTED   := $(addprefix $(BUILD)/tests/,race threads inside.so signin fault.so fault-calls.so old-kernel.so)
$(BUILD)/tests/%.o: private COUNTED =
$(UNCOUNTED): private COUNTED_LINK =

.PHONY: coverage coverage-build coverage-judge
coverage:
	@sh tests/e2e/prepare coverage build
	+@$(PARALLEL) BUILD=$(COVERED) CC=clang SANITIZE= HARDENING=-fPIC CFLAGS='-O1 -g0 $$(COUNTED)' \
		LDFLAGS='$$(COUNTED_LINK)' MODULE_LINK= coverage-build
	@ln -sfn ../pkgs $(COVERED)/pkgs
	@SMSOTP_BUILD=$(COVERED) exec setpriv --pdeathsig KILL \
		/usr/bin/python3 -B tests/coverage/coverage.py $(COVERED)

coverage-judge:
	@/usr/bin/python3 -B tests/coverage/coverage.py $(COVERED) judge

coverage-build: $(PROGRAMS) $(UNIT_TESTS) $(MODULE_TESTS) $(UNCOUNTED) \
	$(addprefix $(BUILD)/tests/,smsotpd bulkpush-emulator flood)

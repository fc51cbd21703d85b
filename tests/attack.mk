# SPDX-License-Identifier: BSD-3-Clause
# build/tests/flood, race, threads and inside.so: what the tests of attacks attack with.

check-build: $(BUILD)/tests/flood $(BUILD)/tests/race $(BUILD)/tests/threads $(BUILD)/tests/inside.so

$(BUILD)/tests/flood: $(BUILD)/tests/attack/flood.o $(patsubst %,$(BUILD)/src/%.o,result secret wire ask client)
	@mkdir -p $(@D)
	@echo "  LD    $@"
	@$(CC) -pie $(ALL_LDFLAGS) -o $@ $^ -lpthread

$(BUILD)/tests/race: $(BUILD)/tests/attack/race.o
	@mkdir -p $(@D)
	@echo "  LD    $@"
	@$(CC) -pie $(ALL_LDFLAGS) -o $@ $^ -lpam

$(BUILD)/tests/threads: $(BUILD)/tests/attack/threads.o
	@mkdir -p $(@D)
	@echo "  LD    $@"
	@$(CC) -pie $(ALL_LDFLAGS) -o $@ $^ -lpam -lpthread

$(BUILD)/tests/inside.so: $(BUILD)/tests/attack/inside.o
	@mkdir -p $(@D)
	@echo "  LD    $@"
	@$(CC) -shared $(ALL_LDFLAGS) -o $@ $^ -lpthread

# The module and threads once more, for ThreadSanitizer: its report is the exit status 66.
TSAN         = $(BUILD)/tsan
make-tsan    = $(PARALLEL) BUILD=$(TSAN) SANITIZE= CFLAGS='-O1 -g -fsanitize=thread' \
               LDFLAGS=-fsanitize=thread
.PHONY: tsan-build
check-build: tsan-build
tsan-build:
	+@$(make-tsan) $(TSAN)/pam_smsotp.so $(TSAN)/tests/threads

# sudo make tsan: the daemons as well, which end at the first race. Logins, floods, the operator's
# verbs and changed configurations are what their threads meet over. Of TSAN_TESTS every test's name
# holds one.
TSAN_TESTS  ?= test_login test_flood test_race test_codes test_config test_smsotpctl test_recovery \
               test_quarantine test_import test_modes_run
.PHONY: tsan
tsan:
	@sh tests/e2e/prepare check $(BUILD)
	+@$(PARALLEL) check-build
	+@$(make-tsan) $(patsubst %,$(TSAN)/%,smsotpd smsotp-send smsotpctl tests/smsotpd)
	@exec env -u SMSOTP_TEST_LONG SMSOTP_DAEMONS=/project/$(TSAN) setpriv --pdeathsig KILL \
		tests/run $(TSAN_TESTS)

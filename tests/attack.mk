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
.PHONY: tsan-build
check-build: tsan-build
tsan-build:
	+@$(PARALLEL) BUILD=$(TSAN) SANITIZE= CFLAGS='-O1 -g -fsanitize=thread' LDFLAGS=-fsanitize=thread \
		$(TSAN)/pam_smsotp.so $(TSAN)/tests/threads

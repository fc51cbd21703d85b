# SPDX-License-Identifier: BSD-3-Clause
# sudo make bench: figures that have a time in them, as ratios within one run; nothing of it is in
# make check. BENCH_SAMPLES a class (10000 is what the man page's claims were measured with),
# BENCH_ROUNDS races, BENCH_ROWS="cost names" for some of the tables; see tests/bench/bench.py.

BENCH_SAMPLES ?= 1000
BENCH_ROUNDS  ?= 100
BENCH_ROWS    ?=
BENCH_OBJECTS := $(call sources,tests/bench)

.PHONY: bench bench-build
bench:
	@sh tests/e2e/prepare check $(BUILD)
	@sh tests/bench/prepare $(BUILD)
	@$(PARALLEL) bench-build
	@exec setpriv --pdeathsig KILL /usr/bin/python3 tests/bench/bench.py \
		$(BENCH_SAMPLES) $(BENCH_ROUNDS) $(BENCH_ROWS)

# e2e.mk is read later: its names are not known here.
bench-build: $(PROGRAMS) $(BUILD)/tests/bulkpush-emulator $(BUILD)/tests/bench-driver \
	$(BUILD)/tests/pam_floor.so

$(BUILD)/tests/pam_floor.so: $(BUILD)/tests/bench/floor/pam_floor.o
	@mkdir -p $(@D)
	@echo "  LD    $@"
	@$(CC) -shared $(ALL_LDFLAGS) -o $@ $^ -lpam

$(BUILD)/tests/bench-driver: $(BENCH_OBJECTS) $(BUILD)/common.a
	@mkdir -p $(@D)
	@echo "  LD    $@"
	@$(CC) -pie $(ALL_LDFLAGS) -o $@ $^ -lpam

# SPDX-License-Identifier: BSD-3-Clause
# make emulator: the BulkPush gateway of the tests and of the demo.

EMULATOR_OBJECTS := $(call sources,tests/emulator)
EMULATOR_LIBS     = $(call lib,libmicrohttpd gnutls jansson)

.PHONY: emulator
emulator: $(BUILD)/tests/bulkpush-emulator

$(BUILD)/tests/bulkpush-emulator: $(EMULATOR_OBJECTS) $(BUILD)/common.a
	@echo "  LD    $@"
	@$(CC) -pie $(ALL_LDFLAGS) -o $@ $^ $(EMULATOR_LIBS) -lpthread

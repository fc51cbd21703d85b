# SPDX-License-Identifier: BSD-3-Clause
# build/tests/smsotpd: the installed daemon's objects with a clock from a file.

$(BUILD)/tests/smsotpd: $(BUILD)/tests/clocked/main.o $(BUILD)/smsotpd.a $(BUILD)/common.a
	@mkdir -p $(@D)
	@echo "  LD    $@"
	@$(CC) -pie $(ALL_LDFLAGS) -o $@ $^ $(STORE_LIBS) $(DAEMON_LIBS) -lpthread

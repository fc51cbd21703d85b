# SPDX-License-Identifier: BSD-3-Clause
# What test programs are linked with. Files of two programs may share a name, so each program has an
# archive of its own; in this order, a member is taken from the first archive that has it.

ARCHIVES    := $(if $(SMSOTPD),$(BUILD)/smsotpd.a) $(if $(SENDER),$(BUILD)/smsotp-send.a) \
               $(if $(CTL),$(BUILD)/smsotpctl.a) $(if $(COMMON),$(BUILD)/common.a)
ALL_LIBS     = $(STORE_LIBS) $(DAEMON_LIBS) $(CURL_LIBS) -lpam -lpthread
UNIT_TESTS  := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/test_*.c))
MODULE_TESTS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/module/test_*.c))

# SPDX-License-Identifier: BSD-3-Clause
# make, sudo make demo, sudo make check; see README.md. SANITIZE=1 builds with ASan and UBSan.

BUILD       ?= build
PREFIX      ?= /usr
SYSCONFDIR  ?= /etc
DESTDIR     ?=
LIBDIR      ?= $(PREFIX)/lib/$(shell $(CC) -print-multiarch)
MANDIR      ?= $(PREFIX)/share/man
UNITDIR     ?= /lib/systemd/system

CC          ?= cc
PKG_CONFIG  ?= pkg-config
WARNINGS    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 \
               -Wwrite-strings -Wcast-align -Wvla -Wundef -Werror
HARDENING   := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fstack-clash-protection -fPIC
CFLAGS      ?= -O2 -g
ALL_CFLAGS   = -std=c11 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) $(HARDENING) -fvisibility=hidden -Isrc -MMD -MP
ALL_LDFLAGS  = -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed $(LDFLAGS)
ifdef SANITIZE
HARDENING   := -fno-omit-frame-pointer -fPIC -fsanitize=address,undefined -fno-sanitize-recover=all
ALL_LDFLAGS += -fsanitize=address,undefined
endif

lib          = $(shell $(PKG_CONFIG) --libs $(1))
STORE_LIBS   = -llmdb $(call lib,libsodium jansson)
DAEMON_LIBS  = -linih $(call lib,libsystemd)
CURL_LIBS    = $(call lib,libcurl libsodium)

sources      = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)/*.c))
COMMON      := $(call sources,src)
SMSOTPD     := $(filter-out %/main.o,$(call sources,src/smsotpd))
SENDER      := $(filter-out %/main.o,$(call sources,src/smsotp-send))
CTL         := $(filter-out %/main.o,$(call sources,src/smsotpctl))
# The module links libpam and libc only: these of src/ need nothing else.
MODULE      := $(BUILD)/pam_smsotp.o $(patsubst %,$(BUILD)/src/%.o,result secret wire ask client line)
PROGRAMS    := $(BUILD)/pam_smsotp.so $(BUILD)/smsotpd $(BUILD)/smsotp-send $(BUILD)/smsotpctl

.PHONY: all clean
all: $(PROGRAMS)

include $(wildcard tests/*.mk)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) $(ALL_CFLAGS) -c $< -o $@

$(BUILD)/%.a:
	@rm -f $@
	@echo "  AR    $@"
	@ar rcs $@ $^

$(BUILD)/common.a: $(COMMON)
$(BUILD)/smsotpd.a: $(SMSOTPD)
$(BUILD)/smsotp-send.a: $(SENDER)
$(BUILD)/smsotpctl.a: $(CTL)

$(BUILD)/pam_smsotp.so: $(MODULE)
	@echo "  LD    $@"
	@$(CC) -shared $(ALL_LDFLAGS) -Wl,-z,nodelete -o $@ $^ -lpam

$(BUILD)/smsotpd: $(BUILD)/src/smsotpd/main.o $(BUILD)/smsotpd.a $(BUILD)/common.a
	@echo "  LD    $@"
	@$(CC) -pie $(ALL_LDFLAGS) -o $@ $^ $(STORE_LIBS) $(DAEMON_LIBS) -lpthread

$(BUILD)/smsotp-send: $(BUILD)/src/smsotp-send/main.o $(BUILD)/smsotp-send.a $(BUILD)/common.a
	@echo "  LD    $@"
	@$(CC) -pie $(ALL_LDFLAGS) -o $@ $^ $(CURL_LIBS) $(DAEMON_LIBS)

$(BUILD)/smsotpctl: $(BUILD)/src/smsotpctl/main.o $(BUILD)/smsotpctl.a $(BUILD)/common.a
	@echo "  LD    $@"
	@$(CC) -pie $(ALL_LDFLAGS) -o $@ $^ $(call lib,jansson)

clean:
	rm -rf $(BUILD)

# build/ holds whole root directories too, for the tests; theirs are no dependencies.
-include $(shell find $(BUILD) -name root -prune -o -type f -name '*.d' -print 2>/dev/null)

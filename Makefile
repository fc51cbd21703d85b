# SPDX-License-Identifier: BSD-3-Clause
# make, sudo make demo, sudo make check; see README.md. SANITIZE=1 builds with ASan and UBSan.

BUILD       ?= build
PREFIX      ?= /usr
DESTDIR     ?=
# Where libpam looks for modules, whatever PREFIX is.
LIBDIR      ?= /usr/lib/$(shell $(CC) -print-multiarch)
MANDIR      ?= $(PREFIX)/share/man
UNITDIR     ?= /usr/lib/systemd/system

CC          ?= cc
PKG_CONFIG  ?= pkg-config
WARNINGS    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 \
               -Wwrite-strings -Wcast-align -Wvla -Wundef -Werror
CFLAGS      ?= -O2 -g
# Where CFLAGS have a level of their own it is theirs.
HARDENING   := -fstack-protector-strong \
               $(if $(findstring _FORTIFY_SOURCE,$(CFLAGS)),,-D_FORTIFY_SOURCE=2) \
               -fstack-clash-protection -fPIC
# Where it was built is not in what was built.
ALL_CFLAGS   = -std=c11 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) $(HARDENING) -fvisibility=hidden \
               '-ffile-prefix-map=$(CURDIR)=.' -Isrc -MMD -MP
ALL_LDFLAGS  = -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed $(LDFLAGS)
ifdef SANITIZE
HARDENING   := -fno-omit-frame-pointer -fPIC -fsanitize=address,undefined -fno-sanitize-recover=all
ALL_LDFLAGS += -fsanitize=address,undefined
endif

lib          = $(shell $(PKG_CONFIG) --libs $(1))
STORE_LIBS   = -llmdb $(call lib,libsodium jansson)
DAEMON_LIBS  = -linih $(call lib,libsystemd libseccomp)
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

# A file of these words, written only where it has others.
kept         = echo "$(1)" | cmp -s - $@ || echo "$(1)" >$@

# Other flags than the last time: everything is built anew, so that nothing is of both.
.PHONY: always
$(BUILD)/flags: always
	@mkdir -p $(@D)
	@for dir in $(@D) $(wildcard $(@D)/tests); do [ -w $$dir ] || { echo \
		"$$dir is not yours, as after sudo make demo or check: run sudo make clean first" >&2; exit 1; }; done
	@$(call kept,$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(MODULE_LINK))

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) $(ALL_CFLAGS) -c $< -o $@

# Other sources than the last time: what was of a file that is gone is in no archive.
$(BUILD)/members: always | $(BUILD)/flags
	@$(call kept,$(COMMON) $(SMSOTPD) $(SENDER) $(CTL) $(UNIT_SHARED) $(MODULE_SHARED))

$(BUILD)/%.a: $(BUILD)/members
	@rm -f $@
	@echo "  AR    $@"
	@ar rcs $@ $(filter %.o,$^)

$(BUILD)/common.a: $(COMMON)
$(BUILD)/smsotpd.a: $(SMSOTPD)
$(BUILD)/smsotp-send.a: $(SENDER)
$(BUILD)/smsotpctl.a: $(CTL)

# Code and constants in one piece, and no start files, which are for constructors and come with data:
# each piece costs whoever signs in two calls and a page fault.
MODULE_LINK  = -nostartfiles -Wl,-z,nodelete,-z,noseparate-code
$(BUILD)/pam_smsotp.so: $(MODULE)
	@echo "  LD    $@"
	@$(CC) -shared $(ALL_LDFLAGS) $(MODULE_LINK) -o $@ $^ -lpam

$(BUILD)/smsotpd: $(BUILD)/src/smsotpd/main.o $(BUILD)/smsotpd.a $(BUILD)/common.a
	@echo "  LD    $@"
	@$(CC) -pie $(ALL_LDFLAGS) -o $@ $^ $(STORE_LIBS) $(DAEMON_LIBS) -lpthread

$(BUILD)/smsotp-send: $(BUILD)/src/smsotp-send/main.o $(BUILD)/smsotp-send.a $(BUILD)/common.a
	@echo "  LD    $@"
	@$(CC) -pie $(ALL_LDFLAGS) -o $@ $^ $(CURL_LIBS) $(DAEMON_LIBS)

$(BUILD)/smsotpctl: $(BUILD)/src/smsotpctl/main.o $(BUILD)/smsotpctl.a $(BUILD)/common.a
	@echo "  LD    $@"
	@$(CC) -pie $(ALL_LDFLAGS) -o $@ $^ $(call lib,jansson) -linih

# What is installed changes nobody's sign-in: stacks and sshd's settings go to share/smsotp, from
# where an operator copies them. Units name their programs below PREFIX.
SBINDIR      = "$(DESTDIR)"$(PREFIX)/sbin
LIBEXECDIR   = "$(DESTDIR)"$(PREFIX)/libexec/smsotp
SECURITYDIR  = "$(DESTDIR)"$(LIBDIR)/security
SHAREDIR     = "$(DESTDIR)"$(PREFIX)/share
CONFDIR      = "$(DESTDIR)"/etc/smsotp
PAMCONFIG    = "$(DESTDIR)"/usr/share/pam-configs/smsotp
COMPLETION   = $(SHAREDIR)/bash-completion/completions/smsotpctl
UNITS       := $(notdir $(wildcard etc/systemd/*))
SAMPLES     := $(patsubst etc/%,%,$(wildcard etc/pam.d/* etc/sshd_config.d/* etc/prometheus/*))
MANUALS     := $(notdir $(wildcard man/*.[578]))
INSTALLED    = $(SECURITYDIR)/pam_smsotp.so $(SBINDIR)/smsotpd $(SBINDIR)/smsotpctl \
               $(LIBEXECDIR) $(SHAREDIR)/smsotp $(PAMCONFIG) \
               $(addprefix "$(DESTDIR)"$(UNITDIR)/,$(UNITS)) \
               $(foreach m,$(MANUALS),"$(DESTDIR)"$(MANDIR)/man$(subst .,,$(suffix $m))/$m) \
               "$(DESTDIR)"$(PREFIX)/lib/sysusers.d/smsotp.conf \
               "$(DESTDIR)"$(PREFIX)/lib/tmpfiles.d/smsotp.conf \
               "$(DESTDIR)"/etc/logrotate.d/smsotp $(COMPLETION)
put          = install -D -m 0644

.PHONY: install uninstall
install: all
	install -D -m 0755 $(BUILD)/smsotpd $(SBINDIR)/smsotpd
	install -D -m 0755 $(BUILD)/smsotpctl $(SBINDIR)/smsotpctl
	install -D -m 0755 $(BUILD)/smsotp-send $(LIBEXECDIR)/smsotp-send
	$(put) $(BUILD)/pam_smsotp.so $(SECURITYDIR)/pam_smsotp.so
	for f in $(SAMPLES); do $(put) etc/$$f $(SHAREDIR)/smsotp/$$f || exit; done
	$(put) etc/pam-configs/smsotp $(PAMCONFIG)
	for f in $(MANUALS); do $(put) man/$$f "$(DESTDIR)"$(MANDIR)/man$${f##*.}/$$f || exit; done
	install -d "$(DESTDIR)"$(UNITDIR)
	for f in $(UNITS); do sed 's,/usr/,$(PREFIX)/,g' etc/systemd/$$f >"$(DESTDIR)"$(UNITDIR)/$$f && \
		chmod 0644 "$(DESTDIR)"$(UNITDIR)/$$f || exit; done
	$(put) etc/sysusers.d/smsotp.conf "$(DESTDIR)"$(PREFIX)/lib/sysusers.d/smsotp.conf
	$(put) etc/tmpfiles.d/smsotp.conf "$(DESTDIR)"$(PREFIX)/lib/tmpfiles.d/smsotp.conf
	$(put) etc/logrotate.d/smsotp "$(DESTDIR)"/etc/logrotate.d/smsotp
	$(put) etc/bash-completion/smsotpctl $(COMPLETION)
	install -d $(CONFDIR)/smsotp.conf.d
	[ -e $(CONFDIR)/smsotp.conf ] || $(put) etc/smsotp.conf $(CONFDIR)/smsotp.conf

# Config, store and log stay: they are the operator's. As the package, it does not go while a stack
# names it.
uninstall:
	@found=$$(grep -Hns '^[^#]*pam_smsotp\.so' "$(DESTDIR)"/etc/pam.d/* "$(DESTDIR)"/usr/lib/pam.d/*); \
	[ -z "$$found" ] || { printf '%s\n' "$$found" 'A stack whose module is gone refuses everybody.' \
		'Take out these lines first, those of common-* by: pam-auth-update --disable smsotp' >&2; exit 1; }
	rm -rf $(INSTALLED)

# $(BUILD)/libpam-smsotp_VERSION_ARCH.deb, and beside it what it is made of, as .spdx.json.
# MAINTAINER='Name <address>' says who hands it on.
.PHONY: deb
deb: all
	@rm -rf $(BUILD)/deb
	@$(MAKE) -s install DESTDIR=$(BUILD)/deb/root
	@etc/debian/make-deb $(BUILD) $(shell sed -n 's/.*SMSOTP_VERSION "\(.*\)"/\1/p' src/version.h)

clean:
	rm -rf $(BUILD)

# build/ holds whole root directories too, for the tests; theirs are no dependencies.
-include $(shell find $(BUILD) -name root -prune -o -type f -name '*.d' -print 2>/dev/null)

# SPDX-License-Identifier: BSD-3-Clause
# make boot-root: a Debian 12 below $(BUILD)/boot, made once, which tests/boot/boot.py starts with its
# own systemd as pid 1. make boot-shell: a root shell in one that has the product installed.

.PHONY: boot-root boot-shell
boot-root:
	@tests/boot/make-root $(BUILD)/boot

boot-shell: all boot-root
	@/usr/bin/python3 tests/boot/boot.py

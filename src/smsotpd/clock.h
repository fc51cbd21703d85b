/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Time is handed in. Within a boot CLOCK_BOOTTIME counts, across boots only CLOCK_REALTIME does;
 * the boot id tells which. The installed daemon has the system's clock, build/tests/smsotpd one
 * from a file.
 */
#ifndef SMSOTP_CLOCK_H
#define SMSOTP_CLOCK_H

#include <stdint.h>

#include "result.h"

#define BOOT_ID_SIZE 16

/* Milliseconds. */
struct moment {
	int64_t boottime;
	int64_t realtime;
};

struct clock {
	uint8_t boot[BOOT_ID_SIZE];
	void (*now)(const struct clock *clock, struct moment *ret_now);
	const void *context;
};

/* 32 hexadecimal digits, dashes between them allowed. */
CHECKED enum result clock_boot_parse(const char *text, uint8_t ret_boot[static BOOT_ID_SIZE]);

/* The system's clock; reads /proc/sys/kernel/random/boot_id once. */
CHECKED enum result clock_system(struct clock *ret_clock);

#endif

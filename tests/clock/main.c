/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * smsotpd with a clock from a file, for tests: smsotpd --clock FILE, then smsotpd's own arguments.
 * FILE holds one line, BOOTTIME_MS REALTIME_MS BOOT_ID; it is read at each look at the clock, and
 * replaced whole by the test. The boot id is read once at start, as from the kernel.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smsotpd/clock.h"
#include "smsotpd/daemon.h"

#define BOOT_ID_TEXT 64

/* A test whose clock cannot be read is over. */
static void file_read(const char *path, struct moment *ret_now, char ret_boot[static BOOT_ID_TEXT])
{
	FILE *file = fopen(path, "re");

	if (file == NULL || fscanf(file, "%" SCNd64 " %" SCNd64 " %63s", &ret_now->boottime,
				    &ret_now->realtime, ret_boot) != 3) {
		fprintf(stderr, "smsotpd: %s is not BOOTTIME_MS REALTIME_MS BOOT_ID\n", path);
		abort();
	}
	fclose(file);
}

static void file_now(const struct clock *clock, struct moment *ret_now)
{
	char boot[BOOT_ID_TEXT];

	file_read(clock->context, ret_now, boot);
}

int main(int argc, char **argv)
{
	struct clock clock = {.now = file_now};
	struct moment now;
	char boot[BOOT_ID_TEXT];

	if (argc < 3 || strcmp(argv[1], "--clock") != 0) {
		fprintf(stderr, "usage: smsotpd --clock FILE [smsotpd's arguments]\n");
		return 2;
	}
	clock.context = argv[2];
	file_read(argv[2], &now, boot);
	if (clock_boot_parse(boot, clock.boot) != RESULT_OK) {
		fprintf(stderr, "smsotpd: %s: the boot id is 32 hexadecimal digits\n", argv[2]);
		return 2;
	}
	argv[2] = argv[0];
	return daemon_main(argc - 2, argv + 2, &clock);
}

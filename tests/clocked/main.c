/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * smsotpd with a clock from a file: the same objects as the installed daemon, another main. Usage:
 *
 *	smsotpd --clock FILE [arguments of smsotpd(8)]
 *
 * FILE holds one line, "BOOTTIME_MS REALTIME_MS BOOTID_HEX32", and is read at each look; the boot
 * id counts once, at start. Replace the file by rename(2): a torn line ends the daemon.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "smsotpd/daemon.h"

static void read_file(
	const char *path, struct moment *ret_now, uint8_t ret_boot[static BOOT_ID_SIZE])
{
	long long boottime = 0;
	long long realtime = 0;
	char boot[64] = "";
	char line[128] = "";
	int file = open(path, O_RDONLY | O_CLOEXEC);

	/* Takes no memory: a test may have let none be left. */
	bool sound = file >= 0 && read(file, line, sizeof(line) - 1) > 0 &&
		     sscanf(line, "%lld %lld %63s", &boottime, &realtime, boot) == 3 &&
		     clock_boot_parse(boot, ret_boot) == RESULT_OK;
	if (!sound) {
		fprintf(stderr, "the clock's file %s is not one line of three words\n", path);
		abort();
	}
	close(file);
	ret_now->boottime = boottime;
	ret_now->realtime = realtime;
}

static void file_now(const struct clock *clock, struct moment *ret_now)
{
	uint8_t boot[BOOT_ID_SIZE];

	read_file(clock->context, ret_now, boot);
}

int main(int argc, char **argv)
{
	struct clock clock = {.now = file_now};
	struct moment now;

	if (argc < 3 || strcmp(argv[1], "--clock") != 0) {
		fputs("usage: smsotpd --clock FILE [arguments of smsotpd(8)]\n", stderr);
		return 2;
	}
	clock.context = argv[2];
	read_file(argv[2], &now, clock.boot);
	argv[2] = argv[0];
	return daemon_main(argc - 2, argv + 2, &clock);
}

/* SPDX-License-Identifier: BSD-3-Clause */
#include "daemon.h"
#include "log.h"

int main(int argc, char **argv)
{
	struct clock clock;

	if (clock_system(&clock) != RESULT_OK) {
		log_line(LOG_ERR, "cannot read the boot id: /proc must be mounted");
		return 1;
	}
	return daemon_main(argc, argv, &clock);
}

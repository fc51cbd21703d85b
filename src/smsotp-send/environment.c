/* SPDX-License-Identifier: BSD-3-Clause */
#include "environment.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const kept[] = {
	"LISTEN_PID",
	"LISTEN_FDS",
	"LISTEN_FDNAMES",
	"WATCHDOG_PID",
	"WATCHDOG_USEC",
	"NOTIFY_SOCKET",
	"JOURNAL_STREAM",
};

#define KEPT (sizeof(kept) / sizeof(kept[0]))

enum result environment_clean(void)
{
	char *values[KEPT];
	enum result result = RESULT_OK;

	for (size_t i = 0; i < KEPT; i++) {
		const char *value = getenv(kept[i]);
		values[i] = value == NULL ? NULL : strdup(value);
		if (value != NULL && values[i] == NULL)
			result = RESULT_MEMORY;
	}
	clearenv();
	for (size_t i = 0; i < KEPT; i++) {
		if (values[i] != NULL && setenv(kept[i], values[i], 1) != 0)
			result = RESULT_MEMORY;
		free(values[i]);
	}
	return result;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a text to its report. One thread: texts come in by the queue, leave by transfers side by
 * side, and a text whose request cannot have left waits for another attempt until its life ends.
 */
#ifndef SMSOTP_SEND_COURIER_H
#define SMSOTP_SEND_COURIER_H

#include "queue.h"
#include "settings.h"
#include "transfer.h"

/* All owned by the caller but `settings`, which a reload replaces. */
struct courier {
	struct settings *settings;
	struct queue *queue;
	struct transfers *transfers;
	const char *config; /* its path, NULL for the default */
	uid_t owner;        /* of smsotp-send */
	int signals;        /* signalfd(2) of SIGHUP, SIGTERM and SIGINT */
	bool stale;         /* `transfers` are to be renewed as soon as none moves */
};

/*
 * Serves until SIGTERM or SIGINT; then what is under way gets its report and nothing new starts. A
 * second one ends it at once.
 */
void courier_run(struct courier *courier);

#endif

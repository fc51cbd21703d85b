/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The HTTP side: one thread a connection (libmicrohttpd), so that a fault may wait in the middle
 * of one request while the others are served.
 */
#ifndef EMULATOR_HTTP_H
#define EMULATOR_HTTP_H

#include "fault.h"
#include "journal.h"
#include "judge.h"
#include "phone.h"

#define API_PATH "/BulkSms/SingleMsgApi"

/* All borrowed, and to outlive the server. */
struct http_options {
	int listener;
	int stop;                /* becomes readable before http_stop is called */
	const char *certificate; /* PEM; NULL for plain http */
	const char *key;         /* PEM */
	struct account account;
	struct phones *phones;
	struct faults *faults;
	struct journal *journal;
};

struct http;

CHECKED enum result http_start(
	const struct http_options *options, struct http **ret_http, struct error *error);
/* Waits for the threads of all connections. The listener is closed. */
void http_stop(struct http **http);

#endif

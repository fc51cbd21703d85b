/* SPDX-License-Identifier: BSD-3-Clause */
/* All that a text needs besides itself: the configuration, the password, the stub's file. */
#ifndef SMSOTP_SEND_SETTINGS_H
#define SMSOTP_SEND_SETTINGS_H

#include <sys/types.h>

#include "config.h"
#include "secret.h"

struct settings {
	struct config *config;
	struct password password; /* "" under the stub and with auth = address */
	int stub;                 /* stub.log, -1 where the gateway is real */
};

/*
 * Reads the configuration (`path` as for config_load) and the password's file; `owner` is the uid
 * of smsotp-send, which that file may belong to. The stub's file is not opened yet.
 */
CHECKED enum result settings_load(
	const char *path, uid_t owner, struct settings **ret_settings, struct error *error);

/* Opens stub.log where the configuration asks for the stub, and warns that nothing is sent. */
CHECKED enum result settings_open(struct settings *settings, uid_t owner, struct error *error);

/* Wipes the password. */
void settings_free(struct settings **settings);

#endif

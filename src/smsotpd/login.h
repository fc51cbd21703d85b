/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an ask is about: its service, who is to be asked for a code, and where it comes from. Worked
 * out from the ask and the config alone, before any look-up.
 */
#ifndef SMSOTP_LOGIN_H
#define SMSOTP_LOGIN_H

#include "ask.h"
#include "config.h"
#include "ledger.h"
#include "record.h"

enum source_kind { SOURCE_UNNAMED = 0, SOURCE_ADDRESS, SOURCE_KEY, SOURCE_UID, SOURCE_TTY };

/* `label` is for people: "192.0.2.1", "2001:db8::/64", "key 0a1b2c", "uid 1000", "tty pts/3". */
struct source {
	enum source_kind kind;
	bool shared; /* one of [limits] shared_sources */
	char label[LABEL_SIZE];
};

/* Facts for the trail, as the application gave them; escaped when written, trusted for nothing. */
struct telemetry {
	char tty[64];
	char rhost[128];
	char ruser[64];
	char connection[128];
	const char *factor; /* "publickey", "password" or "none" */
};

struct login {
	const struct config_service *service;
	struct source source;
	bool by_uid;                  /* the subject is whoever has `uid`: su's caller */
	uint32_t uid;                 /* the application's real uid */
	bool own_uid;                 /* which is that of the account `name`: sudo's caller */
	char name[NAME_SIZE_MAX + 1]; /* as typed */
	bool first_factor;            /* service->before is met */
	enum service_mode mode;       /* how strict the service is for this name; flow.c sets it */
	struct telemetry telemetry;
	struct visitor visitor;
	uint8_t binding[HASH_SIZE]; /* of service, source and first factor: what a challenge is for
				     */
};

const char *source_kind_name(enum source_kind kind);

/* RESULT_NOT_FOUND: no section speaks of the service. */
CHECKED enum result login_read(const struct config *config, const struct keys *keys,
	const struct ask *ask, struct login *ret_login);

/* The ledger's tag of a name typed, or of a uid's caller. */
void login_name_tag(const struct keys *keys, bool by_uid, uint32_t uid, const char *name,
	uint8_t ret[static HASH_SIZE]);

#endif

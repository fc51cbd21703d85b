/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the module asks of smsotpd and what it answers. One ask, one answer, then close.
 *
 * FRAME_BEGIN, VERIFY, SESSION_OPEN, SESSION_CLOSE:
 *	id 16, uid u32, first_factor u8, service, user, tty, rhost, ruser, connection, auth_info,
 *	token 64, reply (its length u32, then its bytes, any bytes)
 * FRAME_ANSWER:
 *	id 16, verdict u8, line u8, tries u32, seconds u32, resend u32, token 64, user, help
 */
#ifndef SMSOTP_ASK_H
#define SMSOTP_ASK_H

#include "secret.h"
#include "wire.h"

#define TOKEN_SIZE    64
#define NAME_SIZE_MAX 1024 /* a longer name is cut: no identity has one, so it stays unknown */
#define FACT_SIZE_MAX 512
#define KEYS_SIZE_MAX 8192 /* SSH_AUTH_INFO_0; a longer one is cut, its key stands first */
#define HELP_SIZE_MAX 120
#define RESEND_NEVER  UINT32_MAX
#define WAIVER        "not yet required"
#define VERIFY_MS     5000 /* so long the module waits for the answer to a FRAME_VERIFY */

/*
 * Zero is refusal. Only VERDICT_GRANTED lets anybody in. What becomes PAM_IGNORE takes more than
 * its byte: a waiver also has WAIVER in `user`, which is empty in every refusal, and
 * VERDICT_DISABLED has no line, which every refusal has.
 */
enum verdict {
	VERDICT_REFUSED = 0, /* PAM_AUTH_ERR */
	VERDICT_ASK,         /* show the line, ask on */
	VERDICT_SPENT,       /* PAM_MAXTRIES: locked, or no try left */
	VERDICT_UNAVAILABLE, /* PAM_AUTHINFO_UNAVAIL: store, daemon or config at fault */
	VERDICT_DISABLED,    /* PAM_IGNORE: [service] enabled = no */
	VERDICT_GRANTED,     /* PAM_SUCCESS */
	VERDICT_WAIVED,      /* PAM_IGNORE: [service] mode is warn or observe */
	VERDICT_ASK_WAIVED, /* show the line, ask on; say so where nothing is typed: it is waived */
	VERDICT_COUNT,
};

/* What the user sees; line.c has the words. */
enum line {
	LINE_NONE = 0,
	LINE_SENT,     /* resend */
	LINE_WRONG,    /* tries, resend */
	LINE_EXPIRED,  /* resend */
	LINE_NO_TEXTS, /* seconds */
	LINE_LOCKED,   /* seconds */
	LINE_UNAVAILABLE,
	LINE_COUNT,
};

/*
 * Strings of a decoded ask point into its frame. PAM_USER is what was typed; uid the application's
 * real uid; connection SSH_CONNECTION; auth_info SSH_AUTH_INFO_0; first_factor whether PAM_AUTHTOK
 * is set. token and reply are for FRAME_VERIFY.
 */
struct ask {
	uint8_t version; /* of its frame; 0 is our own */
	enum frame_type type;
	uint8_t id[WIRE_ID_SIZE];
	uint32_t uid;
	bool first_factor;
	const char *service;
	const char *user;
	const char *tty;
	const char *rhost;
	const char *ruser;
	const char *connection;
	const char *auth_info;
	uint8_t token[TOKEN_SIZE];
	struct reply reply;
};

/*
 * `seconds` is the wait a line speaks of; `resend` the seconds until 'r' is heeded, 0 for now,
 * RESEND_NEVER for none. `user`: the name to put in PAM_USER after success, "" for none, WAIVER
 * with a waiver. `help` is the operator's line, "" for none. Strings of a decoded answer point into
 * its frame.
 */
struct answer {
	uint8_t version; /* of its frame, which is the ask's; 0 is our own */
	uint8_t id[WIRE_ID_SIZE];
	enum verdict verdict;
	enum line line;
	uint32_t tries;
	uint32_t seconds;
	uint32_t resend;
	uint8_t token[TOKEN_SIZE];
	const char *user;
	const char *help;
};

/* Of an encoded answer. */
#define ANSWER_SIZE_MAX                                                                            \
	(2 + WIRE_ID_SIZE + 2 + 3 * 4 + TOKEN_SIZE + 3 + NAME_SIZE_MAX + 3 + HELP_SIZE_MAX)

/* A verify with a reply of no bytes: the person typed nothing, and is not asked again. */
static inline bool ask_gives_up(const struct ask *ask)
{
	return ask->type == FRAME_VERIFY && ask->reply.length == 0;
}

/* Encoders return the frame's size, 0 where `size` does not hold it. */
size_t ask_encode(const struct ask *ask, uint8_t *frame, size_t size);
CHECKED enum result ask_decode(uint8_t *frame, size_t size, struct ask *ret_ask);
size_t answer_encode(const struct answer *answer, uint8_t *frame, size_t size);
CHECKED enum result answer_decode(uint8_t *frame, size_t size, struct answer *ret_answer);

void ask_wipe(struct ask *ask);

#endif

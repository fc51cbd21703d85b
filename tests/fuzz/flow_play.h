/* SPDX-License-Identifier: BSD-3-Clause */
/* What goes on in one input of fuzz_flow.c, and what is checked of it. */
#ifndef SMSOTP_FUZZ_FLOW_PLAY_H
#define SMSOTP_FUZZ_FLOW_PLAY_H

#include "flow_rows.h"
#include "smsotpd/flow.h"
#include "world.h"

#define LOGINS    8
#define TEXTS     64
#define JOBS      64
#define STEPS_MAX 200

struct handed {
	struct code code;
	const char *user, *place;
	size_t service;
	struct moment made;
	uint8_t id[WIRE_ID_SIZE];
	bool left, dead, withdrawn;
};

/* What one ask came to, as the module sees it. */
struct seen_answer {
	enum verdict verdict;
	enum line line;
	uint32_t tries, seconds, resend;
	bool dropped;
};

struct play {
	struct input input;
	struct flow flow;
	MDB_txn *identity_txn, *state_txn;
	struct login_slot login[LOGINS];
	struct handed text[TEXTS];
	size_t texts;
	struct job *job[JOBS];
	size_t jobs;
	const struct login_slot *asking; /* who is answered now */
	const struct job *finishing;
	enum frame_type type;
	size_t answers;
	bool recovery_used[RECOVERY_CODES];
	struct seen_answer told[STEPS_MAX + JOBS];
	size_t told_count;
	bool twin, spoilt, granted;
	size_t swap_from, swap_to;
};

/* File-scope, as the calls of flow that these files answer bring no context. */
extern struct play play;
extern struct world *world;

/* Each answer of flow, against all that was handed out. */
void flow_check_answer(void *context, uint64_t connection, const struct answer *answer);

/* A text that is about to be handed out for a login. */
void flow_check_text(const struct login_slot *login, const struct job *job);

/* An early answer of this login's takes its own text back, where that is the newest. */
void flow_check_withdrawn(const struct login_slot *login);

#endif

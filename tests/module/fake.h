/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A smsotpd that does as it is told: a process of its own, so that the one under test has only the
 * module's descriptors. It writes down what it heard before it answers.
 */
#ifndef SMSOTP_TEST_FAKE_H
#define SMSOTP_TEST_FAKE_H

#include <sys/types.h>

#include "ask.h"

#define FAKE_TURNS 8
#define FAKE_HEARD 128

enum fake_act {
	FAKE_ANSWER = 0, /* with the turn's answer and the ask's id */
	FAKE_CLOSE,      /* reads the ask and closes */
	FAKE_HANG,       /* reads the ask and says nothing */
	FAKE_OTHER_ID,   /* answers another login */
	FAKE_SHORT,      /* the answer without its last byte */
	FAKE_LONG,       /* the answer and one byte */
	FAKE_HUGE,       /* the answer and more than a frame may have */
	FAKE_FOREIGN,    /* the answer as another type */
	FAKE_VERSION,    /* the answer in the version after the ask's */
	FAKE_AGAIN,      /* was about to stop: ask again */
	FAKE_NEWER,      /* ask again in a version to come */
	FAKE_SLOW,       /* answers a little later */
	FAKE_RESTART,    /* goes away, answers, and comes back a little later */
};

struct fake_turn {
	enum fake_act act;
	int verdict;     /* any byte */
	int line;        /* any byte */
	uint32_t number; /* tries, seconds and resend */
	char user[32];
	char help[HELP_SIZE_MAX + 1];
};

struct fake_heard {
	uint8_t version;
	enum frame_type type;
	uint8_t id[WIRE_ID_SIZE];
	uint32_t uid;
	bool first_factor;
	char service[64];
	char user[NAME_SIZE_MAX + 1];
	char tty[64];
	char rhost[64];
	char ruser[64];
	char connection[64];
	char auth_info[64];
	uint8_t token[TOKEN_SIZE];
	struct reply reply;
};

/* Shared with the process. After the last turn it closes at once. */
struct fake {
	pid_t pid;
	int listener;
	char path[64];
	struct fake_turn turn[FAKE_TURNS];
	size_t turns;
	bool before;  /* of the release before: it speaks WIRE_OLDEST alone */
	bool endless; /* no turns: every begin is asked, every verify granted for the name's number
		       */
	size_t count;
	struct fake_heard heard[FAKE_HEARD];
};

struct fake *fake_new(const char *path);

/* Listens as `uid`, and begins to serve. */
void fake_start(struct fake *fake, uid_t uid);

/* Ends the process and frees. */
void fake_stop(struct fake **fake);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One piece of work for the committer's thread. The main thread fills the upper half, gives the job
 * away and gets it back with the lower half filled; nobody else touches it in between.
 */
#ifndef SMSOTP_JOB_H
#define SMSOTP_JOB_H

#include <jansson.h>

#include "challenge.h"
#include "ctl.h"
#include "decision.h"
#include "findings.h"
#include "identity.h"
#include "login.h"
#include "recovery.h"

/*
 * JOB_OBSERVE: what a begin would come to, with nothing written. JOB_SEEN: a login went on without
 * a code and its session has opened.
 */
enum job_kind { JOB_BEGIN, JOB_RESEND, JOB_VERIFY, JOB_VERB, JOB_EXPLAIN, JOB_OBSERVE, JOB_SEEN };

/* Why a name gets no text and no code of it is right; for the trail only, never for the user. */
enum standing {
	STANDING_GOOD = 0,
	STANDING_UNKNOWN,
	STANDING_SUSPENDED,
	STANDING_NO_PHONE,
	STANDING_NO_TRAIT,   /* the schema has no phone trait: nobody gets a text */
	STANDING_ROOT,       /* the service lets no root in */
	STANDING_FILTERED,   /* the service's users leave it out */
	STANDING_TRAIT,      /* the service's trait leaves it out */
	STANDING_BEFORE,     /* the first factor is not shown */
	STANDING_QUARANTINE, /* the phone is a changed one */
	STANDING_UID,        /* the host's account has another uid: it was made anew */
	STANDING_NO_ROOM,    /* no record yet, and the state store takes no more */
	STANDING_JUNK,       /* control bytes: the application refuses already */
	STANDING_COUNT,
};

const char *standing_name(enum standing standing);

struct job {
	struct job *next;
	enum job_kind kind;
	uint64_t connection; /* who waits for the answer, 0 for nobody */
	const struct config *config;
	struct login login;
	struct moment now; /* where other logins have passed this one, the last's: committer.c */
	int64_t arrived;   /* monotonic ms, for the hold */
	int64_t waited;    /* verify: ms since this dialogue's newest text was asked for */
	struct view view;  /* what a wrong or unanswered one shows */
	struct code code;  /* verify: what was typed */
	bool comparable;
	bool junk;
	int64_t begun;                 /* verify: boottime of the newest text */
	bool long_reply;               /* verify: as long as a recovery code */
	bool recoverable;              /* and one, by its shape */
	struct recovery_code recovery; /* which */
	json_t *request;               /* owned */
	int bulk;                      /* owned, -1 for none */
	struct findings *findings; /* owned; what to note for smsotpctl explain, NULL for nothing */

	enum result result; /* of the store */
	enum standing standing;
	enum effect effect;
	bool known;
	bool prefix_low; /* many texts to this phone's prefix, and few answered: an alarm is due */
	const char *unsendable; /* observe: why no text would leave for this phone, or NULL */
	uint32_t recovery_left; /* after EFFECT_RECOVERED, codes that are left */
	const char *near;       /* a limit that has just come to 80 %, NULL for none */
	const char *over;       /* EFFECT_OVER: the key in [limits] of the one that forbids it */
	char user[IDENTITY_NAME_MAX + 1]; /* the identity's name, "" for none */
	struct phone phone;
	struct code text;     /* begin, resend: the code to send */
	json_t *reply;        /* owned */
	struct ctl_part part; /* of a verb: given again it goes on from there */
};

/* First in, first out; all zeros is an empty one. A job is in one at most. */
struct job_list {
	struct job *first; /* NULL where it is empty */
	struct job *last;
};

CHECKED enum result job_new(enum job_kind kind, struct job **ret_job);

/* Wipes and frees, NULL allowed. */
void job_free(struct job **job);

/* A job that is in no list is followed by none. */
void job_push(struct job_list *list, struct job *job);
struct job *job_pop(struct job_list *list);

/* For the trail: the identity's, or that its application refuses it. */
enum standing job_standing(const struct job *job);

/* What was decided, and by which rule; the identity's standing comes before all others. */
enum decision job_decision(const struct job *job);
enum rule job_rule(const struct job *job);

/* A recovery code lets in who could get a text, but for the phone. */
bool standing_recovers(enum standing standing);

/* A begin or resend that has to send, a verify that lets in. */
bool job_sends(const struct job *job);
bool job_grants(const struct job *job);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One function per event of the trail. Names that do not exist stand as keyed hashes (people type
 * passwords at login:), every value from outside is escaped, a phone is masked, and no event holds
 * a code or password. Refusals of one source and rule are one event a minute with a count; those of
 * a store at fault, whatever their source.
 */
#ifndef SMSOTP_EVENT_H
#define SMSOTP_EVENT_H

#include "audit.h"
#include "event_table.h"
#include "job.h"
#include "text.h"

struct trail;

CHECKED enum result trail_new(
	struct audit *audit, const struct clock *clock, struct trail **ret_trail);
void trail_free(struct trail **trail);

/* A begin, resend or verify that the committer has finished. */
void event_login(struct trail *trail, const struct job *job);

/* What became of a text. `user` is an identity's name; NULL: nobody's, made alike and not written.
 */
void event_text(struct trail *trail, const char *user, const struct report *report);

/* A session opened or closed; `accepted` false where its login is not known. */
void event_session(struct trail *trail, bool open, bool accepted, const struct login *login);

/*
 * A step that the visible ledger answered by itself: nobody was looked up, so nobody is named, and
 * nothing was sent or compared.
 */
void event_shown(
	struct trail *trail, const struct login *login, enum decision decision, enum rule rule);

/* A PAM service that no section of the config speaks of: its logins are refused. */
void event_service(struct trail *trail, const uint8_t id[static WIRE_ID_SIZE], const char *service);

/*
 * What an operator did to an identity: EVENT_IDENTITY_SUSPENDED and the like. `user` "" where the
 * name is no identity's, and then its tag stands for it; `tag` NULL: to all.
 */
void event_operator(struct trail *trail, enum event event, const char *user, const uint8_t *tag);

/* The daemon itself, its config and its stores: events whose one field is "detail". */
void event_daemon(struct trail *trail, enum event event, const char *detail);

#endif

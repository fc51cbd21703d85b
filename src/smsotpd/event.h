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
#include "mode.h"
#include "text.h"

struct trail;

CHECKED enum result trail_new(
	struct audit *audit, const struct clock *clock, struct trail **ret_trail);
void trail_free(struct trail **trail);

/* A begin, resend or verify that the committer has finished. */
void event_login(struct trail *trail, const struct job *job);

/* A begin of a service that is only observed: what it would have come to. */
void event_observed(struct trail *trail, const struct job *job);

/* A login that is to be warned goes on without a code; `line` is what it was shown last. */
void event_waived(struct trail *trail, const struct login *login, enum line line);

/* EVENT_MODE_CHANGED and the like: what the operator chose for a section. */
void event_mode(struct trail *trail, enum event event, const char *service, enum choice from,
	enum choice to, uint32_t confirm);

/* What became of a text. `user` is an identity's name; NULL: nobody's, made alike and not written.
 */
void event_text(struct trail *trail, const char *user, const struct report *report);

/* A session opened or closed; `accepted` false where its login is not known, `waived` where it went
 * on without a code. */
void event_session(
	struct trail *trail, bool open, bool accepted, bool waived, const struct login *login);

/*
 * A step that the visible ledger answered by itself: nobody was looked up, so nobody is named, and
 * nothing was sent or compared.
 */
void event_shown(
	struct trail *trail, const struct login *login, enum decision decision, enum rule rule);

/* A PAM service that no section of the config speaks of: its logins are refused. */
void event_service(struct trail *trail, const uint8_t id[static WIRE_ID_SIZE], const char *service);

/* An operator cleared the locks of a name. `user` "" where it is no identity's, and then its tag
 * stands for it; `tag` NULL: of all. */
void event_lock_cleared(struct trail *trail, const char *user, const uint8_t *tag);

/* What changed with an identity: an entry of a reply's "events", see ctl_event. */
void event_change(struct trail *trail, const json_t *said);

/* The daemon itself, its config and its stores: events whose one field is "detail". */
void event_daemon(struct trail *trail, enum event event, const char *detail);

#endif

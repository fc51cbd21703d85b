/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How many texts and wrong codes are too many: per user, per source over its users, and for the
 * host. Part of each can be spent only for a user at a known source, so strangers use up the
 * strangers' share and no more; who is over waits, and nobody sees it. Pure.
 */
#ifndef SMSOTP_BUDGET_H
#define SMSOTP_BUDGET_H

#include "window.h"

struct config;

#define PREFIX_DIGITS 4 /* of a phone: country, and where it has room the network */

enum limit { LIMIT_USER = 0, LIMIT_USER_DAY, LIMIT_SOURCE, LIMIT_HOST, LIMIT_COUNT };

/* One book: texts and failures of a user, a source or the host. */
struct tally {
	struct window texts;
	struct window failures;
};

/* Of one user: failures from strange sources since a success, and in a row from known ones. */
struct ceiling {
	uint32_t strange;
	uint32_t known;
};

struct books {
	struct tally *tally[LIMIT_COUNT];
	struct ceiling *ceiling;
};

struct quotas {
	struct quota texts[LIMIT_COUNT];
	struct quota failures[LIMIT_COUNT];
	struct ceiling ceiling;
};

/* `shared`: the source is one of shared_sources. */
void budget_quotas(
	const struct config *config, size_t identities, bool shared, struct quotas *ret_quotas);

/* Of these the texts of one user alone, which the visible ledger shows as well. */
void budget_user_texts(const struct config *config, struct quota *ret_short, struct quota *ret_day);

/*
 * A text is due: charges every book and returns true, or charges none. `strange`: this user is not
 * known at this source. *ret_near is set to the name of a limit that has just come to 80 %.
 */
bool budget_text(const struct books *books, const struct quotas *quotas, const struct moment *now,
	bool strange, const char **ret_near);

/* The limit that forbids this text, or this answer, by its key in [limits]; NULL for none. */
const char *budget_text_over(const struct books *books, const struct quotas *quotas,
	const struct moment *now, bool strange);
const char *budget_guess_over(const struct books *books, const struct quotas *quotas,
	const struct moment *now, bool strange);

/* The keys of all of them. */
const char *budget_text_key(enum limit limit);
const char *budget_failure_key(enum limit limit);

/* A source counts only users who are strangers there; the other books count everybody. */
bool budget_counts(enum limit limit, bool strange);

/* An answer was wrong; `live`: there was a code that it could have been. */
void budget_failure(const struct books *books, const struct quotas *quotas,
	const struct moment *now, bool strange, bool live, const char **ret_near);

/*
 * Texts to phones with one prefix, and right codes, which stand in `failures` of that tally. Few
 * answers to many texts: somebody may be paid for them.
 */
bool budget_prefix_low(
	const struct tally *prefix, const struct config *config, const struct moment *now);

/* Counts a text that leaves; true where the prefix has just become low. */
bool budget_prefix_text(
	struct tally *prefix, const struct config *config, const struct moment *now);
void budget_prefix_answer(struct tally *prefix, const struct moment *now);

/* A right one: the ceilings begin again. */
void budget_success(const struct books *books);

#endif

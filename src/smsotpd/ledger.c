/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger.h"

#include <stdlib.h>
#include <string.h>

#include "budget.h"
#include "config.h"
#include "ledger_tables.h"
#include "when.h"

#define SECOND INT64_C(1000)

enum result ledger_new(struct ledger **ret_ledger)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));

	if (ledger == NULL)
		return RESULT_MEMORY;
	*ret_ledger = ledger;
	return RESULT_OK;
}

void ledger_free(struct ledger **ledger)
{
	free(*ledger);
	*ledger = NULL;
}

/* What is left of the newest text's code; by both clocks, as the store judges it: nothing where the
 * boot's has yet to reach its beginning. */
static int64_t life_left(
	const struct dialogue *dialogue, const struct config *config, const struct moment *now)
{
	int64_t life = config->code.expiry * SECOND;
	int64_t boot = dialogue->last_text.boottime + life - now->boottime;
	int64_t wall = dialogue->last_text.realtime + life - now->realtime;

	if (boot > life)
		return 0;
	return boot < wall ? boot : wall;
}

static uint32_t resend_in(
	const struct dialogue *dialogue, const struct config *config, const struct moment *now)
{
	uint32_t wait = dialogue->texts == 1 ? config->resend.first : config->resend.next;

	return (uint32_t)when_seconds(dialogue->last_text.boottime + wait * SECOND - now->boottime);
}

static void view_ask(const struct dialogue *dialogue, const struct config *config,
	const struct moment *now, enum line line, struct view *ret_view)
{
	*ret_view = (struct view){
		.verdict = VERDICT_ASK,
		.line = line,
		.resend = resend_in(dialogue, config, now),
		.begun = dialogue->last_text,
	};
}

static void view_locked(int64_t left, struct view *ret_view)
{
	*ret_view = (struct view){.verdict = VERDICT_SPENT,
		.line = LINE_LOCKED,
		.seconds = (uint32_t)when_seconds(left)};
}

/* A text as far as this row may know: a code on its way is joined, else one is counted. Where none
 * is left, the limit's key, else NULL. */
static const char *row_text(struct row *row, const struct config *config,
	const struct visitor *visitor, const struct moment *now, bool join, int64_t *ret_left)
{
	struct quota quick, day;
	bool live = memcmp(row->live, visitor->subject, HASH_SIZE) == 0 &&
		    now->boottime < row->live_until;

	if (join && live)
		return NULL;
	budget_user_texts(config, &quick, &day);
	bool day_full = !window_room(&row->texts_day, &day, now, !row->known);
	if (day_full || !window_room(&row->texts, &quick, now, !row->known)) {
		*ret_left = day_full ? window_left(&row->texts_day, &day, now)
				     : window_left(&row->texts, &quick, now);
		return budget_text_key(day_full ? LIMIT_USER_DAY : LIMIT_USER);
	}
	window_count(&row->texts, &quick, now, !row->known);
	window_count(&row->texts_day, &day, now, !row->known);
	memcpy(row->live, visitor->subject, HASH_SIZE);
	row->live_until = now->boottime + config->code.expiry * SECOND;
	return NULL;
}

/* A dialogue that begins, or does so again, where its row is not locked. */
static void view_begin(const struct dialogue *dialogue, struct row *row,
	const struct config *config, const struct visitor *visitor, const struct moment *now,
	bool again, struct view *ret_view)
{
	int64_t left = 0;
	const char *over = again ? NULL : row_text(row, config, visitor, now, true, &left);

	view_ask(dialogue, config, now, over == NULL ? LINE_SENT : LINE_NO_TEXTS, ret_view);
	ret_view->seconds = (uint32_t)when_seconds(left);
	ret_view->over = over;
	ret_view->asks = !again && over == NULL;
}

static int64_t row_lock(struct ledger *ledger, const struct visitor *visitor, int64_t now)
{
	const struct row *row = row_find(ledger, visitor);

	return row == NULL ? 0 : lockout_left(&row->lockout, now);
}

void ledger_begin(struct ledger *ledger, const struct config *config, const struct visitor *visitor,
	const struct moment *now, struct view *ret_view)
{
	int64_t left = row_lock(ledger, visitor, now->boottime);

	if (left > 0) {
		view_locked(left, ret_view);
		return;
	}
	struct dialogue *dialogue = dialogue_find(ledger, visitor);
	bool again = dialogue != NULL;
	if (!again)
		dialogue = dialogue_add(ledger, visitor, now);
	view_begin(
		dialogue, row_get(ledger, config, visitor), config, visitor, now, again, ret_view);
	if (ret_view->asks)
		dialogue->text = TEXT_HELD;
}

/* A begin over copies of what it would find. */
void ledger_peek(const struct ledger *ledger, const struct config *config,
	const struct visitor *visitor, const struct moment *now, struct sight *ret_sight)
{
	const struct dialogue dialogue = {.last_text = *now, .texts = 1};
	struct row row;

	row_peek(ledger, visitor, &row);
	*ret_sight = (struct sight){
		.known = row.known,
		.locked = lockout_left(&row.lockout, now->boottime),
		.failures_left =
			lockout_failures_left(&row.lockout, &config->lockout, now->boottime),
		.texts = row.texts,
		.texts_day = row.texts_day,
	};
	if (ret_sight->locked > 0)
		view_locked(ret_sight->locked, &ret_sight->view);
	else
		view_begin(&dialogue, &row, config, visitor, now, false, &ret_sight->view);
}

void ledger_restore(
	struct ledger *ledger, const struct visitor *visitor, const struct moment *begun)
{
	if (dialogue_find(ledger, visitor) == NULL)
		(void)dialogue_add(ledger, visitor, begun);
}

void ledger_resend(struct ledger *ledger, const struct config *config,
	const struct visitor *visitor, const struct moment *now, struct view *ret_view)
{
	int64_t left = row_lock(ledger, visitor, now->boottime);
	struct dialogue *dialogue = dialogue_find(ledger, visitor);

	if (left > 0 || dialogue == NULL) {
		view_locked(left, ret_view);
		return;
	}
	bool expired = life_left(dialogue, config, now) <= 0;
	bool due = expired || resend_in(dialogue, config, now) == 0;
	bool spent = !expired && dialogue->texts >= config->resend.texts;
	if (!due) {
		view_ask(dialogue, config, now, LINE_SENT, ret_view);
		return;
	}
	left = spent ? life_left(dialogue, config, now) : 0;
	struct row *row = row_get(ledger, config, visitor);
	const char *over = spent ? NULL : row_text(row, config, visitor, now, false, &left);
	if (spent || over != NULL) {
		view_ask(dialogue, config, now, LINE_NO_TEXTS, ret_view);
		ret_view->seconds = (uint32_t)when_seconds(left);
		ret_view->over = over;
		return;
	}
	/* Where the old code is over, as if the dialogue began now. */
	dialogue->texts = expired ? 1 : dialogue->texts + 1;
	dialogue->tries = expired ? 0 : dialogue->tries;
	dialogue->last_text = *now;
	dialogue->text = TEXT_HELD;
	view_ask(dialogue, config, now, LINE_SENT, ret_view);
	ret_view->asks = true;
}

void ledger_guess(struct ledger *ledger, const struct config *config, const struct visitor *visitor,
	const struct moment *now, struct view *ret_view)
{
	int64_t left = row_lock(ledger, visitor, now->boottime);
	struct dialogue *dialogue = dialogue_find(ledger, visitor);

	if (left > 0 || dialogue == NULL) {
		view_locked(left, ret_view);
		return;
	}
	if (life_left(dialogue, config, now) <= 0) {
		view_ask(dialogue, config, now, LINE_EXPIRED, ret_view);
		ret_view->resend =
			0; /* a new code may be had at once, whichever clock ended this one */
		return;
	}
	struct row *row = row_get(ledger, config, visitor);
	lockout_charge(&row->lockout, &config->lockout, now->boottime);
	dialogue->tries++;
	uint32_t tries =
		dialogue->tries < config->code.tries ? config->code.tries - dialogue->tries : 0;
	uint32_t failures = lockout_failures_left(&row->lockout, &config->lockout, now->boottime);
	if (tries == 0 || failures == 0) {
		left = lockout_left(&row->lockout, now->boottime);
		view_locked(left > 0 ? left : config->resend.next * SECOND, ret_view);
		row->live_until = 0;
	} else {
		view_ask(dialogue, config, now, LINE_WRONG, ret_view);
		ret_view->tries = tries < failures ? tries : failures;
	}
	ret_view->asks = true;
	ret_view->early = dialogue->text == TEXT_HELD;
	if (ret_view->early) {
		dialogue->text = TEXT_WITHDRAWN;
		row->live_until = 0;
	}
}

bool ledger_text_leaves(struct ledger *ledger, const struct visitor *visitor)
{
	struct dialogue *dialogue = dialogue_find(ledger, visitor);

	if (dialogue == NULL)
		return true;
	if (dialogue->text == TEXT_WITHDRAWN)
		return false;
	dialogue->text = TEXT_GONE;
	return true;
}

void ledger_success(struct ledger *ledger, const struct visitor *visitor)
{
	struct dialogue *dialogue = dialogue_find(ledger, visitor);
	struct row *row = row_find(ledger, visitor);

	/* By its dialogue alone a withdrawn text is known for one, when its hold is over. */
	if (dialogue != NULL && dialogue->text != TEXT_WITHDRAWN)
		*dialogue = (struct dialogue){0};
	if (row == NULL)
		return;
	row->lockout = (struct lockout){0};
	row->live_until = 0;
	row->known = true;
}

void ledger_known(struct ledger *ledger, const struct visitor *visitor)
{
	struct row *row = row_find(ledger, visitor);

	if (row != NULL)
		row->known = true;
}

/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow_play.h"

#define EXPIRY_MS INT64_C(900000)

enum result sender_put(
	struct sender *sender, const struct parcel *parcel, int64_t due, int64_t dead)
{
	(void)sender;
	must(dead > due);
	for (size_t i = 0; i < play.texts && !parcel->dummy; i++) {
		if (memcmp(play.text[i].id, parcel->text.id, WIRE_ID_SIZE) == 0 &&
			strcmp(play.text[i].code.digits, parcel->text.code.digits) == 0)
			play.text[i].left |= flow_leaves(&play.flow, parcel);
	}
	if (parcel->dummy)
		(void)flow_leaves(&play.flow, parcel);
	return RESULT_OK;
}

/* Whoever opened a session by another factor is an account, whatever it is called; and so is whom
 * su's caller has become. */
static bool names_account(void)
{
	bool session = play.type == FRAME_SESSION_OPEN || play.type == FRAME_SESSION_CLOSE;

	return session && (lenient(play.asking) || asks_caller(play.asking));
}

static void check_event(json_t *fields)
{
	char *text = json_dumps(fields, JSON_COMPACT | JSON_ENSURE_ASCII);
	const char *key;
	json_t *value;

	must(text != NULL);
	must(strstr(text, "99999000") == NULL || names_account());
	json_object_foreach(fields, key, value)
	{
		const char *said = json_string_value(value);
		for (size_t i = 0; said != NULL && i < play.texts; i++)
			must(strcmp(said, play.text[i].code.digits) != 0);
	}
	free(text);
	json_decref(fields);
}

void audit_write(struct audit *audit, const struct moment *now, int priority, const char *event,
	json_t *fields)
{
	(void)audit;
	(void)now;
	(void)priority;
	must(event != NULL);
	check_event(fields);
}

void audit_drop(const struct audit *audit, const struct moment *now, int priority,
	const char *event, json_t *fields)
{
	(void)audit;
	(void)now;
	(void)priority;
	must(event != NULL);
	check_event(fields);
}

static bool same_challenge(const struct handed *text, const struct login_slot *login)
{
	return !text->dead && text->service == login->service &&
	       strcmp(text->place, place_of(login)) == 0 && strcmp(text->user, user_of(login)) == 0;
}

/* Texts of the challenge since this one, but for those that were taken back. */
static unsigned int newer(size_t than, const struct login_slot *login)
{
	unsigned int count = 0;

	for (size_t i = than + 1; i < play.texts; i++)
		count += !play.text[i].withdrawn && same_challenge(&play.text[i], login) ? 1 : 0;
	return count;
}

/* A text that can let this login in now, whose code is what was typed. */
static bool founded(const struct login_slot *login, const struct job *job)
{
	bool found = false;

	for (size_t i = 0; i < play.texts; i++) {
		struct handed *text = &play.text[i];
		if (!text->left || strcmp(text->code.digits, job->code.digits) != 0)
			continue;
		found = found || play.spoilt ||
			(same_challenge(text, login) && newer(i, login) < 2 &&
				job->now.boottime - text->made.boottime <= EXPIRY_MS &&
				job->now.realtime - text->made.realtime <= EXPIRY_MS);
	}
	/* A success voids them all. */
	for (size_t i = 0; i < play.texts; i++)
		play.text[i].dead = play.text[i].dead || same_challenge(&play.text[i], login);
	return found;
}

static bool recovered(const struct login_slot *login, const struct job *job)
{
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		if (strcmp(world->codes[i].symbols, job->recovery.symbols) != 0)
			continue;
		bool first = !play.recovery_used[i];
		play.recovery_used[i] = true;
		return play.spoilt || (first && strcmp(user_of(login), "demo") == 0);
	}
	return false;
}

void flow_check_answer(void *context, uint64_t connection, const struct answer *answer)
{
	const struct login_slot *login = play.asking;
	struct seen_answer *told = &play.told[play.told_count];

	(void)context;
	must(connection >= 1 && connection <= LOGINS && login != NULL);
	play.answers++;
	if (play.told_count < COUNT(play.told) - 1)
		play.told_count++;
	*told = (struct seen_answer){.dropped = answer == NULL};
	if (answer == NULL)
		return;
	*told = (struct seen_answer){answer->verdict, answer->line, answer->tries, answer->seconds,
		answer->resend, false};
	must(memcmp(answer->id, login->id, WIRE_ID_SIZE) == 0);
	memcpy(((struct login_slot *)login)->token, answer->token, TOKEN_SIZE);
	if (answer->verdict == VERDICT_WAIVED || answer->verdict == VERDICT_ASK_WAIVED)
		must(lenient(login) && strcmp(answer->user, WAIVER) == 0);
	if (answer->verdict == VERDICT_DISABLED)
		must(strcmp(services[login->service], "off") == 0);
	if (answer->verdict != VERDICT_GRANTED)
		return;
	const struct job *job = play.finishing;
	play.granted = true;
	must(job != NULL && job->kind == JOB_VERIFY && job->result == RESULT_OK);
	must(job->effect == EFFECT_RECOVERED ? recovered(login, job) : founded(login, job));
}

void flow_check_text(const struct login_slot *login, const struct job *job)
{
	if (play.texts == TEXTS)
		return;
	struct handed *text = &play.text[play.texts];
	*text = (struct handed){.code = job->text,
		.user = user_of(login),
		.service = login->service,
		.place = place_of(login),
		.made = job->now,
		/* A disk that stood still: what takes back may meet the text after it. */
		.left = world->now.boottime != job->now.boottime};
	memcpy(text->id, login->id, WIRE_ID_SIZE);
	must(play.spoilt || text->user[0] != '\0');
	play.texts++;
}

void flow_check_withdrawn(const struct login_slot *login)
{
	for (size_t i = play.texts; i > 0; i--) {
		struct handed *text = &play.text[i - 1];
		if (text->withdrawn || !same_challenge(text, login))
			continue;
		text->withdrawn = memcmp(text->id, login->id, WIRE_ID_SIZE) == 0;
		return;
	}
}

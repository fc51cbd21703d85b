/* SPDX-License-Identifier: BSD-3-Clause */
#include "judge.h"

#include <stdio.h>
#include <string.h>

#include "code.h"
#include "config.h"
#include "identity_quarantine.h"
#include "identity_recovery.h"
#include "judge_standing.h"
#include "seen.h"

static enum result look_up(const struct judge *judge, MDB_txn *txn, const struct schema *schema,
	const struct job *job, struct identity *ret_identity)
{
	const struct login *login = &job->login;
	const char *name = login->name;

	if (login->by_uid)
		return identities_find_uid(
			judge->identities, txn, schema, login->uid, ret_identity);
	enum result result =
		identities_find_name(judge->identities, txn, schema, name, ret_identity);
	bool phone = login->service->identify == IDENTIFY_PHONE && result == RESULT_NOT_FOUND;
	if (!phone)
		return result;
	return identities_find_phone(
		judge->identities, txn, schema, name, job->config->identity.country, ret_identity);
}

/*
 * Where the uid of the account is known, from who calls or from the host's own accounts, it must be
 * the identity's. One that was found by its uid has it.
 */
static bool uid_differs(
	const struct judge *judge, const struct identity *identity, const struct login *login)
{
	const char *name = identity->name[0] != '\0' ? identity->name : login->name;
	uint32_t uid = UID_NONE;

	bool local = accounts_uid(judge->accounts, name, &uid);
	if (login->by_uid || identity->uid == UID_NONE)
		return false;
	return (local && identity->uid != uid) || (login->own_uid && identity->uid != login->uid);
}

static enum result who(const struct judge *judge, MDB_txn *txn, struct job *job)
{
	__attribute__((cleanup(identity_wipe))) struct identity identity = {.uid = UID_NONE};
	struct schema schema;
	int64_t waits = 0;
	enum result result = identities_schema(judge->identities, txn, &schema);

	job->phone = (struct phone){""};
	if (result != RESULT_OK)
		return result;
	result = look_up(judge, txn, &schema, job, &identity);
	if (result != RESULT_OK && result != RESULT_NOT_FOUND)
		return result;
	bool exists = result == RESULT_OK;
	result = identities_quarantine_left(judge->identities, txn,
		exists ? identity.name : job->login.name, job->config->identity.quarantine,
		judge->clock, &job->now, &waits);
	if (result != RESULT_OK)
		return result;
	const struct circumstance circumstance = {.service = job->login.service,
		.first_factor = job->login.first_factor,
		.uid_differs = uid_differs(judge, &identity, &job->login),
		.waits = waits > 0};
	enum standing standing = judge_standing(&schema, &identity, &circumstance, &job->phone);
	job->standing = exists || standing == STANDING_NO_TRAIT ? standing : STANDING_UNKNOWN;
	memcpy(job->user, identity.name, sizeof(job->user));
	return RESULT_OK;
}

/* Who may get texts, but for his phone: what he does is counted in his own record. */
static bool has_record(const struct job *job)
{
	return standing_recovers(job->standing) && job->user[0] != '\0';
}

/* Looked for under every name, so that a miss costs what a hit costs. */
static enum result find_room(const struct judge *judge, MDB_txn *txn, struct job *job)
{
	const char *name = job->user[0] != '\0' ? job->user : job->login.name;
	uint8_t id[HASH_SIZE];
	bool admits = false;

	state_id(judge->state, name, true, id);
	enum result result = state_admits(judge->state, txn, id, &admits);
	if (result == RESULT_OK && !admits && has_record(job))
		job->standing = STANDING_NO_ROOM;
	return result;
}

/*
 * Nobody's record is shared by many names: there the name tells challenges apart as well. So it
 * does for a user who gets no text, whose challenges must not be joined once he gets them again.
 * And so does the phone, whose bytes behind its end are zero: what left for another one is neither
 * joined nor right, whoever was to forget it.
 */
static void attempt_fill(
	const struct judge *judge, const struct job *job, bool good, struct attempt *ret_attempt)
{
	const uint8_t *binding = good ? job->login.binding : job->login.visitor.subject;
	const struct part parts[] = {
		{"phone", 5}, {binding, HASH_SIZE}, {&job->phone, sizeof(job->phone)}};

	*ret_attempt = (struct attempt){.config = job->config,
		.now = job->now,
		.begun = job->begun,
		.unnamed = job->login.source.kind == SOURCE_UNNAMED,
		.early = job->view.early};
	key_hash(judge->keys->code, parts, 3, ret_attempt->binding);
	memcpy(ret_attempt->source, job->login.visitor.source, HASH_SIZE);
	memcpy(ret_attempt->label, job->login.source.label, LABEL_SIZE);
	memcpy(ret_attempt->asker, job->login.visitor.id, ASKER_SIZE);
}

/* A hash belongs to one user's challenge: the record's id and the binding go into it. */
static void hash_of(const struct judge *judge, const uint8_t id[static HASH_SIZE],
	const struct attempt *attempt, const struct code *code, uint8_t ret[static HASH_SIZE])
{
	const struct part parts[] = {
		{"challenge", 9}, {id, HASH_SIZE}, {attempt->binding, HASH_SIZE}};
	uint8_t challenge[HASH_SIZE];

	key_hash(judge->keys->code, parts, 3, challenge);
	code_hash(judge->keys, challenge, code, ret);
}

/* The tallies that are not in a user's record. */
enum shared { SHARED_SOURCE = 0, SHARED_HOST, SHARED_PREFIX, SHARED_COUNT };

/* All that one job reads and writes in the state store. */
struct desk {
	uint8_t id[HASH_SIZE];
	struct tally_key key[SHARED_COUNT];
	struct tally shared[SHARED_COUNT];
	struct record record;
	struct tally
		spare[LIMIT_COUNT]; /* empty books for who is nobody: many names share his record */
	struct ceiling spare_ceiling;
	struct books books;
	struct quotas quotas;
	struct recovery_work recovery; /* in the identity store, for a long reply */
	bool own;                      /* the record is the user's, not nobody's */
	bool good;                     /* own, and the user gets texts: they count for all */
};

static enum result desk_open(const struct judge *judge, MDB_txn *txn, size_t identities,
	const struct job *job, struct desk *desk)
{
	const struct phone none = {""};
	struct state *state = judge->state;

	/* Junk is the application's word: it takes back a text that has not left, and charges
	 * nobody. */
	desk->own = has_record(job) && (!job->junk || job->view.early);
	desk->good = desk->own && job->standing == STANDING_GOOD;
	state_id(state, desk->own ? job->user : job->login.name, desk->own, desk->id);
	tally_key_source(job->login.visitor.source, &desk->key[SHARED_SOURCE]);
	tally_key_host(&desk->key[SHARED_HOST]);
	tally_key_prefix(desk->good ? &job->phone : &none, &desk->key[SHARED_PREFIX]);
	enum result result = state_load(state, txn, desk->id, &desk->record);
	for (size_t i = 0; i < SHARED_COUNT && result == RESULT_OK; i++)
		result = state_tally_load(
			state, txn, &desk->key[i], judge->clock, &job->now, &desk->shared[i]);
	record_rebase(&desk->record, judge->clock->boot, &job->now);
	struct tally *user = desk->own ? desk->record.tally : desk->spare;
	desk->books = (struct books){
		.tally = {&user[LIMIT_USER], &user[LIMIT_USER_DAY], &desk->shared[SHARED_SOURCE],
			desk->good ? &desk->shared[SHARED_HOST] : &desk->spare[LIMIT_HOST]},
		.ceiling = desk->own ? &desk->record.ceiling : &desk->spare_ceiling,
	};
	budget_quotas(job->config, identities, job->login.source.shared, &desk->quotas);
	return result;
}

static void note(const struct desk *desk, const struct attempt *attempt, struct findings *findings)
{
	findings->own = desk->good;
	memcpy(findings->binding, attempt->binding, HASH_SIZE);
	findings->record = desk->record;
	findings->quotas = desk->quotas;
	for (size_t i = 0; i < LIMIT_COUNT; i++)
		findings->tally[i] = *desk->books.tally[i];
}

/*
 * A right code charges neither source nor host: their tallies stay unwritten. In all else the work
 * is the same, whatever was changed.
 */
static enum result desk_close(
	const struct judge *judge, MDB_txn *txn, const struct job *job, const struct desk *desk)
{
	enum result result = state_save(judge->state, txn, desk->id, &desk->record);

	for (size_t i = job_grants(job) ? SHARED_PREFIX : 0;
		i < SHARED_COUNT && result == RESULT_OK; i++)
		result = state_tally_save(
			judge->state, txn, &desk->key[i], judge->clock, &desk->shared[i]);
	return result;
}

/* A begin or resend: the code is drawn, whoever asks; a text that is over a limit is taken back. */
static enum effect ask_text(const struct judge *judge, const struct attempt *attempt,
	struct desk *desk, struct job *job)
{
	const struct record before = desk->record;
	uint8_t hash[HASH_SIZE];

	do {
		code_draw(job->config->code.digits, &job->text);
		hash_of(judge, desk->id, attempt, &job->text, hash);
	} while (challenge_has(&desk->record, attempt, hash));
	enum effect effect = job->kind == JOB_RESEND
				     ? challenge_resend(&desk->record, attempt, hash)
				     : challenge_begin(&desk->record, attempt, hash);
	if (effect != EFFECT_TEXT)
		return effect;
	bool stopped = desk->good && job->config->limits.prefix_stop && !job->known &&
		       budget_prefix_low(&desk->shared[SHARED_PREFIX], job->config, &job->now);
	if (stopped ||
		!budget_text(&desk->books, &desk->quotas, &job->now, !job->known, &job->near)) {
		job->over = stopped ? "prefix_stop"
				    : budget_text_over(
					      &desk->books, &desk->quotas, &job->now, !job->known);
		desk->record = before;
		return EFFECT_OVER;
	}
	job->prefix_low =
		budget_prefix_text(&desk->shared[SHARED_PREFIX], job->config, &job->now) &&
		desk->good;
	return EFFECT_TEXT;
}

static enum effect guess(const struct judge *judge, const struct attempt *attempt,
	struct desk *desk, struct job *job)
{
	uint8_t hash[HASH_SIZE];

	challenge_withdraw(&desk->record, attempt);
	if (job->junk && desk->own)
		return EFFECT_WRONG;
	hash_of(judge, desk->id, attempt, &job->code, hash);
	job->over = budget_guess_over(&desk->books, &desk->quotas, &job->now, !job->known);
	if (job->over != NULL)
		return EFFECT_OVER;
	/* A text that no phone got has no right code. */
	enum effect effect = challenge_verify(
		&desk->record, attempt, hash, job->comparable && (desk->good || !desk->own));
	if (effect == EFFECT_RECOVERED) {
		budget_success(&desk->books);
	} else if (effect == EFFECT_RIGHT && desk->own) {
		budget_success(&desk->books);
		budget_prefix_answer(&desk->shared[SHARED_PREFIX], &job->now);
	} else {
		budget_failure(&desk->books, &desk->quotas, &job->now, !job->known,
			effect == EFFECT_WRONG, &job->near);
	}
	/* Nobody's record holds the challenge of a name that is nobody's, and no user's. */
	return job->junk ? EFFECT_WRONG : effect;
}

/* The desk as if a text had been asked for, and put away as it was. */
static void observe(const struct judge *judge, const struct attempt *attempt, struct desk *desk,
	struct job *job)
{
	job->effect = ask_text(judge, attempt, desk, job);
	job->near = NULL;
	job->prefix_low = false;
	code_wipe(&job->text);
	job->unsendable = desk->good ? judge_unsendable(job->config, &job->phone) : NULL;
}

/* An account that has no identity is written down for the report. */
static enum result note_seen(const struct judge *judge, MDB_txn *txn, const struct job *job)
{
	const struct login *login = &job->login;
	struct seen seen = {.realtime = job->now.realtime};

	if (job->user[0] != '\0' || strlen(login->name) >= sizeof(seen.name))
		return RESULT_OK;
	snprintf(seen.service, sizeof(seen.service), "%s", login->service->name);
	if (login->by_uid)
		snprintf(seen.name, sizeof(seen.name), "uid %u", login->uid);
	else
		memcpy(seen.name, login->name, strlen(login->name));
	return seen_save(judge->state, txn, judge->keys, &seen);
}

/* Reads what a long reply may be: one record, whoever it is for. */
static enum result recovery_open(const struct judge *judge, MDB_txn *txn, const struct job *job,
	struct desk *desk, struct attempt *attempt)
{
	const char *name = desk->own ? job->user : job->login.name;
	enum result result = identities_recovery_find(
		judge->identities, txn, name, desk->own, &job->recovery, &desk->recovery);

	if (result == RESULT_OK)
		attempt->recovered = desk->own && job->recoverable && !job->junk &&
				     desk->recovery.match < RECOVERY_CODES;
	return result;
}

/* Writes it back, whether a code was used or not. */
static enum result recovery_close(
	const struct judge *judge, MDB_txn *txn, struct job *job, struct desk *desk)
{
	struct recovery *recovery = &desk->recovery.recovery;

	if (job->effect == EFFECT_RECOVERED)
		recovery_use(recovery, desk->recovery.match, job->now.realtime);
	job->recovery_left = recovery_left(recovery);
	return identities_recovery_keep(judge->identities, txn, &desk->recovery);
}

void judge_run(
	const struct judge *judge, MDB_txn *identity_txn, MDB_txn *state_txn, struct job *job)
{
	struct desk desk = {.own = false};
	struct attempt attempt;
	size_t identities = 0;

	job->near = job->over = NULL;
	job->prefix_low = false;
	job->result = who(judge, identity_txn, job);
	if (job->kind == JOB_SEEN) {
		if (job->result == RESULT_OK)
			job->result = note_seen(judge, state_txn, job);
		return;
	}
	if (job->result == RESULT_OK)
		job->result = find_room(judge, state_txn, job);
	if (job->result == RESULT_OK)
		job->result = identities_count(judge->identities, identity_txn, &identities);
	if (job->result == RESULT_OK)
		job->result = desk_open(judge, state_txn, identities, job, &desk);
	if (job->result != RESULT_OK)
		return;
	attempt_fill(judge, job, desk.good, &attempt);
	if (job->findings != NULL)
		note(&desk, &attempt, job->findings);
	if (job->long_reply)
		job->result = recovery_open(judge, identity_txn, job, &desk, &attempt);
	if (job->result != RESULT_OK)
		return;
	job->known = challenge_known(&desk.record, &attempt);
	if (job->kind == JOB_OBSERVE) {
		observe(judge, &attempt, &desk, job);
		return;
	}
	job->effect = job->kind == JOB_VERIFY ? guess(judge, &attempt, &desk, job)
					      : ask_text(judge, &attempt, &desk, job);
	if (job->long_reply)
		job->result = recovery_close(judge, identity_txn, job, &desk);
	if (job->result == RESULT_OK)
		job->result = desk_close(judge, state_txn, job, &desk);
}

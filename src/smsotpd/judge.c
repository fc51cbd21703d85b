/* SPDX-License-Identifier: BSD-3-Clause */
#include "judge.h"

#include <string.h>

#include "code.h"
#include "config.h"

static enum result look_up(const struct judge *judge, MDB_txn *txn, const struct job *job,
	struct identity *ret_identity)
{
	const struct login *login = &job->login;
	const char *name = login->name;

	if (login->by_uid)
		return identities_find_uid(judge->identities, txn, login->uid, ret_identity);
	enum result result = identities_find(judge->identities, txn, name, ret_identity);
	bool phone = login->service->identify == IDENTIFY_PHONE && result == RESULT_NOT_FOUND;
	if (!phone)
		return result;
	return identities_find_phone(
		judge->identities, txn, name, job->config->identity.country, ret_identity);
}

static bool is_root(const struct identity *identity)
{
	return identity->uid == 0 || strcmp(identity->name, "root") == 0;
}

/* The first rule that stands in the way; all of them look alike to the user. */
static enum standing standing_of(const struct schema *schema, const struct identity *identity,
	const struct job *job, struct phone *ret_phone)
{
	const struct config_service *service = job->login.service;
	enum result phone = identity_phone(schema, identity, ret_phone);

	if (identity->suspended)
		return STANDING_SUSPENDED;
	if (!service->root && is_root(identity))
		return STANDING_ROOT;
	if (!job->login.first_factor)
		return STANDING_BEFORE;
	if (phone == RESULT_INVALID)
		return STANDING_NO_TRAIT;
	return phone == RESULT_OK ? STANDING_GOOD : STANDING_NO_PHONE;
}

static enum result who(const struct judge *judge, MDB_txn *txn, struct job *job)
{
	__attribute__((cleanup(identity_wipe))) struct identity identity = {.uid = UID_NONE};
	struct schema schema;
	enum result result = identities_schema(judge->identities, txn, &schema);

	if (result != RESULT_OK)
		return result;
	result = look_up(judge, txn, job, &identity);
	if (result != RESULT_OK && result != RESULT_NOT_FOUND && result != RESULT_INVALID)
		return result;
	enum standing standing = standing_of(&schema, &identity, job, &job->phone);
	bool exists = result == RESULT_OK;
	job->standing = exists || standing == STANDING_NO_TRAIT ? standing : STANDING_UNKNOWN;
	memcpy(job->user, identity.name, sizeof(job->user));
	return RESULT_OK;
}

/* Nobody's record is shared by many names: there the name tells challenges apart as well. */
static void attempt_fill(const struct job *job, bool own, struct attempt *ret_attempt)
{
	const uint8_t *binding = own ? job->login.binding : job->login.visitor.subject;

	*ret_attempt =
		(struct attempt){.config = job->config, .now = job->now, .early = job->view.early};
	memcpy(ret_attempt->binding, binding, HASH_SIZE);
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

static enum effect act(const struct judge *judge, const uint8_t id[static HASH_SIZE], bool own,
	struct record *record, struct job *job)
{
	struct attempt attempt;
	uint8_t hash[HASH_SIZE];

	attempt_fill(job, own, &attempt);
	job->known = challenge_known(record, &attempt);
	if (job->junk && own)
		return challenge_withdraw(record, &attempt);
	if (job->kind == JOB_VERIFY) {
		hash_of(judge, id, &attempt, &job->code, hash);
		return challenge_verify(record, &attempt, hash, job->comparable);
	}
	do {
		code_draw(job->config->code.digits, &job->text);
		hash_of(judge, id, &attempt, &job->text, hash);
	} while (challenge_has(record, &attempt, hash));
	return job->kind == JOB_BEGIN ? challenge_begin(record, &attempt, hash)
				      : challenge_resend(record, &attempt, hash);
}

void judge_run(
	const struct judge *judge, MDB_txn *identity_txn, MDB_txn *state_txn, struct job *job)
{
	uint8_t id[HASH_SIZE];
	struct record record;

	job->result = who(judge, identity_txn, job);
	if (job->result != RESULT_OK)
		return;
	/* Junk is the application's word: it takes back a text that has not left, and charges
	 * nobody. */
	bool own = job->standing == STANDING_GOOD && (!job->junk || job->view.early);
	state_id(judge->state, own ? job->user : job->login.name, own, id);
	job->result = state_load(judge->state, state_txn, id, &record);
	if (job->result != RESULT_OK)
		return;
	record_rebase(&record, judge->clock->boot, &job->now);
	job->effect = act(judge, id, own, &record, job);
	job->result = state_save(judge->state, state_txn, id, &record);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The end of power at every instant of some logins. Whatever the disk holds then opens, is the
 * state after the last commit that ended or after the one under way, and keeps what anybody was
 * told.
 */
#include "flow_fixture.h"
#include "image_fixture.h"

#define PEOPLE   5
#define SIDE     4 /* logins at a time */
#define LOGINS   20
#define COMMITS  (8 * LOGINS)
#define PROMISES (8 * LOGINS)
#define MIXTURES (getenv("SMSOTP_TEST_LONG") != NULL ? 200 : 2) /* mixtures at each instant */

enum promise_kind { PROMISE_TEXT, PROMISE_WRONG, PROMISE_GRANTED };

/* What somebody was told: a text left, an answer was wrong, or this code let him in. */
struct promise {
	enum promise_kind kind;
	int person;
	struct code code;
};

struct person {
	int person;
	bool guessing;
	struct code code; /* the newest */
	uint8_t token[TOKEN_SIZE];
};

struct digest {
	uint8_t hash[HASH_SIZE];
};

struct rig {
	struct bench *bench;
	struct person login[LOGINS];
	struct promise promise[PROMISES];
	int promises;
	struct image image;
	struct digest after[COMMITS];
	size_t opened;
};

static void name_of(int person, char ret[static 16])
{
	snprintf(ret, 16, "user%d", person);
}

static void promise(struct rig *rig, enum promise_kind kind, const struct person *login)
{
	assert_true(rig->promises < PROMISES);
	rig->promise[rig->promises] =
		(struct promise){.kind = kind, .person = login->person, .code = login->code};
	power_promise(rig->promises++);
}

static void told(void *context, uint64_t connection, const struct answer *answer)
{
	struct rig *rig = context;
	struct person *login = &rig->login[answer->id[0]];

	memcpy(login->token, answer->token, TOKEN_SIZE);
	if (login->guessing)
		promise(rig, answer->verdict == VERDICT_GRANTED ? PROMISE_GRANTED : PROMISE_WRONG,
			login);
	login->guessing = false;
	hook_answer(rig->bench, connection, answer);
}

static bool leaves(void *context, const struct parcel *parcel)
{
	struct rig *rig = context;
	struct person *login = &rig->login[parcel->text.id[0]];

	login->code = parcel->text.code;
	promise(rig, PROMISE_TEXT, login);
	return flow_leaves(&rig->bench->flow, parcel);
}

static void reported(void *context, const struct parcel *parcel, const struct report *report)
{
	struct rig *rig = context;

	flow_reported(&rig->bench->flow, parcel, report);
}

static void say(struct rig *rig, int number, const char *reply)
{
	struct person *login = &rig->login[number];
	char name[16];

	name_of(login->person, name);
	memcpy(rig->bench->answer.token, login->token, TOKEN_SIZE);
	login->guessing = reply != NULL && strlen(reply) > 1;
	ask(rig->bench, (uint8_t)number, name, reply);
}

static void settle_later(struct rig *rig, int64_t milliseconds)
{
	settle(rig->bench);
	at(rig->bench, rig->bench->now + milliseconds);
}

/* Some people side by side: begin, wrong, resend by every second, right. */
static void sign_in(struct rig *rig, int first)
{
	for (int i = 0; i < SIDE; i++) {
		rig->login[first + i].person = (first + i) % PEOPLE;
		say(rig, first + i, NULL);
	}
	settle_later(rig, SECONDS(31));
	for (int i = 0; i < SIDE; i++)
		say(rig, first + i, "000000");
	settle_later(rig, SECONDS(1));
	for (int i = 0; i < SIDE; i += 2)
		say(rig, first + i, "r");
	settle_later(rig, SECONDS(1));
	for (int i = 0; i < SIDE; i++)
		say(rig, first + i, rig->login[first + i].code.digits);
	settle_later(rig, SECONDS(1));
}

static void digest(struct rig *rig, struct state *state, struct digest *ret_digest)
{
	const struct clock *clock = &rig->bench->scene->clock;
	const struct moment now = moment_after(0);
	uint8_t bytes[PEOPLE][RECORD_SIZE], host[TALLY_SIZE], id[HASH_SIZE];
	const struct part parts[] = {{bytes, sizeof(bytes)}, {host, sizeof(host)}};
	struct tally_key key;
	struct record record;
	struct tally tally;
	MDB_txn *txn = NULL;
	char name[16];

	assert_int_equal(state_begin(state, false, &txn), RESULT_OK);
	for (int i = 0; i < PEOPLE; i++) {
		name_of(i, name);
		state_id(state, name, true, id);
		assert_int_equal(state_load(state, txn, id, &record), RESULT_OK);
		record_encode(&record, bytes[i]);
	}
	tally_key_host(&key);
	assert_int_equal(state_tally_load(state, txn, &key, clock, &now, &tally), RESULT_OK);
	tally_encode(&tally, host);
	store_abort(&txn);
	key_hash(rig->bench->scene->keys.name, parts, 2, ret_digest->hash);
}

static struct state *image_open(struct rig *rig)
{
	struct state *state = NULL;
	struct error error = {""};

	rig->opened++;
	enum result result = state_open(
		rig->image.directory, IMAGE_SIZE, &rig->bench->scene->keys, &state, &error);
	if (result != RESULT_OK)
		fail_msg("image %zu after commit %zu: %s", rig->opened, rig->image.landed,
			error.text);
	return state;
}

static bool still_grants(struct rig *rig, struct state *state, const struct promise *made)
{
	struct scene *scene = rig->bench->scene;
	struct judge judge = scene->judge;
	MDB_txn *identity_txn = NULL, *state_txn = NULL;
	char name[16];

	name_of(made->person, name);
	judge.state = state;
	struct job *job = scene_guess(scene, "sshd", name, &made->code);
	assert_int_equal(identities_begin(judge.identities, false, &identity_txn), RESULT_OK);
	assert_int_equal(state_begin(state, true, &state_txn), RESULT_OK);
	judge_run(&judge, identity_txn, state_txn, job);
	store_abort(&state_txn);
	store_abort(&identity_txn);
	assert_int_equal(job->result, RESULT_OK);
	bool grants = job_grants(job);
	job_free(&job);
	return grants;
}

/* The disk may be ahead: a success that he will be told next has ended the row of wrong answers. */
static bool success_is_next(struct rig *rig, struct state *state, int person, int count)
{
	while (count < rig->promises && rig->promise[count].person != person)
		count++;
	return count < rig->promises && rig->promise[count].kind == PROMISE_GRANTED &&
	       !still_grants(rig, state, &rig->promise[count]);
}

/* What a person was told so far, against what the disk holds for certain. */
static void judge_person(struct rig *rig, struct state *state, int person, int count)
{
	uint32_t texts = 0, wrong = 0; /* texts of the day, wrong answers in a row */
	struct record record;
	uint8_t id[HASH_SIZE];
	MDB_txn *txn = NULL;
	char name[16];

	for (int i = 0; i < count; i++) {
		const struct promise *made = &rig->promise[i];
		if (made->person != person)
			continue;
		texts += made->kind == PROMISE_TEXT;
		wrong = made->kind == PROMISE_GRANTED ? 0 : wrong + (made->kind == PROMISE_WRONG);
		if (made->kind == PROMISE_GRANTED && still_grants(rig, state, made))
			fail_msg("promise %d: a code that was used is good again", i);
	}
	name_of(person, name);
	state_id(state, name, true, id);
	assert_int_equal(state_begin(state, false, &txn), RESULT_OK);
	assert_int_equal(state_load(state, txn, id, &record), RESULT_OK);
	store_abort(&txn);
	uint32_t texts_held = record.tally[LIMIT_USER_DAY].texts.all;
	uint32_t wrong_held = record.ceiling.strange + record.ceiling.known;
	bool row_held = wrong_held >= wrong || success_is_next(rig, state, person, count);
	if (texts_held < texts || !row_held)
		fail_msg("promise %d: %u texts and %u wrong answers are %u and %u on the disk",
			count, texts, wrong, texts_held, wrong_held);
}

static void judge_promises(struct rig *rig, int count)
{
	struct state *state = image_open(rig);

	for (int person = 0; person < PEOPLE; person++)
		judge_person(rig, state, person, count);
	state_close(&state);
}

/* What the file holds after each commit, and that nobody was told anything before it. */
static void learn(struct rig *rig)
{
	struct state *state = image_open(rig);

	digest(rig, state, &rig->after[0]);
	state_close(&state);
	for (size_t i = 0; i < power.count; i++) {
		const struct power_entry *entry = &power.entry[i];
		image_apply(&rig->image, entry);
		if (entry->kind == POWER_PROMISE)
			judge_promises(rig, entry->number + 1);
		if (!entry->sync)
			continue;
		image_land(&rig->image, entry);
		assert_true(rig->image.landed < COMMITS - 1);
		state = image_open(rig);
		digest(rig, state, &rig->after[rig->image.landed]);
		state_close(&state);
	}
	rig->after[rig->image.landed + 1] = rig->after[rig->image.landed];
}

/* The state after the last commit that ended, or after the one under way. */
static void judge_content(void *context)
{
	struct rig *rig = context;
	struct state *state = image_open(rig);
	const struct digest *after = &rig->after[rig->image.landed];
	struct digest found;

	digest(rig, state, &found);
	state_close(&state);
	if (memcmp(&found, &after[0], sizeof(found)) != 0 &&
		memcmp(&found, &after[1], sizeof(found)) != 0)
		fail_msg("image %zu is neither commit %zu nor the next", rig->opened,
			rig->image.landed);
}

static void lose_power(struct rig *rig)
{
	for (size_t i = 0; i < power.count; i++) {
		image_apply(&rig->image, &power.entry[i]);
		if (power.entry[i].kind != POWER_PROMISE)
			image_instant(&rig->image, MIXTURES);
		if (power.entry[i].sync)
			image_land(&rig->image, &power.entry[i]);
	}
}

static int setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	assert_int_equal(flow_setup((void **)&rig->bench), 0);
	struct flow *flow = &rig->bench->flow;
	const struct sender_hooks hooks = {rig, leaves, reported};
	struct config *config = rig->bench->scene->config;
	config->limits.texts_user = config->limits.texts_day = 1000;
	flow->hooks = (struct flow_hooks){.context = rig, .answer = told, .now = hook_now};
	sender_free(&flow->sender);
	assert_int_equal(
		sender_new("/nonexistent/send.sock", rig->bench->epoll, 1, &hooks, &flow->sender),
		RESULT_OK);
	rig->image.judge = judge_content;
	rig->image.context = rig;
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	power_free();
	image_free(&rig->image);
	assert_int_equal(flow_teardown((void **)&rig->bench), 0);
	free(rig);
	return 0;
}

/* The file as it is; the caller frees it. */
static uint8_t *file_read(const char *path)
{
	uint8_t *bytes = malloc(IMAGE_SIZE);
	int file = open(path, O_RDONLY | O_CLOEXEC);

	assert_non_null(bytes);
	assert_int_equal(pread(file, bytes, IMAGE_SIZE, 0), IMAGE_SIZE);
	close(file);
	return bytes;
}

static void test_what_was_told_outlasts_the_power(void **state)
{
	struct rig *rig = *state;
	const char *directory = rig->bench->scene->directory;
	char path[64];

	at(rig->bench, 0);
	snprintf(path, sizeof(path), "%s/state/data.mdb", directory);
	uint8_t *before = file_read(path);
	power_start(path);
	for (int first = 0; first < LOGINS; first += SIDE)
		sign_in(rig, first);
	power.recording = false;
	assert_true(rig->promises >= 3 * LOGINS);
	snprintf(path, sizeof(path), "%s/image", directory);
	image_make(&rig->image, path, before);
	learn(rig);
	assert_true(rig->image.landed > LOGINS / SIDE);
	image_again(&rig->image, before);
	free(before);
	lose_power(rig);
	printf("# %zu entries of %zu commits, %zu images\n", power.count, rig->image.landed,
		rig->opened);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_what_was_told_outlasts_the_power, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

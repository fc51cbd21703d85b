/* SPDX-License-Identifier: BSD-3-Clause */
/* What ends a job, what it counts, and what it must not leave behind. */
#include "smsotpd/judge_standing.h"
#include "smsotpd/state.h"
#include "stores_fixture.h"

static struct job *begin(struct scene *scene, const char *name)
{
	return scene_note(scene, scene_job(scene, JOB_BEGIN, "sshd", name));
}

static void end(struct job *job)
{
	job_free(&job);
}

/* The job of a kind for demo: with a right code, a right recovery code, or none. */
static struct job *next(struct scene *scene, enum job_kind kind, const char *reply)
{
	if (kind == JOB_VERIFY)
		return scene_type(scene, "sshd", "demo", reply);
	return scene_job(scene, kind, "sshd", "demo");
}

/* Runs the job where `*nth` is `n`; false where it did not come to that call. */
static bool fails(struct scene *scene, struct job *job, int *nth, int n)
{
	MDB_txn *identity_txn = NULL, *state_txn = NULL;
	int *const done = nth == &calls.bad_load   ? &calls.loads
			  : nth == &calls.bad_save ? &calls.saves
						   : &calls.look_ups;

	assert_int_equal(identities_begin(scene->judge.identities, true, &identity_txn), RESULT_OK);
	assert_int_equal(state_begin(scene->judge.state, true, &state_txn), RESULT_OK);
	memset(&calls, 0, sizeof(calls));
	*nth = n;
	job->effect = EFFECT_NONE;
	judge_run(&scene->judge, identity_txn, state_txn, job);
	bool came = *done >= n;
	store_abort(&identity_txn);
	store_abort(&state_txn);
	memset(&calls, 0, sizeof(calls));
	return came;
}

/* Whichever read or write of the stores fails: the job has failed, and decides nothing. */
static void test_a_store_that_fails_decides_nothing(void **state)
{
	static const struct {
		const char *sentence;
		enum job_kind kind;
		bool right;
		bool recovery;
	} rows[] = {
		{"a begin", JOB_BEGIN, false, false},
		{"a right code", JOB_VERIFY, true, false},
		{"a recovery code", JOB_VERIFY, false, true},
		{"what is observed", JOB_OBSERVE, false, false},
	};
	static int *const nths[] = {&calls.bad_load, &calls.bad_save, &calls.bad_look_up};
	struct scene *scene = *state;
	struct recovery_code codes[RECOVERY_CODES];
	char text[RECOVERY_TEXT_SIZE];

	scene_issue(scene, "demo", codes);
	recovery_write(&codes[0], text);
	struct job *first = begin(scene, "demo");
	for (size_t i = 0; i < COUNT(rows) * COUNT(nths); i++) {
		const char *sentence = rows[i / COUNT(nths)].sentence;
		bool came = true;
		for (int n = 1; came; n++) {
			const char *reply =
				rows[i / COUNT(nths)].recovery ? text : first->text.digits;
			struct job *job = next(scene, rows[i / COUNT(nths)].kind, reply);
			came = fails(scene, job, nths[i % COUNT(nths)], n);
			HOLDS(sentence, came == (job->result != RESULT_OK));
			HOLDS(sentence, !came || (!job_grants(job) && !job_sends(job)));
			end(job);
		}
	}
	end(first);
}

/* An identity that cannot be read is no unknown name: nobody can tell who it is. */
static void test_a_damaged_identity_decides_nothing(void **state)
{
	struct scene *scene = *state;
	struct job *job = scene_job(scene, JOB_BEGIN, "sshd", "demo");

	calls.cut_look_up = 2; /* behind the schema */
	scene_run(scene, job);
	assert_int_equal(job->result, RESULT_FAILED);
	assert_false(job_sends(job));
	end(job);
}

/* The code of a text that never left is wrong, not merely of no use. */
static void test_a_code_that_no_phone_got_is_wrong(void **state)
{
	struct scene *scene = *state;
	struct job *sent = begin(scene, "bare");
	struct job *job = scene_guess(scene, "sshd", "bare", &sent->text);

	assert_int_equal(sent->standing, STANDING_NO_PHONE);
	scene_run(scene, job);
	assert_int_equal(job->effect, EFFECT_WRONG);
	end(job);
	end(sent);
}

static void test_what_is_not_comparable_is_wrong(void **state)
{
	struct scene *scene = *state;
	struct job *sent = begin(scene, "demo");
	struct job *job = scene_guess(scene, "sshd", "demo", &sent->text);

	job->comparable = false;
	scene_run(scene, job);
	assert_int_equal(job->effect, EFFECT_WRONG);
	end(job);
	end(sent);
}

/* Junk that came before its text withdraws the text and charges nobody. */
static void test_early_junk_charges_nothing(void **state)
{
	struct scene *scene = *state;

	end(begin(scene, "demo"));
	struct job *junk = scene_type(scene, "sshd", "demo", "\b\n\r\177IN");
	assert_true(junk->junk);
	junk->view.early = true;
	scene_run(scene, junk);
	end(junk);
	struct job *job = begin(scene, "demo");
	assert_int_equal(job->effect, EFFECT_TEXT);
	assert_int_equal(job->findings->record.source[0].lockout.failures, 0);
	assert_int_equal(job->findings->record.ceiling.strange, 0);
	assert_int_equal(job->findings->tally[LIMIT_USER].failures.all, 0);
	end(job);
}

static uint32_t answered(struct scene *scene)
{
	struct tally_key key;
	struct tally tally;
	MDB_txn *txn = NULL;

	tally_key_prefix(&(struct phone){"+919999900001"}, &key);
	assert_int_equal(state_begin(scene->judge.state, false, &txn), RESULT_OK);
	assert_int_equal(state_tally_load(scene->judge.state, txn, &key, scene->judge.clock,
				 &scene->now, &tally),
		RESULT_OK);
	store_abort(&txn);
	return tally.failures.all;
}

/* The ceiling begins again, and only a code that came by text answers a text. */
static void test_a_success_and_what_it_counts(void **state)
{
	struct recovery_code codes[RECOVERY_CODES];
	char text[RECOVERY_TEXT_SIZE];

	for (uint32_t i = 0; i < 2; i++) {
		struct scene *scene = NULL;
		assert_int_equal(scene_setup((void **)&scene), 0);
		scene_issue(scene, "demo", codes);
		recovery_write(&codes[0], text);
		struct job *sent = begin(scene, "demo");
		end(scene_note(scene, scene_type(scene, "sshd", "demo", "000000")));
		struct job *job = begin(scene, "demo");
		assert_int_equal(job->findings->record.ceiling.strange, 1);
		end(job);
		end(scene_note(scene,
			scene_type(scene, "sshd", "demo", i == 0 ? sent->text.digits : text)));
		job = begin(scene, "demo");
		assert_int_equal(job->findings->record.ceiling.strange, 0);
		assert_int_equal(answered(scene), i == 0);
		end(job);
		end(sent);
		assert_int_equal(scene_teardown((void **)&scene), 0);
	}
	(void)state;
}

/* Told with the text that makes it so, and of those alone that went to a phone. */
static void test_a_low_prefix_is_told_once(void **state)
{
	static const char *const names[] = {"user1", "gone", "user2", "user3"};
	struct scene *scene = *state;

	scene->config->limits.prefix_texts = 2;
	scene->config->limits.prefix_answered = 100;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct job *job = begin(scene, names[i]);
		HOLDS(names[i], job->prefix_low == (i == 2));
		end(job);
	}
}

/* A job is done again where its batch failed: nothing of the first time shows. */
static void test_a_job_that_is_done_again_begins_anew(void **state)
{
	struct scene *scene = *state;
	struct job *job = scene_type(scene, "sshd", "demo", "000000");

	job->near = job->over = "of the time before";
	job->prefix_low = true;
	scene_run(scene, job);
	assert_null(job->near);
	assert_null(job->over);
	assert_false(job->prefix_low);
	end(job);
}

/* What a begin would come to: nothing is told, nothing is kept, and no code is drawn for anybody.
 */
static void test_what_is_observed(void **state)
{
	struct scene *scene = *state;

	strcpy(scene->config->gateway.allow_prefixes[0], "+1");
	scene->config->limits.texts_user = 1;
	scene->config->limits.texts_user_kept = 0;
	scene->config->limits.prefix_texts = 1;
	scene->config->limits.prefix_answered = 100;
	for (size_t i = 0; i < 2; i++) {
		struct job *job = scene_job(scene, JOB_OBSERVE, "sshd", i == 0 ? "demo" : "bare");
		scene_note(scene, job);
		assert_int_equal(job->effect, EFFECT_TEXT);
		assert_null(job->near);
		assert_false(job->prefix_low);
		assert_string_equal(job->text.digits, "");
		assert_true((job->unsendable != NULL) == (i == 0));
		end(job);
	}
	struct job *after = begin(scene, "demo");
	assert_int_equal(after->effect, EFFECT_TEXT);
	end(after);
}

/* What lies behind the schema's last trait is no trait of it. */
static void test_a_trait_that_was_removed_lets_nobody_in(void **state)
{
	const struct config_service service = {.trait = "role=admin", .root = true};
	const struct schema schema = {
		.count = 1, .trait = {{.name = "phone", .type = TRAIT_PHONE}, {.name = "role"}}};
	const struct identity identity = {
		.name = "demo", .uid = 1, .value = {"+919999900001", "admin"}};
	const struct circumstance circumstance = {.service = &service, .first_factor = true};
	struct phone phone;

	(void)state;
	assert_int_equal(judge_standing(&schema, &identity, &circumstance, &phone), STANDING_TRAIT);
}

/* As many users as a service can list, and then no more. */
static void test_a_list_that_is_full(void **state)
{
	struct config_service service = {.root = true};
	const struct schema schema = {
		.count = 1, .trait = {{.name = "phone", .type = TRAIT_PHONE}}};
	const struct identity identity = {.name = "demo", .uid = 1, .value = {"+919999900001"}};
	const struct circumstance circumstance = {.service = &service, .first_factor = true};
	struct phone phone;

	(void)state;
	for (size_t i = 0; i < CONFIG_USERS; i++)
		strcpy(service.users[i], "user1");
	assert_int_equal(
		judge_standing(&schema, &identity, &circumstance, &phone), STANDING_FILTERED);
	strcpy(service.users[CONFIG_USERS - 1], "demo");
	assert_int_equal(judge_standing(&schema, &identity, &circumstance, &phone), STANDING_GOOD);
}

/* Whoever was to forget it, and was killed: a code is good for the phone that it left for. */
static void test_a_code_of_another_phone_is_none(void **state)
{
	struct scene *scene = *state;

	struct job *first = scene_job(scene, JOB_BEGIN, "sshd", "demo");
	scene_run(scene, first);
	assert_true(job_sends(first));
	scene_set(scene, "demo", "phone", "+91 99999 00097");
	struct job *old = scene_guess(scene, "sshd", "demo", &first->text);
	scene_run(scene, old);
	assert_int_equal(old->effect, EFFECT_EXPIRED);
	assert_false(job_grants(old));
	struct job *second = scene_job(scene, JOB_BEGIN, "sshd", "demo");
	scene_run(scene, second);
	assert_true(job_sends(second)); /* none is on its way to be joined */
	assert_string_equal(second->phone.e164, "+919999900097");
	job_free(&old);
	old = scene_guess(scene, "sshd", "demo", &first->text);
	scene_run(scene, old);
	assert_int_equal(old->effect, EFFECT_WRONG);
	/* Written otherwise it is the same phone. */
	scene_set(scene, "demo", "phone", "+919999900097");
	struct job *right = scene_guess(scene, "sshd", "demo", &second->text);
	scene_run(scene, right);
	assert_true(job_grants(right));
	job_free(&first);
	job_free(&old);
	job_free(&second);
	job_free(&right);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_a_store_that_fails_decides_nothing),
		with_scene(test_a_damaged_identity_decides_nothing),
		with_scene(test_a_code_that_no_phone_got_is_wrong),
		with_scene(test_what_is_not_comparable_is_wrong),
		with_scene(test_early_junk_charges_nothing),
		cmocka_unit_test(test_a_success_and_what_it_counts),
		with_scene(test_a_low_prefix_is_told_once),
		with_scene(test_a_job_that_is_done_again_begins_anew),
		with_scene(test_what_is_observed),
		cmocka_unit_test(test_a_list_that_is_full),
		cmocka_unit_test(test_a_trait_that_was_removed_lets_nobody_in),
		with_scene(test_a_code_of_another_phone_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

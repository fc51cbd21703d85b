/* SPDX-License-Identifier: BSD-3-Clause */
/* Whose record a job is about, what it is counted in, and what it leaves behind. */
#include "smsotpd/state.h"
#include "stores_fixture.h"

#define PHONE "+919999900001" /* demo's */

uint32_t randombytes_uniform(uint32_t bound);

/* Stands before libsodium's: what is drawn, one after the other. */
static const uint32_t *drawn;

uint32_t randombytes_uniform(uint32_t bound)
{
	return *drawn++ % bound;
}

/* Of recovery codes as well, which take many. */
static const uint32_t numbers[200] = {11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22};

static int setup(void **state)
{
	drawn = numbers;
	return scene_setup(state);
}

#define with_numbers(test) cmocka_unit_test_setup_teardown(test, setup, scene_teardown)

static struct job *begin(struct scene *scene, const char *name)
{
	return scene_note(scene, scene_job(scene, JOB_BEGIN, "sshd", name));
}

static void end(struct job *job)
{
	job_free(&job);
}

static struct job *guess(struct scene *scene, const char *name, const char *digits)
{
	struct code code = {""};

	strcpy(code.digits, digits);
	return scene_note(scene, scene_guess(scene, "sshd", name, &code));
}

static void later(struct scene *scene, int64_t milliseconds)
{
	scene->now.boottime += milliseconds;
	scene->now.realtime += milliseconds;
}

static void test_a_phone_names_its_owner_where_the_service_says_so(void **state)
{
	/* From the second row on the service says so. */
	static const struct {
		const char *typed;
		enum standing standing;
		const char *user;
	} rows[] = {
		{PHONE, STANDING_UNKNOWN, ""},
		{PHONE, STANDING_GOOD, "demo"},
		{"demo", STANDING_GOOD, "demo"},
		{"+919999900099", STANDING_UNKNOWN, ""},
		{"no phone at all", STANDING_UNKNOWN, ""},
		{"+", STANDING_UNKNOWN, ""},
	};
	struct scene *scene = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (i == 1) {
			scene_phones_identify(scene);
			scene_find_by_phone(scene);
		}
		struct job *job = begin(scene, rows[i].typed);
		HOLDS(rows[i].typed, job->standing == rows[i].standing);
		HOLDS(rows[i].typed, strcmp(job->user, rows[i].user) == 0);
		end(job);
	}
}

/* However the user was named: one quarantine, one record, one set of recovery codes. */
static void test_all_is_kept_under_the_identity(void **state)
{
	struct scene *scene = *state;
	struct recovery_code codes[RECOVERY_CODES];
	char text[RECOVERY_TEXT_SIZE];

	scene_phones_identify(scene);
	scene_find_by_phone(scene);
	end(begin(scene, PHONE));
	struct job *named = begin(scene, "demo");
	assert_true(named->findings->own);
	assert_int_equal(named->findings->record.challenge[0].sent, 1);
	end(named);
	scene_issue(scene, "demo", codes);
	recovery_write(&codes[0], text);
	scene_change_phone(scene, "demo");
	struct job *waits = begin(scene, PHONE);
	assert_int_equal(waits->standing, STANDING_QUARANTINE);
	end(waits);
	struct job *recovered = scene_note(scene, scene_type(scene, "sshd", PHONE, text));
	assert_int_equal(recovered->effect, EFFECT_RECOVERED);
	assert_true(job_grants(recovered));
	end(recovered);
}

/* The host's account is the identity's, whatever was typed for its name. */
static void test_an_account_made_anew_is_found_by_phone_too(void **state)
{
	struct scene *scene = *state;

	scene_phones_identify(scene);
	scene_find_by_phone(scene);
	scene_accounts(scene, "demo:x:1009:1009::/:\n");
	struct job *job = begin(scene, PHONE);
	assert_int_equal(job->standing, STANDING_UID);
	end(job);
}

static void test_a_place_is_known_by_its_source(void **state)
{
	struct scene *scene = *state;

	end(begin(scene, "demo"));
	end(guess(scene, "demo", "000012"));
	for (uint8_t i = 0; i < 2; i++) {
		struct job *job = scene_job(scene, JOB_BEGIN, "sshd", "demo");
		job->login.visitor.source[0] ^= i;
		scene_run(scene, job);
		assert_int_equal(job->known, i == 0);
		end(job);
	}
}

static void test_a_failure_s_source_is_named_for_the_operator(void **state)
{
	struct scene *scene = *state;

	end(begin(scene, "demo"));
	end(guess(scene, "demo", "999999"));
	struct job *job = begin(scene, "demo");
	assert_string_equal(job->findings->record.source[0].label, "192.0.2.1");
	end(job);
}

/* An answer that comes too early withdraws the text that its own login asked for, no other's. */
static void test_only_its_own_text_is_withdrawn(void **state)
{
	struct scene *scene = *state;

	end(begin(scene, "demo"));
	for (uint8_t own = 0; own < 2; own++) {
		struct job *job = scene_guess(scene, "sshd", "demo", &(struct code){"999999"});
		job->login.visitor.id[0] ^= (uint8_t)!own;
		job->view.early = true;
		scene_run(scene, job);
		assert_int_equal(job->effect, own ? EFFECT_EXPIRED : EFFECT_WRONG);
		end(job);
	}
}

/* So is it where a limit keeps the answer from being compared: the next login has a text again. */
static void test_over_a_limit_it_is_withdrawn_too(void **state)
{
	struct scene *scene = *state;

	scene->config->limits.failures_user = 1;
	end(begin(scene, "demo"));
	end(guess(scene, "demo", "999999"));
	later(scene, 59 * 60 * 1000);
	end(begin(scene, "demo"));
	struct job *job = scene_guess(scene, "sshd", "demo", &(struct code){"999999"});
	job->view.early = true;
	scene_run(scene, job);
	assert_int_equal(job->effect, EFFECT_OVER);
	end(job);
	job = begin(scene, "demo");
	assert_int_equal(job->effect, EFFECT_TEXT);
	end(job);
}

/* And where wrong codes of others there have locked the place meanwhile. */
static void test_behind_a_lock_it_is_withdrawn_too(void **state)
{
	struct scene *scene = *state;

	scene->config->lockout.failures = 1;
	end(begin(scene, "demo"));
	end(guess(scene, "demo", "999999"));
	struct job *job = scene_guess(scene, "sshd", "demo", &(struct code){"999999"});
	job->view.early = true;
	scene_run(scene, job);
	assert_int_equal(job->effect, EFFECT_LOCKED);
	end(job);
	later(scene, SECONDS(scene->config->lockout.wait));
	job = begin(scene, "demo");
	assert_int_equal(job->effect, EFFECT_TEXT);
	end(job);
}

static void test_equal_codes_of_two_users_are_kept_as_two(void **state)
{
	static const uint32_t same[] = {41, 41};
	struct scene *scene = *state;

	drawn = same;
	end(begin(scene, "demo"));
	end(begin(scene, "user1"));
	struct job *one = guess(scene, "demo", "999999"), *two = guess(scene, "user1", "999999");
	assert_memory_not_equal(one->findings->record.challenge[0].code[0].hash,
		two->findings->record.challenge[0].code[0].hash, HASH_SIZE);
	end(one);
	end(two);
}

static void test_a_resend_draws_until_the_code_is_another(void **state)
{
	static const uint32_t again[] = {41, 41, 41, 42, 41, 42, 43};
	static const char *const codes[] = {"000043", "000044"};
	struct scene *scene = *state;

	drawn = again;
	end(begin(scene, "demo"));
	for (size_t i = 0; i < COUNT(codes); i++) {
		later(scene, SECONDS(60));
		struct job *job = scene_note(scene, scene_job(scene, JOB_RESEND, "sshd", "demo"));
		assert_string_equal(job->text.digits, codes[i]);
		end(job);
	}
}

static struct tally tally_of(struct scene *scene, const struct tally_key *key)
{
	struct tally tally = {.texts = {.all = 77}};
	MDB_txn *txn = NULL;

	assert_int_equal(state_begin(scene->judge.state, false, &txn), RESULT_OK);
	assert_int_equal(state_tally_load(scene->judge.state, txn, key, scene->judge.clock,
				 &scene->now, &tally),
		RESULT_OK);
	store_abort(&txn);
	return tally;
}

static struct tally prefix_tally(struct scene *scene, const char *digits)
{
	struct tally_key key;
	struct phone phone = {""};

	strcpy(phone.e164, digits);
	tally_key_prefix(&phone, &key);
	return tally_of(scene, &key);
}

/* Each text in the books of its source, of the host and of its phone's prefix; see budget.h. */
static void test_texts_are_counted_where_they_belong(void **state)
{
	static const char *const names[] = {"gone", "nobody-here", "demo"};
	struct scene *scene = *state;
	struct tally_key source, host;
	uint8_t other[HASH_SIZE];

	for (size_t i = 0; i < COUNT(names); i++) {
		struct job *job = begin(scene, names[i]);
		uint32_t good = strcmp(names[i], "demo") == 0;
		tally_key_source(job->login.visitor.source, &source);
		tally_key_host(&host);
		assert_int_equal(tally_of(scene, &source).texts.all, i + 1);
		assert_int_equal(tally_of(scene, &host).texts.all, good);
		assert_int_equal(prefix_tally(scene, PHONE).texts.all, good);
		assert_int_equal(prefix_tally(scene, "").texts.all, good ? i : i + 1);
		memcpy(other, job->login.visitor.source, HASH_SIZE);
		other[0] ^= 1;
		tally_key_source(other, &source);
		assert_int_equal(tally_of(scene, &source).texts.all, 0);
		end(job);
	}
}

/* Which is why the ceiling of one's own failures is nobody's either. */
static void test_nobody_s_record_has_no_ceiling(void **state)
{
	struct scene *scene = *state;

	end(begin(scene, "nobody-here"));
	end(guess(scene, "nobody-here", "999999"));
	struct job *job = begin(scene, "nobody-here");
	assert_int_equal(job->findings->record.ceiling.strange, 0);
	assert_false(job->findings->own);
	end(job);
}

static void test_what_is_noted(void **state)
{
	struct scene *scene = *state;
	struct quotas quotas;

	end(begin(scene, "demo"));
	struct job *job = begin(scene, "demo");
	budget_quotas(scene->config, 85, false, &quotas);
	assert_memory_equal(&job->findings->quotas, &quotas, sizeof(quotas));
	for (size_t i = 0; i < LIMIT_COUNT; i++)
		assert_int_equal(job->findings->tally[i].texts.all, 1);
	end(job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_numbers(test_a_phone_names_its_owner_where_the_service_says_so),
		with_numbers(test_all_is_kept_under_the_identity),
		with_numbers(test_an_account_made_anew_is_found_by_phone_too),
		with_numbers(test_a_place_is_known_by_its_source),
		with_numbers(test_a_failure_s_source_is_named_for_the_operator),
		with_numbers(test_only_its_own_text_is_withdrawn),
		with_numbers(test_over_a_limit_it_is_withdrawn_too),
		with_numbers(test_behind_a_lock_it_is_withdrawn_too),
		with_numbers(test_equal_codes_of_two_users_are_kept_as_two),
		with_numbers(test_a_resend_draws_until_the_code_is_another),
		with_numbers(test_texts_are_counted_where_they_belong),
		with_numbers(test_nobody_s_record_has_no_ceiling),
		with_numbers(test_what_is_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

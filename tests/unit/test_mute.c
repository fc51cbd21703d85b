/* SPDX-License-Identifier: BSD-3-Clause */
/* Events that are counted instead of written: whose they are, and that none is lost. */
#include "core_fixture.h"
#include "smsotpd/audit.h"
#include "smsotpd/event.h"
#include "smsotpd/mute.h"

/* Stands for audit.c: which services were named. */
struct audit {
	char named[256];
};

void audit_write(struct audit *audit, const struct moment *now, int priority, const char *event,
	json_t *fields)
{
	(void)now;
	(void)priority;
	(void)event;
	strcat(audit->named, json_string_value(json_object_get(fields, "service")));
	strcat(audit->named, ";");
	json_decref(fields);
}

void audit_drop(const struct audit *audit, const struct moment *now, int priority,
	const char *event, json_t *fields)
{
	(void)audit;
	(void)now;
	(void)priority;
	(void)event;
	json_decref(fields);
}

static void now_of_nobody(const struct clock *clock, struct moment *ret_now)
{
	(void)clock;
	*ret_now = moment_after(0);
}

static void test_services_are_told_apart(void **state)
{
	static const char *const services[] = {
		"gateway-of-the-house", "gateway-of-the-h", "gateway-of-the-houses", "cron"};
	const struct clock clock = {.now = now_of_nobody};
	const uint8_t id[WIRE_ID_SIZE] = {1};
	struct audit audit = {""};
	struct trail *trail = NULL;

	(void)state;
	assert_int_equal(trail_new(&audit, &clock, &trail), RESULT_OK);
	for (size_t i = 0; i < 2 * COUNT(services); i++)
		event_service(trail, id, services[i % COUNT(services)]);
	assert_string_equal(
		audit.named, "gateway-of-the-house;gateway-of-the-h;gateway-of-the-houses;cron;");
	trail_free(&trail);
}

static uint32_t count_one(struct mutes *mutes, uint32_t source, int64_t now, bool *ret_elsewhere)
{
	uint8_t hash[HASH_SIZE];

	*ret_elsewhere = false;
	hash_fill(hash, source);
	return mutes_count(mutes, hash, EVENT_LOGIN_SHOWN, RULE_NONE, now, ret_elsewhere);
}

static void test_first_after_the_minute_brings_the_count(void **state)
{
	struct mutes mutes;
	bool elsewhere;

	(void)state;
	mutes_init(&mutes);
	assert_int_equal(count_one(&mutes, 1, 0, &elsewhere), 1);
	for (int64_t now = 0; now < MINUTES(1); now += SECONDS(20))
		assert_int_equal(count_one(&mutes, 1, now, &elsewhere), 0);
	assert_int_equal(count_one(&mutes, 1, MINUTES(1), &elsewhere), 4);
	assert_false(elsewhere);
	assert_int_equal(count_one(&mutes, 1, MINUTES(2), &elsewhere), 1);
}

/* Who takes a place that is free again lets nothing be forgotten. */
static void test_what_gives_way_is_counted(void **state)
{
	struct mutes mutes;
	bool elsewhere;

	(void)state;
	mutes_init(&mutes);
	for (uint32_t i = 0; i < 3 * MUTED_SIZE; i++)
		assert_int_equal(
			count_one(&mutes, i % MUTED_SIZE, 0, &elsewhere), i < MUTED_SIZE ? 1 : 0);
	for (uint32_t i = MUTED_SIZE; i < 2 * MUTED_SIZE; i++) {
		assert_int_equal(count_one(&mutes, i, MINUTES(1), &elsewhere), 1);
		assert_false(elsewhere);
	}
	assert_int_equal(count_one(&mutes, 0, MINUTES(1), &elsewhere), 2 * MUTED_SIZE + 1);
	assert_true(elsewhere);
	assert_int_equal(count_one(&mutes, 1, MINUTES(1), &elsewhere), 0);
	/* Their places are free again, and nothing was counted there. */
	assert_int_equal(count_one(&mutes, 2, MINUTES(2), &elsewhere), 1);
	assert_false(elsewhere);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_services_are_told_apart),
		cmocka_unit_test(test_first_after_the_minute_brings_the_count),
		cmocka_unit_test(test_what_gives_way_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

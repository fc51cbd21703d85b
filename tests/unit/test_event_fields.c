/* SPDX-License-Identifier: BSD-3-Clause */
/* What each event of a login says of it: all that the application told, and of a name that does not
 * exist its hash alone. */
#include "core_fixture.h"
#include "smsotpd/event_put.h"

/* Steals `expected`. */
static void assert_fields(const struct login *login, const char *user, json_t *expected)
{
	struct fields fields = {json_object()};

	event_put_login(&fields, login, user);
	char *said = json_dumps(fields.object, JSON_COMPACT);
	if (!json_equal(fields.object, expected))
		fail_msg("%s", said);
	free(said);
	json_decref(fields.object);
	json_decref(expected);
}

static void test_all_that_is_known(void **state)
{
	static const struct config_service service = {.name = "sudo"};
	const struct login login = {.service = &service,
		.source = {.kind = SOURCE_UID, .label = "uid 1000"},
		.uid = 1000,
		.name = "secret",
		.mode = MODE_WARN,
		.telemetry = {.tty = "pts/3",
			.rhost = "host.example",
			.ruser = "al\"ice\n",
			.connection = "192.0.2.1 1 192.0.2.2 22",
			.factor = "password"},
		.visitor = {.id = {0x0a}, .name = {0xab, 0xcd}, .source = {1, 2, 3, 0xff}}};

	(void)state;
	assert_fields(&login, "demo",
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:s}", "id",
			"0a000000000000000000000000000000", "service", "sudo", "user", "demo",
			"source", "uid 1000", "source_kind", "uid", "place", "010203ff", "uid",
			1000, "tty", "pts/3", "rhost", "host.example", "ruser", "al\\x22ice\\x0a",
			"ssh_connection", "192.0.2.1 1 192.0.2.2 22", "first_factor", "password",
			"mode", "warn"));
}

/* What was typed may be a password. */
static void test_a_name_that_does_not_exist(void **state)
{
	static const struct config_service service = {.name = "login"};
	const struct login login = {.service = &service,
		.source = {.kind = SOURCE_TTY, .label = "tty tty1"},
		.name = "secret",
		.telemetry = {.tty = "tty1", .factor = "none"},
		.visitor = {.name = {0xab, 0xcd, [7] = 0xef, [8] = 0x77}}};

	(void)state;
	assert_fields(&login, "",
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s}", "id",
			"00000000000000000000000000000000", "service", "login", "unknown",
			"abcd0000000000ef", "source", "tty tty1", "source_kind", "tty", "place",
			"00000000", "uid", 0, "tty", "tty1", "first_factor", "none"));
}

/* By the caller, who hands it over as the clock does. */
static struct moment now;

static void now_handed(const struct clock *clock, struct moment *ret_now)
{
	(void)clock;
	*ret_now = now;
}

/* The first of a minute is told alone, the next one brings how many there were since. */
static void test_how_many_it_stands_for(void **state)
{
	static const int64_t at[] = {0, 0, SECONDS(20), SECONDS(60) - 1, SECONDS(60), SECONDS(120)};
	static const int counts[] = {1, 0, 0, 0, 4, 1};
	static const uint8_t source[HASH_SIZE] = {1};
	const struct clock clock = {.now = now_handed};
	struct trail *trail = NULL;

	(void)state;
	assert_int_equal(trail_new(NULL, &clock, &trail), RESULT_OK);
	for (size_t i = 0; i < COUNT(at); i++) {
		struct fields fields = {NULL};
		now = moment_after(at[i]);
		bool told = event_counted(trail, source, EVENT_LOGIN_SHOWN, RULE_NONE, &fields);
		assert_int_equal(told, counts[i] > 0);
		json_t *expected =
			counts[i] > 1 ? json_pack("{s:i}", "count", counts[i]) : json_object();
		assert_true(!told || json_equal(fields.object, expected));
		json_decref(fields.object);
		json_decref(expected);
	}
	trail_free(&trail);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_that_is_known),
		cmocka_unit_test(test_a_name_that_does_not_exist),
		cmocka_unit_test(test_how_many_it_stands_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

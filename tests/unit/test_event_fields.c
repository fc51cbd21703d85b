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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_that_is_known),
		cmocka_unit_test(test_a_name_that_does_not_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Where the module asks nobody: a socket whose path says that another could have put it there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"

#define TEN "aaaaaaaaaa"

static enum result asked(const char *path)
{
	uint8_t frame[CLIENT_FRAME_SIZE];
	struct ask ask = {.type = FRAME_SESSION_OPEN};
	struct answer answer;

	return client_ask(path, &ask, frame, &answer);
}

static void test_paths(void **state)
{
	static const char *const refused[] = {
		"run/smsotp/smsotpd.sock",
		"smsotpd.sock",
		"/smsotpd.sock",
		"/usr/" TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "/s",
		"/usr/" TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN,
		"/tmp/smsotpd.sock",
		"/etc/passwd/smsotpd.sock",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		enum result result = asked(refused[i]);
		if (result != RESULT_REFUSED)
			fail_msg("%s: %s", refused[i], result_name(result));
	}
	assert_int_equal(asked("/etc/passwd/a/b"), RESULT_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

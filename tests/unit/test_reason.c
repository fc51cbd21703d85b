/* SPDX-License-Identifier: BSD-3-Clause */
/* Whatever can decide a login has a sentence, and its key is one of smsotp.conf. */
#include "config_keys.h"
#include "smsotpd/reason.h"
#include "test.h"

static void check(const char *name, const struct reason *reason)
{
	if (reason == NULL)
		fail_msg("there is no row for %s: write one in reason.c", name);
	HOLDS(name, reason->sentence[0] != '\0');
	HOLDS(name, reason->remedy != NULL);
	HOLDS(name, (reason->section[0] == '\0') == (reason->key[0] == '\0'));
	if (reason->key[0] != '\0')
		HOLDS(name, config_key_find(reason->section, reason->key) != NULL);
}

static void test_every_standing_has_a_sentence(void **state)
{
	(void)state;
	for (int i = 0; i < STANDING_COUNT; i++) {
		enum standing standing = (enum standing)i;
		check(standing_name(standing), reason_of_standing(standing));
	}
	assert_null(reason_of_standing(STANDING_COUNT));
}

/* A limit's effect is told by reason_of_limit, and a begin and an answer have effects of their own.
 */
static void test_every_effect_has_a_sentence(void **state)
{
	(void)state;
	for (int i = 0; i < EFFECT_COUNT; i++) {
		enum effect effect = (enum effect)i;
		bool resend = effect == EFFECT_TOO_EARLY || effect == EFFECT_NO_TEXTS;
		if (effect == EFFECT_NONE || effect == EFFECT_OVER || resend)
			continue;
		if (reason_of_begin(effect) == NULL)
			check(effect_name(effect), reason_of_guess(effect));
		else
			check(effect_name(effect), reason_of_begin(effect));
	}
	check("locked, at the answer", reason_of_guess(EFFECT_LOCKED));
}

static void test_every_limit_has_a_sentence(void **state)
{
	static const char *const others[] = {"prefix_stop", "ceiling_strange", "ceiling_known"};

	(void)state;
	for (int i = 0; i < LIMIT_COUNT; i++) {
		const char *texts = budget_text_key((enum limit)i);
		const char *failures = budget_failure_key((enum limit)i);
		check(texts, reason_of_limit(texts));
		check(failures, reason_of_limit(failures));
	}
	for (size_t i = 0; i < COUNT(others); i++)
		check(others[i], reason_of_limit(others[i]));
	assert_null(reason_of_limit("nothing"));
}

static void test_every_hurdle_has_a_sentence(void **state)
{
	(void)state;
	for (int i = 0; i < HURDLE_COUNT; i++)
		check("a hurdle", reason_of_hurdle((enum hurdle)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_standing_has_a_sentence),
		cmocka_unit_test(test_every_effect_has_a_sentence),
		cmocka_unit_test(test_every_limit_has_a_sentence),
		cmocka_unit_test(test_every_hurdle_has_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* From where on smsotpctl status warns, and in which words. */
#include "config_fixture.h"
#include "smsotpd/ctl_warning.h"

static char *sentence_of(json_t *warnings)
{
	char *sentence = NULL;

	assert_int_equal(json_array_size(warnings), 1);
	const char *said = json_string_value(json_array_get(warnings, 0));
	assert_non_null(said);
	sentence = strdup(said);
	json_decref(warnings);
	return sentence;
}

static void test_a_store_is_nearly_full_from_80_percent(void **state)
{
	json_t *warnings = json_array();

	(void)state;
	warn_used("identity", 79, warnings);
	assert_int_equal(json_array_size(warnings), 0);
	warn_used("identity", 80, warnings);
	char *sentence = sentence_of(warnings);
	assert_string_equal(sentence,
		"The identity store is 80 percent full. Raise identity_size in [store] and restart "
		"smsotpd, or remove identities that are not needed.");
	free(sentence);
}

static void test_the_stub_is_named_with_its_file(void **state)
{
	struct config *config = NULL;
	json_t *warnings = json_array();

	(void)state;
	assert_int_equal(config_defaults(&config), RESULT_OK);
	config->gateway.stub = false;
	warn_stub(config, warnings);
	assert_int_equal(json_array_size(warnings), 0);
	config->gateway.stub = true;
	warn_stub(config, warnings);
	char *sentence = sentence_of(warnings);
	assert_non_null(strstr(sentence, "the stub writes codes to /run/smsotp/stub.log."));
	free(sentence);
	config_free(&config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_store_is_nearly_full_from_80_percent),
		cmocka_unit_test(test_the_stub_is_named_with_its_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

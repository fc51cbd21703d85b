/* SPDX-License-Identifier: BSD-3-Clause */
/* There is no memory for each call in turn while an operator's verb runs. */
#include "verbs_fixture.h"

/* glibc's own, which need no dlsym(3): that takes memory. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

EXPORTED void *malloc(size_t size)
{
	return verbs_struck() ? NULL : __libc_malloc(size);
}

EXPORTED void *calloc(size_t count, size_t size)
{
	return verbs_struck() ? NULL : __libc_calloc(count, size);
}

EXPORTED void *realloc(void *old, size_t size)
{
	return verbs_struck() ? NULL : __libc_realloc(old, size);
}

static void test_each_call_for_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < VERB_CASES; i++)
		assert_true(verbs_strike_all(&verb_cases[i]) > 0);
	assert_true(verbs_strike_codes() > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_call_for_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* JSON is read whole or not at all, wherever memory ends. */
#include "json_whole.h"
#include "memory_fixture.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const texts[] = {
	"{\"verb\":\"recovery.issue\",\"name\":\"alice\"}",
	"{\"name\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}",
	"[\"0123456789abcd\",\"01234567890123\\u00e9\xc3\xa9\",{\"a\":{}},[true,false,null]]",
	"[123456789012345678,1.0123456789012345e10,\"0123456789abcdef0123456789abcde\"]",
};

/* A call fails where its count is `strike`, and where `ever` each after it. What stands before
 * libc's can only be file-scope. */
static unsigned int strike, count;
static bool ever;

bool memory_struck(void)
{
	return strike != 0 && (++count == strike || (ever && count > strike));
}

struct piece {
	const char *text;
	size_t size;
};

/* A few bytes at a time. */
static size_t get_some(void *bytes, size_t size, void *context)
{
	struct piece *piece = context;
	size_t some = piece->size < 7 ? piece->size : 7;

	assert_true(size >= some);
	memcpy(bytes, piece->text, some);
	piece->text += some;
	piece->size -= some;
	return some;
}

static size_t get_nothing(void *bytes, size_t size, void *context)
{
	(void)bytes;
	(void)size;
	(void)context;
	return (size_t)-1;
}

static json_t *read_struck(const char *text, bool from, unsigned int number)
{
	struct piece piece = {text, strlen(text)};

	count = 0;
	strike = number;
	json_t *read = from ? json_read_from(get_some, &piece) : json_read(text, strlen(text), 0);
	strike = 0;
	return read;
}

static void read_each(const char *text, bool from)
{
	json_t *whole = json_loads(text, 0, NULL);
	bool hit = true;

	assert_non_null(whole);
	for (unsigned int number = 1; hit; number++) {
		json_t *read = read_struck(text, from, number);
		hit = count >= number;
		if (hit ? read != NULL : !json_equal(read, whole))
			fail_msg("call %u of %s", number, text);
		json_decref(read);
	}
	json_decref(whole);
}

static void test_each_call_for_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		for (int way = 0; way < 4; way++) {
			ever = way % 2 == 1;
			read_each(texts[i], way / 2 == 1);
		}
	}
	ever = false;
}

static void test_what_is_no_json(void **state)
{
	(void)state;
	assert_null(json_read("", 0, 0));
	assert_null(json_read("{\"a\":1", 6, 0));
	assert_null(json_read("{}}", 3, 0));
	assert_null(json_read("{\"a\":1,\"a\":2}", 13, JSON_REJECT_DUPLICATES));
	assert_null(json_read_from(get_nothing, NULL));
	json_t *read = json_read("{}}", 2, 0);
	assert_true(json_is_object(read));
	json_decref(read);
}

static void test_what_is_written(void **state)
{
	json_t *whole = json_loads(texts[0], 0, NULL);
	bool hit = true;

	(void)state;
	for (unsigned int number = 1; hit; number++) {
		count = 0;
		strike = number;
		char *text = json_write(whole, JSON_COMPACT);
		strike = 0;
		hit = count >= number;
		assert_string_equal(text == NULL ? "" : text, hit ? "" : texts[0]);
		free(text);
	}
	json_decref(whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_call_for_memory),
		cmocka_unit_test(test_what_is_no_json),
		cmocka_unit_test(test_what_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

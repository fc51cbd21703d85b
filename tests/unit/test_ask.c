/* SPDX-License-Identifier: BSD-3-Clause */
/* What module and smsotpd say to each other: there and back, and nothing that is not whole. */
#include "ask.h"
#include "test.h"

static void ask_sample(struct ask *ret_ask)
{
	*ret_ask = (struct ask){
		.type = FRAME_VERIFY,
		.uid = 0x89abcdef,
		.first_factor = true,
		.service = "sshd",
		.user = "demo",
		.tty = "ssh",
		.rhost = "host.example",
		.ruser = "other",
		.connection = "192.0.2.1 40000 192.0.2.2 22",
		.auth_info = "publickey ssh-ed25519 AAAA\n",
		.reply = {.length = 8, .bytes = "12\0 \n\x7f\xff\x80"},
	};
	memset(ret_ask->id, 0xa1, WIRE_ID_SIZE);
	memset(ret_ask->token, 0xb2, TOKEN_SIZE);
}

static void answer_sample(struct answer *ret_answer)
{
	*ret_answer = (struct answer){
		.verdict = VERDICT_ASK,
		.line = LINE_WRONG,
		.tries = 3,
		.seconds = 0x01020304,
		.resend = RESEND_NEVER,
		.user = "demo",
		.help = "No code? Call 5555.",
	};
	memset(ret_answer->id, 0xc3, WIRE_ID_SIZE);
	memset(ret_answer->token, 0xd4, TOKEN_SIZE);
}

/* What an answer of that verdict must have besides. */
static void answer_found(struct answer *answer, int verdict)
{
	bool waives = verdict == VERDICT_WAIVED || verdict == VERDICT_ASK_WAIVED;

	answer->verdict = (enum verdict)verdict;
	answer->line = verdict == VERDICT_DISABLED ? LINE_NONE : (enum line)(verdict % LINE_COUNT);
	answer->user = waives ? WAIVER : "demo";
}

static void assert_asks_equal(const struct ask *left, const struct ask *right)
{
	assert_int_equal(left->type, right->type);
	assert_memory_equal(left->id, right->id, WIRE_ID_SIZE);
	assert_int_equal(left->uid, right->uid);
	assert_int_equal(left->first_factor, right->first_factor);
	assert_string_equal(left->service, right->service);
	assert_string_equal(left->user, right->user);
	assert_string_equal(left->tty, right->tty);
	assert_string_equal(left->rhost, right->rhost);
	assert_string_equal(left->ruser, right->ruser);
	assert_string_equal(left->connection, right->connection);
	assert_string_equal(left->auth_info, right->auth_info);
	assert_memory_equal(left->token, right->token, TOKEN_SIZE);
	assert_int_equal(left->reply.length, right->reply.length);
	assert_memory_equal(left->reply.bytes, right->reply.bytes, left->reply.length + 1);
}

static void test_ask_there_and_back(void **state)
{
	uint8_t frame[WIRE_FRAME_SIZE];
	struct ask ask, back;

	(void)state;
	ask_sample(&ask);
	for (int type = FRAME_BEGIN; type <= FRAME_SESSION_CLOSE; type++) {
		ask.type = (enum frame_type)type;
		ask.first_factor = !ask.first_factor;
		size_t size = ask_encode(&ask, frame, sizeof(frame));
		assert_int_not_equal(size, 0);
		assert_int_equal(ask_decode(frame, size, &back), RESULT_OK);
		assert_asks_equal(&ask, &back);
	}
}

static void test_answer_there_and_back(void **state)
{
	uint8_t frame[WIRE_FRAME_SIZE];
	struct answer answer, back;

	(void)state;
	answer_sample(&answer);
	for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
		answer_found(&answer, verdict);
		size_t size = answer_encode(&answer, frame, sizeof(frame));
		assert_int_equal(answer_decode(frame, size, &back), RESULT_OK);
		assert_int_equal(back.verdict, answer.verdict);
		assert_int_equal(back.line, answer.line);
		assert_memory_equal(back.id, answer.id, WIRE_ID_SIZE);
		assert_memory_equal(back.token, answer.token, TOKEN_SIZE);
		assert_int_equal(back.tries, answer.tries);
		assert_int_equal(back.seconds, answer.seconds);
		assert_int_equal(back.resend, answer.resend);
		assert_string_equal(back.user, answer.user);
		assert_string_equal(back.help, answer.help);
	}
}

/* A copy of exactly that size, where a sanitizer sees a read behind it. */
static uint8_t *copy_of(const uint8_t *frame, size_t size)
{
	uint8_t *copy = malloc(size + (size == 0));

	memcpy(copy, frame, size);
	return copy;
}

static void test_every_other_length_is_refused(void **state)
{
	uint8_t frame[WIRE_FRAME_SIZE] = {0};
	struct ask ask, ask_before, ask_after;
	struct answer answer, answer_before, answer_after;

	(void)state;
	ask_sample(&ask);
	memset(&ask_before, 0x11, sizeof(ask_before));
	memcpy(&ask_after, &ask_before, sizeof(ask_after));
	size_t whole = ask_encode(&ask, frame, sizeof(frame));
	for (size_t size = 0; size < whole + 3; size++) {
		uint8_t *copy = copy_of(frame, size);
		if (size != whole)
			assert_int_equal(ask_decode(copy, size, &ask_after), RESULT_INVALID);
		free(copy);
	}
	assert_memory_equal(&ask_before, &ask_after, sizeof(ask_after));
	memset(frame, 0, sizeof(frame));
	answer_sample(&answer);
	memset(&answer_before, 0x11, sizeof(answer_before));
	memcpy(&answer_after, &answer_before, sizeof(answer_after));
	whole = answer_encode(&answer, frame, sizeof(frame));
	for (size_t size = 0; size < whole + 3; size++) {
		uint8_t *copy = copy_of(frame, size);
		if (size != whole)
			assert_int_equal(answer_decode(copy, size, &answer_after), RESULT_INVALID);
		free(copy);
	}
	assert_memory_equal(&answer_before, &answer_after, sizeof(answer_after));
}

static void test_foreign_types_and_versions_are_refused(void **state)
{
	uint8_t asked[WIRE_FRAME_SIZE];
	uint8_t answered[WIRE_FRAME_SIZE];
	struct ask ask;
	struct answer answer;

	(void)state;
	ask_sample(&ask);
	answer_sample(&answer);
	size_t ask_size = ask_encode(&ask, asked, sizeof(asked));
	size_t answer_size = answer_encode(&answer, answered, sizeof(answered));
	for (unsigned int type = 0; type < 256; type++) {
		bool asks = type >= FRAME_BEGIN && type <= FRAME_SESSION_CLOSE;
		asked[1] = answered[1] = (uint8_t)type;
		assert_int_equal(ask_decode(asked, ask_size, &ask) == RESULT_OK, asks);
		assert_int_equal(answer_decode(answered, answer_size, &answer) == RESULT_OK,
			type == FRAME_ANSWER);
	}
	asked[1] = FRAME_BEGIN;
	answered[1] = FRAME_ANSWER;
	for (unsigned int version = 0; version < 256; version++) {
		bool spoken = version >= WIRE_OLDEST && version <= WIRE_VERSION;
		asked[0] = answered[0] = (uint8_t)version;
		assert_int_equal(ask_decode(asked, ask_size, &ask) == RESULT_OK, spoken);
		assert_int_equal(
			answer_decode(answered, answer_size, &answer) == RESULT_OK, spoken);
		/* What was read is written in the version it came in. */
		if (spoken) {
			assert_int_equal(ask.version, version);
			assert_int_equal(answer.version, version);
			assert_int_equal(ask_encode(&ask, asked, sizeof(asked)), ask_size);
			answer_encode(&answer, answered, sizeof(answered));
			assert_int_equal(asked[0], version);
			assert_int_equal(answered[0], version);
		}
	}
}

static void test_verdicts_and_lines_out_of_range_are_refused(void **state)
{
	uint8_t frame[WIRE_FRAME_SIZE];
	struct answer answer;
	size_t verdict = 2 + WIRE_ID_SIZE;

	(void)state;
	for (unsigned int byte = 0; byte < 256; byte++) {
		answer_sample(&answer);
		answer_found(&answer, byte < VERDICT_COUNT ? (int)byte : VERDICT_ASK);
		size_t size = answer_encode(&answer, frame, sizeof(frame));
		frame[verdict] = (uint8_t)byte;
		assert_int_equal(
			answer_decode(frame, size, &answer) == RESULT_OK, byte < VERDICT_COUNT);
		answer_sample(&answer);
		size = answer_encode(&answer, frame, sizeof(frame));
		frame[verdict + 1] = (uint8_t)byte;
		assert_int_equal(
			answer_decode(frame, size, &answer) == RESULT_OK, byte < LINE_COUNT);
	}
}

static bool waives(uint8_t *frame, size_t size)
{
	struct answer answer;

	if (answer_decode(frame, size, &answer) != RESULT_OK)
		return false;
	return answer.verdict == VERDICT_DISABLED || answer.verdict == VERDICT_WAIVED ||
	       answer.verdict == VERDICT_ASK_WAIVED;
}

static void test_an_unfounded_waiver_is_refused(void **state)
{
	static const struct answer rows[] = {
		{.verdict = VERDICT_WAIVED, .line = LINE_LOCKED, .user = ""},
		{.verdict = VERDICT_ASK_WAIVED, .line = LINE_SENT, .user = "demo"},
		{.verdict = VERDICT_DISABLED, .line = LINE_UNAVAILABLE, .user = WAIVER},
	};
	uint8_t frame[1024];
	struct answer answer = {.verdict = VERDICT_COUNT};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t size = answer_encode(&rows[i], frame, sizeof(frame));
		assert_int_equal(answer_decode(frame, size, &answer), RESULT_INVALID);
		assert_int_equal(answer.verdict, VERDICT_COUNT);
	}
}

/* Any byte of a refusal changed to any other, cut at any length, or zeros from any place on. */
static void test_no_damage_turns_a_refusal_into_a_waiver(void **state)
{
	static const struct {
		enum verdict verdict;
		enum line line;
		const char *help;
	} rows[] = {
		{VERDICT_SPENT, LINE_LOCKED, ""},
		{VERDICT_SPENT, LINE_LOCKED, WAIVER},
		{VERDICT_UNAVAILABLE, LINE_UNAVAILABLE, ""},
		{VERDICT_ASK, LINE_WRONG, ""},
	};
	uint8_t frame[1024], damaged[1024];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct answer answer = {.id = {1},
			.verdict = rows[i].verdict,
			.line = rows[i].line,
			.seconds = 60,
			.user = "",
			.help = rows[i].help};
		size_t size = answer_encode(&answer, frame, sizeof(frame));
		for (size_t at = 0; at < size; at++) {
			for (unsigned int byte = 0; byte < 256; byte++) {
				memcpy(damaged, frame, size);
				damaged[at] = (uint8_t)byte;
				assert_false(waives(damaged, size));
			}
			memcpy(damaged, frame, size);
			assert_false(waives(damaged, at));
			memset(damaged + at, 0, size - at);
			assert_false(waives(damaged, size));
		}
	}
}

static void test_replies_of_every_length(void **state)
{
	uint8_t frame[WIRE_FRAME_SIZE];
	struct ask ask, back;

	(void)state;
	ask_sample(&ask);
	for (size_t length = 0; length <= REPLY_MAX; length++) {
		ask.reply.length = length;
		memset(ask.reply.bytes, (int)length, length);
		ask.reply.bytes[length] = '\0';
		size_t size = ask_encode(&ask, frame, sizeof(frame));
		assert_int_equal(ask_decode(frame, size, &back), RESULT_OK);
		assert_asks_equal(&ask, &back);
	}
	/* One byte more than a reply may have, in a frame that is whole otherwise. */
	size_t size = ask_encode(&ask, frame, sizeof(frame));
	size_t length = size - REPLY_MAX - 4;
	frame[length] = (uint8_t)(REPLY_MAX + 1);
	frame[length + 1] = (uint8_t)((REPLY_MAX + 1) >> 8);
	frame[size] = 'x';
	assert_int_equal(ask_decode(frame, size + 1, &back), RESULT_INVALID);
	/* One that has none of its bytes, and one that fills the rest of the largest frame. */
	assert_int_equal(ask_decode(frame, length + 4, &back), RESULT_INVALID);
	size_t rest = sizeof(frame) - length - 4;
	frame[length] = (uint8_t)rest;
	frame[length + 1] = (uint8_t)(rest >> 8);
	memset(frame + length + 4, 'x', rest);
	assert_int_equal(ask_decode(frame, sizeof(frame), &back), RESULT_INVALID);
}

static void test_the_longest_fits_and_longer_is_cut(void **state)
{
	static char longest[20000];
	uint8_t frame[WIRE_FRAME_SIZE];
	struct ask ask, back;
	struct answer answer;

	(void)state;
	memset(longest, 'n', sizeof(longest) - 1);
	ask_sample(&ask);
	ask.service = ask.user = ask.tty = ask.rhost = ask.ruser = longest;
	ask.connection = ask.auth_info = longest;
	ask.reply.length = REPLY_MAX;
	size_t size = ask_encode(&ask, frame, sizeof(frame));
	/* None fills a frame: one that does was cut. */
	assert_in_range(size, 1, sizeof(frame) - 1);
	assert_int_equal(ask_decode(frame, size, &back), RESULT_OK);
	assert_int_equal(strlen(back.user), NAME_SIZE_MAX);
	assert_int_equal(strlen(back.rhost), FACT_SIZE_MAX);
	assert_int_equal(strlen(back.auth_info), KEYS_SIZE_MAX);
	for (size_t room = 0; room < size; room++)
		assert_int_equal(ask_encode(&ask, frame, room), 0);
	answer_sample(&answer);
	answer.user = answer.help = longest;
	size = answer_encode(&answer, frame, sizeof(frame));
	assert_in_range(size, 1, sizeof(frame) - 1);
	for (size_t room = 0; room < size; room++)
		assert_int_equal(answer_encode(&answer, frame, room), 0);
}

static void test_null_facts_are_empty(void **state)
{
	uint8_t frame[WIRE_FRAME_SIZE];
	const struct ask ask = {.type = FRAME_BEGIN};
	struct ask back;

	(void)state;
	size_t size = ask_encode(&ask, frame, sizeof(frame));
	assert_int_equal(ask_decode(frame, size, &back), RESULT_OK);
	assert_string_equal(back.service, "");
	assert_string_equal(back.user, "");
	assert_string_equal(back.connection, "");
	assert_string_equal(back.auth_info, "");
}

static void test_a_wiped_ask_holds_nothing(void **state)
{
	static const struct ask nothing;
	struct ask ask;

	(void)state;
	ask_sample(&ask);
	ask_wipe(&ask);
	assert_memory_equal(&ask, &nothing, sizeof(ask));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ask_there_and_back),
		cmocka_unit_test(test_answer_there_and_back),
		cmocka_unit_test(test_every_other_length_is_refused),
		cmocka_unit_test(test_foreign_types_and_versions_are_refused),
		cmocka_unit_test(test_verdicts_and_lines_out_of_range_are_refused),
		cmocka_unit_test(test_an_unfounded_waiver_is_refused),
		cmocka_unit_test(test_no_damage_turns_a_refusal_into_a_waiver),
		cmocka_unit_test(test_replies_of_every_length),
		cmocka_unit_test(test_the_longest_fits_and_longer_is_cut),
		cmocka_unit_test(test_null_facts_are_empty),
		cmocka_unit_test(test_a_wiped_ask_holds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

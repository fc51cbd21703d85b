/* SPDX-License-Identifier: BSD-3-Clause */
#include "ask.h"

#include <string.h>

static void put_reply(struct wire *wire, const struct reply *reply)
{
	wire_put_u32(wire, (uint32_t)reply->length);
	wire_put_bytes(wire, reply->bytes, reply->length);
}

/* Zeros stand behind it: the ask has nothing else. */
static void get_reply(struct wire *wire, struct reply *reply)
{
	uint32_t length = wire_get_u32(wire);

	if (length > REPLY_MAX) {
		wire->failed = true;
		return;
	}
	reply->length = length;
	wire_get_bytes(wire, reply->bytes, length);
}

size_t ask_encode(const struct ask *ask, uint8_t *frame, size_t size)
{
	struct wire wire;

	wire_start(&wire, frame, size, ask->version, ask->type);
	wire_put_bytes(&wire, ask->id, sizeof(ask->id));
	wire_put_u32(&wire, ask->uid);
	wire_put_u8(&wire, ask->first_factor ? 1 : 0);
	wire_put_string(&wire, ask->service, FACT_SIZE_MAX);
	wire_put_string(&wire, ask->user, NAME_SIZE_MAX);
	wire_put_string(&wire, ask->tty, FACT_SIZE_MAX);
	wire_put_string(&wire, ask->rhost, FACT_SIZE_MAX);
	wire_put_string(&wire, ask->ruser, FACT_SIZE_MAX);
	wire_put_string(&wire, ask->connection, FACT_SIZE_MAX);
	wire_put_string(&wire, ask->auth_info, KEYS_SIZE_MAX);
	wire_put_bytes(&wire, ask->token, sizeof(ask->token));
	put_reply(&wire, &ask->reply);
	return wire.failed ? 0 : wire.at;
}

enum result ask_decode(uint8_t *frame, size_t size, struct ask *ret_ask)
{
	struct wire wire;
	uint8_t type = 0;
	__attribute__((cleanup(ask_wipe))) struct ask ask = {0};

	if (wire_open(&wire, frame, size, &ask.version, &type) != RESULT_OK || type < FRAME_BEGIN ||
		type > FRAME_SESSION_CLOSE)
		return RESULT_INVALID;
	ask.type = (enum frame_type)type;
	wire_get_bytes(&wire, ask.id, sizeof(ask.id));
	ask.uid = wire_get_u32(&wire);
	ask.first_factor = wire_get_u8(&wire) != 0;
	ask.service = wire_get_string(&wire, FACT_SIZE_MAX);
	ask.user = wire_get_string(&wire, NAME_SIZE_MAX);
	ask.tty = wire_get_string(&wire, FACT_SIZE_MAX);
	ask.rhost = wire_get_string(&wire, FACT_SIZE_MAX);
	ask.ruser = wire_get_string(&wire, FACT_SIZE_MAX);
	ask.connection = wire_get_string(&wire, FACT_SIZE_MAX);
	ask.auth_info = wire_get_string(&wire, KEYS_SIZE_MAX);
	wire_get_bytes(&wire, ask.token, sizeof(ask.token));
	get_reply(&wire, &ask.reply);
	if (wire_done(&wire) != RESULT_OK)
		return RESULT_INVALID;
	*ret_ask = ask;
	return RESULT_OK;
}

size_t answer_encode(const struct answer *answer, uint8_t *frame, size_t size)
{
	struct wire wire;

	wire_start(&wire, frame, size, answer->version, FRAME_ANSWER);
	wire_put_bytes(&wire, answer->id, sizeof(answer->id));
	wire_put_u8(&wire, (uint8_t)answer->verdict);
	wire_put_u8(&wire, (uint8_t)answer->line);
	wire_put_u32(&wire, answer->tries);
	wire_put_u32(&wire, answer->seconds);
	wire_put_u32(&wire, answer->resend);
	wire_put_bytes(&wire, answer->token, sizeof(answer->token));
	wire_put_string(&wire, answer->user, NAME_SIZE_MAX);
	wire_put_string(&wire, answer->help, HELP_SIZE_MAX);
	return wire.failed ? 0 : wire.at;
}

/* Nothing that was cut, zeroed or changed in one place turns a refusal into PAM_IGNORE. */
static bool verdict_founded(const struct answer *answer)
{
	bool waives = answer->verdict == VERDICT_WAIVED || answer->verdict == VERDICT_ASK_WAIVED;

	if (waives)
		return strcmp(answer->user, WAIVER) == 0;
	return answer->verdict != VERDICT_DISABLED || answer->line == LINE_NONE;
}

enum result answer_decode(uint8_t *frame, size_t size, struct answer *ret_answer)
{
	struct wire wire;
	struct answer answer = {0};
	uint8_t type = 0;

	if (wire_open(&wire, frame, size, &answer.version, &type) != RESULT_OK ||
		type != FRAME_ANSWER)
		return RESULT_INVALID;
	wire_get_bytes(&wire, answer.id, sizeof(answer.id));
	uint8_t verdict = wire_get_u8(&wire);
	uint8_t line = wire_get_u8(&wire);
	answer.tries = wire_get_u32(&wire);
	answer.seconds = wire_get_u32(&wire);
	answer.resend = wire_get_u32(&wire);
	wire_get_bytes(&wire, answer.token, sizeof(answer.token));
	answer.user = wire_get_string(&wire, NAME_SIZE_MAX);
	answer.help = wire_get_string(&wire, HELP_SIZE_MAX);
	if (wire_done(&wire) != RESULT_OK || verdict >= VERDICT_COUNT || line >= LINE_COUNT)
		return RESULT_INVALID;
	answer.verdict = (enum verdict)verdict;
	answer.line = (enum line)line;
	if (!verdict_founded(&answer))
		return RESULT_INVALID;
	*ret_answer = answer;
	return RESULT_OK;
}

void ask_wipe(struct ask *ask)
{
	explicit_bzero(ask, sizeof(*ask));
}

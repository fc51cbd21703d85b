/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow_answer.h"

#include <string.h>

#include "config.h"
#include "token.h"

enum verdict flow_verdict(enum service_mode mode, enum verdict verdict)
{
	static const enum verdict waived[VERDICT_COUNT] = {
		[VERDICT_REFUSED] = VERDICT_WAIVED,
		[VERDICT_ASK] = VERDICT_ASK_WAIVED,
		[VERDICT_SPENT] = VERDICT_WAIVED,
		[VERDICT_UNAVAILABLE] = VERDICT_WAIVED,
		[VERDICT_DISABLED] = VERDICT_DISABLED,
		[VERDICT_GRANTED] = VERDICT_GRANTED,
		[VERDICT_WAIVED] = VERDICT_WAIVED,
		[VERDICT_ASK_WAIVED] = VERDICT_ASK_WAIVED,
	};

	return mode == MODE_ENFORCE ? verdict : waived[verdict];
}

/* The one way out for a begin or verify. */
static void answer_login(
	struct flow *flow, uint64_t connection, const struct login *login, struct answer *answer)
{
	struct moment now;

	memcpy(answer->id, login->visitor.id, WIRE_ID_SIZE);
	answer->verdict = flow_verdict(login->mode, answer->verdict);
	if (answer->verdict == VERDICT_WAIVED || answer->verdict == VERDICT_ASK_WAIVED)
		answer->user = WAIVER;
	if (answer->verdict == VERDICT_WAIVED) {
		flow->clock->now(flow->clock, &now);
		pass_grant(&flow->waived, &login->visitor, now.boottime);
		if (login->mode == MODE_WARN)
			event_waived(flow->trail, login, answer->line);
	}
	flow->hooks.answer(flow->hooks.context, connection, answer);
}

struct answer flow_answer_of(const struct config *config, const struct view *view)
{
	return (struct answer){
		.verdict = view->verdict,
		.line = view->line,
		.tries = view->tries,
		.seconds = view->seconds,
		.resend = view->resend,
		.user = "",
		.help = view->verdict == VERDICT_ASK ? "" : config->message.help,
	};
}

void flow_answer_view(
	struct flow *flow, uint64_t connection, const struct login *login, const struct view *view)
{
	const struct visitor *visitor = &login->visitor;
	struct answer answer = flow_answer_of(flow->config, view);

	if (view->verdict == VERDICT_ASK)
		token_make(flow->keys, visitor->id, visitor->subject, &view->begun, answer.token);
	answer_login(flow, connection, login, &answer);
}

void flow_answer_verdict(struct flow *flow, uint64_t connection, const struct login *login,
	enum verdict verdict, enum line line, const char *user)
{
	struct answer answer = {
		.verdict = verdict, .line = line, .user = user, .help = flow->config->message.help};

	answer_login(flow, connection, login, &answer);
}

void flow_answer_plain(struct flow *flow, uint64_t connection, const uint8_t *id,
	enum verdict verdict, enum line line)
{
	struct answer answer = {
		.verdict = verdict, .line = line, .user = "", .help = flow->config->message.help};

	memcpy(answer.id, id, WIRE_ID_SIZE);
	flow->hooks.answer(flow->hooks.context, connection, &answer);
}

/* SPDX-License-Identifier: BSD-3-Clause */
#include "message.h"

#include <stdio.h>
#include <string.h>

#include "gsm.h"

enum result message_fill(const char *text, const struct code *code, struct message *ret_message)
{
	WIPED(message) message = {0};
	const char *place = strstr(text, MESSAGE_PLACE);

	if (place == NULL)
		return RESULT_INVALID;
	int length = snprintf(message.text, sizeof(message.text), "%.*s%s%s", (int)(place - text),
		text, code->digits, place + sizeof(MESSAGE_PLACE) - 1);
	if (length < 0 || (size_t)length >= sizeof(message.text))
		return RESULT_INVALID;
	*ret_message = message;
	return RESULT_OK;
}

void message_wipe(struct message *message)
{
	explicit_bzero(message, sizeof(*message));
}

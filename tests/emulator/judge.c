/* SPDX-License-Identifier: BSD-3-Clause */
#include "judge.h"

#include <stdio.h>
#include <string.h>

/* emaildocs.netcorecloud.com/reference/single-message-api, then what is not in its table. */
static const char *const parameters[] = {
	"feedid",
	"username",
	"password",
	"To",
	"Text",
	"templateid",
	"entityid",
	"async",
	"short",
	"senderid",
	"time",
	"dlt_template_type",
	"ssl",
	"jobname",
	"mtype",
};

static const char *const fates[] = {
	[FATE_REFUSED] = "refused",
	[FATE_IGNORED] = "ignored",
	[FATE_DELIVERED] = "delivered",
	[FATE_DUPLICATE] = "dropped duplicate",
	[FATE_NO_DLT] = "dropped without dlt ids",
};

_Static_assert(sizeof(fates) / sizeof(fates[0]) == FATE_COUNT, "a name for every fate");

const char *fate_name(enum fate fate)
{
	return fates[fate];
}

bool parameter_known(const char *name)
{
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
		if (strcmp(parameters[i], name) == 0)
			return true;
	}
	return false;
}

static bool matches(const char *demanded, const char *given)
{
	return demanded == NULL || (given != NULL && strcmp(demanded, given) == 0);
}

static bool account_known(const struct account *account, const struct form *form)
{
	return matches(account->feed_id, form_get(form, "feedid")) &&
	       matches(account->username, form_get(form, "username")) &&
	       matches(account->password, form_get(form, "password"));
}

static void refuse(struct message *message, int code, const char *description, const char *number)
{
	message->fate = FATE_REFUSED;
	message->code = code;
	snprintf(message->description, sizeof(message->description), "%s%s", description, number);
}

static bool has(const struct form *form, const char *name)
{
	const char *value = form_get(form, name);

	return value != NULL && *value != '\0';
}

/* 10 digits, or 12 beginning with 91; others are foreign, or no number at all. */
static void judge_number(const struct account *account, const struct form *form, const char *to,
	struct message *message)
{
	size_t length = strlen(to);
	bool digits = strspn(to, "0123456789") == length;
	bool indian = length == 10 || (length == 12 && strncmp(to, "91", 2) == 0);

	if (!digits || length < 10 || length > 15) {
		refuse(message, GATEWAY_NUMBER, "Invalid mobile number - ", to);
		return;
	}
	if (!indian && !account->international) {
		refuse(message, GATEWAY_NUMBER, "International sms feature not enabled", "");
		return;
	}
	snprintf(message->digits, sizeof(message->digits), "%s%.15s", length == 10 ? "91" : "", to);
	message->fate = FATE_DELIVERED;
	if (indian && !(has(form, "entityid") && has(form, "templateid")))
		message->fate = FATE_NO_DLT;
}

static void judge_recipients(
	const struct account *account, const struct form *form, struct judgement *judgement)
{
	const char *rest = form_get(form, "To");

	if (rest == NULL)
		rest = "";
	do {
		struct message *message = &judgement->message[judgement->count++];
		size_t size = strcspn(rest, ",");
		char to[TO_SIZE];

		snprintf(to, sizeof(to), "%.*s", (int)size, rest);
		memcpy(message->to, to, sizeof(to));
		judge_number(account, form, to, message);
		if (message->fate != FATE_REFUSED && !has(form, "Text"))
			refuse(message, GATEWAY_EMPTY, "Message Empty", "");
		rest += size;
	} while (*rest++ == ',' && judgement->count < RECIPIENTS_MAX);
}

void judge_request(
	const struct account *account, const struct form *form, struct judgement *ret_judgement)
{
	memset(ret_judgement, 0, sizeof(*ret_judgement));
	if (!account_known(account, form)) {
		ret_judgement->code = GATEWAY_ACCOUNT;
		ret_judgement->description = "Authentication failure";
		return;
	}
	judge_recipients(account, form, ret_judgement);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From the operator's text and a code to the bytes that leave: the check of the text, the message,
 * the request's body, the stub's line.
 *
 * - A text that passes is one part with any code, has one place for it, and becomes the message
 *   byte for byte around it; one that does not pass has a sentence, and septets end where it says.
 * - The body has only what need not be escaped, and says the message and each key again when it is
 *   read back.
 * - The stub's file gets exactly one line.
 */
#include "fuzz.h"

#include <sys/mman.h>

#include "gsm.h"
#include "smsotp-send/bulkpush.h"
#include "smsotp-send/message.h"
#include "smsotp-send/rule.h"
#include "smsotp-send/stub.h"

static const struct phone phone = {"+919999900001"};
static const struct password password = {"p&ss =%"};

static int hex(char digit)
{
	const char *digits = "0123456789ABCDEF", *at = digit == '\0' ? NULL : strchr(digits, digit);

	must(at != NULL);
	return (int)(at - digits);
}

/* The value of `name` in the body; false where there is none. */
static bool form_value(const struct form *form, const char *name, char *ret, size_t size)
{
	const char *at = form->bytes;
	size_t length = 0;

	while (strncmp(at, name, strlen(name)) != 0 || at[strlen(name)] != '=') {
		at = strchr(at, '&');
		if (at == NULL)
			return false;
		at++;
	}
	for (at += strlen(name) + 1; *at != '\0' && *at != '&'; at++) {
		must(length < size - 1);
		ret[length] = *at;
		if (*at == '%') {
			ret[length] = (char)(hex(at[1]) * 16 + hex(at[2]));
			at += 2;
		}
		length++;
	}
	ret[length] = '\0';
	return true;
}

static void check_form(const struct config_gateway *gateway, const struct message *message)
{
	char found[sizeof(struct message) + CONFIG_WORD];
	struct form form;

	if (form_build(gateway, &password, &phone, message, &form) != RESULT_OK)
		return;
	must(form.length == strlen(form.bytes) && form.length < FORM_SIZE);
	must(strspn(form.bytes, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				"-._~%=&") == form.length);
	must(form_value(&form, "To", found, sizeof(found)));
	must(strcmp(found, phone.e164 + 1) == 0);
	must(form_value(&form, "Text", found, sizeof(found)));
	must(strcmp(found, message->text) == 0);
	must(form_value(&form, "username", found, sizeof(found)) == (gateway->username[0] != '\0'));
	must(gateway->username[0] == '\0' || strcmp(found, gateway->username) == 0);
	form_wipe(&form);
}

static void check_stub(const struct message *message)
{
	char line[2 * MESSAGE_SIZE];
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	must(stub_write(fd, 1800000000, &phone, message) == RESULT_OK);
	ssize_t size = pread(fd, line, sizeof(line), 0);
	must(size > 0 && size < (ssize_t)sizeof(line));
	must(memchr(line, '\n', (size_t)size) == line + size - 1);
	close(fd);
}

static void check_message(const struct config_gateway *gateway, const char *text)
{
	static const struct code code = {"12345678"};
	struct error error = {""};
	struct message message;
	size_t septets, at;

	if (message_check(text, &error) != RESULT_OK) {
		must(error.text[0] != '\0');
		return;
	}
	const char *place = strstr(text, MESSAGE_PLACE);
	must(place != NULL && strstr(place + 1, MESSAGE_PLACE) == NULL);
	size_t before = (size_t)(place - text);
	if (message_fill(text, &code, &message) != RESULT_OK) {
		must(strlen(text) >= CONFIG_PATH);
		return;
	}
	must(strncmp(message.text, text, before) == 0);
	must(strncmp(message.text + before, code.digits, 8) == 0);
	must(strcmp(message.text + before + 8, place + strlen(MESSAGE_PLACE)) == 0);
	must(gsm_septets(message.text, &septets, &at) == RESULT_OK && septets <= GSM_PART_SEPTETS);
	check_form(gateway, &message);
	check_stub(&message);
	message_wipe(&message);
}

static void check_septets(const char *text)
{
	size_t septets = SIZE_MAX, at = SIZE_MAX;

	if (gsm_septets(text, &septets, &at) == RESULT_OK)
		must(septets <= 2 * strlen(text) && at == SIZE_MAX);
	else
		must(at < strlen(text) && septets == SIZE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct input input = {bytes, size};
	struct config_gateway gateway = {.url = "https://example.com"};
	struct text text = {.code = {"123456"}};
	struct error error = {""};

	take_text(&input, gateway.username, sizeof(gateway.username));
	take_text(&input, gateway.feed_id, sizeof(gateway.feed_id));
	take_text(&input, gateway.sender_id, sizeof(gateway.sender_id));
	take_text(&input, gateway.entity_id, sizeof(gateway.entity_id));
	take_text(&input, gateway.allow_prefixes[0], sizeof(gateway.allow_prefixes[0]));
	take_text(&input, text.phone.e164, sizeof(text.phone.e164));
	if (rule_check(&gateway, &text, &error) != RESULT_OK) {
		must(error.text[0] != '\0');
		must(text.phone.e164[0] == '\0' || strlen(text.phone.e164) < 7 ||
			strstr(error.text, text.phone.e164) == NULL);
	}
	char *message = text_of(input.at, input.left);
	check_septets(message);
	check_message(&gateway, message);
	free(message);
	return 0;
}

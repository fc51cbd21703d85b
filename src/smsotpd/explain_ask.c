/* SPDX-License-Identifier: BSD-3-Clause */
#include "explain_ask.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "config.h"

static bool given(const json_t *request, const char *field)
{
	return json_object_get(request, field) != NULL;
}

/* `or` where the request has none. */
static enum result read_text(const json_t *request, const char *field, const char * or, size_t size,
	const char **ret_text, struct error *error)
{
	const char *text =
		given(request, field) ? json_string_value(json_object_get(request, field)) : or
		;

	if (text == NULL || strlen(text) >= size)
		return error_set(error, RESULT_INVALID,
			"%s is missing or too long; see smsotpctl explain --help", field);
	*ret_text = text;
	return RESULT_OK;
}

static enum result read_uid(const json_t *request, uint32_t *ret_uid, struct error *error)
{
	json_int_t uid = json_integer_value(json_object_get(request, "uid"));

	if (uid < 0 || uid >= UINT32_MAX)
		return error_set(error, RESULT_INVALID, "the uid is no number of an account");
	*ret_uid = (uint32_t)uid;
	return RESULT_OK;
}

/* sshd writes the methods that passed a line each: "publickey ssh-ed25519 AAAA". */
static void write_auth_info(const char *key, struct ask_strings *strings)
{
	if (key[0] != '\0')
		snprintf(strings->auth_info, sizeof(strings->auth_info), "publickey %s\n", key);
	else
		strings->auth_info[0] = '\0';
}

enum result explain_ask_read(const json_t *request, struct ask_strings *strings,
	struct ask *ret_ask, struct error *error)
{
	struct ask ask = {.type = FRAME_BEGIN, .rhost = "", .ruser = ""};
	const char *from, *key;

	enum result result = read_text(request, "name", NULL, NAME_SIZE_MAX + 1, &ask.user, error);
	if (result == RESULT_OK)
		result = read_text(request, "service", "sshd", FACT_SIZE_MAX, &ask.service, error);
	if (result == RESULT_OK)
		result = read_text(request, "tty", "", FACT_SIZE_MAX, &ask.tty, error);
	if (result == RESULT_OK)
		result = read_text(request, "from", "", FACT_SIZE_MAX - 16, &from, error);
	if (result == RESULT_OK)
		result = read_text(request, "key", "", KEYS_SIZE_MAX - 16, &key, error);
	if (result == RESULT_OK)
		result = read_uid(request, &ask.uid, error);
	if (result != RESULT_OK)
		return result;
	snprintf(strings->connection, sizeof(strings->connection), "%s", from);
	write_auth_info(key, strings);
	ask.connection = strings->connection;
	ask.auth_info = strings->auth_info;
	ask.first_factor = json_is_true(json_object_get(request, "password"));
	/* No dialogue has this id: it is a login that nobody has begun. */
	randombytes_buf(ask.id, sizeof(ask.id));
	*ret_ask = ask;
	return RESULT_OK;
}

enum result explain_ask_check(const json_t *request, const struct login *login, struct error *error)
{
	static const struct {
		const char *field;
		enum source_kind kind;
		const char * or ; /* this one goes before it */
	} rows[] = {
		{"from", SOURCE_ADDRESS, "key"},
		{"key", SOURCE_KEY, ""},
		{"uid", SOURCE_UID, ""},
		{"tty", SOURCE_TTY, "uid"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!given(request, rows[i].field) || given(request, rows[i].or) ||
			login->source.kind == rows[i].kind || login->by_uid)
			continue;
		return error_set(error, RESULT_INVALID,
			"a login at %s cannot come from that %s: sshd goes by an address or a "
			"public "
			"key, other services by the uid of who runs them (not 0) or a tty",
			login->service->name, rows[i].field);
	}
	if (login->by_uid && !given(request, "uid"))
		return error_set(error, RESULT_INVALID,
			"[service %s] asks its caller's phone: say who calls it with --uid NUMBER",
			login->service->name);
	return RESULT_OK;
}

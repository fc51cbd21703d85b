/* SPDX-License-Identifier: BSD-3-Clause */
#include "login.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "certificate.h"

#define ADDRESS_SIZE 16

/* What a source is told apart by. */
struct place {
	enum source_kind kind;
	const void *bytes;
	size_t size;
};

/* IPv4-mapped IPv6 is IPv4; IPv6 counts by /64, which is what one customer gets. */
static bool address_read(const char *connection, uint8_t ret[static ADDRESS_SIZE], size_t *ret_size,
	char label[static LABEL_SIZE])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	char text[INET6_ADDRSTRLEN];
	size_t length = strcspn(connection, " %");

	if (length == 0 || length >= sizeof(text))
		return false;
	memcpy(text, connection, length);
	text[length] = '\0';
	if (inet_pton(AF_INET, text, ret) == 1) {
		*ret_size = 4;
	} else if (inet_pton(AF_INET6, text, ret) != 1) {
		return false;
	} else if (memcmp(ret, mapped, sizeof(mapped)) == 0) {
		memmove(ret, ret + sizeof(mapped), 4);
		*ret_size = 4;
	} else {
		memset(ret + 8, 0, 8);
		*ret_size = 8;
	}
	inet_ntop(*ret_size == 4 ? AF_INET : AF_INET6, ret, text, sizeof(text));
	snprintf(label, LABEL_SIZE, "%.26s%s", text, *ret_size == 4 ? "" : "/64");
	return true;
}

/* The line of SSH_AUTH_INFO_0 for one method, without the method's name; NULL where it is not
 * there. */
static const char *auth_line(const char *auth_info, const char *method, size_t *ret_length)
{
	size_t prefix = strlen(method);

	for (const char *line = auth_info; *line != '\0';) {
		size_t length = strcspn(line, "\n");
		bool named = length >= prefix && strncmp(line, method, prefix) == 0;
		if (named && (length == prefix || line[prefix] == ' ')) {
			*ret_length = length - prefix;
			return line + prefix;
		}
		line += length + (line[length] == '\n');
	}
	return NULL;
}

static bool is_sshd(const struct config_service *service)
{
	return strcmp(service->name, "sshd") == 0;
}

/* sudo asks for who calls it, unless it is told to ask for the target: then the names differ. */
static bool asks_caller(const struct config_service *service, const struct ask *ask)
{
	return strcmp(service->name, "sudo") == 0 && ask->uid != 0 &&
	       strcmp(ask->user, ask->ruser) == 0;
}

static void label_hash(
	const struct keys *keys, const void *bytes, size_t size, struct source *source)
{
	const struct part part = {bytes, size};
	uint8_t hash[HASH_SIZE];

	key_hash(keys->name, &part, 1, hash);
	snprintf(source->label, LABEL_SIZE, "key %02x%02x%02x%02x", hash[0], hash[1], hash[2],
		hash[3]);
}

/* The key that passed, behind a blank as auth_line found it; of a certificate the key it is for,
 * which goes to `bytes`. */
static struct place key_place(
	const char *line, size_t length, uint8_t bytes[static CERTIFICATE_KEY_MAX])
{
	size_t size = length == 0 ? 0 : certificate_read(line + 1, length - 1, bytes);

	if (size == 0)
		return (struct place){SOURCE_KEY, line, length};
	return (struct place){SOURCE_KEY, bytes, size};
}

/* Under sshd only the key that passed or the peer's address; a real uid, never PAM_RUSER; the tty.
 * What is not the ask's own is in `bytes`. */
static struct place place_find(const struct config_service *service, const struct keys *keys,
	const struct ask *ask, uint8_t bytes[static CERTIFICATE_KEY_MAX], struct source *source)
{
	struct place place = {SOURCE_UNNAMED, "", 0};
	size_t size;

	snprintf(source->label, LABEL_SIZE, "unnamed");
	if (is_sshd(service)) {
		const char *key = auth_line(ask->auth_info, "publickey", &size);
		if (key != NULL) {
			place = key_place(key, size, bytes);
			label_hash(keys, place.bytes, place.size, source);
		} else if (address_read(ask->connection, bytes, &size, source->label)) {
			place = (struct place){SOURCE_ADDRESS, bytes, size};
		}
	} else if (ask->uid != 0) {
		place = (struct place){SOURCE_UID, &ask->uid, sizeof(ask->uid)};
		snprintf(source->label, LABEL_SIZE, "uid %u", ask->uid);
	} else if (ask->tty[0] != '\0') {
		place = (struct place){SOURCE_TTY, ask->tty, strlen(ask->tty)};
		snprintf(source->label, LABEL_SIZE, "tty %.26s", ask->tty);
	}
	source->kind = place.kind;
	return place;
}

static bool method_passed(
	const struct config_service *service, const struct ask *ask, const char *method)
{
	size_t length;

	return is_sshd(service) && auth_line(ask->auth_info, method, &length) != NULL;
}

/* In the stack before us, or by sshd's own method. */
static bool password_passed(const struct config_service *service, const struct ask *ask)
{
	return ask->first_factor || method_passed(service, ask, "password");
}

static bool first_factor_met(const struct config_service *service, const struct ask *ask)
{
	if (service->before == BEFORE_KEY)
		return method_passed(service, ask, "publickey");
	return service->before == BEFORE_PASSWORD ? password_passed(service, ask) : true;
}

static bool is_shared(const struct config *config, const struct source *source)
{
	for (size_t i = 0; i < CONFIG_LIST && config->limits.shared_sources[i][0] != '\0'; i++) {
		if (source->kind == SOURCE_ADDRESS &&
			strcmp(config->limits.shared_sources[i], source->label) == 0)
			return true;
	}
	return false;
}

void login_name_tag(const struct keys *keys, bool by_uid, uint32_t uid, const char *name,
	uint8_t ret[static HASH_SIZE])
{
	const struct part typed[] = {{"name", 4}, {name, strlen(name)}};
	const struct part caller[] = {{"uid", 3}, {&uid, sizeof(uid)}};

	key_hash(keys->name, by_uid ? caller : typed, 2, ret);
}

/* The hashes that tell visitors and challenges apart. */
static void tags_fill(const struct keys *keys, const struct ask *ask, const struct place *place,
	struct login *login)
{
	struct visitor *visitor = &login->visitor;
	const char *service = login->service->name;
	uint8_t kind = (uint8_t)place->kind;
	uint8_t factor = password_passed(login->service, ask) ? 1 : 0;
	const struct part source[] = {{"source", 6}, {&kind, 1}, {place->bytes, place->size}};

	memcpy(visitor->id, ask->id, WIRE_ID_SIZE);
	login_name_tag(keys, login->by_uid, login->uid, login->name, visitor->name);
	key_hash(keys->name, source, 3, visitor->source);
	const struct part subject[] = {{"subject", 7}, {visitor->name, HASH_SIZE},
		{visitor->source, HASH_SIZE}, {service, strlen(service)}};
	key_hash(keys->name, subject, 4, visitor->subject);
	const struct part binding[] = {{"binding", 7}, {visitor->source, HASH_SIZE},
		{service, strlen(service)}, {&factor, 1}};
	key_hash(keys->name, binding, 4, login->binding);
}

static void telemetry_fill(const struct ask *ask, const struct config_service *service,
	const struct source *source, struct telemetry *ret)
{
	snprintf(ret->tty, sizeof(ret->tty), "%s", ask->tty);
	snprintf(ret->rhost, sizeof(ret->rhost), "%s", ask->rhost);
	snprintf(ret->ruser, sizeof(ret->ruser), "%s", ask->ruser);
	snprintf(ret->connection, sizeof(ret->connection), "%s", ask->connection);
	ret->factor = password_passed(service, ask) ? "password" : "none";
	if (source->kind == SOURCE_KEY)
		ret->factor = "publickey";
}

const char *source_kind_name(enum source_kind kind)
{
	static const char *const names[] = {
		[SOURCE_UNNAMED] = "unnamed",
		[SOURCE_ADDRESS] = "address",
		[SOURCE_KEY] = "key",
		[SOURCE_UID] = "uid",
		[SOURCE_TTY] = "tty",
	};

	return names[kind];
}

enum result login_read(const struct config *config, const struct keys *keys, const struct ask *ask,
	struct login *ret_login)
{
	const struct config_service *service = config_service_find(config, ask->service);
	uint8_t bytes[CERTIFICATE_KEY_MAX];

	if (service == NULL)
		return RESULT_NOT_FOUND;
	memset(ret_login, 0, sizeof(*ret_login));
	ret_login->service = service;
	ret_login->uid = ask->uid;
	ret_login->by_uid = service->ask == ASK_CALLER;
	ret_login->own_uid = asks_caller(service, ask);
	memcpy(ret_login->name, ask->user, strlen(ask->user));
	ret_login->first_factor = first_factor_met(service, ask);
	struct place place = place_find(service, keys, ask, bytes, &ret_login->source);
	ret_login->source.shared = is_shared(config, &ret_login->source);
	tags_fill(keys, ask, &place, ret_login);
	telemetry_fill(ask, service, &ret_login->source, &ret_login->telemetry);
	return RESULT_OK;
}

/* SPDX-License-Identifier: BSD-3-Clause */
#include "config_check.h"

#include <string.h>

#include "config_keys.h"
#include "gsm.h"

static enum result refuse(const struct config *config, const char *section, const char *name,
	const char *why, struct error *error)
{
	return config_key_refuse(config, config_key_find(section, name), 0, why, error);
}

static bool is_set(const struct config *config, const struct config_key *key)
{
	return config_mark(config->origin, key, 0)->file > 0;
}

static uint32_t number_at(const struct config *config, const struct config_key *key)
{
	const void *at = (const char *)config + key->offset;

	return *(const uint32_t *)at;
}

/* The first key of [gateway] but `stub` that a file sets, even to nothing; NULL for none. */
static const struct config_key *gateway_first(const struct config *config)
{
	for (size_t i = 0; i < CONFIG_KEYS; i++) {
		const struct config_key *key = &config_keys[i];

		if (strcmp(key->section, "gateway") == 0 && strcmp(key->name, "stub") != 0 &&
			is_set(config, key))
			return key;
	}
	return NULL;
}

/* Whoever sets one key means the real gateway: half of it must not turn into the stub. */
static enum result check_complete(const struct config *config, struct error *error)
{
	const struct config_gateway *gateway = &config->gateway;
	bool password = gateway->auth == AUTH_PASSWORD;
	char missing[96] = "";
	char why[256];
	const struct {
		const char *name;
		bool lacking;
	} needed[] = {
		{"url", !gateway->url[0]},
		{"feed_id", !gateway->feed_id[0]},
		{"username", password && !gateway->username[0]},
		{"password_file", password && !gateway->password_file[0]},
	};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (needed[i].lacking)
			config_list_add(missing, sizeof(missing), needed[i].name);
	}
	if (!missing[0])
		return RESULT_OK;
	snprintf(why, sizeof(why), "is set, but the gateway also needs %s; set %s, or stub = yes",
		missing, strchr(missing, ',') ? "them" : "it");
	return config_key_refuse(config, gateway_first(config), 0, why, error);
}

static enum result check_gateway(struct config *config, struct error *error)
{
	struct config_gateway *gateway = &config->gateway;
	const struct config_key *stub = config_key_find("gateway", "stub");

	gateway->any = gateway_first(config) != NULL;
	if (!gateway->any && is_set(config, stub) && !gateway->stub)
		return refuse(config, "gateway", "stub",
			"is no, but there is no gateway to send by; set url, feed_id, username "
			"and password_file, or stub = yes",
			error);
	gateway->stub = gateway->stub || !gateway->any;
	if (gateway->proxy[0] && strncmp(gateway->url, "http:", 5) == 0)
		return refuse(config, "gateway", "proxy",
			"would read every code, since url is http; write an https url, or take "
			"the proxy out",
			error);
	return gateway->stub ? RESULT_OK : check_complete(config, error);
}

/* The second of two keys must not be less than the first; says so at whichever a file sets. */
static enum result check_order(const struct config *config, const struct config_key *less,
	const struct config_key *more, struct error *error)
{
	const struct config_key *named = is_set(config, more) ? more : less;
	char why[128];

	if (number_at(config, less) <= number_at(config, more))
		return RESULT_OK;
	snprintf(why, sizeof(why), "%s is %u and %s is %u; write a %s that is at least %s",
		less->name, number_at(config, less), more->name, number_at(config, more),
		more->name, less->name);
	return config_key_refuse(config, named, 0, why, error);
}

static enum result check_message(const struct config *config, struct error *error)
{
	struct error inner;

	if (message_check(config->message.text, &inner) == RESULT_OK)
		return RESULT_OK;
	return refuse(config, "message", "text", inner.text, error);
}

/* Whether `name` is the section's own or one of its `also`, from the entry `from` on. */
static bool claims(const struct config_service *service, const char *name, size_t from)
{
	for (size_t i = from; i < CONFIG_LIST && service->also[i][0]; i++) {
		if (strcmp(service->also[i], name) == 0)
			return true;
	}
	return strcmp(service->name, name) == 0;
}

static enum result refuse_also(
	const struct config *config, uint32_t service, const char *why, struct error *error)
{
	return config_key_refuse(
		config, config_key_find(CONFIG_SERVICE, "also"), service, why, error);
}

static enum result refuse_claim(
	const struct config *config, uint32_t service, const char *name, struct error *error)
{
	char why[256];

	snprintf(why, sizeof(why),
		"has %s, which another section or entry has too; leave it in one", name);
	return refuse_also(config, service, why, error);
}

/* A section that a built-in `also` covers: what is wrong is where the section is. */
static enum result refuse_section(
	const struct config *config, uint32_t service, uint32_t covers, struct error *error)
{
	const struct config_origin *origin = config->origin;
	const struct config_mark *mark = &origin->section[service];
	const char *name = config->service[covers].name;

	return error_set(error, RESULT_INVALID,
		"%s:%u: [service %s] is one of the names of [service %s]; write also = without it "
		"there, or its keys in [service %s]",
		origin->file[mark->file], mark->line, config->service[service].name, name, name);
}

/*
 * Whether another section claims `name`, of the `also` of `number`. Where no file set that `also`,
 * the other section is at fault; if by its own `also`, its turn comes.
 */
static enum result check_claim(
	const struct config *config, uint32_t number, const char *name, struct error *error)
{
	const struct config_key *also = config_key_find(CONFIG_SERVICE, "also");
	bool named = config_mark(config->origin, also, number)->file > 0;

	for (uint32_t i = 0; i < config->services; i++) {
		if (i == number || !claims(&config->service[i], name, 0))
			continue;
		if (named)
			return refuse_claim(config, number, name, error);
		if (strcmp(config->service[i].name, name) == 0)
			return refuse_section(config, i, number, error);
	}
	return RESULT_OK;
}

/* Otherwise percent would put few into the laxer mode: it is read the other way round. */
static enum result check_modes(const struct config *config, uint32_t number, struct error *error)
{
	const struct config_service *service = &config->service[number];
	char why[128];

	if (service->otherwise >= service->mode)
		return RESULT_OK;
	snprintf(why, sizeof(why), "%s is stricter than mode = %s; write mode = %s, or another",
		config_mode_name(service->otherwise), config_mode_name(service->mode),
		config_mode_name(service->otherwise));
	return config_key_refuse(
		config, config_key_find(CONFIG_SERVICE, "otherwise"), number, why, error);
}

/* Each name in `also` is in no other section, as its name or in its `also`, and in this one once.
 */
static enum result check_service(const struct config *config, uint32_t number, struct error *error)
{
	const struct config_service *service = &config->service[number];
	enum result result = check_modes(config, number, error);

	if (strcmp(service->name, "*") == 0 && service->also[0][0])
		return refuse_also(config, number,
			"is set in the section of all other services; take it out", error);
	for (size_t i = 0; result == RESULT_OK && i < CONFIG_LIST && service->also[i][0]; i++) {
		if (claims(service, service->also[i], i + 1))
			return refuse_claim(config, number, service->also[i], error);
		result = check_claim(config, number, service->also[i], error);
	}
	return result;
}

enum result config_check(struct config *config, struct error *error)
{
	enum result result = check_gateway(config, error);

	if (result == RESULT_OK)
		result = check_order(config, config_key_find("gateway", "connect_timeout"),
			config_key_find("gateway", "timeout"), error);
	if (result == RESULT_OK)
		result = check_order(config, config_key_find("lockout", "wait"),
			config_key_find("lockout", "wait_max"), error);
	if (result == RESULT_OK)
		result = check_message(config, error);
	for (uint32_t i = 0; result == RESULT_OK && i < config->services; i++)
		result = check_service(config, i, error);
	return result;
}

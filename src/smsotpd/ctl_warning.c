/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctl_warning.h"

#include "config.h"

#define NEARLY_FULL 80 /* percent */

static void warn(json_t *warnings, const char *sentence)
{
	json_array_append_new(warnings, json_string(sentence));
}

static bool has_identifying_phone(const struct schema *schema)
{
	for (size_t i = 0; i < schema->count; i++) {
		if (schema->trait[i].type == TRAIT_PHONE && schema->trait[i].identifier)
			return true;
	}
	return false;
}

void warn_schema(const struct config *config, const struct schema *schema, json_t *warnings)
{
	if (!schema_has_phone(schema))
		warn(warnings,
			"The schema has no trait of type phone, so nobody gets a text and every "
			"sign-in is refused. Mend it with: (smsotpctl schema show; echo phone: "
			"phone) "
			"| smsotpctl schema set");
	for (uint32_t i = 0; i < config->services; i++) {
		const struct config_service *service = &config->service[i];
		if (service->identify != IDENTIFY_PHONE || has_identifying_phone(schema))
			continue;
		json_array_append_new(warnings,
			json_sprintf(
				"[service %s] has identify = phone, but no phone is an "
				"identifier. Put the word identifier behind it in what smsotpctl "
				"schema show prints, and hand that to: smsotpctl schema set",
				service->name));
	}
}

void warn_stub(const struct config *config, json_t *warnings)
{
	if (config->gateway.stub)
		json_array_append_new(warnings,
			json_sprintf("No text leaves: the stub writes codes to %s/stub.log. Set "
				     "url, username, feed_id and password_file in [gateway].",
				config->paths.run));
}

void warn_used(const char *store, unsigned int percent, json_t *warnings)
{
	if (percent >= NEARLY_FULL)
		json_array_append_new(warnings,
			json_sprintf("The %s store is %u percent full. Raise %s_size in [store] "
				     "and restart smsotpd, or remove identities that are not "
				     "needed.",
				store, percent, store));
}

void warn_room(const struct state *state, size_t identities, json_t *warnings)
{
	char sentence[STATE_SENTENCE];

	if (state_sentence(state, identities, sentence))
		warn(warnings, sentence);
}

enum result warn_change(
	const struct ctl_call *call, MDB_txn *txn, json_t *reply, struct error *error)
{
	json_t *warnings = json_array();
	size_t identities = 0;

	json_object_set_new(reply, "warnings", warnings);
	enum result result = identities_count(call->context->identities, txn, &identities);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	warn_room(call->context->state, identities, warnings);
	return RESULT_OK;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 *	schema.show                    ->  traits [{name, type, identifier, required}], warnings
 *	schema.set   traits [..], force  ->  warnings
 */
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "ctl_verb.h"
#include "ctl_warning.h"
#include "log.h"

static void put_warnings(const struct ctl_call *call, const struct schema *schema, json_t *reply)
{
	json_t *warnings = json_array();

	warn_schema(call->context->config, schema, warnings);
	json_object_set_new(reply, "warnings", warnings);
}

json_t *ctl_schema_json(const struct schema *schema)
{
	json_t *traits = json_array();

	for (size_t i = 0; i < schema->count; i++) {
		const struct trait *trait = &schema->trait[i];
		json_array_append_new(
			traits, json_pack("{s:s, s:s, s:b, s:b}", "name", trait->name, "type",
					trait_type_name(trait->type), "identifier",
					trait->identifier, "required", trait->required));
	}
	return traits;
}

static enum result verb_show(const struct ctl_call *call, json_t *reply, struct error *error)
{
	struct schema schema;
	MDB_txn *txn = NULL;

	enum result result = identities_begin(call->context->identities, false, &txn);
	if (result == RESULT_OK)
		result = identities_schema(call->context->identities, txn, &schema);
	store_abort(&txn);
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	json_object_set_new(reply, "traits", ctl_schema_json(&schema));
	put_warnings(call, &schema, reply);
	return RESULT_OK;
}

static enum result read_trait(const json_t *from, struct trait *ret_trait, struct error *error)
{
	const char *name = json_string_value(json_object_get(from, "name"));
	const char *type = json_string_value(json_object_get(from, "type"));
	char shown[4 * TRAIT_NAME_MAX + 1];

	if (name == NULL || type == NULL)
		return error_set(error, RESULT_INVALID, "a trait has a name and a type");
	if (strlen(name) > TRAIT_NAME_MAX)
		return error_set(error, RESULT_INVALID,
			"the trait %s has a name of more than %d letters; shorten it",
			log_escape(name, shown, sizeof(shown)), TRAIT_NAME_MAX);
	if (trait_type_parse(type, &ret_trait->type) != RESULT_OK)
		return error_set(error, RESULT_INVALID,
			"the trait %s is of no known type; there are phone, email and string",
			log_escape(name, shown, sizeof(shown)));
	memcpy(ret_trait->name, name, strlen(name) + 1);
	ret_trait->identifier = json_is_true(json_object_get(from, "identifier"));
	ret_trait->required = json_is_true(json_object_get(from, "required"));
	return RESULT_OK;
}

enum result ctl_schema_read(const json_t *traits, struct schema *ret_schema, struct error *error)
{
	struct schema schema = {0};
	json_t *trait;
	size_t i;

	if (!json_is_array(traits) || json_array_size(traits) > SCHEMA_TRAITS_MAX)
		return error_set(error, RESULT_INVALID,
			"a schema is a list of at most %d traits; see smsotpctl schema show",
			SCHEMA_TRAITS_MAX);
	json_array_foreach(traits, i, trait)
	{
		enum result result = read_trait(trait, &schema.trait[i], error);
		if (result != RESULT_OK)
			return result;
	}
	schema.count = json_array_size(traits);
	*ret_schema = schema;
	return RESULT_OK;
}

static enum result verb_set(const struct ctl_call *call, json_t *reply, struct error *error)
{
	bool force = json_is_true(json_object_get(call->request, "force"));
	struct ctl_change change = {0};
	struct schema schema = {0};

	enum result result =
		ctl_schema_read(json_object_get(call->request, "traits"), &schema, error);
	if (result == RESULT_OK)
		result = ctl_change_begin(call, &change, error);
	if (result == RESULT_OK)
		result = ctl_change_schema(call, &change, &schema, force, error);
	if (result == RESULT_OK)
		result = ctl_change_commit(&change, error);
	ctl_change_abort(&change);
	if (result == RESULT_OK)
		put_warnings(call, &schema, reply);
	return result;
}

const struct ctl_verb ctl_schema_verbs[] = {
	{"schema.show", verb_show},
	{"schema.set", verb_set},
	{NULL, NULL},
};

/* SPDX-License-Identifier: BSD-3-Clause */
#include "identity_record.h"

#include <string.h>

#include "identity_check.h"
#include "wire.h"

#define RECORD_VERSION  1
#define FLAG_SUSPENDED  1
#define FLAG_IDENTIFIER 1
#define FLAG_REQUIRED   2

static uint8_t count_values(const struct schema *schema, const struct identity *identity)
{
	uint8_t count = 0;

	for (size_t i = 0; i < schema->count; i++) {
		if (identity->value[i][0] != '\0')
			count++;
	}
	return count;
}

size_t identity_encode(
	const struct schema *schema, const struct identity *identity, uint8_t *bytes, size_t size)
{
	struct wire wire = {.bytes = bytes, .size = size};

	wire_put_u8(&wire, RECORD_VERSION);
	wire_put_u8(&wire, identity->suspended ? FLAG_SUSPENDED : 0);
	wire_put_u32(&wire, identity->uid);
	wire_put_string(&wire, identity->name, IDENTITY_NAME_MAX);
	wire_put_u8(&wire, count_values(schema, identity));
	for (size_t i = 0; i < schema->count; i++) {
		if (identity->value[i][0] == '\0')
			continue;
		wire_put_string(&wire, schema->trait[i].name, TRAIT_NAME_MAX);
		wire_put_string(&wire, identity->value[i], TRAIT_VALUE_MAX);
	}
	return wire.failed ? 0 : wire.at;
}

size_t schema_encode(const struct schema *schema, uint8_t *bytes, size_t size)
{
	struct wire wire = {.bytes = bytes, .size = size};

	wire_put_u8(&wire, RECORD_VERSION);
	wire_put_u8(&wire, (uint8_t)schema->count);
	for (size_t i = 0; i < schema->count; i++) {
		const struct trait *trait = &schema->trait[i];
		wire_put_u8(&wire, (uint8_t)trait->type);
		wire_put_u8(&wire, (uint8_t)((trait->identifier ? FLAG_IDENTIFIER : 0) |
					     (trait->required ? FLAG_REQUIRED : 0)));
		wire_put_string(&wire, trait->name, TRAIT_NAME_MAX);
	}
	return wire.failed ? 0 : wire.at;
}

static void get_value(struct wire *wire, const struct schema *schema, struct identity *identity)
{
	const char *name = wire_get_string(wire, TRAIT_NAME_MAX);
	const char *value = wire_get_string(wire, TRAIT_VALUE_MAX);
	size_t place = schema_find(schema, name);

	if (!trait_name_valid(name) || value[0] == '\0')
		wire->failed = true;
	if (wire->failed || place == schema->count)
		return;
	if (identity->value[place][0] != '\0')
		wire->failed = true;
	memcpy(identity->value[place], value, strlen(value) + 1);
}

enum result identity_decode(
	const struct schema *schema, uint8_t *bytes, size_t size, struct identity *ret_identity)
{
	struct wire wire = {.bytes = bytes, .size = size};
	WIPED(identity) identity = {0};

	uint8_t version = wire_get_u8(&wire);
	uint8_t flags = wire_get_u8(&wire);
	identity.uid = wire_get_u32(&wire);
	const char *name = wire_get_string(&wire, IDENTITY_NAME_MAX);
	uint8_t count = wire_get_u8(&wire);
	if (wire.failed || version != RECORD_VERSION || (flags & ~FLAG_SUSPENDED) != 0)
		return RESULT_INVALID;
	if (!identity_name_valid(name) || count > SCHEMA_TRAITS_MAX)
		return RESULT_INVALID;
	identity.suspended = (flags & FLAG_SUSPENDED) != 0;
	memcpy(identity.name, name, strlen(name) + 1);
	for (uint8_t i = 0; i < count; i++)
		get_value(&wire, schema, &identity);
	if (wire_done(&wire) != RESULT_OK)
		return RESULT_INVALID;
	*ret_identity = identity;
	return RESULT_OK;
}

static void get_trait(struct wire *wire, struct trait *trait)
{
	uint8_t type = wire_get_u8(wire);
	uint8_t flags = wire_get_u8(wire);
	const char *name = wire_get_string(wire, TRAIT_NAME_MAX);

	if (type > TRAIT_EMAIL || (flags & ~(FLAG_IDENTIFIER | FLAG_REQUIRED)) != 0)
		wire->failed = true;
	if (wire->failed)
		return;
	memcpy(trait->name, name, strlen(name) + 1);
	trait->type = (enum trait_type)type;
	trait->identifier = (flags & FLAG_IDENTIFIER) != 0;
	trait->required = (flags & FLAG_REQUIRED) != 0;
}

enum result schema_decode(uint8_t *bytes, size_t size, struct schema *ret_schema)
{
	struct wire wire = {.bytes = bytes, .size = size};
	struct schema schema = {0};
	struct error ignored;

	uint8_t version = wire_get_u8(&wire);
	schema.count = wire_get_u8(&wire);
	if (wire.failed || version != RECORD_VERSION || schema.count > SCHEMA_TRAITS_MAX)
		return RESULT_INVALID;
	for (size_t i = 0; i < schema.count; i++)
		get_trait(&wire, &schema.trait[i]);
	if (wire_done(&wire) != RESULT_OK || schema_check(&schema, &ignored) != RESULT_OK)
		return RESULT_INVALID;
	*ret_schema = schema;
	return RESULT_OK;
}

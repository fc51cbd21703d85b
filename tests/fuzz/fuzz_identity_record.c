/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as a record: what is taken encodes to the same bytes again. */
#include "fuzz.h"

#include "smsotpd/identity_record.h"

static const struct schema schema = {
	.count = 3,
	.trait = {{.name = "a"}, {.name = "b", .type = TRAIT_EMAIL},
		{.name = "phone", .type = TRAIT_PHONE}},
};

static void try_identity(uint8_t *bytes, size_t size)
{
	struct identity identity, again;
	uint8_t encoded[IDENTITY_RECORD_MAX];

	if (identity_decode(&schema, bytes, size, &identity) != RESULT_OK)
		return;
	size_t length = identity_encode(&schema, &identity, encoded, sizeof(encoded));
	if (length == 0 || identity_decode(&schema, encoded, length, &again) != RESULT_OK)
		abort();
	if (memcmp(&identity, &again, sizeof(identity)) != 0)
		abort();
}

static void try_schema(uint8_t *bytes, size_t size)
{
	struct schema found;
	uint8_t encoded[SCHEMA_RECORD_MAX];

	if (schema_decode(bytes, size, &found) != RESULT_OK)
		return;
	size_t length = schema_encode(&found, encoded, sizeof(encoded));
	if (length != size || memcmp(bytes, encoded, size) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = copy_of(data, size);

	try_identity(bytes, size);
	try_schema(bytes, size);
	free(bytes);
	return 0;
}

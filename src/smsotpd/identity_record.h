/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The identity store's two records, as bytes. Numbers are little endian, a string is as in wire.h:
 * its length (u16), its bytes, one NUL. A record ends exactly after its last field.
 *
 *	identity: version u8 (1), flags u8 (bit 0 suspended), uid u32 (UID_NONE for none), name,
 *	          count u8, then count times {trait name, value}; a trait without value is left out
 *	schema:   version u8 (1), count u8, then count times
 *	          {type u8, flags u8 (bit 0 identifier, bit 1 required), trait name}
 *
 * An identity names its traits, so it outlives a change of the schema. Decoders take any bytes:
 * RESULT_INVALID for all that an encoder would not have written.
 */
#ifndef SMSOTP_IDENTITY_RECORD_H
#define SMSOTP_IDENTITY_RECORD_H

#include "identity.h"

#define IDENTITY_RECORD_MAX 5120
#define SCHEMA_RECORD_MAX   1024

/* Encoders return the record's size, 0 where `size` does not hold it. */
size_t identity_encode(
	const struct schema *schema, const struct identity *identity, uint8_t *bytes, size_t size);
size_t schema_encode(const struct schema *schema, uint8_t *bytes, size_t size);

/* A value of a trait that `schema` does not have is dropped. */
CHECKED enum result identity_decode(
	const struct schema *schema, uint8_t *bytes, size_t size, struct identity *ret_identity);
CHECKED enum result schema_decode(uint8_t *bytes, size_t size, struct schema *ret_schema);

#endif

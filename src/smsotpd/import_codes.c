/* SPDX-License-Identifier: BSD-3-Clause */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "import_parts.h"

static enum result keep(struct import *import, const char *name,
	const uint8_t record[static RECOVERY_RECORD_SIZE], struct error *error)
{
	if (import->codes_count == import->codes_room) {
		size_t room = import->codes_room == 0 ? 64 : 2 * import->codes_room;
		void *codes = reallocarray(import->codes, room, sizeof(*import->codes));
		if (codes == NULL)
			return error_set(error, RESULT_MEMORY, "no memory for recovery codes");
		import->codes = codes;
		import->codes_room = room;
	}
	struct import_codes *codes = &import->codes[import->codes_count++];
	memcpy(codes->name, name, strlen(name) + 1);
	memcpy(codes->record, record, sizeof(codes->record));
	return RESULT_OK;
}

enum result import_codes_take(
	struct import *import, const struct row *row, bool *ret_changes, struct error *error)
{
	uint8_t record[RECOVERY_RECORD_SIZE];
	size_t size = 0;
	bool changes = false;
	enum result result = RESULT_INVALID;

	if (row->recovery == NULL)
		return RESULT_OK;
	if (sodium_base642bin(record, sizeof(record), row->recovery, strlen(row->recovery), NULL,
		    &size, NULL, sodium_base64_VARIANT_ORIGINAL) == 0)
		result = identities_recovery_compare(import->call->context->identities, import->txn,
			row->name, record, size, &changes);
	if (result == RESULT_INVALID)
		return error_set(error, result,
			"recovery is not what an export writes there; leave it as it was, or out");
	/* Under another host's key they are no use here, and no fault either. */
	if (result == RESULT_REFUSED) {
		import->foreign++;
		return RESULT_OK;
	}
	if (result != RESULT_OK)
		return ctl_failed(result, error);
	*ret_changes = changes;
	return changes ? keep(import, row->name, record, error) : RESULT_OK;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* What is typed for a recovery code, and the records of codes and of phones' pasts, from any bytes.
 */
#include "fuzz.h"

#include "smsotpd/quarantine.h"
#include "smsotpd/recovery.h"

static void try_reply(const uint8_t *bytes, size_t size)
{
	struct reply reply = {.length = size < REPLY_MAX ? size : REPLY_MAX}, written = {0};
	struct recovery_code code = {"before"}, again;

	memcpy(reply.bytes, bytes, reply.length);
	if (recovery_read(&reply, &code) != RESULT_OK) {
		must(strcmp(code.symbols, "before") == 0);
		return;
	}
	must(reply.length >= RECOVERY_SYMBOLS && strlen(code.symbols) == RECOVERY_SYMBOLS);
	recovery_write(&code, written.bytes);
	written.length = strlen(written.bytes);
	must(recovery_length(written.length));
	must(recovery_read(&written, &again) == RESULT_OK);
	must(strcmp(code.symbols, again.symbols) == 0);
}

static void try_records(const uint8_t *bytes, size_t size)
{
	uint8_t recovered[RECOVERY_RECORD_SIZE], held[QUARANTINE_RECORD_SIZE];
	struct recovery recovery;
	struct quarantine quarantine;

	if (recovery_decode(bytes, size, &recovery) == RESULT_OK) {
		must(recovery_left(&recovery) <= RECOVERY_CODES);
		recovery_encode(&recovery, recovered);
		must(memcmp(recovered, bytes, size) == 0);
	}
	if (quarantine_decode(bytes, size, &quarantine) == RESULT_OK) {
		quarantine_encode(&quarantine, held);
		must(memcmp(held, bytes, size) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	try_reply(bytes, size);
	try_records(bytes, size);
	return 0;
}

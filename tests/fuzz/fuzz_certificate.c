/* SPDX-License-Identifier: BSD-3-Clause */
/* What sshd says of the key that passed, were it anything: of a certificate the key is taken out,
 * which is a part of it, and what stands behind it in the line changes nothing. */
#include "fuzz.h"

#include "smsotpd/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const char more[] = " signature count = 1";
	uint8_t key[CERTIFICATE_KEY_MAX], again[CERTIFICATE_KEY_MAX];
	char *line = malloc(size + sizeof(more));

	must(line != NULL);
	if (size > 0)
		memcpy(line, bytes, size);
	size_t found = certificate_read(line, size, key);
	must(found <= size / 4 * 3);
	must(found == 0 || memchr(line, ' ', size) != NULL);
	memcpy(line + size, more, sizeof(more));
	must(certificate_read(line, size + sizeof(more), again) == found);
	must(memcmp(key, again, found) == 0);
	free(line);
	return 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/* Any text as a moment: what is taken is 24 characters that compare as the trail's times do. */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "smsotpctl/since.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char shape[] = "0000-00-00T00:00:00.000Z";
	char since[SINCE_SIZE] = "";
	char *text = malloc(size + 1);

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (since_read(text, 1763883000, since)) {
		for (size_t i = 0; i < SINCE_SIZE - 1; i++) {
			if (shape[i] == '0' ? !isdigit((unsigned char)since[i])
					    : since[i] != shape[i])
				abort();
		}
	} else if (since[0] != '\0') {
		abort();
	}
	free(text);
	return 0;
}

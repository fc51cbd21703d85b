/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts and reports: what decodes is the same after another turn. */
#include "fuzz.h"

#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	uint8_t frame[TEXT_FRAME_SIZE];
	uint8_t *copy = copy_of(bytes, size);
	struct text text;
	struct report report, again;

	if (text_decode(copy, size, &text) == RESULT_OK) {
		must(text_encode(&text, frame, sizeof(frame)) == size);
		must(memcmp(frame, bytes, size) == 0);
	}
	if (report_decode(copy, size, &report) == RESULT_OK) {
		must(report_encode(&report, frame, sizeof(frame)) == size);
		must(report_decode(frame, size, &again) == RESULT_OK);
		must(memcmp(&report, &again, sizeof(report)) == 0);
	}
	free(copy);
	return 0;
}

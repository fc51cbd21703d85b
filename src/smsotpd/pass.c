/* SPDX-License-Identifier: BSD-3-Clause */
#include "pass.h"

#include <string.h>

static struct pass *find(struct passes *passes, const struct visitor *visitor)
{
	for (size_t i = 0; i < PASS_SIZE; i++) {
		struct pass *pass = &passes->pass[i];
		if (pass->granted != 0 && memcmp(pass->id, visitor->id, WIRE_ID_SIZE) == 0 &&
			memcmp(pass->subject, visitor->subject, HASH_SIZE) == 0)
			return pass;
	}
	return NULL;
}

void pass_grant(struct passes *passes, const struct visitor *visitor, int64_t now)
{
	struct pass *best = &passes->pass[0];

	for (size_t i = 1; i < PASS_SIZE; i++) {
		if (passes->pass[i].granted < best->granted)
			best = &passes->pass[i];
	}
	*best = (struct pass){.granted = now};
	memcpy(best->id, visitor->id, WIRE_ID_SIZE);
	memcpy(best->subject, visitor->subject, HASH_SIZE);
}

int64_t pass_since(const struct passes *passes, const struct visitor *visitor)
{
	const struct pass *pass = find((struct passes *)passes, visitor);

	return pass == NULL ? 0 : pass->granted;
}

bool pass_open(struct passes *passes, const struct visitor *visitor, int64_t now, int64_t within)
{
	struct pass *pass = find(passes, visitor);

	if (pass == NULL || pass->opened || now - pass->granted > within)
		return false;
	pass->opened = true;
	return true;
}

bool pass_close(struct passes *passes, const struct visitor *visitor)
{
	struct pass *pass = find(passes, visitor);

	if (pass == NULL || !pass->opened)
		return false;
	*pass = (struct pass){0};
	return true;
}

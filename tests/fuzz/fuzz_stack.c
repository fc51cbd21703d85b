/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any bytes as files of /etc/pam.d that may include each other, "a" to "z" by the bytes 0 between
 * them: reading and walking them ends, and no jump leaves the stack.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "smsotpctl/walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t size;
};

/* The text between two bytes 0 whose number is the name's letter. */
static char *read_part(void *context, const char *name)
{
	const struct input *input = context;
	const uint8_t *at = input->data;
	const uint8_t *end = at + input->size;

	if (name[0] < 'a' || name[0] > 'z' || name[1] != '\0')
		return NULL;
	for (char letter = 'a'; letter < name[0]; letter++) {
		at = memchr(at, 0, (size_t)(end - at));
		if (at == NULL)
			return NULL;
		at++;
	}
	return strndup((const char *)at, (size_t)(end - at));
}

static void walk(const struct stack *stack)
{
	bool lines[STACK_LINES_MAX];

	for (unsigned int ours = 0; ours < 1U << STACK_RETURNS; ours += 7) {
		const struct walk with = {
			.ours = ours, .proof = (ours & 1) != 0, .plain = (ours & 2) != 0};
		unsigned int outcome = walk_stack(stack, &with);
		if ((outcome & WALK_THROUGH) != 0 && (outcome & WALK_ASKED) == 0)
			abort();
	}
	if (walk_past(stack, lines) > stack->count)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	const struct stack_reader reader = {.read = read_part, .context = &input};
	struct stack *stack = NULL;
	struct error error;

	if (stack_read(&reader, "a", "auth", &stack, &error) == RESULT_OK)
		walk(stack);
	free(stack);
	return 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What targets share: an invariant that ends the run, and an input that is taken apart from its
 * front. What is short is zeros, so that every input means something.
 */
#ifndef SMSOTP_FUZZ_H
#define SMSOTP_FUZZ_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

struct input {
	const uint8_t *at;
	size_t left;
};

static inline void must_hold(bool condition, const char *sentence)
{
	if (condition)
		return;
	(void)!write(2, sentence, strlen(sentence));
	abort();
}

#define LINE_TEXT_(line) #line
#define LINE_TEXT(line)  LINE_TEXT_(line)
/* Else the run ends, and says what did not hold. */
#define must(condition)                                                                            \
	must_hold(condition, __FILE__ ":" LINE_TEXT(__LINE__) ": not so: " #condition "\n")

/* In a block of exactly that size, so that a read behind it is seen. */
static inline uint8_t *copy_of(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size + (size == 0));

	must(copy != NULL);
	if (size > 0)
		memcpy(copy, bytes, size);
	return copy;
}

/* As copy_of, with a NUL behind it. */
static inline char *text_of(const uint8_t *bytes, size_t size)
{
	char *text = malloc(size + 1);

	must(text != NULL);
	if (size > 0)
		memcpy(text, bytes, size);
	text[size] = '\0';
	return text;
}

static inline void take_bytes(struct input *input, void *ret, size_t size)
{
	size_t there = size < input->left ? size : input->left;

	memset(ret, 0, size);
	if (there > 0)
		memcpy(ret, input->at, there);
	input->at += there;
	input->left -= there;
}

/* How many descriptors are open, of the first 64. */
static inline int descriptors_open(void)
{
	int count = 0;

	for (int fd = 0; fd < 64; fd++)
		count += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
	return count;
}

static inline uint8_t take_u8(struct input *input)
{
	uint8_t value;

	take_bytes(input, &value, sizeof(value));
	return value;
}

static inline uint32_t take_u32(struct input *input)
{
	uint32_t value;

	take_bytes(input, &value, sizeof(value));
	return value;
}

static inline int64_t take_i64(struct input *input)
{
	int64_t value;

	take_bytes(input, &value, sizeof(value));
	return value;
}

/* One byte for the length, which is cut at what is there and at `size`. Returns it. */
static inline size_t take_part(struct input *input, void *ret, size_t size)
{
	size_t length = take_u8(input);

	if (length > input->left)
		length = input->left;
	if (length > size)
		length = size;
	take_bytes(input, ret, length);
	return length;
}

/* The same as a string: at most `size` bytes with its NUL, none of them before it. */
static inline size_t take_text(struct input *input, char *ret, size_t size)
{
	size_t length = take_part(input, ret, size - 1);

	ret[length] = '\0';
	return strlen(ret);
}

#endif

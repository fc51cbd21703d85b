/* SPDX-License-Identifier: BSD-3-Clause */
/* Stands before libc's malloc(3), calloc(3) and realloc(3), in the one file that includes it. */
#ifndef SMSOTP_TEST_MEMORY_FIXTURE_H
#define SMSOTP_TEST_MEMORY_FIXTURE_H

#include <stdbool.h>
#include <stdlib.h>

#define MEMORY_EXPORTED __attribute__((visibility("default")))

/* glibc's own, which need no dlsym(3): that takes memory. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *memory);

/* The test's: whether this call finds none. */
bool memory_struck(void);

MEMORY_EXPORTED void *malloc(size_t size)
{
	return memory_struck() ? NULL : __libc_malloc(size);
}

MEMORY_EXPORTED void *calloc(size_t count, size_t size)
{
	return memory_struck() ? NULL : __libc_calloc(count, size);
}

MEMORY_EXPORTED void *realloc(void *old, size_t size)
{
	return memory_struck() ? NULL : __libc_realloc(old, size);
}

#endif

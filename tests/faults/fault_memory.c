/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory that is not there. Passed on is what those take whose own faults these are: name services
 * crash (glibc 2.36), ld.so crashes in a later dlsym(3) where a dlopen(3) had none (glibc 2.36),
 * and libseccomp 2.5.4 loops for ever in seccomp_load(3). Not for a sanitized program, whose own
 * malloc asks dlsym(3) before it is ready.
 */
#include <link.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"

/* Where the code of those lies whose memory is passed on. */
static struct range {
	const char *object;
	uintptr_t start, end;
} spared[] = {{.object = "/ld-linux"}, {.object = "/libseccomp"}};

/* In a call of libc whose own memory is passed on. */
static _Thread_local int looking_up;

#define SPARED (sizeof(spared) / sizeof(spared[0]))

static int spare(struct dl_phdr_info *object, size_t size, void *context)
{
	(void)size;
	(void)context;
	for (size_t i = 0; i < SPARED; i++) {
		if (strstr(object->dlpi_name, spared[i].object) == NULL)
			continue;
		spared[i].start = object->dlpi_addr;
		for (size_t j = 0; j < object->dlpi_phnum; j++) {
			const ElfW(Phdr) *part = &object->dlpi_phdr[j];
			uintptr_t end = object->dlpi_addr + part->p_vaddr + part->p_memsz;
			if (part->p_type == PT_LOAD && end > spared[i].end)
				spared[i].end = end;
		}
	}
	return 0;
}

static bool is_spared(const void *caller)
{
	if (looking_up > 0)
		return true;
	for (size_t i = 0; i < SPARED; i++) {
		if ((uintptr_t)caller >= spared[i].start && (uintptr_t)caller < spared[i].end)
			return true;
	}
	return false;
}

__attribute__((constructor)) static void spare_all(void)
{
	dl_iterate_phdr(spare, NULL);
}

/* clang-format off */
#define MEMORY(name, parameters, arguments) \
	STAND_IN(FAULT_MEMORY, !is_spared(__builtin_return_address(0)), void *, NULL, ENOMEM, name, \
		parameters, arguments)

MEMORY(malloc, (size_t size), (size))
MEMORY(calloc, (size_t count, size_t size), (count, size))
MEMORY(realloc, (void *old, size_t size), (old, size))
STAND_IN(FAULT_MEMORY, true, int, ENOMEM, ENOMEM, posix_memalign,
	(void **ret, size_t alignment, size_t size), (ret, alignment, size))
/* clang-format on */

EXPORTED void *dlopen(const char *path, int mode)
{
	looking_up++;
	void *object = REAL(dlopen)(path, mode);
	looking_up--;
	return object;
}

EXPORTED struct passwd *getpwnam(const char *name)
{
	looking_up++;
	struct passwd *found = REAL(getpwnam)(name);
	looking_up--;
	return found;
}

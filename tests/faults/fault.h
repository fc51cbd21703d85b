/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the one who hands faults in and the program that has them share: a page in a file, mapped by
 * both. faults.py writes the same layout.
 */
#ifndef SMSOTP_TEST_FAULT_H
#define SMSOTP_TEST_FAULT_H

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define FAULT_VARIABLE  "SMSOTP_FAULTS" /* names the page's file */
#define FAULT_NAME_SIZE 40

enum fault_class {
	FAULT_MEMORY = 1,
	FAULT_STORE = 2,
	FAULT_FILE = 4,
	FAULT_SOCKET = 8,
	FAULT_CURL = 16,
};

enum fault_act {
	FAULT_FAIL = 0, /* the call is not made and fails */
	FAULT_LATE,     /* the call is made and fails all the same, where it writes to a file */
	FAULT_DIE,      /* SIGKILL instead of the call */
	FAULT_DIE_AFTER,
};

/* `first` to `last` of the calls of `classes` get `act`, counted from when `count` was set to 0. */
struct fault_page {
	_Atomic uint32_t classes; /* 0: nothing is counted */
	_Atomic uint32_t act;
	_Atomic uint32_t first;
	_Atomic uint32_t last;
	_Atomic uint32_t count;
	_Atomic uint32_t hits;
	char name[FAULT_NAME_SIZE]; /* of the first that was hit */
};

/* Counts one call; true where *ret_act is to become of it. FAULT_DIE does not return. */
bool fault_struck(enum fault_class kind, const char *name, enum fault_act *ret_act);

/* SIGKILL. */
void fault_die(void);

#define EXPORTED   __attribute__((visibility("default")))
#define REAL(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

/* A function `name` that counts as `kind` where `counts`; it fails by `failure` with `number` in
 * errno. */
#define STAND_IN(kind, counts, type, failure, number, name, parameters, arguments)                 \
	EXPORTED type name parameters                                                              \
	{                                                                                          \
		static __typeof__(&name) real;                                                     \
		enum fault_act act = FAULT_FAIL;                                                   \
		if (real == NULL)                                                                  \
			real = REAL(name);                                                         \
		bool hit = (counts) && fault_struck(kind, #name, &act);                            \
		bool late = (kind) == FAULT_FILE && act == FAULT_LATE;                             \
		if (hit && act != FAULT_DIE_AFTER && !late) {                                      \
			errno = number;                                                            \
			return failure;                                                            \
		}                                                                                  \
		type result = real arguments;                                                      \
		if (hit && act == FAULT_DIE_AFTER)                                                 \
			fault_die();                                                               \
		if (hit && late) {                                                                 \
			errno = number;                                                            \
			return failure;                                                            \
		}                                                                                  \
		return result;                                                                     \
	}

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the one who hands faults in and the program that has them share: a page in a file, mapped by
 * both. faults.py writes the same layout.
 */
#ifndef SMSOTP_TEST_FAULT_H
#define SMSOTP_TEST_FAULT_H

#include <stdatomic.h>
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

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* cmocka with what it wants included first, and rows that are sentences. */
#ifndef SMSOTP_TEST_TEST_H
#define SMSOTP_TEST_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Fails with the row's sentence. */
#define HOLDS(sentence, condition)                                                                 \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fail_msg("%s: not so: %s", sentence, #condition);                          \
	} while (0)

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/* In the place of smsotpctl's main.c: what its parts complain of is made, and not printed. */
#include <stdarg.h>
#include <stdio.h>

#include "fuzz.h"
#include "smsotpctl/tool.h"

enum tool_exit tool_fail(enum tool_exit code, const char *format, ...)
{
	char sentence[1024];
	va_list arguments;

	va_start(arguments, format);
	must(vsnprintf(sentence, sizeof(sentence), format, arguments) >= 0);
	va_end(arguments);
	return code;
}

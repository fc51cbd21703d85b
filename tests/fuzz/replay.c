/* SPDX-License-Identifier: BSD-3-Clause */
/* A target without libFuzzer: it is given each FILE once. Without one it would prove nothing. */
#include <err.h>
#include <stdio.h>

#include "fuzz.h"

#define INPUT_MAX 1048576

/* Most targets have nothing to begin with. */
#pragma weak LLVMFuzzerInitialize

static void replay(const char *path)
{
	static uint8_t bytes[INPUT_MAX];
	FILE *file = fopen(path, "re");

	if (file == NULL)
		err(1, "%s", path);
	size_t size = fread(bytes, 1, sizeof(bytes), file);
	if (ferror(file) || size == sizeof(bytes))
		errx(1, "%s: cannot be read, or is too large", path);
	fclose(file);
	uint8_t *copy = copy_of(bytes, size);
	must(LLVMFuzzerTestOneInput(copy, size) == 0);
	free(copy);
}

int main(int argc, char **argv)
{
	if (LLVMFuzzerInitialize != NULL)
		must(LLVMFuzzerInitialize(&argc, &argv) == 0);
	if (argc == 1)
		errx(1, "no seeds");
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	return 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
#include "paths.h"

#include <stdio.h>

enum tool_exit paths_load(const struct tool *tool, struct config_paths *ret_paths)
{
	struct config *config = NULL;
	struct error error;

	enum result result = config_load(tool->config, &config, &error);
	if (result != RESULT_OK && tool->config == NULL && config_defaults(&config) == RESULT_OK) {
		fprintf(stderr,
			"Warning: %s. smsotpctl goes by the built-in paths, %s and %s; where they "
			"are others, use --socket\n",
			error.text, config->paths.run, config->paths.log);
		result = RESULT_OK;
	}
	if (result != RESULT_OK)
		return tool_fail(TOOL_REFUSED, "%s", error.text);
	*ret_paths = config->paths;
	config_free(&config);
	return TOOL_OK;
}

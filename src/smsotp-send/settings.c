/* SPDX-License-Identifier: BSD-3-Clause */
#include "settings.h"

#include <stdlib.h>
#include <unistd.h>

#include "log.h"
#include "password.h"
#include "stub.h"

enum result settings_load(
	const char *path, uid_t owner, struct settings **ret_settings, struct error *error)
{
	struct settings *settings = calloc(1, sizeof(*settings));

	if (settings == NULL)
		return error_set(error, RESULT_MEMORY, "no memory for the configuration");
	settings->stub = -1;
	enum result result = config_load(path, &settings->config, error);
	if (result == RESULT_OK && !settings->config->gateway.stub &&
		settings->config->gateway.auth == AUTH_PASSWORD)
		result = password_read(
			settings->config->gateway.password_file, owner, &settings->password, error);
	if (result != RESULT_OK) {
		settings_free(&settings);
		return result;
	}
	*ret_settings = settings;
	return RESULT_OK;
}

enum result settings_open(struct settings *settings, uid_t owner, struct error *error)
{
	if (!settings->config->gateway.stub)
		return RESULT_OK;
	enum result result = stub_open(settings->config->paths.run, owner, &settings->stub, error);
	if (result == RESULT_OK)
		log_line(LOG_WARNING,
			"stub: no text is sent, codes go to %s/stub.log: set the keys of [gateway]",
			settings->config->paths.run);
	return result;
}

void settings_free(struct settings **settings)
{
	struct settings *gone = *settings;

	if (gone == NULL)
		return;
	if (gone->stub >= 0)
		close(gone->stub);
	password_wipe(&gone->password);
	config_free(&gone->config);
	free(gone);
	*settings = NULL;
}

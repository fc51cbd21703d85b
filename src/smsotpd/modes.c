/* SPDX-License-Identifier: BSD-3-Clause */
#include "modes.h"

#include <string.h>

#include "state_row.h"

struct reading {
	const struct config *config;
	struct modes modes;
	size_t spoilt;
};

static enum result load_one(struct row_bytes key, struct row_bytes row, void *context)
{
	struct reading *reading = context;
	char service[CONFIG_WORD] = "";
	struct override override;

	if (key.size < sizeof(service))
		memcpy(service, key.bytes, key.size);
	const struct config_service *found = config_service_find(reading->config, service);
	if (found == NULL || strcmp(found->name, service) != 0)
		return RESULT_OK;
	bool read = mode_decode(row.bytes, row.size, &override) == RESULT_OK;
	if (!read || !modes_put(&reading->modes, service, &override))
		reading->spoilt++;
	return RESULT_OK;
}

enum result modes_load(struct state *state, const struct config *config, struct modes *ret_modes,
	size_t *ret_spoilt)
{
	struct reading reading = {.config = config};
	MDB_txn *txn = NULL;

	enum result result = state_begin(state, false, &txn);
	if (result == RESULT_OK)
		result = state_rows_each(state, txn, STATE_MODES, load_one, &reading);
	store_abort(&txn);
	if (result != RESULT_OK)
		return result;
	*ret_modes = reading.modes;
	*ret_spoilt = reading.spoilt;
	return RESULT_OK;
}

/* The row of a section; of "", a free one. NULL where there is none. */
static struct modes_row *row_find(struct modes *modes, const char *service)
{
	for (size_t i = 0; i < CONFIG_SERVICES; i++) {
		if (strcmp(modes->row[i].service, service) == 0)
			return &modes->row[i];
	}
	return NULL;
}

struct override modes_find(const struct modes *modes, const char *service)
{
	const struct modes_row *row = row_find((struct modes *)modes, service);
	const struct override none = {0};

	return row == NULL || service[0] == '\0' ? none : row->override;
}

bool modes_put(struct modes *modes, const char *service, const struct override *override)
{
	bool config = override->choice == CHOICE_CONFIG && override->confirm == 0;
	struct modes_row *row = row_find(modes, service);

	if (row == NULL && !config)
		row = row_find(modes, "");
	if (row == NULL || service[0] == '\0' || strlen(service) >= sizeof(row->service))
		return config;
	*row = (struct modes_row){.override = *override};
	if (!config)
		memcpy(row->service, service, strlen(service));
	return true;
}

void modes_join(struct modes *modes, const struct modes *from, const struct clock *clock)
{
	struct moment now;

	clock->now(clock, &now);
	for (size_t i = 0; i < CONFIG_SERVICES; i++) {
		const struct modes_row *row = &from->row[i];
		struct override override = row->override;
		if (row->service[0] == '\0' || row_find(modes, row->service) != NULL)
			continue;
		if (mode_ended(&override, clock, &now))
			mode_fall(&override);
		(void)modes_put(modes, row->service, &override);
	}
}

bool modes_room(const struct modes *modes, const char *service)
{
	struct modes *rows = (struct modes *)modes;

	return row_find(rows, service) != NULL || row_find(rows, "") != NULL;
}

bool modes_wait(const struct modes *modes)
{
	for (size_t i = 0; i < CONFIG_SERVICES; i++) {
		if (modes->row[i].override.confirm > 0)
			return true;
	}
	return false;
}

/* Names that differ in the case of letters may be one account where sshd asks a directory. */
bool modes_among(const struct keys *keys, const struct login *login)
{
	char name[sizeof(login->name)];
	uint8_t tag[HASH_SIZE];

	if (keys == NULL)
		return true;
	for (size_t i = 0; i < sizeof(name); i++) {
		char c = login->name[i];
		name[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	login_name_tag(keys, login->by_uid, login->uid, name, tag);
	return mode_among(login->service, keys, tag);
}

enum service_mode modes_of(const struct modes *modes, const struct keys *keys,
	const struct login *login, const struct clock *clock, const struct moment *now)
{
	struct override override = modes_find(modes, login->service->name);

	if (mode_ended(&override, clock, now))
		mode_fall(&override);
	return modes_among(keys, login) ? mode_strict(login->service, override.choice)
					: mode_lax(login->service, override.choice);
}

void modes_granted(
	struct modes *modes, const struct login *login, const struct clock *clock, int64_t begun)
{
	struct modes_row *row = row_find(modes, login->service->name);

	if (row == NULL || row->override.confirm == 0)
		return;
	bool same_boot = memcmp(row->override.boot, clock->boot, BOOT_ID_SIZE) == 0;
	bool since = !same_boot || begun >= row->override.since.boottime;
	if (since && login->mode == mode_strict(login->service, row->override.choice))
		row->granted = true;
}

bool modes_proven(const struct modes *modes, const char *service)
{
	const struct modes_row *row = row_find((struct modes *)modes, service);

	return row != NULL && row->granted;
}

bool modes_fall(struct modes *modes, const struct clock *clock, const struct moment *now,
	char ret_service[static CONFIG_WORD], struct override *ret_was)
{
	for (size_t i = 0; i < CONFIG_SERVICES; i++) {
		struct modes_row *row = &modes->row[i];
		if (row->service[0] == '\0' || !mode_ended(&row->override, clock, now))
			continue;
		struct override fallen = row->override;
		memcpy(ret_service, row->service, CONFIG_WORD);
		*ret_was = row->override;
		mode_fall(&fallen);
		return modes_put(modes, ret_service, &fallen);
	}
	return false;
}

/* SPDX-License-Identifier: BSD-3-Clause */
#include "challenge.h"

#include <sodium.h>
#include <string.h>

#include "config.h"

#define SECOND INT64_C(1000)

static const char *const names[] = {
	[EFFECT_NONE] = "none",
	[EFFECT_TEXT] = "text",
	[EFFECT_JOINED] = "joined",
	[EFFECT_TOO_EARLY] = "too early",
	[EFFECT_NO_TEXTS] = "no texts left",
	[EFFECT_LOCKED] = "locked",
	[EFFECT_OVER] = "over a limit",
	[EFFECT_WRONG] = "wrong",
	[EFFECT_EXPIRED] = "expired",
	[EFFECT_SPENT] = "no tries left",
	[EFFECT_RIGHT] = "right",
	[EFFECT_RECOVERED] = "recovery code",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == EFFECT_COUNT, "a name for every effect");

const char *effect_name(enum effect effect)
{
	return names[effect];
}

static bool code_alive(const struct live_code *code, const struct attempt *attempt)
{
	int64_t life = attempt->config->code.expiry * SECOND;

	return attempt->now.boottime < code->made.boottime + life &&
	       attempt->now.realtime < code->made.realtime + life;
}

bool challenge_alive(const struct challenge *challenge, const struct attempt *attempt)
{
	if (challenge->sent == 0 || challenge->live == 0)
		return false;
	return challenge->tries < attempt->config->code.tries &&
	       code_alive(&challenge->code[0], attempt);
}

static struct challenge *find(struct record *record, const struct attempt *attempt)
{
	for (size_t i = 0; i < RECORD_CHALLENGES; i++) {
		struct challenge *challenge = &record->challenge[i];
		if (challenge->sent > 0 &&
			sodium_memcmp(challenge->binding, attempt->binding, HASH_SIZE) == 0)
			return challenge;
	}
	return NULL;
}

/* The attempt's own challenge, else a free one, a dead one, or the one that ends first. */
static struct challenge *slot(struct record *record, const struct attempt *attempt)
{
	struct challenge *best = find(record, attempt);

	for (size_t i = 0; best == NULL && i < RECORD_CHALLENGES; i++) {
		if (!challenge_alive(&record->challenge[i], attempt))
			best = &record->challenge[i];
	}
	if (best != NULL)
		return best;
	best = &record->challenge[0];
	for (size_t i = 1; i < RECORD_CHALLENGES; i++) {
		struct challenge *challenge = &record->challenge[i];
		if (challenge->code[0].made.boottime < best->code[0].made.boottime)
			best = challenge;
	}
	return best;
}

static struct record_source *source_find(struct record *record, const struct attempt *attempt)
{
	for (size_t i = 0; i < RECORD_SOURCES; i++) {
		struct record_source *source = &record->source[i];
		if (source->lockout.last != 0 &&
			sodium_memcmp(source->hash, attempt->source, HASH_SIZE) == 0)
			return source;
	}
	return NULL;
}

/* The source's row; where there is none and no free one, the row that ends first gives way. */
static struct record_source *source_slot(struct record *record, const struct attempt *attempt)
{
	const struct config_lockout *config = &attempt->config->lockout;
	struct record_source *best = source_find(record, attempt);

	if (best != NULL)
		return best;
	best = &record->source[0];
	for (size_t i = 0; i < RECORD_SOURCES; i++) {
		struct record_source *source = &record->source[i];
		if (source->lockout.last == 0) {
			best = source;
			break;
		}
		if (lockout_end(&source->lockout, config) < lockout_end(&best->lockout, config))
			best = source;
	}
	*best = (struct record_source){0};
	memcpy(best->hash, attempt->source, HASH_SIZE);
	memcpy(best->label, attempt->label, LABEL_SIZE);
	return best;
}

static bool locked(struct record *record, const struct attempt *attempt)
{
	const struct record_source *source = source_find(record, attempt);

	return source != NULL && lockout_left(&source->lockout, attempt->now.boottime) > 0;
}

/* Puts a new code in front; the one before stays good, an older one does not. */
static enum effect code_add(struct challenge *challenge, const struct attempt *attempt,
	const uint8_t hash[static HASH_SIZE])
{
	challenge->code[1] = challenge->code[0];
	memcpy(challenge->code[0].hash, hash, HASH_SIZE);
	challenge->code[0].made = attempt->now;
	challenge->live = challenge->live == 0 ? 1 : CHALLENGE_CODES;
	challenge->last_text = attempt->now.boottime;
	memcpy(challenge->asker, attempt->asker, ASKER_SIZE);
	challenge->sent++;
	return EFFECT_TEXT;
}

enum effect challenge_begin(
	struct record *record, const struct attempt *attempt, const uint8_t hash[static HASH_SIZE])
{
	if (locked(record, attempt))
		return EFFECT_LOCKED;
	struct challenge *challenge = slot(record, attempt);
	if (find(record, attempt) == challenge && challenge_alive(challenge, attempt))
		return EFFECT_JOINED;
	*challenge = (struct challenge){0};
	memcpy(challenge->binding, attempt->binding, HASH_SIZE);
	return code_add(challenge, attempt, hash);
}

enum effect challenge_resend(
	struct record *record, const struct attempt *attempt, const uint8_t hash[static HASH_SIZE])
{
	const struct config_resend *config = &attempt->config->resend;
	struct challenge *challenge = find(record, attempt);

	if (challenge == NULL || !challenge_alive(challenge, attempt))
		return challenge_begin(record, attempt, hash);
	if (locked(record, attempt))
		return EFFECT_LOCKED;
	if (challenge->sent >= config->texts)
		return EFFECT_NO_TEXTS;
	uint32_t wait = challenge->sent == 1 ? config->first : config->next;
	if (attempt->now.boottime - challenge->last_text < wait * SECOND)
		return EFFECT_TOO_EARLY;
	return code_add(challenge, attempt, hash);
}

bool known_fresh(const struct known *known, const struct moment *now)
{
	int64_t age = now->realtime - known->realtime;

	return known->realtime != 0 && age < KNOWN_FOR_MS && age > -KNOWN_FOR_MS;
}

/* What is not fresh gives way first, and be it of a year that was never there. */
static int64_t known_worth(const struct known *known, const struct moment *now)
{
	return known_fresh(known, now) ? known->realtime : 0;
}

static void known_add(struct record *record, const struct attempt *attempt)
{
	struct known *best = &record->known[0];

	for (size_t i = 0; i < RECORD_KNOWN; i++) {
		struct known *known = &record->known[i];
		if (known->realtime != 0 &&
			sodium_memcmp(known->hash, attempt->source, HASH_SIZE) == 0) {
			best = known;
			break;
		}
		if (known_worth(known, &attempt->now) < known_worth(best, &attempt->now))
			best = known;
	}
	memcpy(best->hash, attempt->source, HASH_SIZE);
	best->realtime = attempt->now.realtime;
}

/* Every live code is compared, in constant time, whichever is right. */
static enum effect compare(const struct challenge *challenge, const struct attempt *attempt,
	const uint8_t hash[static HASH_SIZE])
{
	enum effect effect = EFFECT_WRONG;

	for (size_t i = 0; i < CHALLENGE_CODES; i++) {
		const struct live_code *code = &challenge->code[i];
		bool equal = sodium_memcmp(code->hash, hash, HASH_SIZE) == 0;
		if (!equal || i >= challenge->live || effect == EFFECT_RIGHT)
			continue;
		effect = code_alive(code, attempt) ? EFFECT_RIGHT : EFFECT_EXPIRED;
	}
	return effect;
}

/* One try of the challenge, charged before it is compared. */
static enum effect try_code(struct challenge *challenge, const struct attempt *attempt,
	const uint8_t hash[static HASH_SIZE], bool comparable)
{
	if (challenge == NULL)
		return EFFECT_EXPIRED;
	if (challenge->tries >= attempt->config->code.tries)
		return EFFECT_SPENT;
	challenge->tries++;
	enum effect effect = compare(challenge, attempt, hash);
	return comparable ? effect : EFFECT_WRONG;
}

enum effect challenge_verify(struct record *record, const struct attempt *attempt,
	const uint8_t hash[static HASH_SIZE], bool comparable)
{
	struct challenge *challenge = find(record, attempt);

	if (locked(record, attempt))
		return EFFECT_LOCKED;
	struct record_source *source = source_slot(record, attempt);
	lockout_charge(&source->lockout, &attempt->config->lockout, attempt->now.boottime);
	source->last_realtime = attempt->now.realtime;
	enum effect effect = try_code(challenge, attempt, hash, comparable);
	if (attempt->recovered && effect != EFFECT_SPENT)
		effect = EFFECT_RECOVERED;
	if (effect != EFFECT_RIGHT && effect != EFFECT_RECOVERED)
		return effect;
	if (challenge != NULL)
		*challenge = (struct challenge){0};
	*source = (struct record_source){0};
	if (!attempt->unnamed)
		known_add(record, attempt);
	return effect;
}

/* A joined text is another's, and where the text was refused the newest is an older one, which has
 * left. One whose tries are spent stays so. */
void challenge_withdraw(struct record *record, const struct attempt *attempt)
{
	struct challenge *challenge = find(record, attempt);

	if (challenge == NULL || challenge->tries >= attempt->config->code.tries)
		return;
	if (!attempt->early || challenge->last_text != attempt->begun ||
		memcmp(challenge->asker, attempt->asker, ASKER_SIZE) != 0)
		return;
	challenge->code[0] = challenge->code[1];
	challenge->code[1] = (struct live_code){0};
	challenge->live--;
	if (challenge->live == 0)
		*challenge = (struct challenge){0};
}

bool challenge_has(
	struct record *record, const struct attempt *attempt, const uint8_t hash[static HASH_SIZE])
{
	const struct challenge *challenge = find(record, attempt);
	bool has = false;

	for (size_t i = 0; challenge != NULL && i < challenge->live; i++)
		has = sodium_memcmp(challenge->code[i].hash, hash, HASH_SIZE) == 0 || has;
	return has;
}

bool challenge_known(const struct record *record, const struct attempt *attempt)
{
	bool found = false;

	for (size_t i = 0; i < RECORD_KNOWN; i++) {
		const struct known *known = &record->known[i];
		bool fresh = known_fresh(known, &attempt->now);
		found = (fresh && sodium_memcmp(known->hash, attempt->source, HASH_SIZE) == 0) ||
			found;
	}
	return found && !attempt->unnamed;
}

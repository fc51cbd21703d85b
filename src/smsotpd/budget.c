/* SPDX-License-Identifier: BSD-3-Clause */
#include "budget.h"

#include "config.h"

#define MINUTE 60
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static const char *const text_names[] = {
	[LIMIT_USER] = "texts of a user",
	[LIMIT_USER_DAY] = "texts of a user in a day",
	[LIMIT_SOURCE] = "texts of a source",
	[LIMIT_HOST] = "texts of the host",
};

static const char *const failure_names[] = {
	[LIMIT_USER] = "wrong codes of a user",
	[LIMIT_USER_DAY] = "wrong codes of a user in a day",
	[LIMIT_SOURCE] = "wrong codes of a source",
	[LIMIT_HOST] = "wrong codes of the host",
};

/* `kept` of them are for known sources. */
static struct quota quota_of(uint32_t span, uint32_t all, uint32_t kept)
{
	return (struct quota){.span = span, .all = all, .strange = kept < all ? all - kept : 0};
}

void budget_user_texts(const struct config *config, struct quota *ret_short, struct quota *ret_day)
{
	const struct config_limits *limits = &config->limits;

	*ret_short = quota_of(10 * MINUTE, limits->texts_user, limits->texts_user_kept);
	*ret_day = quota_of(DAY, limits->texts_day, limits->texts_day_kept);
}

void budget_quotas(
	const struct config *config, size_t identities, bool shared, struct quotas *ret_quotas)
{
	const struct config_limits *limits = &config->limits;
	uint32_t source = shared ? limits->texts_shared : limits->texts_source;
	uint64_t each = (uint64_t)limits->texts_host_each * identities;
	uint32_t host = each > limits->texts_host
				? (uint32_t)(each < UINT32_MAX ? each : UINT32_MAX)
				: limits->texts_host;

	*ret_quotas = (struct quotas){
		.texts =
			{
				[LIMIT_SOURCE] = quota_of(5 * MINUTE, source, 0),
				[LIMIT_HOST] = quota_of(HOUR, host, host / 2),
			},
		.failures =
			{
				[LIMIT_USER] = quota_of(
					HOUR, UINT32_MAX, UINT32_MAX - limits->failures_user),
				[LIMIT_USER_DAY] = quota_of(
					DAY, UINT32_MAX, UINT32_MAX - limits->failures_day),
				[LIMIT_SOURCE] = quota_of(
					HOUR, UINT32_MAX, UINT32_MAX - limits->failures_source),
				[LIMIT_HOST] = quota_of(
					DAY, UINT32_MAX, UINT32_MAX - limits->failures_host),
			},
		.ceiling = {.strange = limits->ceiling_strange, .known = limits->ceiling_known},
	};
	budget_user_texts(
		config, &ret_quotas->texts[LIMIT_USER], &ret_quotas->texts[LIMIT_USER_DAY]);
}

bool budget_counts(enum limit limit, bool strange)
{
	return strange || limit != LIMIT_SOURCE;
}

const char *budget_text_key(enum limit limit)
{
	static const char *const keys[] = {
		[LIMIT_USER] = "texts_user",
		[LIMIT_USER_DAY] = "texts_day",
		[LIMIT_SOURCE] = "texts_source",
		[LIMIT_HOST] = "texts_host",
	};

	return keys[limit];
}

const char *budget_failure_key(enum limit limit)
{
	static const char *const keys[] = {
		[LIMIT_USER] = "failures_user",
		[LIMIT_USER_DAY] = "failures_day",
		[LIMIT_SOURCE] = "failures_source",
		[LIMIT_HOST] = "failures_host",
	};

	return keys[limit];
}

const char *budget_text_over(const struct books *books, const struct quotas *quotas,
	const struct moment *now, bool strange)
{
	for (size_t i = 0; i < LIMIT_COUNT; i++) {
		if (budget_counts((enum limit)i, strange) &&
			!window_room(&books->tally[i]->texts, &quotas->texts[i], now, strange))
			return budget_text_key((enum limit)i);
	}
	return NULL;
}

bool budget_text(const struct books *books, const struct quotas *quotas, const struct moment *now,
	bool strange, const char **ret_near)
{
	if (budget_text_over(books, quotas, now, strange) != NULL)
		return false;
	for (size_t i = 0; i < LIMIT_COUNT; i++) {
		struct window *window = &books->tally[i]->texts;
		if (!budget_counts((enum limit)i, strange))
			continue;
		window_count(window, &quotas->texts[i], now, strange);
		if (window_near(window, &quotas->texts[i], strange))
			*ret_near = text_names[i];
	}
	return true;
}

const char *budget_guess_over(const struct books *books, const struct quotas *quotas,
	const struct moment *now, bool strange)
{
	if (!strange)
		return books->ceiling->known < quotas->ceiling.known ? NULL : "ceiling_known";
	for (size_t i = 0; i < LIMIT_COUNT; i++) {
		if (!window_room(&books->tally[i]->failures, &quotas->failures[i], now, true))
			return budget_failure_key((enum limit)i);
	}
	return books->ceiling->strange < quotas->ceiling.strange ? NULL : "ceiling_strange";
}

void budget_failure(const struct books *books, const struct quotas *quotas,
	const struct moment *now, bool strange, bool live, const char **ret_near)
{
	if (!strange && live)
		books->ceiling->known++;
	for (size_t i = 0; i < LIMIT_COUNT && strange; i++) {
		struct window *window = &books->tally[i]->failures;
		if (i != LIMIT_SOURCE && !live)
			continue;
		window_count(window, &quotas->failures[i], now, true);
		if (window_near(window, &quotas->failures[i], true))
			*ret_near = failure_names[i];
	}
	if (strange && live)
		books->ceiling->strange++;
}

void budget_success(const struct books *books)
{
	*books->ceiling = (struct ceiling){0};
}

static const struct quota prefix_day = {.span = DAY, .all = UINT32_MAX, .strange = UINT32_MAX};

bool budget_prefix_low(
	const struct tally *prefix, const struct config *config, const struct moment *now)
{
	bool open = window_left(&prefix->texts, &prefix_day, now) > 0;
	uint64_t answered =
		window_left(&prefix->failures, &prefix_day, now) > 0 ? prefix->failures.all : 0;

	return open && prefix->texts.all >= config->limits.prefix_texts &&
	       answered * 100 < (uint64_t)config->limits.prefix_answered * prefix->texts.all;
}

bool budget_prefix_text(struct tally *prefix, const struct config *config, const struct moment *now)
{
	bool before = budget_prefix_low(prefix, config, now);

	window_count(&prefix->texts, &prefix_day, now, false);
	return !before && budget_prefix_low(prefix, config, now);
}

void budget_prefix_answer(struct tally *prefix, const struct moment *now)
{
	window_count(&prefix->failures, &prefix_day, now, false);
}

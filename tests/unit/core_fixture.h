/* SPDX-License-Identifier: BSD-3-Clause */
/* What tests of the core share: the defaults, keys without a file, moments and hashes. */
#ifndef SMSOTP_TEST_CORE_FIXTURE_H
#define SMSOTP_TEST_CORE_FIXTURE_H

#include "config.h"
#include "smsotpd/clock.h"
#include "smsotpd/key.h"
#include "test.h"

#define SECONDS(n) (INT64_C(1000) * (n))
#define MINUTES(n) SECONDS(60 * (n))
#define HOURS(n)   MINUTES(60 * (n))
#define DAYS(n)    HOURS(24 * (n))

/* An ordinary instant: up for some hours, on an ordinary day. */
#define BOOTTIME HOURS(5)
#define REALTIME INT64_C(1800000000000)

static inline struct moment moment_after(int64_t milliseconds)
{
	return (struct moment){BOOTTIME + milliseconds, REALTIME + milliseconds};
}

static inline struct config *defaults(void)
{
	struct config *config = NULL;

	assert_int_equal(config_defaults(&config), RESULT_OK);
	return config;
}

static inline void keys_fill(struct keys *keys, uint8_t seed)
{
	memset(keys->identity, seed, KEY_SIZE);
	memset(keys->name, seed + 1, KEY_SIZE);
	memset(keys->code, seed + 2, KEY_SIZE);
	memset(keys->token, seed + 3, KEY_SIZE);
}

/* A hash that stands for `number`. */
static inline void hash_fill(uint8_t ret[static HASH_SIZE], uint32_t number)
{
	memset(ret, 0x77, HASH_SIZE);
	memcpy(ret, &number, sizeof(number));
}

/* The state of a test is the default config. */
static inline int config_setup(void **state)
{
	*state = defaults();
	return 0;
}

static inline int config_teardown(void **state)
{
	struct config *config = *state;

	config_free(&config);
	return 0;
}

#define with_config(test) cmocka_unit_test_setup_teardown(test, config_setup, config_teardown)

#endif

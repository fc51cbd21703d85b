/* SPDX-License-Identifier: BSD-3-Clause */
#include "state.h"

void tally_key_source(const uint8_t source[static HASH_SIZE], struct tally_key *ret_key)
{
	_Static_assert(STATE_SOURCES == 1 << 16, "a slot is two bytes of the hash");
	*ret_key = (struct tally_key){{0, 0, source[0], source[1]}};
}

void tally_key_host(struct tally_key *ret_key)
{
	*ret_key = (struct tally_key){{1, 0, 0, 0}};
}

void tally_key_prefix(const struct phone *phone, struct tally_key *ret_key)
{
	uint32_t number = UINT16_MAX;

	if (phone->e164[0] == '+')
		number = 0;
	for (size_t i = 1; number != UINT16_MAX && i <= PREFIX_DIGITS && phone->e164[i] != '\0';
		i++)
		number = number * 10 + (uint32_t)(phone->e164[i] - '0');
	*ret_key = (struct tally_key){{2, 0, (uint8_t)(number >> 8), (uint8_t)number}};
}

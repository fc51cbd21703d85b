/* SPDX-License-Identifier: BSD-3-Clause */
#include "reason.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Tables are read by their columns, so they are not reformatted. */
/* clang-format off */
static const struct reason standings[] = {
	[STANDING_GOOD] = {"good: a text is due and a right code lets in", "", "", ""},
	[STANDING_UNKNOWN] = {"unknown: sees the same lines, gets no text", "", "",
		"smsotpctl identity set NAME, if it should be one"},
	[STANDING_SUSPENDED] = {"suspended: sees the same lines, gets no text", "", "",
		"smsotpctl identity resume NAME"},
	[STANDING_NO_PHONE] = {"has no phone: sees the same lines, gets no text", "", "",
		"smsotpctl identity set NAME, with a line phone: NUMBER"},
	[STANDING_NO_TRAIT] = {"the schema has no trait of type phone: nobody gets a text", "", "",
		"(smsotpctl schema show; echo phone: phone) | smsotpctl schema set"},
	[STANDING_QUARANTINE] = {"the phone was changed: sees the same lines, gets no text yet", "identity",
		"quarantine", "a recovery code; wait, or smsotpctl identity release NAME"},
	[STANDING_UID] = {"its account has another uid now: sees the same lines, gets no text", "", "",
		"smsotpctl identity set NAME, with its uid and phone, or identity remove NAME"},
	[STANDING_NO_ROOM] = {"the state store has no room for a first sign-in: gets no text", "store",
		"state_size", "raise state_size and restart smsotpd, or smsotpctl identity remove"},
	[STANDING_ROOT] = {"root is not let in here: sees the same lines, gets no text",
		"service", "root",
		"sign in as another user, or set root = yes (and sshd's PermitRootLogin)"},
	[STANDING_FILTERED] = {"left out by users: sees the same lines, gets no text",
		"service", "users", "change users, or sign in elsewhere"},
	[STANDING_TRAIT] = {"left out by trait: sees the same lines, gets no text",
		"service", "trait", "smsotpctl identity set NAME, with the trait that is asked for"},
	[STANDING_BEFORE] = {"what must pass before has not: sees the same lines, gets no text",
		"service", "before",
		"sign in with it first; explain takes --key FILE or --password for it"},
	[STANDING_JUNK] = {"its application refuses this user already", "", "",
		"look at the application's own rules, as AllowUsers of sshd"},
};

static const struct reason begins[] = {
	[EFFECT_TEXT] = {"a text leaves", "", "", ""},
	[EFFECT_JOINED] = {"a code is on its way already: it is joined, and no second text leaves",
		"code", "expiry", "answer with the code that came, or r for another"},
	[EFFECT_LOCKED] = {"locked at this source by wrong codes, also where the lock is not shown",
		"lockout", "failures", "wait, or smsotpctl lock clear NAME"},
};

static const struct reason guesses[] = {
	[EFFECT_LOCKED] = {"locked at this source by wrong codes, also where the lock is not shown",
		"lockout", "failures", "wait, or smsotpctl lock clear NAME"},
	[EFFECT_WRONG] = {"a code is on its way and is compared", "code", "tries", ""},
	[EFFECT_EXPIRED] = {"no code is on its way, so none can be right", "code", "expiry", ""},
	[EFFECT_SPENT] = {"the tries of the code on its way are used up", "code", "tries",
		"wait until it expires"},
	[EFFECT_RIGHT] = {"a right code lets in", "", "", ""},
	[EFFECT_RECOVERED] = {"a recovery code lets in", "", "", ""},
};

static const struct reason limits[] = {
	{"the user's texts of ten minutes are used up: no text leaves", "limits", "texts_user",
		"wait, or smsotpctl lock clear NAME"},
	{"the user's texts of a day are used up: no text leaves", "limits", "texts_day",
		"wait, or smsotpctl lock clear NAME"},
	{"the texts that this source may ask for are used up: no text leaves", "limits",
		"texts_source", "wait, or put a bastion's address into shared_sources"},
	{"the host's texts of an hour are used up: no text leaves", "limits", "texts_host",
		"wait; smsotpctl events says who asks for so many"},
	{"few texts to this prefix are answered, so new places get none there", "limits",
		"prefix_stop", "smsotpctl events says who asks for them"},
	{"too many wrong codes of the user at new places in an hour: no code is right there",
		"limits", "failures_user", "wait, sign in from a known place, or smsotpctl lock clear NAME"},
	{"too many wrong codes of the user at new places in a day: no code is right there",
		"limits", "failures_day", "wait, sign in from a known place, or smsotpctl lock clear NAME"},
	{"too many wrong codes from this source, over all users: no code is right there",
		"limits", "failures_source", "wait, or sign in from a known place"},
	{"too many wrong codes on this host in a day: no code is right at new places",
		"limits", "failures_host", "wait, sign in from a known place, or smsotpctl lock clear --all"},
	{"too many wrong codes at new places since the last sign-in: no code is right there",
		"limits", "ceiling_strange", "sign in from a known place, or smsotpctl lock clear NAME"},
	{"too many wrong codes in a row at known places: no code is right there",
		"limits", "ceiling_known", "sign in from a new place, or smsotpctl lock clear NAME"},
};

static const struct reason hurdles[] = {
	[HURDLE_SECTION] = {"no section speaks of this service: nobody is let in", "", "",
		"write [service NAME] into smsotp.conf"},
	[HURDLE_OFF] = {"switched off here: pam_smsotp stands aside and the stack goes on without it",
		"service", "enabled", ""},
	[HURDLE_LOCK] = {"locked at this source by wrong codes under this name: nobody is asked",
		"lockout", "failures", "wait, or smsotpctl lock clear NAME"},
	[HURDLE_TEXTS] = {"this name has had its texts at this source: none is asked for", "limits",
		"texts_user", "wait, or smsotpctl lock clear NAME"},
	[HURDLE_TEXTS_DAY] = {"this name has had its texts of a day at this source: none is asked for",
		"limits", "texts_day", "wait, or smsotpctl lock clear NAME"},
	[HURDLE_DIGITS] = {"smsotp-send sends nothing to ten digits: the gateway takes them for an Indian number",
		"", "", "correct the phone"},
	[HURDLE_PREFIX] = {"smsotp-send sends no text to the phone's country", "gateway",
		"allow_prefixes", "add its prefix, or correct the phone"},
	[HURDLE_DLT] = {"smsotp-send sends no text to +91 without DLT ids", "gateway", "dlt",
		"set entity_id and template_id, or dlt = panel"},
	[HURDLE_SENDER] = {"smsotp-send is away: a text waits for it, and is dropped when it is too old",
		"gateway", "max_age", "systemctl start smsotp-send.socket"},
};
/* clang-format on */

static const struct reason *row(const struct reason *table, size_t count, size_t place)
{
	return place < count && table[place].sentence != NULL ? &table[place] : NULL;
}

const struct reason *reason_of_standing(enum standing standing)
{
	return row(standings, COUNT(standings), standing);
}

const struct reason *reason_of_begin(enum effect effect)
{
	return row(begins, COUNT(begins), effect);
}

const struct reason *reason_of_guess(enum effect effect)
{
	return row(guesses, COUNT(guesses), effect);
}

const struct reason *reason_of_limit(const char *key)
{
	for (size_t i = 0; i < COUNT(limits); i++) {
		if (strcmp(limits[i].key, key) == 0)
			return &limits[i];
	}
	return NULL;
}

const struct reason *reason_of_hurdle(enum hurdle hurdle)
{
	return row(hurdles, COUNT(hurdles), hurdle);
}

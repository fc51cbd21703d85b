/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A store's file as it may be found after the end of power: what is on the disk for certain, and of
 * what waits to be written any part, down to single sectors.
 */
#ifndef SMSOTP_IMAGE_FIXTURE_H
#define SMSOTP_IMAGE_FIXTURE_H

#include "power_fixture.h"

#define IMAGE_SIZE    ((size_t)16 << 20)
#define IMAGE_PENDING 64
#define IMAGE_SECTOR  512

struct image {
	char directory[64]; /* of the store, with data.mdb in it */
	int file;
	uint8_t *disk; /* what is on it for certain; owned */
	const struct power_entry *pending[IMAGE_PENDING];
	size_t pendings;
	size_t landed; /* writes that were on the disk when they returned: LMDB's commits */
	uint64_t seed;
	void (*judge)(void *context); /* looks at the file */
	void *context;
};

static inline void image_pwrite(
	const struct image *image, const uint8_t *bytes, size_t size, off_t at)
{
	assert_int_equal(POWER_REAL(pwrite)(image->file, bytes, size, at), size);
}

/* A store's directory with this file in it; `bytes` is copied. */
static inline void image_make(struct image *image, const char *directory, const uint8_t *bytes)
{
	char path[96];

	snprintf(image->directory, sizeof(image->directory), "%s", directory);
	assert_int_equal(mkdir(directory, 0700), 0);
	snprintf(path, sizeof(path), "%s/data.mdb", directory);
	image->file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(image->file >= 0);
	image->disk = malloc(IMAGE_SIZE);
	assert_non_null(image->disk);
	image->seed = 1;
	memcpy(image->disk, bytes, IMAGE_SIZE);
	image_pwrite(image, bytes, IMAGE_SIZE, 0);
}

static inline void image_again(struct image *image, const uint8_t *bytes)
{
	memcpy(image->disk, bytes, IMAGE_SIZE);
	image_pwrite(image, bytes, IMAGE_SIZE, 0);
	image->pendings = image->landed = 0;
}

static inline void image_free(struct image *image)
{
	if (image->disk == NULL)
		return;
	close(image->file);
	free(image->disk);
}

static inline size_t image_sectors(const struct power_entry *entry)
{
	return (entry->size + IMAGE_SECTOR - 1) / IMAGE_SECTOR;
}

/* Sectors `from` to `to` of what waits to be written come to the disk. */
static inline void image_part(
	const struct image *image, const struct power_entry *entry, size_t from, size_t to)
{
	size_t start = from * IMAGE_SECTOR;
	size_t end = to * IMAGE_SECTOR < entry->size ? to * IMAGE_SECTOR : entry->size;

	if (start < end)
		image_pwrite(image, entry->bytes + start, end - start, entry->at + (off_t)start);
}

static inline void image_whole(const struct image *image, const struct power_entry *entry)
{
	image_part(image, entry, 0, image_sectors(entry));
}

/* Judges what is there, then makes it again what is there for certain. */
static inline void image_judge(struct image *image)
{
	image->judge(image->context);
	for (size_t i = 0; i < image->pendings; i++) {
		const struct power_entry *entry = image->pending[i];
		image_pwrite(image, image->disk + entry->at, entry->size, entry->at);
	}
}

static inline void image_settle(struct image *image, const struct power_entry *entry)
{
	memcpy(image->disk + entry->at, entry->bytes, entry->size);
	image_whole(image, entry);
}

/* A write waits to come to the disk; a sync brings all. */
static inline void image_apply(struct image *image, const struct power_entry *entry)
{
	if (entry->kind == POWER_WRITE) {
		assert_true(image->pendings < IMAGE_PENDING);
		image->pending[image->pendings++] = entry;
	}
	if (entry->kind != POWER_SYNC)
		return;
	for (size_t i = 0; i < image->pendings; i++)
		image_settle(image, image->pending[i]);
	image->pendings = 0;
}

/* The entry that was applied last has come to the disk by itself. */
static inline void image_land(struct image *image, const struct power_entry *entry)
{
	image_settle(image, entry);
	image->pendings--;
	image->landed++;
}

/* All but one, and one alone. */
static inline void image_orders(struct image *image)
{
	for (size_t one = 0; one < image->pendings; one++) {
		for (size_t i = 0; i < image->pendings; i++) {
			if (i != one)
				image_whole(image, image->pending[i]);
		}
		image_judge(image);
		image_whole(image, image->pending[one]);
		image_judge(image);
	}
}

/* The newest torn at every sector, behind all others and alone. */
static inline void image_tears(struct image *image)
{
	const struct power_entry *newest = image->pending[image->pendings - 1];

	for (size_t at = 1; at < image_sectors(newest); at++) {
		for (size_t i = 0; i + 1 < image->pendings; i++)
			image_whole(image, image->pending[i]);
		image_part(image, newest, 0, at);
		image_judge(image);
		image_part(image, newest, at, image_sectors(newest));
		image_judge(image);
	}
}

/* splitmix64 */
static inline uint64_t image_draw(struct image *image)
{
	uint64_t z = image->seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Each sector is there or not, by lot. */
static inline void image_mixture(struct image *image)
{
	for (size_t i = 0; i < image->pendings; i++) {
		for (size_t at = 0; at < image_sectors(image->pending[i]); at++) {
			if ((image_draw(image) & 1) != 0)
				image_part(image, image->pending[i], at, at + 1);
		}
	}
	image_judge(image);
}

/* The power ends here: all that may be on the disk then, and `mixtures` of it by lot. */
static inline void image_instant(struct image *image, int mixtures)
{
	image_judge(image);
	if (image->pendings == 0)
		return;
	for (size_t i = 0; i < image->pendings; i++)
		image_whole(image, image->pending[i]);
	image_judge(image);
	image_orders(image);
	image_tears(image);
	for (int i = 0; i < mixtures; i++)
		image_mixture(image);
}

#endif

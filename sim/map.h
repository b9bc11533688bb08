/*
 * What is known about each thread, by its number.
 */
#ifndef SIM_MAP_H
#define SIM_MAP_H

#include <stddef.h>
#include <sys/types.h>

struct map {
	struct map_slot {
		pid_t key; /* 0: empty */
		void *value;
	} * slots;
	size_t used, size; /* size is a power of two, or 0 */
};

void *map_get(const struct map *map, pid_t key); /* NULL: nothing */
void map_set(struct map *map, pid_t key, void *value);
void map_free(struct map *map);

#endif

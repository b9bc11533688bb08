#include <stdint.h>
#include <stdlib.h>

#include "sim/map.h"
#include "sim/memory.h"

static struct map_slot *find(const struct map *map, pid_t key)
{
	size_t mask = map->size - 1;
	size_t i = ((uint32_t)key * UINT32_C(2654435761)) & mask;

	while (map->slots[i].key && map->slots[i].key != key)
		i = (i + 1) & mask;
	return &map->slots[i];
}

void *map_get(const struct map *map, pid_t key)
{
	return map->size ? find(map, key)->value : NULL;
}

static void grow(struct map *map)
{
	struct map old = *map;

	map->size = old.size ? old.size * 2 : 64;
	map->slots = must_alloc(map->size * sizeof(*map->slots));
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i].key)
			*find(map, old.slots[i].key) = old.slots[i];
	free(old.slots);
}

void map_set(struct map *map, pid_t key, void *value)
{
	struct map_slot *slot;

	if (map->used * 4 >= map->size * 3)
		grow(map);
	slot = find(map, key);
	if (!slot->key)
		map->used++;
	*slot = (struct map_slot){ key, value };
}

void map_free(struct map *map)
{
	free(map->slots);
	*map = (struct map){ 0 };
}

#include "base/hash.h"

#include <stdio.h>
#include <xxhash.h>

clgan_status hash_begin(struct hash **hash)
{
    /* The opaque struct is never made: the library's state is the object. */
    XXH3_state_t *state = XXH3_createState();
    if (!state) return status_fail(CLGAN_FAILED, "out of memory for a hash");
    XXH3_128bits_reset(state);
    *hash = (struct hash *)(void *)state;
    return CLGAN_OK;
}

void hash_add(struct hash *hash, const void *bytes, size_t length)
{
    XXH3_128bits_update((XXH3_state_t *)(void *)hash, bytes, length);
}

void hash_end(struct hash *hash, char digits[HASH_DIGITS + 1])
{
    XXH128_canonical_t bytes;
    XXH128_canonicalFromHash(&bytes, XXH3_128bits_digest((XXH3_state_t *)(void *)hash));
    for (int i = 0; i < HASH_DIGITS / 2; i++) snprintf(digits + 2 * i, 3, "%02x", bytes.digest[i]);
    hash_drop(hash);
}

void hash_drop(struct hash *hash) { XXH3_freeState((XXH3_state_t *)(void *)hash); }

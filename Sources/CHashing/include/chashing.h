#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// SHA-256 of two messages at a time. One message leaves the processor's SHA unit idle for half of the time, since each step waits for the one
// before; two that take turns fill it. [HASH-1]
//
// A digest is four uint64 in the machine's order, the first the most significant: {h0 h1, h2 h3, h4 h5, h6 h7}.

/// Whether this build and processor have the SHA instructions; without them nothing below may be called.
bool ch_is_available(void);

/// Digests of `count` messages. Message i is the `prefix_length` (0...2) bytes at `prefixes + i * prefix_length`, then the `length` bytes at
/// contents[i].
void ch_hash_messages(const uint8_t *prefixes, size_t prefix_length, const uint8_t *const *contents, size_t length, size_t count,
                      uint64_t *digests);

/// Digests of `count` messages of 65 bytes: the prefix and two digests, which follow each other in `children`.
void ch_hash_pairs(uint8_t prefix, const uint64_t *children, size_t count, uint64_t *digests);

#include "include/chashing.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#define TARGET __attribute__((target("sha,sse4.1")))
#define INLINE TARGET static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

enum { BLOCK = 64, LANES = 2 };

static const uint32_t round_constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/// The words a b e f and c d g h of each lane, the first in the highest quarter.
typedef struct {
  __m128i abef[LANES], cdgh[LANES];
} states;

bool ch_is_available(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || (c & bit_SSSE3) == 0 || (c & bit_SSE4_1) == 0) return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & (1u << 29)) != 0;
}

INLINE states initial_states(void) {
  states s;
  UNROLL for (int lane = 0; lane < LANES; lane++) {
    s.abef[lane] = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85u, 0x510e527f, (int)0x9b05688cu);
    s.cdgh[lane] = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53au, 0x1f83d9ab, 0x5be0cd19);
  }
  return s;
}

/// One block of each lane: four rounds of one lane, then four of the other.
INLINE void compress(states *s, const uint8_t *const blocks[LANES]) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  states before = *s;
  __m128i w[LANES][4];
  UNROLL for (int four = 0; four < 16; four++) {
    __m128i k = _mm_load_si128((const __m128i *)round_constants + four);
    UNROLL for (int lane = 0; lane < LANES; lane++) {
      __m128i *word = w[lane] + four % 4;
      if (four < 4) {
        *word = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)blocks[lane] + four), big_endian);
      } else {
        __m128i last = w[lane][(four + 3) % 4], middle = _mm_alignr_epi8(last, w[lane][(four + 2) % 4], 4);
        *word = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(*word, w[lane][(four + 1) % 4]), middle), last);
      }
      __m128i sum = _mm_add_epi32(*word, k);
      s->cdgh[lane] = _mm_sha256rnds2_epu32(s->cdgh[lane], s->abef[lane], sum);
      s->abef[lane] = _mm_sha256rnds2_epu32(s->abef[lane], s->cdgh[lane], _mm_shuffle_epi32(sum, 0x0E));
    }
  }
  UNROLL for (int lane = 0; lane < LANES; lane++) {
    s->abef[lane] = _mm_add_epi32(s->abef[lane], before.abef[lane]);
    s->cdgh[lane] = _mm_add_epi32(s->cdgh[lane], before.cdgh[lane]);
  }
}

/// Writes the digest of one lane.
INLINE void write_digest(__m128i abef, __m128i cdgh, uint64_t *digest) {
  digest[0] = (uint64_t)_mm_extract_epi64(abef, 1);
  digest[1] = (uint64_t)_mm_extract_epi64(cdgh, 1);
  digest[2] = (uint64_t)_mm_extract_epi64(abef, 0);
  digest[3] = (uint64_t)_mm_extract_epi64(cdgh, 0);
}

static void store_length(uint8_t *end, size_t bytes) {
  uint64_t bits = __builtin_bswap64((uint64_t)bytes * 8);
  memcpy(end - sizeof bits, &bits, sizeof bits);
}

/// Block `index` of a padded message, where it does not lie in the content as it is.
static void assemble(const uint8_t *prefix, size_t prefix_length, const uint8_t *content, size_t length, size_t index, uint8_t *block) {
  size_t total = prefix_length + length, start = BLOCK * index, filled = 0;
  memset(block, 0, BLOCK);
  if (index == 0) {
    memcpy(block, prefix, prefix_length);
    filled = prefix_length;
  }
  if (start + filled < total) {
    size_t from = start + filled - prefix_length, count = BLOCK - filled;
    if (count > length - from) count = length - from;
    memcpy(block + filled, content + from, count);
  }
  if (start <= total && total < start + BLOCK) block[total - start] = 0x80;
  if (start + BLOCK >= total + 9) store_length(block + BLOCK, total);
}

TARGET void ch_hash_messages(const uint8_t *prefixes, size_t prefix_length, const uint8_t *const *contents, size_t length, size_t count,
                             uint64_t *digests) {
  size_t total = prefix_length + length, blocks = (total + 9 + BLOCK - 1) / BLOCK;
  uint8_t made[LANES][BLOCK];
  for (size_t i = 0; i < count; i += LANES) {
    // A message without a partner is its own.
    size_t pair[LANES] = {i, i + 1 < count ? i + 1 : i};
    states s = initial_states();
    for (size_t b = 0; b < blocks; b++) {
      const uint8_t *at[LANES];
      bool lies_in_content = BLOCK * b >= prefix_length && BLOCK * (b + 1) <= total;
      UNROLL for (int lane = 0; lane < LANES; lane++) {
        size_t message = pair[lane];
        at[lane] = lies_in_content ? contents[message] + BLOCK * b - prefix_length : made[lane];
        if (!lies_in_content) assemble(prefixes + message * prefix_length, prefix_length, contents[message], length, b, made[lane]);
      }
      compress(&s, at);
    }
    UNROLL for (int lane = 0; lane < LANES; lane++) write_digest(s.abef[lane], s.cdgh[lane], digests + 4 * pair[lane]);
  }
}

/// The prefix and 64 bytes of digests as two padded blocks.
static void assemble_pair(uint8_t prefix, const uint64_t *children, uint8_t *blocks) {
  blocks[0] = prefix;
  for (int i = 0; i < 8; i++) {
    uint64_t word = __builtin_bswap64(children[i]);
    memcpy(blocks + 1 + 8 * i, &word, sizeof word);
  }
}

TARGET void ch_hash_pairs(uint8_t prefix, const uint64_t *children, size_t count, uint64_t *digests) {
  uint8_t made[LANES][2 * BLOCK];
  memset(made, 0, sizeof made);
  for (int lane = 0; lane < LANES; lane++) {
    made[lane][65] = 0x80;
    store_length(made[lane] + 2 * BLOCK, 65);
  }
  for (size_t i = 0; i < count; i += LANES) {
    size_t pair[LANES] = {i, i + 1 < count ? i + 1 : i};
    for (int lane = 0; lane < LANES; lane++) assemble_pair(prefix, children + 8 * pair[lane], made[lane]);
    states s = initial_states();
    for (size_t b = 0; b < 2; b++) compress(&s, (const uint8_t *const[LANES]){made[0] + BLOCK * b, made[1] + BLOCK * b});
    UNROLL for (int lane = 0; lane < LANES; lane++) write_digest(s.abef[lane], s.cdgh[lane], digests + 4 * pair[lane]);
  }
}

#else

bool ch_is_available(void) { return false; }

void ch_hash_messages(const uint8_t *prefixes, size_t prefix_length, const uint8_t *const *contents, size_t length, size_t count,
                      uint64_t *digests) {
  (void)prefixes, (void)prefix_length, (void)contents, (void)length, (void)count, (void)digests;
  __builtin_trap();
}

void ch_hash_pairs(uint8_t prefix, const uint64_t *children, size_t count, uint64_t *digests) {
  (void)prefix, (void)children, (void)count, (void)digests;
  __builtin_trap();
}
#endif

#include "linear_avx2.h"
#include "linear_coded.h"

#if defined(__x86_64__)

// Codes become weights in registers, 16 at a time: u16 lanes hold four codes, and w = (A q + B) >> 8 wraps in 16 bits to what fits.

/// How far ahead of the codes in use memory is asked for.
enum { PREFETCH_BYTES = 2048 };

/// A number of each of 8 channels, in both lanes of the channel.
INLINE __m256i both_inputs(const uint8_t *numbers) {
  __m256i single = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)numbers));
  return _mm256_or_si256(single, _mm256_slli_epi32(single, 16));
}

INLINE __m256i decode(__m256i code, __m256i slope, __m256i offset) {
  return _mm256_srai_epi16(_mm256_add_epi16(_mm256_mullo_epi16(code, slope), offset), CK_CODE_SHIFT);
}

/// Adds one group of a row to its scaled sums.
INLINE void add_coded_group(const int16_t *q, const uint8_t *group, sums *scaled) {
  const __m256i mask = _mm256_set1_epi16(15);
  __m256i sum[1][2];
  UNROLL for (int half = 0; half < 2; half++) {
    __m256i slope = both_inputs(group + CK_CODE_SLOPES + 16 * half), offset = both_inputs(group + CK_CODE_OFFSETS + 16 * half);
    __m256i even = _mm256_setzero_si256(), odd = even;
    UNROLL for (int quad = 0; quad < CK_GROUP / 8; quad++) {
      __m256i codes = load(group + 64 * quad + 32 * half);
      __m256i w0 = decode(_mm256_and_si256(codes, mask), slope, offset);
      __m256i w1 = decode(_mm256_and_si256(_mm256_srli_epi16(codes, 4), mask), slope, offset);
      __m256i w2 = decode(_mm256_and_si256(_mm256_srli_epi16(codes, 8), mask), slope, offset);
      __m256i w3 = decode(_mm256_srli_epi16(codes, 12), slope, offset);
      even = _mm256_add_epi32(even, _mm256_madd_epi16(broadcast_pair(q + 8 * quad), w0));
      odd = _mm256_add_epi32(odd, _mm256_madd_epi16(broadcast_pair(q + 8 * quad + 2), w1));
      even = _mm256_add_epi32(even, _mm256_madd_epi16(broadcast_pair(q + 8 * quad + 4), w2));
      odd = _mm256_add_epi32(odd, _mm256_madd_epi16(broadcast_pair(q + 8 * quad + 6), w3));
    }
    sum[0][half] = _mm256_add_epi32(even, odd);
  }
  add_scaled(1, sum, group + CK_CODE_MULTIPLIERS, scaled);
}

TARGET static void coded_row(const int16_t *q, uint8_t e, size_t k, const uint8_t *block, int32_t *out) {
  sums scaled;
  UNROLL for (int i = 0; i < 4; i++) scaled.part[i] = _mm256_setzero_si256();
  for (size_t g = 0; g < k / CK_GROUP; g++) {
    const uint8_t *group = block + CK_CODED_GROUP_BYTES * g;
    UNROLL for (size_t line = 0; line < CK_CODED_GROUP_BYTES; line += 64)
      _mm_prefetch((const char *)((uintptr_t)group + PREFETCH_BYTES + line), _MM_HINT_T0);
    add_coded_group(q + CK_GROUP * g, group, &scaled);
  }
  finish(&scaled, e, block + ck_coded_multipliers_offset(k), out);
}

TARGET void ck_linear_coded_avx2(CK_LINEAR_PARAMETERS) {
  for (size_t b = 0; b < block_count; b++)
    for (size_t row = 0; row < rows; row++)
      coded_row(q + row * k, e[row], k, blocks + b * ck_coded_block_size(k), out + row * stride + b * CK_BLOCK_CHANNELS);
}
#endif

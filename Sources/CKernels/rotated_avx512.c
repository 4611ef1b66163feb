#include "avx512.h"
#include "kernels.h"

#if defined(__x86_64__)

// A tile is up to 8 rows times the 16 channels of one block: vpdpbusd adds four products of an unsigned and a signed byte to int32 (it does not
// saturate; vpdpbusds would). Weights are raised by 128 to be the unsigned factor; 128 times the sum of the row's bytes is taken off at the start.

enum { TILE_ROWS = 8 };

/// Rows as bytes, and the sum of each.
typedef struct {
  int8_t bytes[TILE_ROWS * CK_K_MAX] __attribute__((aligned(64)));
  int32_t sum[TILE_ROWS];
} byte_rows;

TARGET static void narrow(const int16_t *b, size_t rows, size_t k, byte_rows *to) {
  for (size_t r = 0; r < rows; r++) {
    int32_t sum = 0;
    for (size_t i = 0; i < k; i++) {
      to->bytes[r * k + i] = (int8_t)b[r * k + i];
      sum += b[r * k + i];
    }
    to->sum[r] = sum;
  }
}

INLINE __m512i load_four(const int8_t *b) {
  int32_t four;
  memcpy(&four, b, sizeof four);
  return _mm512_set1_epi32(four);
}

/// `ck_rotated_output` of eight channels: `acc` and `m` in the low halves.
INLINE __m512i finish_part(__m512i acc, __m512i m, __m512i magnitude, __m512i n) {
  __m512i t = _mm512_srai_epi64(_mm512_add_epi64(_mm512_mul_epi32(acc, m), _mm512_set1_epi64(1 << 21)), 22);
  return round_saturate(_mm512_mul_epi32(t, magnitude), n);
}

/// One block for `rows` rows.
INLINE void block_tile(int rows, const byte_rows *b, const uint32_t *m, const uint8_t *e, size_t k, const uint8_t *block, int32_t *out,
                       size_t stride) {
  const __m512i raise = _mm512_set1_epi8((char)0x80);
  __m512i acc[TILE_ROWS];
  UNROLL for (int r = 0; r < rows; r++) acc[r] = _mm512_set1_epi32(-128 * b->sum[r]);
  for (size_t four = 0; four < k / 4; four++) {
    __m512i weights = _mm512_xor_si512(_mm512_loadu_si512(block + 64 * four), raise);
    UNROLL for (int r = 0; r < rows; r++) acc[r] = _mm512_dpbusd_epi32(acc[r], weights, load_four(b->bytes + (size_t)r * k + 4 * four));
  }
  const uint8_t *end = block + CK_BLOCK_CHANNELS * k;
  __m512i multiplier = _mm512_loadu_si512(end), sh = _mm512_loadu_si512(end + 64);
  UNROLL for (int r = 0; r < rows; r++) {
    __m512i exponent = _mm512_set1_epi64(e[r]), magnitude = _mm512_set1_epi64((int64_t)m[r]);
    __m512i even = finish_part(acc[r], multiplier, magnitude, _mm512_sub_epi64(evens(sh), exponent));
    __m512i odd = finish_part(odds(acc[r]), odds(multiplier), magnitude, _mm512_sub_epi64(odds(sh), exponent));
    _mm512_storeu_si512(out + (size_t)r * stride, interleave(even, odd));
  }
}
_Static_assert((int64_t)CK_K_MAX * 128 * 127 <= INT32_MAX, "what is taken off fits int32");

TARGET void ck_linear_rotated_avx512vnni(CK_ROTATED_PARAMETERS) {
  byte_rows narrowed;
  for (size_t start = 0; start < rows; start += TILE_ROWS) {
    size_t count = rows - start < TILE_ROWS ? rows - start : TILE_ROWS;
    narrow(b + start * k, count, k, &narrowed);
    for (size_t i = 0; i < block_count; i++) {
      const uint8_t *block = blocks + i * ck_rotated_block_size(k);
      int32_t *to = out + start * stride + i * CK_BLOCK_CHANNELS;
      switch (count) {
      case 8: block_tile(8, &narrowed, m + start, e + start, k, block, to, stride); break;
      case 7: block_tile(7, &narrowed, m + start, e + start, k, block, to, stride); break;
      case 6: block_tile(6, &narrowed, m + start, e + start, k, block, to, stride); break;
      case 5: block_tile(5, &narrowed, m + start, e + start, k, block, to, stride); break;
      case 4: block_tile(4, &narrowed, m + start, e + start, k, block, to, stride); break;
      case 3: block_tile(3, &narrowed, m + start, e + start, k, block, to, stride); break;
      case 2: block_tile(2, &narrowed, m + start, e + start, k, block, to, stride); break;
      default: block_tile(1, &narrowed, m + start, e + start, k, block, to, stride);
      }
    }
  }
}
#endif

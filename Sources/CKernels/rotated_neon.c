#include "kernels.h"

#if defined(__aarch64__)
#include <arm_neon.h>

// One row at a time: 16 bytes of weights are four channels times four inputs. With dot products they are one instruction; without, products
// widen to int16, where a pair fits (vpadal adds pairs to int32), and a channel has two partial sums.

static void write_outputs(const int32_t *acc, uint32_t m, int32_t e, const uint8_t *end, int32_t *out) {
  for (size_t c = 0; c < CK_BLOCK_CHANNELS; c++)
    out[c] = ck_rotated_output(acc[c], m, ck_load_u32(end + 4 * c), (int32_t)ck_load_u32(end + 4 * CK_BLOCK_CHANNELS + 4 * c) - e);
}

static int32_t four_bytes(const int16_t *b) {
  int8_t bytes[4] = {(int8_t)b[0], (int8_t)b[1], (int8_t)b[2], (int8_t)b[3]};
  int32_t four;
  memcpy(&four, bytes, sizeof four);
  return four;
}

static void block_row(const int16_t *b, uint32_t m, int32_t e, size_t k, const uint8_t *block, int32_t *out) {
  int32x4_t low[4], high[4];
  for (int i = 0; i < 4; i++) low[i] = high[i] = vdupq_n_s32(0);
  for (size_t four = 0; four < k / 4; four++) {
    int8x8_t x = vreinterpret_s8_s32(vdup_n_s32(four_bytes(b + 4 * four)));
    for (size_t i = 0; i < 4; i++) {
      int8x16_t w = vld1q_s8((const int8_t *)block + 4 * CK_BLOCK_CHANNELS * four + 16 * i);
      low[i] = vpadalq_s16(low[i], vmull_s8(vget_low_s8(w), x));
      high[i] = vpadalq_s16(high[i], vmull_s8(vget_high_s8(w), x));
    }
  }
  int32_t acc[CK_BLOCK_CHANNELS];
  for (int i = 0; i < 4; i++) vst1q_s32(acc + 4 * i, vpaddq_s32(low[i], high[i]));
  write_outputs(acc, m, e, block + CK_BLOCK_CHANNELS * k, out);
}

void ck_linear_rotated_neon(CK_ROTATED_PARAMETERS) {
  for (size_t i = 0; i < block_count; i++)
    for (size_t row = 0; row < rows; row++)
      block_row(b + row * k, m[row], e[row], k, blocks + i * ck_rotated_block_size(k), out + row * stride + i * CK_BLOCK_CHANNELS);
}

#if defined(__clang__)
#define DOTPROD __attribute__((target("dotprod")))
#else
#define DOTPROD __attribute__((target("arch=armv8.2-a+dotprod")))
#endif

DOTPROD static void block_row_dotprod(const int16_t *b, uint32_t m, int32_t e, size_t k, const uint8_t *block, int32_t *out) {
  int32x4_t sum[4];
  for (int i = 0; i < 4; i++) sum[i] = vdupq_n_s32(0);
  for (size_t four = 0; four < k / 4; four++) {
    int8x16_t x = vreinterpretq_s8_s32(vdupq_n_s32(four_bytes(b + 4 * four)));
    for (size_t i = 0; i < 4; i++)
      sum[i] = vdotq_s32(sum[i], vld1q_s8((const int8_t *)block + 4 * CK_BLOCK_CHANNELS * four + 16 * i), x);
  }
  int32_t acc[CK_BLOCK_CHANNELS];
  for (int i = 0; i < 4; i++) vst1q_s32(acc + 4 * i, sum[i]);
  write_outputs(acc, m, e, block + CK_BLOCK_CHANNELS * k, out);
}

DOTPROD void ck_linear_rotated_neon_dotprod(CK_ROTATED_PARAMETERS) {
  for (size_t i = 0; i < block_count; i++)
    for (size_t row = 0; row < rows; row++)
      block_row_dotprod(b + row * k, m[row], e[row], k, blocks + i * ck_rotated_block_size(k), out + row * stride + i * CK_BLOCK_CHANNELS);
}
#endif

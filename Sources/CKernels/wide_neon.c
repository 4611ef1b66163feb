#include "kernels.h"

#if defined(__aarch64__)
#include <arm_neon.h>

// One row at a time: 8 weights are four channels times a pair of inputs; products are int32, and vpadal adds each pair to the channel's int64.

static void block_row(const int16_t *q, int32_t e, size_t k, const uint8_t *block, int32_t *out) {
  int64x2_t acc[8];
  for (int i = 0; i < 8; i++) acc[i] = vdupq_n_s64(0);
  for (size_t pair = 0; pair < k / 2; pair++) {
    int32_t both;
    memcpy(&both, q + 2 * pair, sizeof both);
    int16x8_t x = vreinterpretq_s16_s32(vdupq_n_s32(both));
    for (size_t i = 0; i < 4; i++) {
      int16x8_t w = vreinterpretq_s16_u8(vld1q_u8(block + 4 * CK_BLOCK_CHANNELS * pair + 16 * i));
      acc[2 * i] = vpadalq_s32(acc[2 * i], vmull_s16(vget_low_s16(w), vget_low_s16(x)));
      acc[2 * i + 1] = vpadalq_s32(acc[2 * i + 1], vmull_high_s16(w, x));
    }
  }
  int64_t total[CK_BLOCK_CHANNELS];
  for (int i = 0; i < 8; i++) vst1q_s64(total + 2 * i, acc[i]);
  const uint8_t *end = block + 2 * CK_BLOCK_CHANNELS * k;
  for (size_t c = 0; c < CK_BLOCK_CHANNELS; c++)
    out[c] = ck_wide_output(total[c], ck_load_u32(end + 4 * c), (int32_t)ck_load_u32(end + 4 * CK_BLOCK_CHANNELS + 4 * c) - e);
}

void ck_linear_wide_neon(CK_LINEAR_PARAMETERS) {
  for (size_t b = 0; b < block_count; b++)
    for (size_t row = 0; row < rows; row++)
      block_row(q + row * k, e[row], k, blocks + b * ck_wide_block_size(k), out + row * stride + b * CK_BLOCK_CHANNELS);
}
#endif

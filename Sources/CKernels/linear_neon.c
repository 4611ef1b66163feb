#include "kernels.h"

#if defined(__aarch64__)
#include <arm_neon.h>

// One row at a time: a de-interleaving load splits the pairs, and each half of the channels is multiplied by one input, widening to int32.

static void block_row(const int16_t *q, int32_t e, size_t k, const uint8_t *block, int32_t *out) {
  const uint8_t *groups = block + ck_block_groups_offset(k);
  int64x2_t acc[8];
  for (int i = 0; i < 8; i++) acc[i] = vdupq_n_s64(0);
  for (size_t g = 0; g < k / CK_GROUP; g++) {
    const int8_t *w = (const int8_t *)block + CK_BLOCK_CHANNELS * CK_GROUP * g;
    const int16_t *x = q + CK_GROUP * g;
    int32x4_t sum[4];
    for (int i = 0; i < 4; i++) sum[i] = vdupq_n_s32(0);
    for (int pair = 0; pair < CK_GROUP / 2; pair++) {
      int8x16x2_t both = vld2q_s8(w + 2 * CK_BLOCK_CHANNELS * pair);
      for (int half = 0; half < 2; half++) {
        int16x8_t low = vmovl_s8(vget_low_s8(both.val[half])), high = vmovl_high_s8(both.val[half]);
        int16_t input = x[2 * pair + half];
        sum[0] = vmlal_n_s16(sum[0], vget_low_s16(low), input);
        sum[1] = vmlal_high_n_s16(sum[1], low, input);
        sum[2] = vmlal_n_s16(sum[2], vget_low_s16(high), input);
        sum[3] = vmlal_high_n_s16(sum[3], high, input);
      }
    }
    for (int i = 0; i < 4; i++) {
      uint16x4_t m16 = vreinterpret_u16_u8(vld1_u8(groups + 2 * (CK_BLOCK_CHANNELS * g + 4 * (size_t)i)));
      int32x4_t m = vreinterpretq_s32_u32(vmovl_u16(m16));
      acc[2 * i] = vmlal_s32(acc[2 * i], vget_low_s32(sum[i]), vget_low_s32(m));
      acc[2 * i + 1] = vmlal_high_s32(acc[2 * i + 1], sum[i], m);
    }
  }
  int64_t total[CK_BLOCK_CHANNELS];
  for (int i = 0; i < 8; i++) vst1q_s64(total + 2 * i, acc[i]);
  for (size_t c = 0; c < CK_BLOCK_CHANNELS; c++) {
    uint32_t m = ck_load_u32(block + ck_block_multipliers_offset(k) + 4 * c);
    int32_t sh = (int32_t)ck_load_u32(block + ck_block_shifts_offset(k) + 4 * c);
    out[c] = ck_grouped_output(total[c], m, sh - e);
  }
}

void ck_linear_neon(const int16_t *q, const uint8_t *e, size_t rows, size_t k, const uint8_t *blocks, size_t block_count, int32_t *out,
                    size_t stride) {
  for (size_t b = 0; b < block_count; b++)
    for (size_t row = 0; row < rows; row++)
      block_row(q + row * k, e[row], k, blocks + b * ck_block_size(k), out + row * stride + b * CK_BLOCK_CHANNELS);
}
#endif

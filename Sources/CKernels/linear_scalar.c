#include "kernels.h"

static void block_row(const int16_t *q, int32_t e, size_t k, const uint8_t *block, int32_t *out) {
  const int8_t *w = (const int8_t *)block;
  const uint8_t *groups = block + ck_block_groups_offset(k);
  int64_t acc[CK_BLOCK_CHANNELS] = {0};
  for (size_t g = 0; g < k / CK_GROUP; g++) {
    int32_t sum[CK_BLOCK_CHANNELS] = {0};
    for (size_t pair = g * CK_GROUP / 2; pair < (g + 1) * CK_GROUP / 2; pair++) {
      const int8_t *pw = w + 2 * CK_BLOCK_CHANNELS * pair;
      for (size_t c = 0; c < CK_BLOCK_CHANNELS; c++) sum[c] += q[2 * pair] * pw[2 * c] + q[2 * pair + 1] * pw[2 * c + 1];
    }
    for (size_t c = 0; c < CK_BLOCK_CHANNELS; c++) acc[c] += (int64_t)sum[c] * ck_load_u16(groups + 2 * (CK_BLOCK_CHANNELS * g + c));
  }
  for (size_t c = 0; c < CK_BLOCK_CHANNELS; c++) {
    uint32_t m = ck_load_u32(block + ck_block_multipliers_offset(k) + 4 * c);
    int32_t sh = (int32_t)ck_load_u32(block + ck_block_shifts_offset(k) + 4 * c);
    out[c] = ck_grouped_output(acc[c], m, sh - e);
  }
}

void ck_linear_scalar(const int16_t *q, const uint8_t *e, size_t rows, size_t k, const uint8_t *blocks, size_t block_count, int32_t *out,
                      size_t stride) {
  for (size_t b = 0; b < block_count; b++)
    for (size_t row = 0; row < rows; row++)
      block_row(q + row * k, e[row], k, blocks + b * ck_block_size(k), out + row * stride + b * CK_BLOCK_CHANNELS);
}

#include "kernels.h"

static void block_row(const int16_t *q, int32_t e, size_t k, const uint8_t *block, int32_t *out) {
  int64_t acc[CK_BLOCK_CHANNELS] = {0};
  for (size_t pair = 0; pair < k / 2; pair++) {
    const uint8_t *w = block + 4 * CK_BLOCK_CHANNELS * pair;
    for (size_t c = 0; c < CK_BLOCK_CHANNELS; c++)
      for (size_t i = 0; i < 2; i++) acc[c] += q[2 * pair + i] * (int16_t)ck_load_u16(w + 4 * c + 2 * i);
  }
  const uint8_t *end = block + 2 * CK_BLOCK_CHANNELS * k;
  for (size_t c = 0; c < CK_BLOCK_CHANNELS; c++)
    out[c] = ck_wide_output(acc[c], ck_load_u32(end + 4 * c), (int32_t)ck_load_u32(end + 4 * CK_BLOCK_CHANNELS + 4 * c) - e);
}

void ck_linear_wide_scalar(CK_LINEAR_PARAMETERS) {
  for (size_t b = 0; b < block_count; b++)
    for (size_t row = 0; row < rows; row++)
      block_row(q + row * k, e[row], k, blocks + b * ck_wide_block_size(k), out + row * stride + b * CK_BLOCK_CHANNELS);
}

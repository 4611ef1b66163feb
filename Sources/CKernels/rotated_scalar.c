#include "kernels.h"

static void block_row(const int16_t *b, uint32_t m, int32_t e, size_t k, const uint8_t *block, int32_t *out) {
  int32_t acc[CK_BLOCK_CHANNELS] = {0};
  for (size_t four = 0; four < k / 4; four++) {
    const int8_t *w = (const int8_t *)block + 4 * CK_BLOCK_CHANNELS * four;
    for (size_t c = 0; c < CK_BLOCK_CHANNELS; c++)
      for (size_t i = 0; i < 4; i++) acc[c] += b[4 * four + i] * w[4 * c + i];
  }
  const uint8_t *end = block + CK_BLOCK_CHANNELS * k;
  for (size_t c = 0; c < CK_BLOCK_CHANNELS; c++)
    out[c] = ck_rotated_output(acc[c], m, ck_load_u32(end + 4 * c), (int32_t)ck_load_u32(end + 4 * CK_BLOCK_CHANNELS + 4 * c) - e);
}

void ck_linear_rotated_scalar(CK_ROTATED_PARAMETERS) {
  for (size_t block = 0; block < block_count; block++)
    for (size_t row = 0; row < rows; row++)
      block_row(b + row * k, m[row], e[row], k, blocks + block * ck_rotated_block_size(k), out + row * stride + block * CK_BLOCK_CHANNELS);
}

#include "bounds.h"

size_t ck_block_bytes(size_t k) { return ck_block_size(k); }

bool ck_block_is_valid(const uint8_t *block, size_t k) {
  uint8_t bad_weights = 0;
  for (size_t i = 0; i < CK_BLOCK_CHANNELS * k; i++) bad_weights |= block[i] == 0x80;
  if (bad_weights) return false;
  const uint8_t *groups = block + ck_block_groups_offset(k);
  uint16_t bad_groups = 0;
  for (size_t i = 0; i < CK_BLOCK_CHANNELS * (k / CK_GROUP); i++)
    bad_groups |= (uint16_t)(ck_load_u16(groups + 2 * i) - 1) >= CK_GROUP_MULTIPLIER_MAX;
  if (bad_groups) return false;
  for (size_t c = 0; c < CK_BLOCK_CHANNELS; c++) {
    if (ck_load_u32(block + ck_block_multipliers_offset(k) + 4 * c) >> CK_MULTIPLIER_BITS != 0) return false;
    uint32_t sh = ck_load_u32(block + ck_block_shifts_offset(k) + 4 * c);
    if (sh < CK_SHIFT_MIN || sh > CK_SHIFT_MAX) return false;
  }
  return true;
}

void ck_embed_row(const uint8_t *block, size_t k, size_t channel, int32_t shift_delta, int32_t *out) {
  int64_t shift = (int64_t)ck_load_u32(block + ck_block_shifts_offset(k) + 4 * channel) - shift_delta;
  shift = shift < 0 ? 0 : shift > 62 ? 62 : shift;
  int64_t m = ck_load_u32(block + ck_block_multipliers_offset(k) + 4 * channel);
  const uint8_t *groups = block + ck_block_groups_offset(k);
  for (size_t i = 0; i < k; i++) {
    int64_t w = (int8_t)block[i / 2 * 2 * CK_BLOCK_CHANNELS + 2 * channel + (i & 1)];
    int64_t scale = m * ck_load_u16(groups + 2 * (i / CK_GROUP * CK_BLOCK_CHANNELS + channel));
    out[i] = ck_sat32(ck_rs(w * scale, (int32_t)shift));
  }
}

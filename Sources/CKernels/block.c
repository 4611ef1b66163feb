#include "bounds.h"

size_t ck_block_bytes(size_t k) { return ck_block_size(k); }

size_t ck_rotated_block_bytes(size_t k) { return ck_rotated_block_size(k); }

size_t ck_wide_block_bytes(size_t k) { return ck_wide_block_size(k); }

/// Whether the multipliers and shifts that end a block are in their ranges.
static bool scales_are_valid(const uint8_t *end) {
  for (size_t c = 0; c < CK_BLOCK_CHANNELS; c++) {
    if (ck_load_u32(end + 4 * c) >> CK_MULTIPLIER_BITS != 0) return false;
    uint32_t sh = ck_load_u32(end + 4 * CK_BLOCK_CHANNELS + 4 * c);
    if (sh < CK_SHIFT_MIN || sh > CK_SHIFT_MAX) return false;
  }
  return true;
}

bool ck_rotated_block_is_valid(const uint8_t *block, size_t k) {
  uint8_t bad = 0;
  for (size_t i = 0; i < CK_BLOCK_CHANNELS * k; i++) bad |= block[i] == 0x80;
  return !bad && scales_are_valid(block + CK_BLOCK_CHANNELS * k);
}

bool ck_wide_block_is_valid(const uint8_t *block, size_t k) {
  uint8_t bad = 0;
  for (size_t i = 0; i < CK_BLOCK_CHANNELS * k; i++) bad |= ck_load_u16(block + 2 * i) == 0x8000;
  return !bad && scales_are_valid(block + 2 * CK_BLOCK_CHANNELS * k);
}

bool ck_block_is_valid(const uint8_t *block, size_t k) {
  uint8_t bad_weights = 0;
  for (size_t i = 0; i < CK_BLOCK_CHANNELS * k; i++) bad_weights |= block[i] == 0x80;
  if (bad_weights) return false;
  const uint8_t *groups = block + ck_block_groups_offset(k);
  uint16_t bad_groups = 0;
  for (size_t i = 0; i < CK_BLOCK_CHANNELS * (k / CK_GROUP); i++)
    bad_groups |= (uint16_t)(ck_load_u16(groups + 2 * i) - 1) >= CK_GROUP_MULTIPLIER_MAX;
  if (bad_groups) return false;
  return scales_are_valid(block + ck_block_multipliers_offset(k));
}

/// The shift of an embedded channel.
static int32_t embedding_shift(const uint8_t *shifts, size_t channel, int32_t delta) {
  int64_t shift = (int64_t)ck_load_u32(shifts + 4 * channel) - delta;
  return (int32_t)(shift < 0 ? 0 : shift > 62 ? 62 : shift);
}

void ck_wide_embed_row(const uint8_t *block, size_t k, size_t channel, int32_t shift_delta, int32_t *out) {
  const uint8_t *end = block + 2 * CK_BLOCK_CHANNELS * k;
  int32_t shift = embedding_shift(end + 4 * CK_BLOCK_CHANNELS, channel, shift_delta);
  int64_t m = ck_load_u32(end + 4 * channel);
  for (size_t i = 0; i < k; i++) {
    int64_t w = (int16_t)ck_load_u16(block + i / 2 * 4 * CK_BLOCK_CHANNELS + 4 * channel + 2 * (i & 1));
    out[i] = ck_sat32(ck_rs(w * m, shift));
  }
}

void ck_embed_row(const uint8_t *block, size_t k, size_t channel, int32_t shift_delta, int32_t *out) {
  int32_t shift = embedding_shift(block + ck_block_shifts_offset(k), channel, shift_delta);
  int64_t m = ck_load_u32(block + ck_block_multipliers_offset(k) + 4 * channel);
  const uint8_t *groups = block + ck_block_groups_offset(k);
  for (size_t i = 0; i < k; i++) {
    int64_t w = (int8_t)block[i / 2 * 2 * CK_BLOCK_CHANNELS + 2 * channel + (i & 1)];
    int64_t scale = m * ck_load_u16(groups + 2 * (i / CK_GROUP * CK_BLOCK_CHANNELS + channel));
    out[i] = ck_sat32(ck_rs(w * scale, shift));
  }
}

#pragma once

#include "kernels.h"

// What the int8 kernels of all instruction sets share. [NUM-40] [NUM-41]

CK_INLINE size_t ck_round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

/// Offsets of the parts of a block.
CK_INLINE size_t ck_int8_biases_offset(size_t inputs) { return CK_INT8_BLOCK_CHANNELS * ck_round_up(inputs, 2); }
CK_INLINE size_t ck_int8_block_size(size_t inputs) { return ck_int8_biases_offset(inputs) + 12 * CK_INT8_BLOCK_CHANNELS; }

/// rescale(v, m, s) = floor((v m + 2^(s-1)) / 2^s), |v| at most 2^31, within int64.
CK_INLINE int64_t ck_int8_rescale(int64_t v, ck_int8_scale scale) {
  return (v * (int64_t)scale.multiplier + ((int64_t)1 << (scale.shift - 1))) >> scale.shift;
}

/// clamp(v + zero, low, high), |v| at most 2^61.
CK_INLINE int8_t ck_int8_narrow(int64_t v, ck_int8_range range) {
  v += range.zero;
  v = v < range.low ? range.low : v;
  return (int8_t)(v > range.high ? range.high : v);
}

/// Narrows the sums of the first `channels` of a block's channels, biases added.
CK_INLINE void ck_int8_finish(const int32_t *sums, const uint8_t *parameters, size_t channels, ck_int8_range range, int8_t *out) {
  for (size_t c = 0; c < channels; c++) {
    int32_t bias = (int32_t)ck_load_u32(parameters + 4 * c);
    ck_int8_scale scale = {ck_load_u32(parameters + 32 + 4 * c), ck_load_u32(parameters + 64 + 4 * c)};
    out[c] = ck_int8_narrow(ck_int8_rescale((int64_t)sums[c] + bias, scale), range);
  }
}

#pragma once

#include "arithmetic.h"

// Coded blocks: the same weights in fewer bytes, for reading each weight once. Many files keep weights as 4-bit codes, w = a q + b for each
// channel of a group, rounded on import to int8. Where whole numbers give them back, w = (A q + B) >> 8 with q in 0...15, memory need only
// hold q, A and B. A coded group of 16 channels is
//
//   codes       [4][2][16] u16   quads of pairs of inputs, halves of the channels, lanes (channel, input of the pair); pair p in bits 4p...
//   A, B, Mg    [16] u16, [16] i16, [16] u16
//
// and a coded block its groups, then M and sh as in a block.

enum { CK_CODE_LANES = 16, CK_CODE_SHIFT = 8 };
enum { CK_CODES_BYTES = CK_BLOCK_CHANNELS * CK_GROUP / 2, CK_CODED_GROUP_BYTES = CK_CODES_BYTES + 3 * 2 * CK_BLOCK_CHANNELS };
enum { CK_CODE_SLOPES = CK_CODES_BYTES, CK_CODE_OFFSETS = CK_CODE_SLOPES + 32, CK_CODE_MULTIPLIERS = CK_CODE_OFFSETS + 32 };

CK_INLINE size_t ck_coded_multipliers_offset(size_t k) { return k / CK_GROUP * CK_CODED_GROUP_BYTES; }
CK_INLINE size_t ck_coded_block_size(size_t k) { return ck_coded_multipliers_offset(k) + 8 * CK_BLOCK_CHANNELS; }

/// Where the code of an input of a channel lies in its group: a byte offset to u16, and a shift.
CK_INLINE size_t ck_code_offset(size_t channel, size_t input) {
  size_t half = channel / 8, lane = channel % 8 * 2 + input % 2;
  return 2 * ((input / 8 * 2 + half) * CK_CODE_LANES + lane);
}
CK_INLINE uint32_t ck_code_shift(size_t input) { return (uint32_t)(4 * (input / 2 % 4)); }

/// A weight from its code; 16-bit arithmetic wraps, and what comes out fits.
CK_INLINE int32_t ck_decode(uint32_t code, uint16_t slope, uint16_t offset) { return (int16_t)(uint16_t)(code * slope + offset) >> CK_CODE_SHIFT; }

#include "linear_coded.h"
#include "kernels.h"

enum { TOP_CODE = 15, LEAST_TOP = 8, CHANNELS = CK_BLOCK_CHANNELS };

size_t ck_coded_block_bytes(size_t k) { return ck_coded_block_size(k); }

/// The weights of one group and the codes, slopes and offsets that give them back, for all channels at a time. Numbers are whole and below
/// 2^24, so floats are exact.
typedef struct {
  float weights[CK_GROUP][CHANNELS], codes[CK_GROUP][CHANNELS];
  float slope[CHANNELS], offset[CHANNELS];
} group_codes;

static const float UNIT = 1 << CK_CODE_SHIFT, ABSENT = 1 << 16;

CK_INLINE float lesser(float a, float b) { return a < b ? a : b; }
CK_INLINE float greater(float a, float b) { return a > b ? a : b; }

CK_INLINE void read_group(const uint8_t *w, group_codes *group) {
  for (size_t i = 0; i < CK_GROUP; i++)
    for (size_t c = 0; c < CHANNELS; c++) group->weights[i][c] = (int8_t)w[i / 2 * 2 * CHANNELS + 2 * c + i % 2];
}

/// Codes that put the least weight of each channel at 0 and the largest at `top`.
CK_INLINE void choose_codes(float top, group_codes *group) {
  float low[CHANNELS], scale[CHANNELS];
  for (size_t c = 0; c < CHANNELS; c++) {
    float least = 127, largest = -127;
    for (size_t i = 0; i < CK_GROUP; i++) {
      least = lesser(least, group->weights[i][c]);
      largest = greater(largest, group->weights[i][c]);
    }
    low[c] = least, scale[c] = largest > least ? top / (largest - least) : 0;
  }
  for (size_t i = 0; i < CK_GROUP; i++)
    for (size_t c = 0; c < CHANNELS; c++) group->codes[i][c] = (float)(int32_t)((group->weights[i][c] - low[c]) * scale[c] + 0.5f);
}

/// The slopes and offsets for the codes, where there are any. A slope A suits all weights if it suits each two of them: with codes d apart,
/// their weights must not be further from A d / 256 than one unit. So the least and the largest difference of weights for each d bound A.
CK_INLINE void choose_lines(group_codes *group) {
  // The weight of each code; where there is none, one so far above or below that it bounds nothing.
  float above[TOP_CODE + 1][CHANNELS], below[TOP_CODE + 1][CHANNELS];
  for (size_t code = 0; code <= TOP_CODE; code++)
    for (size_t c = 0; c < CHANNELS; c++) above[code][c] = ABSENT, below[code][c] = -ABSENT;
  for (size_t i = 0; i < CK_GROUP; i++)
    for (size_t c = 0; c < CHANNELS; c++) {
      size_t code = (size_t)group->codes[i][c];
      above[code][c] = below[code][c] = group->weights[i][c];
    }
  float least[CHANNELS], largest[CHANNELS];
  for (size_t c = 0; c < CHANNELS; c++) least[c] = 0, largest[c] = ABSENT;
  for (size_t d = 1; d <= TOP_CODE; d++) {
    float under[CHANNELS], over[CHANNELS];
    for (size_t c = 0; c < CHANNELS; c++) under[c] = 2 * ABSENT, over[c] = -2 * ABSENT;
    for (size_t code = d; code <= TOP_CODE; code++)
      for (size_t c = 0; c < CHANNELS; c++) {
        under[c] = lesser(under[c], above[code][c] - below[code - d][c]);
        over[c] = greater(over[c], below[code][c] - above[code - d][c]);
      }
    for (size_t c = 0; c < CHANNELS; c++) {
      largest[c] = lesser(largest[c], (UNIT * under[c] + (UNIT - 1)) / (float)d);
      least[c] = greater(least[c], (UNIT * over[c] - (UNIT - 1)) / (float)d);
    }
  }
  for (size_t c = 0; c < CHANNELS; c++) {
    group->slope[c] = (float)(int32_t)((least[c] + lesser(largest[c], UNIT * UNIT)) / 2);
    group->offset[c] = -ABSENT;
  }
  for (size_t i = 0; i < CK_GROUP; i++)
    for (size_t c = 0; c < CHANNELS; c++)
      group->offset[c] = greater(group->offset[c], UNIT * group->weights[i][c] - group->slope[c] * group->codes[i][c]);
}

/// Writes the channels whose weights the codes give back, and of which `done` has no bit; returns the bits of all that are done.
CK_INLINE uint32_t write_group(const group_codes *group, uint32_t done, uint8_t *coded) {
  bool exact[CHANNELS];
  for (size_t c = 0; c < CHANNELS; c++) exact[c] = group->slope[c] < ABSENT && group->offset[c] >= INT16_MIN && group->offset[c] <= INT16_MAX;
  for (size_t i = 0; i < CK_GROUP; i++)
    for (size_t c = 0; c < CHANNELS; c++) {
      float above = group->slope[c] * group->codes[i][c] + group->offset[c] - UNIT * group->weights[i][c];
      exact[c] &= (above >= 0) & (above < UNIT);
    }
  for (size_t c = 0; c < CHANNELS; c++) {
    if (done >> c & 1 || !exact[c]) continue;
    done |= 1u << c;
    for (size_t quad = 0; quad < CK_GROUP / 8; quad++)
      for (size_t input = 0; input < 2; input++) {
        const float *code = &group->codes[8 * quad + input][c];
        uint32_t lane = (uint32_t)code[0] | (uint32_t)code[2 * CHANNELS] << 4 | (uint32_t)code[4 * CHANNELS] << 8 | (uint32_t)code[6 * CHANNELS] << 12;
        uint16_t bits = (uint16_t)lane;
        memcpy(coded + ck_code_offset(c, 8 * quad + input), &bits, sizeof bits);
      }
    uint16_t slope = (uint16_t)group->slope[c], offset = (uint16_t)(int16_t)group->offset[c];
    memcpy(coded + CK_CODE_SLOPES + 2 * c, &slope, sizeof slope);
    memcpy(coded + CK_CODE_OFFSETS + 2 * c, &offset, sizeof offset);
  }
  return done;
}

CK_INLINE bool code_group(const uint8_t *w, uint8_t *coded) {
  const uint32_t all = (1u << CHANNELS) - 1;
  group_codes group;
  read_group(w, &group);
  uint32_t done = 0;
  for (int top = TOP_CODE; top >= LEAST_TOP && done != all; top--) {
    choose_codes((float)top, &group);
    choose_lines(&group);
    done = write_group(&group, done, coded);
  }
  return done == all;
}

CK_INLINE bool code_block(const uint8_t *block, size_t k, uint8_t *coded) {
  for (size_t g = 0; g < k / CK_GROUP; g++) {
    uint8_t *to = coded + CK_CODED_GROUP_BYTES * g;
    if (!code_group(block + CHANNELS * CK_GROUP * g, to)) return false;
    memcpy(to + CK_CODE_MULTIPLIERS, block + ck_block_groups_offset(k) + 2 * CHANNELS * g, 2 * CHANNELS);
  }
  memcpy(coded + ck_coded_multipliers_offset(k), block + ck_block_multipliers_offset(k), 8 * CHANNELS);
  return true;
}

#if defined(__x86_64__)
/// The same code for wider registers.
__attribute__((target("avx2"))) static bool code_block_avx2(const uint8_t *block, size_t k, uint8_t *coded) { return code_block(block, k, coded); }
#endif

bool ck_code_block(const uint8_t *block, size_t k, uint8_t *coded) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return code_block_avx2(block, k, coded);
#endif
  return code_block(block, k, coded);
}

static void coded_row(const int16_t *q, int32_t e, size_t k, const uint8_t *block, int32_t *out) {
  const uint8_t *end = block + ck_coded_multipliers_offset(k);
  for (size_t c = 0; c < CHANNELS; c++) {
    int64_t acc = 0;
    for (size_t g = 0; g < k / CK_GROUP; g++) {
      const uint8_t *group = block + CK_CODED_GROUP_BYTES * g;
      uint16_t slope = ck_load_u16(group + CK_CODE_SLOPES + 2 * c), offset = ck_load_u16(group + CK_CODE_OFFSETS + 2 * c);
      int32_t sum = 0;
      for (size_t i = 0; i < CK_GROUP; i++)
        sum += q[CK_GROUP * g + i] * ck_decode(ck_load_u16(group + ck_code_offset(c, i)) >> ck_code_shift(i) & TOP_CODE, slope, offset);
      acc += (int64_t)sum * ck_load_u16(group + CK_CODE_MULTIPLIERS + 2 * c);
    }
    out[c] = ck_grouped_output(acc, ck_load_u32(end + 4 * c), (int32_t)ck_load_u32(end + 4 * (CHANNELS + c)) - e);
  }
}

void ck_linear_coded_scalar(CK_LINEAR_PARAMETERS) {
  for (size_t b = 0; b < block_count; b++)
    for (size_t row = 0; row < rows; row++)
      coded_row(q + row * k, e[row], k, blocks + b * ck_coded_block_size(k), out + row * stride + b * CK_BLOCK_CHANNELS);
}

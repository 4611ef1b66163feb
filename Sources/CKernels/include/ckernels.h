#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Integer kernels. Every function is defined by its mathematical value, so each instruction set returns the same bits. [NUM-1]
//
//   rs(v, n) = floor((v + 2^(n-1)) / 2^n), rs(v, 0) = v         ties go towards +infinity
//   sat32(v) = clamp to +-(2^31 - 1), sat16(v) = clamp to +-32767
//   bl(m)    = bit length of m, bl(0) = 0
//
// Fixed-point inputs are first bounded by sat32, which changes -2^31 alone, so that even an input out of the domain gives the same bits
// everywhere. No function allocates or keeps state, and none but ck_relax blocks. Buffers need no alignment beyond their element's, weight
// blocks need none, and outputs must not overlap inputs unless a comment allows it.

/// The instruction sets that a kernel may be compiled for.
typedef enum ck_isa { CK_ISA_SCALAR = 0, CK_ISA_AVX2 = 1, CK_ISA_AVX512VNNI = 2, CK_ISA_NEON = 3, CK_ISA_NEON_DOTPROD = 4 } ck_isa;

/// Whether this build holds kernels for `isa` and this processor runs them.
bool ck_isa_is_available(ck_isa isa);

/// The name in the environment variable PROBITY_INSTRUCTION_SET, or NULL.
const char *ck_isa_requested(void);

/// What a thread does in the `turn`-th turn of waiting for another: a pause, after many turns a yield to other threads.
void ck_relax(intptr_t turn);

// Linear, a16 rows times int8 weights in groups of 32 [NUM-6]

enum {
  CK_BLOCK_CHANNELS = 16,
  CK_GROUP = 32,
  CK_K_STEP = 64,
  CK_K_MAX = 16384,
  CK_MULTIPLIER_BITS = 24,
  CK_GROUP_MULTIPLIER_MAX = 4095,
  CK_SHIFT_MIN = 17,
  CK_SHIFT_MAX = 62,
  CK_EXPONENT_MAX = 16
};

/// Bytes of one block of 16 output channels with `k` inputs: weights, group multipliers, M, sh.
size_t ck_block_bytes(size_t k);

/// Whether weights, group multipliers, multipliers and shifts of one block are in the ranges on which the bounds rest.
bool ck_block_is_valid(const uint8_t *block, size_t k);

/// out[row * stride + 16 * block + c] for `rows` rows of `k` int16 with exponents `e` (each at most 16) and `blocks` valid blocks that follow
/// each other in memory.
void ck_linear(ck_isa isa, const int16_t *q, const uint8_t *e, size_t rows, size_t k, const uint8_t *blocks, size_t block_count, int32_t *out,
               size_t stride);

// The same weights in 11 bytes where a block has 17, for as few rows as make memory the limit.

/// Bytes of one coded block of 16 output channels with `k` inputs.
size_t ck_coded_block_bytes(size_t k);

/// Writes a valid block as a coded one; false where the weights of a group are not those of 16 evenly spaced codes.
bool ck_code_block(const uint8_t *block, size_t k, uint8_t *coded);

/// Whether the instruction set reads coded blocks faster than blocks from memory.
bool ck_isa_reads_codes(ck_isa isa);

/// As `ck_linear` on the blocks that were coded.
void ck_linear_coded(ck_isa isa, const int16_t *q, const uint8_t *e, size_t rows, size_t k, const uint8_t *blocks, size_t block_count,
                     int32_t *out, size_t stride);

/// Row `channel` of a valid block as fixed point: out[i] = sat32(rs(w * Mg * M, n)), n = sh - shift_delta bounded to 0...62, shift_delta in
/// -62...62. [NUM-12]
void ck_embed_row(const uint8_t *block, size_t k, size_t channel, int32_t shift_delta, int32_t *out);

// Linear, rotated 8-bit rows times int8 weights [NUM-31]. A block of 16 output channels is: weights [k/4][16][4], M, sh.

size_t ck_rotated_block_bytes(size_t k);
bool ck_rotated_block_is_valid(const uint8_t *block, size_t k);

/// Transforms a quantised row and reduces it to 8 bits, in -127...127. Returns the largest magnitude of the transform, at least 1.
uint32_t ck_rotate(ck_isa isa, const int16_t *q, size_t k, int16_t *b);

/// As `ck_linear`, for rows `b` from `ck_rotate` with their magnitudes `m` and the exponents of the rows that they were made from.
void ck_linear_rotated(ck_isa isa, const int16_t *b, const uint32_t *m, const uint8_t *e, size_t rows, size_t k, const uint8_t *blocks,
                       size_t block_count, int32_t *out, size_t stride);

// Linear, a16 rows times int16 weights [NUM-32]. A block of 16 output channels is: weights [k/2][16][2], M, sh.

size_t ck_wide_block_bytes(size_t k);
bool ck_wide_block_is_valid(const uint8_t *block, size_t k);

/// As `ck_linear`.
void ck_linear_wide(ck_isa isa, const int16_t *q, const uint8_t *e, size_t rows, size_t k, const uint8_t *blocks, size_t block_count,
                    int32_t *out, size_t stride);

/// As `ck_embed_row`, without group multipliers.
void ck_wide_embed_row(const uint8_t *block, size_t k, size_t channel, int32_t shift_delta, int32_t *out);

// Rows of int16 with a power-of-two exponent [NUM-4] [NUM-5]

/// Quantises a row: e = max(0, bl(max|y|) - 15), q = min(rs(y, e), 32767). Returns e.
uint8_t ck_quantise(ck_isa isa, const int32_t *y, size_t n, int16_t *q);

/// out = sat32(q * 2^e), e at most 16.
void ck_unpack(ck_isa isa, const int16_t *q, uint8_t e, size_t n, int32_t *out);

/// `ck_unpack` of each chunk of `chunk` columns (the last may be shorter) with its exponent, then `ck_quantise` over the whole row.
uint8_t ck_requantise(ck_isa isa, const int16_t *packed, const uint8_t *exponents, size_t n, size_t chunk, int16_t *q);

/// q = sat16(rs(a, shift)), shift in 0...62. [NUM-8]
void ck_narrow(ck_isa isa, const int32_t *a, size_t n, int32_t shift, int16_t *q);

// Element-wise rows

/// out = sat32(x + y). `out` may be `x` or `y`. [NUM-13]
void ck_add(ck_isa isa, const int32_t *x, const int32_t *y, size_t n, int32_t *out);

/// Root-mean-square norm with gains |gain| < 2^23, n in 1...16384, eps_term at most 2^56, out_shift in 1...62. `out` may be
/// `x`. [NUM-7]
void ck_rms_norm(ck_isa isa, const int32_t *x, const int32_t *gain, size_t n, uint64_t eps_term, int32_t out_shift, int32_t *out);

/// Rotates interleaved pairs of `heads` heads of `head_dim` columns (even) by the same angles, (c, s) pairs in Q30 with magnitude at most
/// 2^30, shift in 1...62. [NUM-8]
void ck_rope(ck_isa isa, const int32_t *a, size_t heads, size_t head_dim, const int32_t *cos_sin, int32_t shift, int16_t *q);

/// out = SiLU(gate) * up, gate and up in Q16, shift in 1...32. `out` may be `gate` or `up`. [NUM-11]
void ck_silu_mul(ck_isa isa, const int32_t *gate, const int32_t *up, size_t n, int32_t shift, int32_t *out);

/// Layer norm with gains |gain| < 2^23, n in 1...16384, eps_term at most 2^56, out_shift in 1...62; offsets are added last. [NUM-16]
void ck_layer_norm(ck_isa isa, const int32_t *x, const int32_t *gain, const int32_t *offset, size_t n, uint64_t eps_term, int32_t out_shift,
                   int32_t *out);

/// The row over its Euclidean length, in Q(30 - shift), n in 1...16384, shift in 0...30. [NUM-19]
void ck_unit(ck_isa isa, const int32_t *x, size_t n, int32_t shift, int32_t *out);

/// sums += x, for at most 2^14 rows that began at 0. [NUM-18]
void ck_accumulate(ck_isa isa, const int32_t *x, size_t n, int64_t *sums);

/// out = floor((2 sums + count) / (2 count)), count in 1...2^14 the rows that were summed. [NUM-18]
void ck_mean(ck_isa isa, const int64_t *sums, size_t n, int64_t count, int32_t *out);

/// out = GELU(g) * 2^-shift, g in Q16, shift in 0...31. `out` may be `g`. [NUM-17]
void ck_gelu(ck_isa isa, const int32_t *g, size_t n, int32_t shift, int32_t *out);

/// out[i] = the maximum of the i-th run of `block` columns; the last run may be shorter. [NUM-13]
void ck_block_max(ck_isa isa, const int32_t *x, size_t n, size_t block, int32_t *out);

/// The lowest index among the maxima; n at least 1. [NUM-13]
size_t ck_argmax(ck_isa isa, const int32_t *x, size_t n);

// Attention [NUM-9] [NUM-10]

enum { CK_HEAD_DIM_STEP = 16, CK_HEAD_DIM_MAX = 256, CK_CONTEXT_MAX = 16384, CK_SCORE_SHIFT_MAX = 31, CK_VALUE_SHIFT_MAX = 12 };

/// Bytes of scratch that `ck_attend` needs for `t` keys. No alignment is required.
size_t ck_attention_scratch_bytes(size_t t);

/// What is known of keys and values: at least the sum of the squares of each key, as UINT64_MAX is, and at least the magnitude of each value, as
/// UINT32_MAX is.
typedef struct {
  uint64_t key_square;
  uint32_t value_magnitude;
} ck_cache_bounds;

/// One query row of one group: `heads` queries of `head_dim` int16 against `t` keys and values of `head_dim` int16 each, all visible.
/// The bounds decide how sums are taken, not what they are.
/// score_shift in 0...31, value_shift in 0...12, t in 1...2^14, head_dim a multiple of 16 up to 256. Results are at most 2^27 in magnitude.
void ck_attend(ck_isa isa, const int16_t *q, size_t heads, size_t head_dim, const int16_t *keys, const int16_t *values, size_t t,
               ck_cache_bounds bounds, int32_t score_shift, int32_t value_shift, void *scratch, int32_t *out);

// Int8 tensors [NUM-40] to [NUM-46]

enum {
  CK_INT8_BLOCK_CHANNELS = 8,
  CK_INT8_INPUTS_MAX = 32768,
  CK_INT8_BIAS_MAX = 1 << 30,
  CK_INT8_SHIFT_MIN = 2,
  CK_INT8_SHIFT_MAX = 62,
  CK_INT8_SIDE_MAX = 16384,
  CK_INT8_WINDOW_MAX = 256
};

/// How an int32 becomes an int8: clamp(rescale(v, multiplier, shift) + zero, low, high). [NUM-41]
typedef struct ck_int8_range {
  int8_t zero, low, high;
} ck_int8_range;

/// A multiplier below 2^31 and a shift in 2...62. [NUM-40]
typedef struct ck_int8_scale {
  uint32_t multiplier;
  uint32_t shift;
} ck_int8_scale;

/// Rows of an int8 tensor that lie in memory: those from `first` to `first + count - 1` of `height`. A row is [channels / chunk][width][chunk].
typedef struct ck_int8_rows {
  const int8_t *values;
  size_t first, count, height, width, channels, chunk;
} ck_int8_rows;

/// A window over rows and columns: its size, its steps, the cells of padding before the first row and column, and the distance of its cells.
typedef struct ck_int8_window {
  size_t height, width, stride_y, stride_x, top, left, dilation_y, dilation_x;
} ck_int8_window;

/// Bytes of one block of 8 output channels with `inputs` inputs: weights, biases, multipliers, shifts.
size_t ck_int8_block_bytes(size_t inputs);

/// Whether every number of one block is in its range. [MODEL-8]
bool ck_int8_block_is_valid(const uint8_t *block, size_t inputs);

/// Values of one widened row: channels rounded up to 8, times the columns that windows of `columns` outputs reach.
size_t ck_int8_plane_columns(const ck_int8_window *w, size_t columns);

/// The `w->height` rows that output row `y` reads, less `zero`, as [height][plane columns][channels rounded up to 8] int16. Cells outside the
/// tensor, and channels that only fill up, are 0.
void ck_int8_widen(const ck_int8_rows *x, const ck_int8_window *w, size_t y, size_t columns, int8_t zero, int16_t *plane);

/// Windows of a plane one after the other, [columns][inputs rounded up to 2], inputs in the order (row, column, channel).
void ck_int8_patches(const int16_t *plane, const ck_int8_window *w, size_t columns, size_t channels, int16_t *patches);

/// out[x * out_stride + c] for `pixels` patches, `patch_stride` apart, and `channels` channels of consecutive valid blocks. [NUM-42]
void ck_int8_convolve(ck_isa isa, const int16_t *patches, size_t pixels, size_t patch_stride, size_t inputs, const uint8_t *blocks,
                      size_t channels, ck_int8_range range, int8_t *out, size_t out_stride);

/// The same where channel c reads channel `first + c` alone, `first` a multiple of 8; a plane's cells are `plane_channels` apart. [NUM-42]
void ck_int8_depthwise(ck_isa isa, const int16_t *plane, const ck_int8_window *w, size_t columns, size_t plane_channels, size_t first,
                       const uint8_t *blocks, size_t channels, ck_int8_range range, int8_t *out, size_t out_stride);

/// A sum, or a maximum, over each window of each channel, rescaled: [columns][channels]. The maximum skips cells outside the tensor. [NUM-43]
void ck_int8_pool(const ck_int8_rows *x, const ck_int8_window *w, size_t y, size_t columns, bool maximum, int8_t zero, ck_int8_scale scale,
                  ck_int8_range range, int8_t *out);

/// out = clamp(rescale(rescale(a - a_zero) + rescale(b - b_zero)) + zero). `out` may be `a`. [NUM-44]
void ck_int8_add(const int8_t *a, int8_t a_zero, ck_int8_scale a_scale, const int8_t *b, int8_t b_zero, ck_int8_scale b_scale, size_t n,
                 ck_int8_scale scale, ck_int8_range range, int8_t *out);

/// out = clamp(rescale((a - a_zero) * (b - b_zero)) + zero). `out` may be `a`. [NUM-45]
void ck_int8_multiply(const int8_t *a, int8_t a_zero, const int8_t *b, int8_t b_zero, size_t n, ck_int8_scale scale, ck_int8_range range,
                      int8_t *out);

// Tables, committed as data [NUM-14]

/// round_half_up(2^30 * 2^(-j/256)), j = 0...256.
extern const int32_t ck_exp2_table[257];

/// round_half_up(2^30 / (1 + exp(-j/64))), j = 0...1024.
extern const int32_t ck_sigmoid_table[1025];

/// round_half_up(2^30 * P(j/128)), P the standard normal distribution function, j = 0...1024.
extern const int32_t ck_normal_table[1025];

/// Entries of the tables; j at most 256, 1024 and 1024.
static inline int32_t ck_exp2_entry(size_t j) { return ck_exp2_table[j]; }
static inline int32_t ck_sigmoid_entry(size_t j) { return ck_sigmoid_table[j]; }
static inline int32_t ck_normal_entry(size_t j) { return ck_normal_table[j]; }

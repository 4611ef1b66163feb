#pragma once

#include "rotated.h"

// The element-wise rules, written once. Each instruction set compiles these bodies with its own target attribute and leaves the vectors to
// the compiler: integer code means the same in all of them.

CK_INLINE uint8_t ck_exponent(uint32_t magnitude) {
  int32_t e = ck_bit_length(magnitude) - 15;
  return (uint8_t)(e > 0 ? e : 0);
}

CK_INLINE uint32_t ck_body_max_magnitude(const int32_t *y, size_t n) {
  int32_t m = 0;
  for (size_t i = 0; i < n; i++) {
    int32_t a = ck_magnitude(y[i]);
    m = a > m ? a : m;
  }
  return (uint32_t)m;
}

CK_INLINE uint8_t ck_body_quantise(const int32_t *restrict y, size_t n, int16_t *restrict q) {
  uint8_t e = ck_exponent(ck_body_max_magnitude(y, n));
  for (size_t i = 0; i < n; i++) {
    int32_t v = ck_rs32(ck_domain(y[i]), e);
    q[i] = (int16_t)(v > INT16_MAX ? INT16_MAX : v);
  }
  return e;
}

/// q * 2^e is at least -2^31, which saturates.
CK_INLINE int32_t ck_unpacked(int16_t q, uint8_t e) { return ck_domain((int32_t)((uint32_t)(int32_t)q << e)); }

CK_INLINE void ck_body_unpack(const int16_t *restrict q, uint8_t e, size_t n, int32_t *restrict out) {
  for (size_t i = 0; i < n; i++) out[i] = ck_unpacked(q[i], e);
}

CK_INLINE uint8_t ck_body_requantise(const int16_t *restrict packed, const uint8_t *exponents, size_t n, size_t chunk, int16_t *restrict q) {
  uint32_t m = 0;
  for (size_t start = 0; start < n; start += chunk) {
    size_t end = n - start < chunk ? n : start + chunk;
    int32_t low = 0, high = 0;
    for (size_t i = start; i < end; i++) {
      low = packed[i] < low ? packed[i] : low;
      high = packed[i] > high ? packed[i] : high;
    }
    uint32_t largest = (uint32_t)(-low > high ? -low : high) << exponents[start / chunk];
    largest = largest > INT32_MAX ? INT32_MAX : largest;
    m = largest > m ? largest : m;
  }
  uint8_t e = ck_exponent(m);
  for (size_t start = 0; start < n; start += chunk) {
    size_t end = n - start < chunk ? n : start + chunk;
    uint8_t from = exponents[start / chunk];
    for (size_t i = start; i < end; i++) {
      int32_t v = ck_rs32(ck_unpacked(packed[i], from), e);
      q[i] = (int16_t)(v > INT16_MAX ? INT16_MAX : v);
    }
  }
  return e;
}

CK_INLINE void ck_body_narrow(const int32_t *restrict a, size_t n, int32_t shift, int16_t *restrict q) {
  for (size_t i = 0; i < n; i++) q[i] = ck_sat16(ck_rs(ck_domain(a[i]), shift));
}

/// `out` may be `x` or `y`, but never lies between their columns: so the loop is safe to be vectors, and saves the check.
CK_INLINE void ck_body_add(const int32_t *x, const int32_t *y, size_t n, int32_t *out) {
  _Pragma("clang loop vectorize(assume_safety)") for (size_t i = 0; i < n; i++) {
    // In 32 bits: a sum that wraps has another sign than both of its parts.
    int32_t a = ck_domain(x[i]), b = ck_domain(y[i]), sum = (int32_t)((uint32_t)a + (uint32_t)b);
    int32_t wraps = (a ^ sum) & (b ^ sum), bound = a < 0 ? -INT32_MAX : INT32_MAX;
    out[i] = wraps < 0 ? bound : ck_domain(sum);
  }
}

/// floor(sqrt(a)), a below 2^62, one bit of the root at a time.
CK_INLINE uint64_t ck_square_root(uint64_t a) {
  uint64_t root = 0;
  for (uint64_t bit = (uint64_t)1 << 60; bit != 0; bit >>= 2) {
    uint64_t trial = root + bit;
    root >>= 1;
    if (a >= trial) {
      a -= trial;
      root += bit;
    }
  }
  return root;
}

/// How the values of a row become those of a row of length 1 in Q30: u = rs(x * inverse, shift).
typedef struct {
  int64_t inverse;
  int32_t shift;
} ck_unit_scale;

CK_INLINE ck_unit_scale ck_body_unit_scale(const int32_t *x, size_t n, uint64_t eps_term) {
  int32_t s = ck_bit_length(ck_body_max_magnitude(x, n)) - 23;
  s = s > 0 ? s : 0;
  uint64_t sum = 0;
  for (size_t i = 0; i < n; i++) {
    uint32_t a = (uint32_t)ck_magnitude(x[i]) >> s;
    sum += (uint64_t)a * a;
  }
  uint64_t a = sum + (eps_term >> (2 * s));
  a = a > 1 ? a : 1;
  int32_t c = (62 - ck_bit_length(a)) & ~1;
  return (ck_unit_scale){.inverse = (int64_t)(((uint64_t)1 << 61) / ck_square_root(a << c)), .shift = 31 - c / 2 + s};
}

CK_INLINE void ck_body_rms_norm(const int32_t *x, const int32_t *gain, size_t n, uint64_t eps_term, int32_t out_shift, int32_t *out) {
  ck_unit_scale scale = ck_body_unit_scale(x, n, eps_term);
  for (size_t i = 0; i < n; i++) {
    int64_t u = ck_rs(ck_domain(x[i]) * scale.inverse, scale.shift);
    out[i] = ck_sat32(ck_rs(u * gain[i], out_shift));
  }
}

/// `out` holds the differences from the mean on the way.
CK_INLINE void ck_body_layer_norm(const int32_t *x, const int32_t *gain, const int32_t *offset, size_t n, uint64_t eps_term,
                                  int32_t out_shift, int32_t *out) {
  int64_t sum = 0;
  for (size_t i = 0; i < n; i++) sum += ck_domain(x[i]);
  int64_t mean = ck_floor_quotient(2 * sum + (int64_t)n, 2 * (int64_t)n);
  for (size_t i = 0; i < n; i++) out[i] = ck_sat32(ck_domain(x[i]) - mean);
  ck_unit_scale scale = ck_body_unit_scale(out, n, eps_term);
  for (size_t i = 0; i < n; i++) {
    int64_t u = ck_rs(out[i] * scale.inverse, scale.shift);
    out[i] = ck_sat32(ck_rs(u * gain[i], out_shift) + ck_domain(offset[i]));
  }
}

CK_INLINE void ck_body_unit(const int32_t *x, size_t n, int32_t out_shift, int32_t *out) {
  ck_unit_scale scale = ck_body_unit_scale(x, n, 0);
  for (size_t i = 0; i < n; i++) out[i] = (int32_t)ck_rs(ck_rs(ck_domain(x[i]) * scale.inverse, scale.shift), out_shift);
}

CK_INLINE void ck_body_accumulate(const int32_t *x, size_t n, int64_t *sums) {
  for (size_t i = 0; i < n; i++) sums[i] += ck_domain(x[i]);
}

CK_INLINE void ck_body_mean(const int64_t *sums, size_t n, int64_t count, int32_t *out) {
  for (size_t i = 0; i < n; i++) out[i] = (int32_t)ck_floor_quotient(2 * sums[i] + count, 2 * count);
}

CK_INLINE void ck_body_rope(const int32_t *restrict a, size_t heads, size_t head_dim, const int32_t *restrict cos_sin, int32_t shift,
                            int16_t *restrict q) {
  for (size_t head = 0; head < heads; head++, a += head_dim, q += head_dim) {
    for (size_t i = 0; i < head_dim; i += 2) {
      int64_t x = ck_domain(a[i]), y = ck_domain(a[i + 1]), c = cos_sin[i], s = cos_sin[i + 1];
      q[i] = ck_sat16(ck_rs(x * c - y * s, shift));
      q[i + 1] = ck_sat16(ck_rs(x * s + y * c, shift));
    }
  }
}

/// The table is read column by column into buffers, so that the arithmetic around it becomes vectors.
CK_INLINE void ck_body_silu_mul(const int32_t *gate, const int32_t *up, size_t n, int32_t shift, int32_t *out) {
  enum { END = 16 << 16, RUN = 64 };
  int32_t left[RUN] = {0}, right[RUN] = {0};
  for (size_t start = 0; start < n; start += RUN, gate += RUN, up += RUN, out += RUN) {
    size_t count = n - start < RUN ? n - start : RUN;
    for (size_t i = 0; i < count; i++) {
      int32_t a = ck_magnitude(gate[i]);
      int32_t j = (a < END ? a : END - 1) >> 10;
      left[i] = ck_sigmoid_table[j];
      right[i] = ck_sigmoid_table[j + 1];
    }
    for (size_t i = 0; i < count; i++) {
      int32_t g = ck_domain(gate[i]), a = ck_magnitude(g), one = 1 << 30;
      int32_t sigma = left[i] + (int32_t)(((uint32_t)(right[i] - left[i]) * (uint32_t)(a & 1023) + 512) >> 10);
      sigma = a < END ? sigma : one;
      sigma = g < 0 ? one - sigma : sigma;
      int32_t t = (int32_t)ck_rs((int64_t)g * sigma, 30);
      out[i] = ck_sat32(ck_rs((int64_t)t * ck_domain(up[i]), shift));
    }
  }
}

/// The table is read column by column, as for SiLU.
CK_INLINE void ck_body_gelu(const int32_t *g, size_t n, int32_t shift, int32_t *out) {
  enum { END = 8 << 16, RUN = 64 };
  int32_t left[RUN] = {0}, right[RUN] = {0};
  for (size_t start = 0; start < n; start += RUN, g += RUN, out += RUN) {
    size_t count = n - start < RUN ? n - start : RUN;
    for (size_t i = 0; i < count; i++) {
      int32_t a = ck_magnitude(g[i]);
      int32_t j = (a < END ? a : END - 1) >> 9;
      left[i] = ck_normal_table[j];
      right[i] = ck_normal_table[j + 1];
    }
    for (size_t i = 0; i < count; i++) {
      int32_t v = ck_domain(g[i]), a = ck_magnitude(v), one = 1 << 30;
      int32_t phi = left[i] + (int32_t)(((uint32_t)(right[i] - left[i]) * (uint32_t)(a & 511) + 256) >> 9);
      phi = a < END ? phi : one;
      phi = v < 0 ? one - phi : phi;
      out[i] = ck_rs32((int32_t)ck_rs((int64_t)v * phi, 30), shift);
    }
  }
}

CK_INLINE void ck_body_block_max(const int32_t *restrict x, size_t n, size_t block, int32_t *restrict out) {
  for (size_t start = 0; start < n; start += block) {
    size_t end = n - start < block ? n : start + block;
    int32_t m = x[start];
    for (size_t i = start; i < end; i++) m = x[i] > m ? x[i] : m;
    *out++ = m;
  }
}

CK_INLINE size_t ck_body_argmax(const int32_t *x, size_t n) {
  int32_t m = x[0];
  for (size_t i = 1; i < n; i++) m = x[i] > m ? x[i] : m;
  size_t i = 0;
  while (x[i] != m) i++;
  return i;
}

/// Defines the functions named ck_NAME_SUFFIX over the bodies, with the attribute that selects an instruction set.
#define CK_DEFINE_ELEMENTWISE(SUFFIX, TARGET)                                                                                              \
  TARGET static uint8_t ck_quantise_##SUFFIX(const int32_t *y, size_t n, int16_t *q) { return ck_body_quantise(y, n, q); }                 \
  TARGET static void ck_unpack_##SUFFIX(const int16_t *q, uint8_t e, size_t n, int32_t *out) { ck_body_unpack(q, e, n, out); }             \
  TARGET static uint8_t ck_requantise_##SUFFIX(const int16_t *packed, const uint8_t *exponents, size_t n, size_t chunk, int16_t *q) {      \
    return ck_body_requantise(packed, exponents, n, chunk, q);                                                                             \
  }                                                                                                                                        \
  TARGET static void ck_narrow_##SUFFIX(const int32_t *a, size_t n, int32_t shift, int16_t *q) { ck_body_narrow(a, n, shift, q); }         \
  TARGET static void ck_add_##SUFFIX(const int32_t *x, const int32_t *y, size_t n, int32_t *out) { ck_body_add(x, y, n, out); }            \
  TARGET static void ck_rms_norm_##SUFFIX(const int32_t *x, const int32_t *gain, size_t n, uint64_t eps_term, int32_t out_shift,           \
                                          int32_t *out) {                                                                                  \
    ck_body_rms_norm(x, gain, n, eps_term, out_shift, out);                                                                                \
  }                                                                                                                                        \
  TARGET static void ck_rope_##SUFFIX(const int32_t *a, size_t heads, size_t head_dim, const int32_t *cos_sin, int32_t shift, int16_t *q) { \
    ck_body_rope(a, heads, head_dim, cos_sin, shift, q);                                                                                   \
  }                                                                                                                                        \
  TARGET static void ck_silu_mul_##SUFFIX(const int32_t *gate, const int32_t *up, size_t n, int32_t shift, int32_t *out) {                 \
    ck_body_silu_mul(gate, up, n, shift, out);                                                                                             \
  }                                                                                                                                        \
  TARGET static void ck_layer_norm_##SUFFIX(const int32_t *x, const int32_t *gain, const int32_t *offset, size_t n, uint64_t eps_term,      \
                                            int32_t out_shift, int32_t *out) {                                                             \
    ck_body_layer_norm(x, gain, offset, n, eps_term, out_shift, out);                                                                      \
  }                                                                                                                                        \
  TARGET static void ck_unit_##SUFFIX(const int32_t *x, size_t n, int32_t shift, int32_t *out) { ck_body_unit(x, n, shift, out); }         \
  TARGET static void ck_accumulate_##SUFFIX(const int32_t *x, size_t n, int64_t *sums) { ck_body_accumulate(x, n, sums); }                 \
  TARGET static void ck_mean_##SUFFIX(const int64_t *sums, size_t n, int64_t count, int32_t *out) { ck_body_mean(sums, n, count, out); }   \
  TARGET static void ck_gelu_##SUFFIX(const int32_t *g, size_t n, int32_t shift, int32_t *out) { ck_body_gelu(g, n, shift, out); }         \
  TARGET static void ck_block_max_##SUFFIX(const int32_t *x, size_t n, size_t block, int32_t *out) { ck_body_block_max(x, n, block, out); } \
  TARGET static uint32_t ck_rotate_##SUFFIX(const int16_t *q, size_t k, int16_t *b) { return ck_body_rotate(q, k, b); }                   \
  TARGET static size_t ck_argmax_##SUFFIX(const int32_t *x, size_t n) { return ck_body_argmax(x, n); }

/// The element-wise entries of a table, in the order of `ck_kernels`.
#define CK_ELEMENTWISE_ENTRIES(SUFFIX)                                                                                                     \
  .quantise = ck_quantise_##SUFFIX, .unpack = ck_unpack_##SUFFIX, .requantise = ck_requantise_##SUFFIX, .narrow = ck_narrow_##SUFFIX,      \
  .add = ck_add_##SUFFIX, .rms_norm = ck_rms_norm_##SUFFIX, .rope = ck_rope_##SUFFIX, .silu_mul = ck_silu_mul_##SUFFIX,                    \
  .layer_norm = ck_layer_norm_##SUFFIX, .unit = ck_unit_##SUFFIX, .accumulate = ck_accumulate_##SUFFIX, .mean = ck_mean_##SUFFIX,          \
  .gelu = ck_gelu_##SUFFIX, .block_max = ck_block_max_##SUFFIX, .rotate = ck_rotate_##SUFFIX, .argmax = ck_argmax_##SUFFIX

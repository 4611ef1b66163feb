#pragma once

#include "outputs.h"

// One table of functions for each instruction set. A set may borrow the functions of a smaller one.

typedef struct ck_kernels {
  void (*linear)(const int16_t *q, const uint8_t *e, size_t rows, size_t k, const uint8_t *blocks, size_t block_count, int32_t *out,
                 size_t stride);
  void (*linear_coded)(const int16_t *q, const uint8_t *e, size_t rows, size_t k, const uint8_t *blocks, size_t block_count, int32_t *out,
                       size_t stride);
  void (*linear_rotated)(const int16_t *b, const uint32_t *m, const uint8_t *e, size_t rows, size_t k, const uint8_t *blocks,
                         size_t block_count, int32_t *out, size_t stride);
  void (*linear_wide)(const int16_t *q, const uint8_t *e, size_t rows, size_t k, const uint8_t *blocks, size_t block_count, int32_t *out,
                      size_t stride);
  uint32_t (*rotate)(const int16_t *q, size_t k, int16_t *b);
  uint8_t (*quantise)(const int32_t *y, size_t n, int16_t *q);
  void (*unpack)(const int16_t *q, uint8_t e, size_t n, int32_t *out);
  uint8_t (*requantise)(const int16_t *packed, const uint8_t *exponents, size_t n, size_t chunk, int16_t *q);
  void (*narrow)(const int32_t *a, size_t n, int32_t shift, int16_t *q);
  void (*add)(const int32_t *x, const int32_t *y, size_t n, int32_t *out);
  void (*rms_norm)(const int32_t *x, const int32_t *gain, size_t n, uint64_t eps_term, int32_t out_shift, int32_t *out);
  void (*rope)(const int32_t *a, size_t heads, size_t head_dim, const int32_t *cos_sin, int32_t shift, int16_t *q);
  void (*silu_mul)(const int32_t *gate, const int32_t *up, size_t n, int32_t shift, int32_t *out);
  void (*layer_norm)(const int32_t *x, const int32_t *gain, const int32_t *offset, size_t n, uint64_t eps_term, int32_t out_shift,
                     int32_t *out);
  void (*unit)(const int32_t *x, size_t n, int32_t shift, int32_t *out);
  void (*accumulate)(const int32_t *x, size_t n, int64_t *sums);
  void (*mean)(const int64_t *sums, size_t n, int64_t count, int32_t *out);
  void (*gelu)(const int32_t *g, size_t n, int32_t shift, int32_t *out);
  void (*block_max)(const int32_t *x, size_t n, size_t block, int32_t *out);
  size_t (*argmax)(const int32_t *x, size_t n);
  void (*attend)(const int16_t *q, size_t heads, size_t head_dim, const int16_t *keys, const int16_t *values, size_t t, ck_cache_bounds bounds,
                 int32_t score_shift, int32_t value_shift, void *scratch, int32_t *out);
  void (*int8_convolve)(const int16_t *patches, size_t pixels, size_t patch_stride, size_t inputs, const uint8_t *blocks, size_t channels,
                        ck_int8_range range, int8_t *out, size_t out_stride);
  void (*int8_depthwise)(const int16_t *plane, const ck_int8_window *w, size_t columns, size_t plane_channels, size_t first,
                         const uint8_t *blocks, size_t channels, ck_int8_range range, int8_t *out, size_t out_stride);
} ck_kernels;

/// The parameters of the entries, for the declarations of their implementations.
#define CK_LINEAR_PARAMETERS                                                                                                               \
  const int16_t *q, const uint8_t *e, size_t rows, size_t k, const uint8_t *blocks, size_t block_count, int32_t *out, size_t stride
#define CK_ROTATED_PARAMETERS                                                                                                              \
  const int16_t *b, const uint32_t *m, const uint8_t *e, size_t rows, size_t k, const uint8_t *blocks, size_t block_count, int32_t *out,   \
      size_t stride
#define CK_ATTEND_PARAMETERS                                                                                                               \
  const int16_t *q, size_t heads, size_t head_dim, const int16_t *keys, const int16_t *values, size_t t, ck_cache_bounds bounds,              \
      int32_t score_shift, int32_t value_shift, void *scratch, int32_t *out

#define CK_INT8_CONVOLVE_PARAMETERS                                                                                                        \
  const int16_t *patches, size_t pixels, size_t patch_stride, size_t inputs, const uint8_t *blocks, size_t channels, ck_int8_range range,  \
      int8_t *out, size_t out_stride
#define CK_INT8_DEPTHWISE_PARAMETERS                                                                                                       \
  const int16_t *plane, const ck_int8_window *w, size_t columns, size_t plane_channels, size_t first, const uint8_t *blocks,               \
      size_t channels, ck_int8_range range, int8_t *out, size_t out_stride

extern const ck_kernels ck_kernels_scalar;
void ck_linear_scalar(CK_LINEAR_PARAMETERS);
void ck_linear_coded_scalar(CK_LINEAR_PARAMETERS);
void ck_linear_rotated_scalar(CK_ROTATED_PARAMETERS);
void ck_linear_wide_scalar(CK_LINEAR_PARAMETERS);
void ck_attend_scalar(CK_ATTEND_PARAMETERS);
void ck_int8_convolve_scalar(CK_INT8_CONVOLVE_PARAMETERS);
void ck_int8_depthwise_scalar(CK_INT8_DEPTHWISE_PARAMETERS);

#if defined(__x86_64__)
extern const ck_kernels ck_kernels_avx2;
void ck_linear_avx2(CK_LINEAR_PARAMETERS);
void ck_linear_coded_avx2(CK_LINEAR_PARAMETERS);
void ck_linear_rotated_avx2(CK_ROTATED_PARAMETERS);
void ck_linear_wide_avx2(CK_LINEAR_PARAMETERS);
void ck_attend_avx2(CK_ATTEND_PARAMETERS);
void ck_int8_convolve_avx2(CK_INT8_CONVOLVE_PARAMETERS);
void ck_int8_depthwise_avx2(CK_INT8_DEPTHWISE_PARAMETERS);

extern const ck_kernels ck_kernels_avx512vnni;
void ck_linear_avx512vnni(CK_LINEAR_PARAMETERS);
void ck_linear_rotated_avx512vnni(CK_ROTATED_PARAMETERS);
void ck_linear_wide_avx512vnni(CK_LINEAR_PARAMETERS);
#endif

#if defined(__aarch64__)
extern const ck_kernels ck_kernels_neon;
void ck_linear_neon(CK_LINEAR_PARAMETERS);
void ck_linear_rotated_neon(CK_ROTATED_PARAMETERS);
void ck_linear_wide_neon(CK_LINEAR_PARAMETERS);

extern const ck_kernels ck_kernels_neon_dotprod;
void ck_linear_rotated_neon_dotprod(CK_ROTATED_PARAMETERS);
#endif

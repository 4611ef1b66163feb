#include "kernels.h"
#include <sched.h>
#include <stdlib.h>

#if defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

static const ck_kernels *kernels_of(ck_isa isa) {
  switch (isa) {
#if defined(__x86_64__)
  case CK_ISA_AVX2: return &ck_kernels_avx2;
  case CK_ISA_AVX512VNNI: return &ck_kernels_avx512vnni;
#endif
#if defined(__aarch64__)
  case CK_ISA_NEON: return &ck_kernels_neon;
  case CK_ISA_NEON_DOTPROD: return &ck_kernels_neon_dotprod;
#endif
  default: return &ck_kernels_scalar;
  }
}

#if defined(__aarch64__)
/// The instructions SDOT and UDOT, optional before Armv8.4.
static bool has_dot_products(void) {
#if defined(__linux__)
  return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
#else
  return false;
#endif
}
#endif

bool ck_isa_is_available(ck_isa isa) {
  switch (isa) {
  case CK_ISA_SCALAR: return true;
#if defined(__x86_64__)
  case CK_ISA_AVX2: return __builtin_cpu_supports("avx2");
  case CK_ISA_AVX512VNNI:
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
#endif
#if defined(__aarch64__)
  case CK_ISA_NEON: return true;
  case CK_ISA_NEON_DOTPROD: return has_dot_products();
#endif
  default: return false;
  }
}

void ck_relax(intptr_t turn) {
  enum { PAUSES = 2000 };
  if (turn >= PAUSES) {
    sched_yield();
    return;
  }
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

const char *ck_isa_requested(void) { return getenv("PROBITY_INSTRUCTION_SET"); }

void ck_linear(ck_isa isa, const int16_t *q, const uint8_t *e, size_t rows, size_t k, const uint8_t *blocks, size_t block_count, int32_t *out,
               size_t stride) {
  kernels_of(isa)->linear(q, e, rows, k, blocks, block_count, out, stride);
}

bool ck_isa_reads_codes(ck_isa isa) { return isa == CK_ISA_AVX2 || isa == CK_ISA_AVX512VNNI; }

void ck_linear_coded(ck_isa isa, const int16_t *q, const uint8_t *e, size_t rows, size_t k, const uint8_t *blocks, size_t block_count,
                     int32_t *out, size_t stride) {
  kernels_of(isa)->linear_coded(q, e, rows, k, blocks, block_count, out, stride);
}

uint32_t ck_rotate(ck_isa isa, const int16_t *q, size_t k, int16_t *b) { return kernels_of(isa)->rotate(q, k, b); }

void ck_linear_rotated(ck_isa isa, const int16_t *b, const uint32_t *m, const uint8_t *e, size_t rows, size_t k, const uint8_t *blocks,
                       size_t block_count, int32_t *out, size_t stride) {
  kernels_of(isa)->linear_rotated(b, m, e, rows, k, blocks, block_count, out, stride);
}

void ck_linear_wide(ck_isa isa, const int16_t *q, const uint8_t *e, size_t rows, size_t k, const uint8_t *blocks, size_t block_count,
                    int32_t *out, size_t stride) {
  kernels_of(isa)->linear_wide(q, e, rows, k, blocks, block_count, out, stride);
}

uint8_t ck_quantise(ck_isa isa, const int32_t *y, size_t n, int16_t *q) { return kernels_of(isa)->quantise(y, n, q); }

void ck_unpack(ck_isa isa, const int16_t *q, uint8_t e, size_t n, int32_t *out) { kernels_of(isa)->unpack(q, e, n, out); }

uint8_t ck_requantise(ck_isa isa, const int16_t *packed, const uint8_t *exponents, size_t n, size_t chunk, int16_t *q) {
  return kernels_of(isa)->requantise(packed, exponents, n, chunk, q);
}

void ck_narrow(ck_isa isa, const int32_t *a, size_t n, int32_t shift, int16_t *q) { kernels_of(isa)->narrow(a, n, shift, q); }

void ck_add(ck_isa isa, const int32_t *x, const int32_t *y, size_t n, int32_t *out) { kernels_of(isa)->add(x, y, n, out); }

void ck_rms_norm(ck_isa isa, const int32_t *x, const int32_t *gain, size_t n, uint64_t eps_term, int32_t out_shift, int32_t *out) {
  kernels_of(isa)->rms_norm(x, gain, n, eps_term, out_shift, out);
}

void ck_rope(ck_isa isa, const int32_t *a, size_t heads, size_t head_dim, const int32_t *cos_sin, int32_t shift, int16_t *q) {
  kernels_of(isa)->rope(a, heads, head_dim, cos_sin, shift, q);
}

void ck_silu_mul(ck_isa isa, const int32_t *gate, const int32_t *up, size_t n, int32_t shift, int32_t *out) {
  kernels_of(isa)->silu_mul(gate, up, n, shift, out);
}

void ck_layer_norm(ck_isa isa, const int32_t *x, const int32_t *gain, const int32_t *offset, size_t n, uint64_t eps_term, int32_t out_shift,
                   int32_t *out) {
  kernels_of(isa)->layer_norm(x, gain, offset, n, eps_term, out_shift, out);
}

void ck_unit(ck_isa isa, const int32_t *x, size_t n, int32_t shift, int32_t *out) { kernels_of(isa)->unit(x, n, shift, out); }

void ck_accumulate(ck_isa isa, const int32_t *x, size_t n, int64_t *sums) { kernels_of(isa)->accumulate(x, n, sums); }

void ck_mean(ck_isa isa, const int64_t *sums, size_t n, int64_t count, int32_t *out) { kernels_of(isa)->mean(sums, n, count, out); }

void ck_gelu(ck_isa isa, const int32_t *g, size_t n, int32_t shift, int32_t *out) { kernels_of(isa)->gelu(g, n, shift, out); }

void ck_block_max(ck_isa isa, const int32_t *x, size_t n, size_t block, int32_t *out) { kernels_of(isa)->block_max(x, n, block, out); }

size_t ck_argmax(ck_isa isa, const int32_t *x, size_t n) { return kernels_of(isa)->argmax(x, n); }

void ck_attend(ck_isa isa, const int16_t *q, size_t heads, size_t head_dim, const int16_t *keys, const int16_t *values, size_t t,
               ck_cache_bounds bounds, int32_t score_shift, int32_t value_shift, void *scratch, int32_t *out) {
  kernels_of(isa)->attend(q, heads, head_dim, keys, values, t, bounds, score_shift, value_shift, scratch, out);
}

void ck_int8_convolve(ck_isa isa, const int16_t *patches, size_t pixels, size_t patch_stride, size_t inputs, const uint8_t *blocks,
                      size_t channels, ck_int8_range range, int8_t *out, size_t out_stride) {
  kernels_of(isa)->int8_convolve(patches, pixels, patch_stride, inputs, blocks, channels, range, out, out_stride);
}

void ck_int8_depthwise(ck_isa isa, const int16_t *plane, const ck_int8_window *w, size_t columns, size_t plane_channels, size_t first,
                       const uint8_t *blocks, size_t channels, ck_int8_range range, int8_t *out, size_t out_stride) {
  kernels_of(isa)->int8_depthwise(plane, w, columns, plane_channels, first, blocks, channels, range, out, out_stride);
}

// Runs every kernel of every instruction set in this build on the same inputs, biased to the edges, and prints one digest a set.
// The build may emulate AVX-512 (CK_EMULATE_AVX512) or target another processor; `run` compares the digests of all builds.

#include "kernels.h"
#include <stdio.h>
#include <stdlib.h>

static uint64_t state;

/// splitmix64
static uint64_t next(void) {
  uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static uint64_t below(uint64_t n) { return next() % n; }

/// An integer whose magnitude is zero, a power of two, next to one, all ones or of random length, at most `limit`.
static int64_t edge(int64_t limit) {
  int bits = (int)below(33);
  uint64_t m;
  switch (below(6)) {
  case 0: m = (uint64_t)limit; break;
  case 1: m = (uint64_t)1 << bits; break;
  case 2: m = ((uint64_t)1 << bits) - 1; break;
  case 3: m = ((uint64_t)1 << bits) + 1; break;
  default: m = next() & (((uint64_t)1 << bits) - 1);
  }
  if (m > (uint64_t)limit) m %= (uint64_t)limit + 1;
  return next() & 1 ? (int64_t)m : -(int64_t)m;
}

static void fill32(int32_t *x, size_t n, int64_t limit) {
  int small = below(4) == 0;
  for (size_t i = 0; i < n; i++) x[i] = (int32_t)(small ? edge(limit) >> 12 : edge(limit));
  if (limit == INT32_MAX && below(4) == 0) x[below(n)] = INT32_MIN;
}

static void fill16(int16_t *x, size_t n) {
  int kind = (int)below(6);
  for (size_t i = 0; i < n; i++) {
    int64_t v = edge(32768);
    x[i] = (int16_t)(kind == 0 ? -32768 : kind == 1 ? 32767 : v > 32767 ? 32767 : v);
  }
}

static void fill_blocks(uint8_t *p, size_t k, size_t count) {
  for (size_t b = 0; b < count; b++, p += ck_block_size(k)) {
    int kind = (int)below(4);
    for (size_t i = 0; i < CK_BLOCK_CHANNELS * k; i++) p[i] = (uint8_t)(int8_t)(kind == 0 ? -127 : kind == 1 ? 127 : edge(127));
    for (size_t i = 0; i < CK_BLOCK_CHANNELS * (k / CK_GROUP); i++) {
      uint16_t g = (uint16_t)(kind < 2 ? 4095 : 1 + below(4095));
      memcpy(p + ck_block_groups_offset(k) + 2 * i, &g, sizeof g);
    }
    for (size_t c = 0; c < CK_BLOCK_CHANNELS; c++) {
      uint32_t m = below(8) == 0 ? 0 : below(4) == 0 ? 0xFFFFFF : (uint32_t)below(1 << 24), sh = (uint32_t)(17 + below(46));
      memcpy(p + ck_block_multipliers_offset(k) + 4 * c, &m, sizeof m);
      memcpy(p + ck_block_shifts_offset(k) + 4 * c, &sh, sizeof sh);
    }
    if (!ck_block_is_valid(p, k)) abort();
  }
}

/// Weights of one byte, or of two, and the multipliers and shifts that end a block without groups.
static void fill_plain_blocks(uint8_t *p, size_t k, size_t count, bool wide) {
  for (size_t b = 0; b < count; b++) {
    int kind = (int)below(4), limit = wide ? 32767 : 127;
    for (size_t i = 0; i < CK_BLOCK_CHANNELS * k; i++) {
      int16_t w = (int16_t)(kind == 0 ? -limit : kind == 1 ? limit : edge(limit));
      memcpy(p, &w, wide ? 2 : 1);
      p += wide ? 2 : 1;
    }
    for (size_t c = 0; c < 2 * CK_BLOCK_CHANNELS; c++, p += 4) {
      uint32_t m = below(8) == 0 ? 0 : below(4) == 0 ? 0xFFFFFF : (uint32_t)below(1 << 24), sh = (uint32_t)(17 + below(46));
      memcpy(p, c < CK_BLOCK_CHANNELS ? &m : &sh, 4);
    }
  }
}

typedef struct {
  uint64_t fnv;
} digest;

static void absorb(digest *d, const void *p, size_t n) {
  const uint8_t *bytes = p;
  for (size_t i = 0; i < n; i++) d->fnv = (d->fnv ^ bytes[i]) * 0x100000001B3u;
}

static void *take(size_t n) {
  void *p = calloc(n + 128, 1);
  if (!p) abort();
  return p;
}

static void run_linear(const ck_kernels *kernels, digest *d) {
  static const size_t inputs[] = {64, 128, 576, 1024, 1088, 16384};
  for (int round = 0; round < 40; round++) {
    size_t k = inputs[below(round % 8 == 0 ? 6 : 5)], rows = k > 2000 ? 1 + below(9) : 1 + below(140), blocks = 1 + below(3);
    size_t stride = blocks * CK_BLOCK_CHANNELS + below(3);
    size_t misalignment = below(2) * 2;
    int16_t *q = take(2 * rows * k);
    uint8_t *e = take(rows), *block = (uint8_t *)take(blocks * ck_block_size(k)) + misalignment;
    int32_t *out = take(4 * rows * stride);
    fill16(q, rows * k);
    for (size_t r = 0; r < rows; r++) e[r] = (uint8_t)below(17);
    fill_blocks(block, k, blocks);
    kernels->linear(q, e, rows, k, block, blocks, out, stride);
    absorb(d, out, 4 * rows * stride);
    free(q), free(e), free(block - misalignment), free(out);
  }
}

/// Weights that are evenly spaced codes, as blocks and coded.
static void run_coded(const ck_kernels *kernels, digest *d) {
  static const size_t inputs[] = {64, 128, 576, 1088};
  for (int round = 0; round < 60; round++) {
    size_t k = inputs[below(4)], rows = 1 + below(3), blocks = 1 + below(3), stride = blocks * CK_BLOCK_CHANNELS + below(3);
    int16_t *q = take(2 * rows * k);
    uint8_t *e = take(rows), *block = take(blocks * ck_block_size(k)), *coded = take(blocks * ck_coded_block_bytes(k) + 1);
    int32_t *out = take(4 * rows * stride), *plain = take(4 * rows * stride);
    fill16(q, rows * k);
    for (size_t r = 0; r < rows; r++) e[r] = (uint8_t)below(17);
    fill_blocks(block, k, blocks);
    size_t misalignment = below(2);
    for (size_t b = 0; b < blocks; b++) {
      uint8_t *w = block + b * ck_block_size(k);
      for (size_t g = 0; g < k / CK_GROUP; g++)
        for (size_t c = 0; c < CK_BLOCK_CHANNELS; c++) {
          int32_t slope = below(8) == 0 ? 0 : 1024 + (int32_t)below(3311), offset = (int32_t)below(65280 - 15 * (uint64_t)slope) - 32512;
          for (size_t i = 0; i < CK_GROUP; i++) {
            int32_t code = i < 2 ? 15 * (int32_t)i : (int32_t)below(16);
            w[16 * CK_GROUP * g + i / 2 * 32 + 2 * c + i % 2] = (uint8_t)((code * slope + offset) >> 8);
          }
        }
      if (!ck_code_block(w, k, coded + misalignment + b * ck_coded_block_bytes(k))) abort();
    }
    kernels->linear_coded(q, e, rows, k, coded + misalignment, blocks, out, stride);
    kernels->linear(q, e, rows, k, block, blocks, plain, stride);
    if (memcmp(out, plain, 4 * rows * stride) != 0) abort();
    absorb(d, out, 4 * rows * stride);
    free(q), free(e), free(block), free(coded), free(out), free(plain);
  }
}

static void run_rotated(const ck_kernels *kernels, digest *d) {
  static const size_t inputs[] = {64, 128, 576, 1024, 1088, 16384};
  for (int round = 0; round < 40; round++) {
    size_t k = inputs[below(round % 8 == 0 ? 6 : 5)], rows = k > 2000 ? 1 + below(9) : 1 + below(140), blocks = 1 + below(3);
    size_t stride = blocks * CK_BLOCK_CHANNELS + below(3), misalignment = below(2) * 2;
    int16_t *q = take(2 * rows * k), *b = take(2 * rows * k);
    uint32_t *m = take(4 * rows);
    uint8_t *e = take(rows), *block = (uint8_t *)take(blocks * ck_rotated_block_size(k)) + misalignment;
    int32_t *out = take(4 * rows * stride);
    for (size_t r = 0; r < rows; r++) {
      fill16(q + r * k, k);
      e[r] = (uint8_t)below(17);
      m[r] = kernels->rotate(q + r * k, k, b + r * k);
    }
    absorb(d, m, 4 * rows), absorb(d, b, 2 * rows * k);
    fill_plain_blocks(block, k, blocks, false);
    if (!ck_rotated_block_is_valid(block, k)) abort();
    if (below(4) == 0) {
      int16_t end = below(2) ? 127 : -127;
      for (size_t i = 0; i < rows * k; i++) b[i] = end;
      m[0] = 1 << 29;
    }
    kernels->linear_rotated(b, m, e, rows, k, block, blocks, out, stride);
    absorb(d, out, 4 * rows * stride);
    free(q), free(b), free(m), free(e), free(block - misalignment), free(out);
  }
}

static void run_wide(const ck_kernels *kernels, digest *d) {
  static const size_t inputs[] = {64, 192, 256, 576, 1088, 16384};
  for (int round = 0; round < 40; round++) {
    size_t k = inputs[below(round % 8 == 0 ? 6 : 5)], rows = k > 2000 ? 1 + below(9) : 1 + below(140), blocks = 1 + below(3);
    size_t stride = blocks * CK_BLOCK_CHANNELS + below(3), misalignment = below(2) * 2;
    int16_t *q = take(2 * rows * k);
    uint8_t *e = take(rows), *block = (uint8_t *)take(blocks * ck_wide_block_size(k)) + misalignment;
    int32_t *out = take(4 * rows * stride);
    fill16(q, rows * k);
    for (size_t r = 0; r < rows; r++) e[r] = (uint8_t)below(17);
    fill_plain_blocks(block, k, blocks, true);
    if (!ck_wide_block_is_valid(block, k)) abort();
    kernels->linear_wide(q, e, rows, k, block, blocks, out, stride);
    absorb(d, out, 4 * rows * stride);
    free(q), free(e), free(block - misalignment), free(out);
  }
}

static void run_rows(const ck_kernels *kernels, digest *d) {
  for (int round = 0; round < 2000; round++) {
    size_t n = 2 + 2 * below(round % 50 == 0 ? 8192 : 600), chunk = 1 + below(n);
    int32_t *x = take(4 * n), *y = take(4 * n), *angles = take(4 * n), *out = take(4 * n);
    int16_t *q = take(2 * n), *again = take(2 * n);
    uint8_t *exponents = take(n);
    fill32(x, n, INT32_MAX), fill32(y, n, INT32_MAX), fill32(angles, n, (int64_t)1 << 30), fill16(q, n);
    for (size_t i = 0; i < n; i++) exponents[i] = (uint8_t)below(17);
    uint8_t e = kernels->requantise(q, exponents, n, chunk, again);
    absorb(d, &e, 1), absorb(d, again, 2 * n);
    kernels->unpack(q, exponents[0], n, out), absorb(d, out, 4 * n);
    e = kernels->quantise(x, n, q), absorb(d, &e, 1), absorb(d, q, 2 * n);
    kernels->narrow(x, n, (int32_t)below(63), q), absorb(d, q, 2 * n);
    kernels->add(x, y, n, out), absorb(d, out, 4 * n);
    kernels->rope(x, 1, n, angles, 1 + (int32_t)below(62), q), absorb(d, q, 2 * n);
    kernels->silu_mul(x, y, n, 1 + (int32_t)below(32), out), absorb(d, out, 4 * n);
    for (size_t i = 0; i < n; i++) angles[i] %= 1 << 23;
    kernels->rms_norm(x, angles, n, next() >> (8 + below(56)), 1 + (int32_t)below(62), out), absorb(d, out, 4 * n);
    kernels->layer_norm(x, angles, y, n, next() >> (8 + below(56)), 1 + (int32_t)below(62), out), absorb(d, out, 4 * n);
    kernels->unit(x, n, (int32_t)below(31), out), absorb(d, out, 4 * n);
    kernels->gelu(x, n, (int32_t)below(32), out), absorb(d, out, 4 * n);
    int64_t *sums = take(8 * n);
    for (size_t i = 0; i < n; i++) sums[i] = 0;
    kernels->accumulate(x, n, sums), kernels->accumulate(y, n, sums), absorb(d, sums, 8 * n);
    kernels->mean(sums, n, 1 + (int64_t)below(16384), out), absorb(d, out, 4 * n);
    free(sums);
    kernels->block_max(x, n, chunk, out), absorb(d, out, 4 * ((n + chunk - 1) / chunk));
    uint64_t at = kernels->argmax(x, n);
    absorb(d, &at, 8);
    free(x), free(y), free(angles), free(out), free(q), free(again), free(exponents);
  }
}

static void run_attention(const ck_kernels *kernels, digest *d) {
  for (int round = 0; round < 300; round++) {
    size_t head_dim = below(2) ? 64 : 16 * (1 + below(16)), heads = 1 + below(4), t = 1 + below(round % 20 == 0 ? 1000 : 90);
    int16_t *q = take(2 * heads * head_dim), *keys = take(2 * t * head_dim), *values = take(2 * t * head_dim);
    int32_t *out = take(4 * heads * head_dim);
    void *scratch = take(ck_attention_scratch_bytes(t));
    fill16(q, heads * head_dim), fill16(keys, t * head_dim), fill16(values, t * head_dim);
    int flatten = (int)below(3);
    for (size_t i = 0; flatten && i < heads * head_dim; i++) q[i] = (int16_t)(q[i] >> (7 * flatten));
    // Near the edge of int32: norms whose product is just below 2^31 or just above it.
    if (round % 4 == 0) {
      for (size_t i = 0; i < heads * head_dim; i++) q[i] = i % head_dim == 0 ? 32767 : 0;
      for (size_t i = 0; i < t * head_dim; i++) keys[i] = i % head_dim < (head_dim < 4 ? head_dim : 4) ? (int16_t)(below(2) ? 32767 : -32768) : 0;
    }
    if (round % 3 == 0)
      for (size_t i = 0; i < t * head_dim; i++) values[i] = (int16_t)(values[i] >> (3 * (round % 5)));
    ck_cache_bounds none = {UINT64_MAX, UINT32_MAX}, bounds = {0, 0};
    for (size_t i = 0; i < t; i++) {
      uint64_t square = 0, magnitude = 0;
      for (size_t j = 0; j < head_dim; j++) square += (uint64_t)((int64_t)keys[i * head_dim + j] * keys[i * head_dim + j]);
      for (size_t j = 0; j < head_dim; j++) {
        uint64_t v = (uint64_t)llabs(values[i * head_dim + j]);
        magnitude = v > magnitude ? v : magnitude;
      }
      bounds.key_square = square > bounds.key_square ? square : bounds.key_square;
      bounds.value_magnitude = magnitude > bounds.value_magnitude ? (uint32_t)magnitude : bounds.value_magnitude;
    }
    int32_t score_shift = (int32_t)below(32), value_shift = (int32_t)below(13);
    kernels->attend(q, heads, head_dim, keys, values, t, none, score_shift, value_shift, scratch, out);
    absorb(d, out, 4 * heads * head_dim);
    kernels->attend(q, heads, head_dim, keys, values, t, bounds, score_shift, value_shift, scratch, out);
    absorb(d, out, 4 * heads * head_dim);
    free(q), free(keys), free(values), free(out), free(scratch);
  }
}

static int8_t edge8(int kind) {
  int64_t v = edge(128);
  return (int8_t)(kind == 0 ? -128 : kind == 1 ? 127 : v > 127 ? 127 : v);
}

static void fill8(int8_t *x, size_t n) {
  int kind = (int)below(6);
  for (size_t i = 0; i < n; i++) x[i] = edge8(kind);
}

static ck_int8_scale int8_scale(void) {
  uint32_t m = below(8) == 0 ? 0 : below(4) == 0 ? INT32_MAX : (uint32_t)below((uint64_t)1 << 31);
  bool any = below(3) == 0;
  uint32_t shift = any ? 2 + (uint32_t)below(61) : 34 + (uint32_t)below(12);
  return (ck_int8_scale){m, shift};
}

static ck_int8_range int8_range(void) {
  int8_t a = edge8(2), b = edge8(2), zero = edge8(2);
  if (below(2)) a = -128, b = 127;
  return (ck_int8_range){zero, a < b ? a : b, a < b ? b : a};
}

static void fill_int8_blocks(uint8_t *p, size_t inputs, size_t count) {
  for (size_t b = 0; b < count; b++, p += ck_int8_block_bytes(inputs)) {
    size_t weights = 16 * ((inputs + 1) / 2);
    fill8((int8_t *)p, weights);
    for (size_t c = 0; inputs % 2 != 0 && c < CK_INT8_BLOCK_CHANNELS; c++) p[weights - 16 + 2 * c + 1] = 0;
    for (size_t c = 0; c < CK_INT8_BLOCK_CHANNELS; c++) {
      int32_t bias = (int32_t)edge(CK_INT8_BIAS_MAX);
      ck_int8_scale scale = int8_scale();
      memcpy(p + weights + 4 * c, &bias, 4);
      memcpy(p + weights + 32 + 4 * c, &scale.multiplier, 4);
      memcpy(p + weights + 64 + 4 * c, &scale.shift, 4);
    }
    if (!ck_int8_block_is_valid(p, inputs)) abort();
  }
}

static void run_int8(const ck_kernels *kernels, digest *d) {
  for (int round = 0; round < 400; round++) {
    bool deep = round % 50 == 0;
    size_t chunk = deep ? 2048 : 1 + below(40), chunks = chunk % 8 == 0 && !deep ? 1 + below(3) : 1, channels = chunk * chunks;
    ck_int8_window w = {.height = deep ? 4 : 1 + below(4)};
    w.width = deep ? 4 : 1 + below(4), w.stride_y = 1 + below(3), w.stride_x = 1 + below(3);
    w.dilation_y = 1 + below(2), w.dilation_x = 1 + below(2);
    w.top = below((w.height - 1) * w.dilation_y + 1), w.left = below((w.width - 1) * w.dilation_x + 1);
    size_t height = 1 + below(9), width = 1 + below(20), y = below((height + w.top - 1) / w.stride_y + 1);
    size_t columns = (width + w.left - 1) / w.stride_x + 1, out_channels = 1 + below(20), start = 8 * below((channels + 7) / 8);
    ck_int8_range range = int8_range();
    int8_t zero = edge8(2), *values = take(height * width * channels), *out = take(columns * (channels + out_channels) * 2);
    fill8(values, height * width * channels);
    ck_int8_rows rows = {values, 0, height, height, width, channels, chunk};
    size_t padded = (channels + 7) / 8 * 8, cells = w.height * w.width, inputs = cells * channels;
    int16_t *plane = take(2 * w.height * ck_int8_plane_columns(&w, columns) * padded), *patches = take(2 * columns * (inputs + 1));
    ck_int8_widen(&rows, &w, y, columns, zero, plane);
    ck_int8_patches(plane, &w, columns, channels, patches);
    uint8_t *blocks = take((out_channels + 7) / 8 * ck_int8_block_bytes(inputs)), *taps = take(padded / 8 * ck_int8_block_bytes(cells));
    fill_int8_blocks(blocks, inputs, (out_channels + 7) / 8), fill_int8_blocks(taps, cells, padded / 8);
    size_t stride = out_channels + below(3);
    kernels->int8_convolve(patches, columns, (inputs + 1) / 2 * 2, inputs, blocks, out_channels, range, out, stride);
    absorb(d, out, columns * stride);
    kernels->int8_depthwise(plane, &w, columns, padded, start, taps, channels - start, range, out, channels);
    absorb(d, out, columns * channels);
    ck_int8_scale first = int8_scale(), second = int8_scale(), third = int8_scale();
    ck_int8_pool(&rows, &w, y, columns, below(2), zero, first, range, out);
    absorb(d, out, columns * channels);
    size_t n = width * channels;
    int8_t *sums = take(n), other = edge8(2);
    ck_int8_add(values, zero, first, values + (height - 1) * n, other, second, n, third, range, sums);
    absorb(d, sums, n);
    ck_int8_multiply(values, zero, values + (height - 1) * n, other, n, third, range, sums);
    absorb(d, sums, n);
    free(values), free(out), free(plane), free(patches), free(blocks), free(taps), free(sums);
  }
}

static void run(const char *name, const ck_kernels *kernels) {
  void (*const parts[])(const ck_kernels *, digest *) = {run_linear, run_coded, run_rotated, run_wide, run_rows, run_attention, run_int8};
  static const char *const names[] = {"linear", "coded", "rotated", "wide", "rows", "attention", "int8"};
  printf("%-24s", name);
  for (int i = 0; i < 7; i++) {
    digest d = {0xCBF29CE484222325u};
    state = 20240u + (uint64_t)i;
    parts[i](kernels, &d);
    printf(" %s %016llx", names[i], (unsigned long long)d.fnv);
  }
  printf("\n");
}

int main(void) {
#if defined(CK_EMULATE_AVX512)
  run("avx512vnni (emulated)", &ck_kernels_avx512vnni);
#else
  if (ck_isa_is_available(CK_ISA_SCALAR)) run("scalar", &ck_kernels_scalar);
#if defined(__x86_64__)
  if (ck_isa_is_available(CK_ISA_AVX2)) run("avx2", &ck_kernels_avx2);
  if (ck_isa_is_available(CK_ISA_AVX512VNNI)) run("avx512vnni", &ck_kernels_avx512vnni);
#endif
#if defined(__aarch64__)
  run("neon", &ck_kernels_neon);
  if (ck_isa_is_available(CK_ISA_NEON_DOTPROD)) run("neon with dot products", &ck_kernels_neon_dotprod);
#endif
#endif
  return 0;
}

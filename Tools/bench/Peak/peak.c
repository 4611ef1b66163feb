#include "include/cpeak.h"

#if defined(__x86_64__)
#include <immintrin.h>

enum { CHAINS = 12 };

/// Keeps a register's value from being known, so that equal operations are not merged.
#define OPAQUE(x) __asm__ volatile("" : "+x"(x))
#define OPAQUE512(x) __asm__ volatile("" : "+v"(x))
#define UNROLL _Pragma("clang loop unroll(full)")

__attribute__((target("avx2"))) static uint64_t pairs_avx2(uint64_t rounds) {
  __m256i sum[CHAINS], x = _mm256_set1_epi16(1), y = x;
  UNROLL for (int i = 0; i < CHAINS; i++) sum[i] = _mm256_setzero_si256();
  for (uint64_t round = 0; round < rounds; round++) {
    UNROLL for (int i = 0; i < CHAINS; i++) {
      OPAQUE(x);
      sum[i] = _mm256_add_epi32(sum[i], _mm256_madd_epi16(x, y));
    }
  }
  UNROLL for (int i = 0; i < CHAINS; i++) OPAQUE(sum[i]);
  return rounds * CHAINS * 16;
}

__attribute__((target("avx512f,avx512bw,avx512vnni"))) static uint64_t pairs_vnni(uint64_t rounds) {
  __m512i sum[CHAINS], x = _mm512_set1_epi16(1), y = x;
  UNROLL for (int i = 0; i < CHAINS; i++) sum[i] = _mm512_setzero_si512();
  for (uint64_t round = 0; round < rounds; round++) {
    OPAQUE512(x);
    UNROLL for (int i = 0; i < CHAINS; i++) sum[i] = _mm512_dpwssd_epi32(sum[i], x, y);
  }
  UNROLL for (int i = 0; i < CHAINS; i++) OPAQUE512(sum[i]);
  return rounds * CHAINS * 32;
}

__attribute__((target("avx512f,avx512bw,avx512vnni"))) static uint64_t bytes_vnni(uint64_t rounds) {
  __m512i sum[CHAINS], x = _mm512_set1_epi8(1), y = x;
  UNROLL for (int i = 0; i < CHAINS; i++) sum[i] = _mm512_setzero_si512();
  for (uint64_t round = 0; round < rounds; round++) {
    OPAQUE512(x);
    UNROLL for (int i = 0; i < CHAINS; i++) sum[i] = _mm512_dpbusd_epi32(sum[i], x, y);
  }
  UNROLL for (int i = 0; i < CHAINS; i++) OPAQUE512(sum[i]);
  return rounds * CHAINS * 64;
}

static int has_vnni(void) { return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vnni"); }

uint64_t peak_multiply_adds(uint64_t rounds) {
  if (has_vnni()) return pairs_vnni(rounds);
  return __builtin_cpu_supports("avx2") ? pairs_avx2(rounds) : 0;
}

uint64_t peak_byte_multiply_adds(uint64_t rounds) { return has_vnni() ? bytes_vnni(rounds) : 0; }

__attribute__((target("avx2"))) static uint64_t read_avx2(const uint8_t *bytes, size_t count) {
  __m256i sum[8];
  UNROLL for (int i = 0; i < 8; i++) sum[i] = _mm256_setzero_si256();
  for (size_t at = 0; at < count; at += 256) {
    UNROLL for (int i = 0; i < 8; i++)
      sum[i] = _mm256_add_epi64(sum[i], _mm256_loadu_si256((const __m256i *)(bytes + at + 32 * (size_t)i)));
  }
  uint64_t total = 0;
  for (int i = 0; i < 8; i++) {
    uint64_t lanes[4];
    _mm256_storeu_si256((__m256i *)lanes, sum[i]);
    total += lanes[0] + lanes[1] + lanes[2] + lanes[3];
  }
  return total;
}
#else
uint64_t peak_multiply_adds(uint64_t rounds) {
  (void)rounds;
  return 0;
}

uint64_t peak_byte_multiply_adds(uint64_t rounds) {
  (void)rounds;
  return 0;
}
#endif

uint64_t peak_read(const uint8_t *bytes, size_t count) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return read_avx2(bytes, count);
#endif
  uint64_t total = 0;
  for (size_t at = 0; at < count; at++) total += bytes[at];
  return total;
}

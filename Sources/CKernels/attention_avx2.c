#include "attention.h"
#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx2")))
#define INLINE TARGET static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

// Products of int16 are summed in int32 as they are where no partial sum can leave it: scores, where the norms of the query and of the keys show
// it, values, where the sum of the weights and the largest value do. Else one factor is split into 256 * high + low, high in -128...127 and low
// in 0...255: vpmaddwd is exact on each part, and each part's sum fits int32 for all columns of a head, or for a run of CK_VALUE_RUN keys.
// Weights are 0...2^15, so their negatives are int16.

enum { LANES = 16, MAX_STEPS = CK_HEAD_DIM_MAX / LANES };

typedef struct {
  __m256i high[MAX_STEPS], low[MAX_STEPS];
} split_query;

INLINE __m256i load(const void *p) { return _mm256_loadu_si256(p); }

/// rs(v, n) of int64 for n in 0...31 and |v| below 2^61; `half` is 2^(n-1), or 0.
INLINE __m256i round_shift(__m256i v, __m128i n, __m256i half) {
  const __m256i bias = _mm256_set1_epi64x((int64_t)1 << 61);
  return _mm256_sub_epi64(_mm256_srl_epi64(_mm256_add_epi64(_mm256_add_epi64(v, half), bias), n), _mm256_srl_epi64(bias, n));
}

INLINE __m256i max_epi64(__m256i a, __m256i b) { return _mm256_blendv_epi8(b, a, _mm256_cmpgt_epi64(a, b)); }

/// The sums of both parts of a key's products, spread over the lanes: high, high, low, low in each half.
INLINE __m256i score_parts(size_t steps, const split_query *q, const int16_t *key) {
  __m256i high = _mm256_setzero_si256(), low = high;
  for (size_t s = 0; s < steps; s++) {
    __m256i k = load(key + LANES * s);
    high = _mm256_add_epi32(high, _mm256_madd_epi16(k, q->high[s]));
    low = _mm256_add_epi32(low, _mm256_madd_epi16(k, q->low[s]));
  }
  return _mm256_hadd_epi32(high, low);
}

/// The products of a query with four keys as int64.
INLINE __m256i score_four(size_t steps, const split_query *q, const int16_t *keys, size_t head_dim) {
  __m256i ab = _mm256_hadd_epi32(score_parts(steps, q, keys), score_parts(steps, q, keys + head_dim));
  __m256i cd = _mm256_hadd_epi32(score_parts(steps, q, keys + 2 * head_dim), score_parts(steps, q, keys + 3 * head_dim));
  __m256i pairs = _mm256_add_epi32(_mm256_permute2x128_si256(ab, cd, 0x20), _mm256_permute2x128_si256(ab, cd, 0x31));
  __m256i high = _mm256_mul_epi32(pairs, _mm256_set1_epi64x(256));
  __m256i low = _mm256_mul_epi32(_mm256_srli_epi64(pairs, 32), _mm256_set1_epi64x(1));
  return _mm256_add_epi64(high, low);
}

/// All scores of one head into `scores`; returns the largest.
INLINE int64_t score_all(size_t steps, const int16_t *q, size_t head_dim, const int16_t *keys, size_t t, int32_t shift, int64_t *scores) {
  split_query split;
  for (size_t s = 0; s < steps; s++) {
    __m256i v = load(q + LANES * s);
    split.high[s] = _mm256_srai_epi16(v, 8);
    split.low[s] = _mm256_and_si256(v, _mm256_set1_epi16(255));
  }
  const __m128i n = _mm_cvtsi32_si128(shift);
  const __m256i half = _mm256_set1_epi64x((int64_t)(((uint64_t)1 << shift) >> 1));
  __m256i largest = _mm256_set1_epi64x(INT64_MIN);
  for (size_t i = 0; i + 4 <= t; i += 4) {
    __m256i score = round_shift(score_four(steps, &split, keys + i * head_dim, head_dim), n, half);
    largest = max_epi64(largest, score);
    _mm256_storeu_si256((__m256i *)(scores + i), score);
  }
  int64_t lanes[4], m = INT64_MIN;
  _mm256_storeu_si256((__m256i *)lanes, largest);
  for (int i = 0; i < 4; i++) m = lanes[i] > m ? lanes[i] : m;
  for (size_t i = t & ~(size_t)3; i < t; i++) {
    int64_t sum = 0;
    for (size_t d = 0; d < head_dim; d++) sum += (int64_t)q[d] * keys[i * head_dim + d];
    scores[i] = ck_rs(sum, shift);
    m = scores[i] > m ? scores[i] : m;
  }
  return m;
}

/// The products of a query with a key, spread over the lanes.
INLINE __m256i narrow_parts(size_t steps, const int16_t *q, const int16_t *key) {
  __m256i sum = _mm256_madd_epi16(load(key), load(q));
  for (size_t s = 1; s < steps; s++) sum = _mm256_add_epi32(sum, _mm256_madd_epi16(load(key + LANES * s), load(q + LANES * s)));
  return sum;
}

INLINE __m256i narrow_four(size_t steps, const int16_t *q, const int16_t *keys, size_t head_dim) {
  __m256i ab = _mm256_hadd_epi32(narrow_parts(steps, q, keys), narrow_parts(steps, q, keys + head_dim));
  __m256i cd = _mm256_hadd_epi32(narrow_parts(steps, q, keys + 2 * head_dim), narrow_parts(steps, q, keys + 3 * head_dim));
  return _mm256_hadd_epi32(ab, cd);
}

/// `score_all` where every partial sum fits int32.
INLINE int32_t score_all_narrow(size_t steps, const int16_t *q, size_t head_dim, const int16_t *keys, size_t t, int32_t shift,
                                int32_t *scores) {
  const __m128i n = _mm_cvtsi32_si128(shift), below = _mm_cvtsi32_si128(shift > 0 ? shift - 1 : 0);
  const __m256i carry = _mm256_set1_epi32(shift > 0);
  __m256i largest = _mm256_set1_epi32(INT32_MIN);
  for (size_t i = 0; i + 8 <= t; i += 8) {
    __m256i first = narrow_four(steps, q, keys + i * head_dim, head_dim);
    __m256i second = narrow_four(steps, q, keys + (i + 4) * head_dim, head_dim);
    __m256i sum = _mm256_add_epi32(_mm256_permute2x128_si256(first, second, 0x20), _mm256_permute2x128_si256(first, second, 0x31));
    __m256i score = _mm256_add_epi32(_mm256_sra_epi32(sum, n), _mm256_and_si256(_mm256_sra_epi32(sum, below), carry));
    largest = _mm256_max_epi32(largest, score);
    _mm256_storeu_si256((__m256i *)(scores + i), score);
  }
  int32_t lanes[8], m = INT32_MIN;
  _mm256_storeu_si256((__m256i *)lanes, largest);
  for (int i = 0; i < 8; i++) m = lanes[i] > m ? lanes[i] : m;
  for (size_t i = t & ~(size_t)7; i < t; i++) {
    int64_t sum = 0;
    for (size_t d = 0; d < head_dim; d++) sum += (int64_t)q[d] * keys[i * head_dim + d];
    scores[i] = (int32_t)ck_rs(sum, shift);
    m = scores[i] > m ? scores[i] : m;
  }
  return m;
}

/// Whether no sum of some of the products of a query and a key leaves int32: none is larger than the product of their norms.
INLINE bool sums_are_narrow(const int16_t *q, size_t head_dim, uint64_t key_square) {
  uint64_t square = 1;
  for (size_t d = 0; d < head_dim; d++) square += (uint64_t)((int64_t)q[d] * q[d]);
  return key_square <= (((uint64_t)1 << 62) - 1) / square;
}

/// rs of int32 in 0...2^30 by a shift for each lane in 0...31; a shift of 0 asks sllv for a shift by 2^32 - 1, which gives 0.
INLINE __m256i round_shift_lanes(__m256i v, __m256i n) {
  const __m256i one = _mm256_set1_epi32(1);
  return _mm256_srlv_epi32(_mm256_add_epi32(v, _mm256_sllv_epi32(one, _mm256_sub_epi32(n, one))), n);
}

/// The entries j and j + 1 of the table of exponentials: each two by one load, which is quicker than gathering.
INLINE void look_up(__m256i j, __m256i *left, __m256i *right) {
  uint32_t at[8];
  _mm256_storeu_si256((__m256i *)at, j);
  __m128i pairs[4];
  UNROLL for (int i = 0; i < 4; i++) {
    __m128i first = _mm_loadl_epi64((const __m128i *)(ck_exp2_table + at[i])), second = _mm_loadl_epi64((const __m128i *)(ck_exp2_table + at[i + 4]));
    pairs[i] = _mm_unpacklo_epi64(first, second);
  }
  // Lanes 0 1 4 5 and 2 3 6 7, as vshufps takes them from its halves.
  __m256 a = _mm256_castsi256_ps(_mm256_permute4x64_epi64(_mm256_set_m128i(pairs[1], pairs[0]), 0xD8));
  __m256 b = _mm256_castsi256_ps(_mm256_permute4x64_epi64(_mm256_set_m128i(pairs[3], pairs[2]), 0xD8));
  *left = _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0x88));
  *right = _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0xDD));
}

/// `ck_key_weight` of eight distances in 0...32 << 16.
INLINE __m256i key_weights(__m256i d) {
  __m256i whole = _mm256_srli_epi32(d, 16), r = _mm256_and_si256(d, _mm256_set1_epi32(255));
  __m256i j = _mm256_and_si256(_mm256_srli_epi32(d, 8), _mm256_set1_epi32(255));
  __m256i left, right;
  look_up(j, &left, &right);
  __m256i part = _mm256_add_epi32(_mm256_mullo_epi32(_mm256_sub_epi32(left, right), r), _mm256_set1_epi32(128));
  __m256i f = _mm256_sub_epi32(left, _mm256_srai_epi32(part, 8));
  __m256i e = _mm256_andnot_si256(_mm256_cmpgt_epi32(whole, _mm256_set1_epi32(30)), round_shift_lanes(f, whole));
  return _mm256_srli_epi32(_mm256_add_epi32(e, _mm256_set1_epi32(1 << 14)), 15);
}

/// The distances of eight scores to the largest, at most 32 << 16.
INLINE __m256i distances(int64_t largest, const int64_t *scores) {
  const __m256i far = _mm256_set1_epi64x(32 << 16), m = _mm256_set1_epi64x(largest);
  const __m256i evens = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
  __m256i a = _mm256_sub_epi64(m, load(scores)), b = _mm256_sub_epi64(m, load(scores + 4));
  a = _mm256_blendv_epi8(a, far, _mm256_cmpgt_epi64(a, far));
  b = _mm256_blendv_epi8(b, far, _mm256_cmpgt_epi64(b, far));
  return _mm256_blend_epi32(_mm256_permutevar8x32_epi32(a, evens), _mm256_permutevar8x32_epi32(b, evens), 0xF0);
}

/// The same of int32: a distance is a uint32.
INLINE __m256i narrow_distances(int32_t largest, const int32_t *scores) {
  return _mm256_min_epu32(_mm256_sub_epi32(_mm256_set1_epi32(largest), load(scores)), _mm256_set1_epi32(32 << 16));
}

/// The negative weights of all keys, and the sum of the weights. Keys t...t+15 get weight 0. Scores are int32 when `narrow`, else int64.
INLINE uint64_t weigh_all(bool narrow, int64_t largest, const void *scores, size_t t, int16_t *weights) {
  const int32_t *narrow_scores = scores;
  const int64_t *wide_scores = scores;
  __m256i sum = _mm256_setzero_si256();
  size_t i = 0;
  for (; i + 8 <= t; i += 8) {
    __m256i w = key_weights(narrow ? narrow_distances((int32_t)largest, narrow_scores + i) : distances(largest, wide_scores + i));
    sum = _mm256_add_epi32(sum, w);
    __m256i negative = _mm256_sub_epi32(_mm256_setzero_si256(), w);
    _mm_storeu_si128((__m128i *)(weights + i), _mm_packs_epi32(_mm256_castsi256_si128(negative), _mm256_extracti128_si256(negative, 1)));
  }
  uint32_t lanes[8];
  _mm256_storeu_si256((__m256i *)lanes, sum);
  uint64_t total = 0;
  for (int j = 0; j < 8; j++) total += lanes[j];
  for (; i < t; i++) {
    int32_t w = ck_key_weight(largest - (narrow ? narrow_scores[i] : wide_scores[i]));
    total += (uint64_t)w;
    weights[i] = (int16_t)-w;
  }
  memset(weights + t, 0, 2 * LANES);
  return total;
}
_Static_assert((int64_t)CK_CONTEXT_MAX / 8 * 32768 <= UINT32_MAX, "a lane's sum of weights");

INLINE __m256i broadcast_pair(const int16_t *p) {
  int32_t pair;
  memcpy(&pair, p, sizeof pair);
  return _mm256_set1_epi32(pair);
}

/// The rows of two keys, in pairs: columns 0...3 and 8...11 of 16, then the others.
typedef struct {
  __m256i first, second;
} key_pair;

INLINE key_pair pair_keys(const int16_t *values, size_t head_dim, bool both) {
  __m256i a = load(values), b = both ? load(values + head_dim) : _mm256_setzero_si256();
  return (key_pair){_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b)};
}

/// The sums of `groups` times 16 columns over all keys, where no partial sum leaves int32.
INLINE void sum_narrow(int groups, const int16_t *values, size_t head_dim, size_t t, const int16_t *weights, int64_t *to) {
  __m256i sums[4][2];
  UNROLL for (int g = 0; g < groups; g++) sums[g][0] = sums[g][1] = _mm256_setzero_si256();
  size_t i = 0;
  for (; i + 2 <= t; i += 2) {
    __m256i w = broadcast_pair(weights + i);
    UNROLL for (int g = 0; g < groups; g++) {
      key_pair pair = pair_keys(values + i * head_dim + LANES * g, head_dim, true);
      sums[g][0] = _mm256_add_epi32(sums[g][0], _mm256_madd_epi16(pair.first, w));
      sums[g][1] = _mm256_add_epi32(sums[g][1], _mm256_madd_epi16(pair.second, w));
    }
  }
  UNROLL for (int g = 0; g < groups; g++) {
    if (i < t) {
      __m256i w = broadcast_pair(weights + i);
      key_pair pair = pair_keys(values + i * head_dim + LANES * g, head_dim, false);
      sums[g][0] = _mm256_add_epi32(sums[g][0], _mm256_madd_epi16(pair.first, w));
      sums[g][1] = _mm256_add_epi32(sums[g][1], _mm256_madd_epi16(pair.second, w));
    }
    UNROLL for (int part = 0; part < 4; part++) {
      __m128i four = part < 2 ? _mm256_castsi256_si128(sums[g][part]) : _mm256_extracti128_si256(sums[g][part - 2], 1);
      __m256i sum = _mm256_sub_epi64(_mm256_setzero_si256(), _mm256_cvtepi32_epi64(four));
      _mm256_storeu_si256((__m256i *)(to + LANES * g + 4 * part), sum);
    }
  }
}

/// Adds a pair of keys to the sums of 16 columns.
INLINE void add_pair(key_pair pair, __m256i high, __m256i low, __m256i *sums) {
  sums[0] = _mm256_add_epi32(sums[0], _mm256_madd_epi16(pair.first, high));
  sums[1] = _mm256_add_epi32(sums[1], _mm256_madd_epi16(pair.second, high));
  sums[2] = _mm256_add_epi32(sums[2], _mm256_madd_epi16(pair.first, low));
  sums[3] = _mm256_add_epi32(sums[3], _mm256_madd_epi16(pair.second, low));
}

/// Adds 256 * high + low of four columns to their int64 sums.
INLINE void widen_into(int64_t *to, __m128i high, __m128i low) {
  __m256i v = _mm256_add_epi64(_mm256_slli_epi64(_mm256_cvtepi32_epi64(high), 8), _mm256_cvtepi32_epi64(low));
  _mm256_storeu_si256((__m256i *)to, _mm256_add_epi64(load(to), v));
}

/// Adds the keys start..<end, a run of at most CK_VALUE_RUN, to the sums of `groups` times 16 columns.
INLINE void add_run(int groups, const int16_t *values, size_t head_dim, size_t start, size_t end, const int16_t *weights, int64_t *to) {
  __m256i sums[2][4];
  UNROLL for (int g = 0; g < groups; g++) UNROLL for (int i = 0; i < 4; i++) sums[g][i] = _mm256_setzero_si256();
  for (size_t i = start; i < end; i += 2) {
    __m256i w = _mm256_sub_epi16(_mm256_setzero_si256(), broadcast_pair(weights + i));
    __m256i high = _mm256_srli_epi16(w, 8), low = _mm256_and_si256(w, _mm256_set1_epi16(255));
    UNROLL for (int g = 0; g < groups; g++) {
      const int16_t *v = values + i * head_dim + LANES * g;
      add_pair(i + 1 < end ? pair_keys(v, head_dim, true) : pair_keys(v, head_dim, false), high, low, sums[g]);
    }
  }
  UNROLL for (int g = 0; g < groups; g++) {
    int64_t *at = to + LANES * g;
    widen_into(at, _mm256_castsi256_si128(sums[g][0]), _mm256_castsi256_si128(sums[g][2]));
    widen_into(at + 4, _mm256_castsi256_si128(sums[g][1]), _mm256_castsi256_si128(sums[g][3]));
    widen_into(at + 8, _mm256_extracti128_si256(sums[g][0], 1), _mm256_extracti128_si256(sums[g][2], 1));
    widen_into(at + 12, _mm256_extracti128_si256(sums[g][1], 1), _mm256_extracti128_si256(sums[g][3], 1));
  }
}

/// The weighted sums of all columns.
INLINE void sum_all(bool narrow, const int16_t *values, size_t head_dim, size_t t, const int16_t *weights, int64_t *sums) {
  size_t d = 0;
  if (narrow) {
    for (; d + 4 * LANES <= head_dim; d += 4 * LANES) sum_narrow(4, values + d, head_dim, t, weights, sums + d);
    for (; d + 2 * LANES <= head_dim; d += 2 * LANES) sum_narrow(2, values + d, head_dim, t, weights, sums + d);
    if (d < head_dim) sum_narrow(1, values + d, head_dim, t, weights, sums + d);
    return;
  }
  memset(sums, 0, head_dim * sizeof *sums);
  for (size_t start = 0; start < t; start += CK_VALUE_RUN) {
    size_t end = t - start < CK_VALUE_RUN ? t : start + CK_VALUE_RUN;
    for (d = 0; d + 2 * LANES <= head_dim; d += 2 * LANES) add_run(2, values + d, head_dim, start, end, weights, sums + d);
    if (d < head_dim) add_run(1, values + d, head_dim, start, end, weights, sums + d);
  }
}

INLINE void attend_head(size_t steps, const int16_t *q, size_t head_dim, const int16_t *keys, const int16_t *values, size_t t,
                        ck_cache_bounds bounds, int32_t score_shift, int32_t value_shift, int64_t *scores, int32_t *out) {
  int16_t *weights = (int16_t *)(scores + t);
  uint64_t denominator;
  if (sums_are_narrow(q, head_dim, bounds.key_square)) {
    int32_t largest = score_all_narrow(steps, q, head_dim, keys, t, score_shift, (int32_t *)scores);
    denominator = weigh_all(true, largest, scores, t, weights);
  } else {
    int64_t largest = score_all(steps, q, head_dim, keys, t, score_shift, scores);
    denominator = weigh_all(false, largest, scores, t, weights);
  }
  int64_t sums[CK_HEAD_DIM_MAX];
  sum_all(denominator <= INT32_MAX / ((uint64_t)bounds.value_magnitude + 1), values, head_dim, t, weights, sums);
  for (size_t d = 0; d < head_dim; d++) out[d] = ck_attention_quotient(sums[d], denominator, value_shift);
}

TARGET void ck_attend_avx2(CK_ATTEND_PARAMETERS) {
  int64_t *scores = (int64_t *)(((uintptr_t)scratch + 63) & ~(uintptr_t)63);
  for (size_t head = 0; head < heads; head++, q += head_dim, out += head_dim) {
    if (head_dim == 64)
      attend_head(4, q, 64, keys, values, t, bounds, score_shift, value_shift, scores, out);
    else if (head_dim == 32)
      attend_head(2, q, 32, keys, values, t, bounds, score_shift, value_shift, scores, out);
    else
      attend_head(head_dim / LANES, q, head_dim, keys, values, t, bounds, score_shift, value_shift, scores, out);
  }
}
#endif

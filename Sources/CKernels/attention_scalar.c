#include "attention.h"
#include "kernels.h"

size_t ck_attention_scratch_bytes(size_t t) { return 16 * t + 1024; }

void ck_attend_scalar(CK_ATTEND_PARAMETERS) {
  (void)bounds;
  uint8_t *scores = scratch;
  for (size_t head = 0; head < heads; head++, q += head_dim, out += head_dim) {
    int64_t largest = INT64_MIN;
    for (size_t i = 0; i < t; i++) {
      int64_t score = 0;
      for (size_t d = 0; d < head_dim; d++) score += (int64_t)q[d] * keys[i * head_dim + d];
      score = ck_rs(score, score_shift);
      largest = score > largest ? score : largest;
      memcpy(scores + 8 * i, &score, sizeof score);
    }
    int64_t sums[CK_HEAD_DIM_MAX] = {0};
    uint64_t denominator = 0;
    for (size_t i = 0; i < t; i++) {
      int64_t score;
      memcpy(&score, scores + 8 * i, sizeof score);
      int32_t weight = ck_key_weight(largest - score);
      denominator += (uint64_t)weight;
      for (size_t d = 0; d < head_dim; d++) sums[d] += weight * values[i * head_dim + d];
    }
    for (size_t d = 0; d < head_dim; d++) out[d] = ck_attention_quotient(sums[d], denominator, value_shift);
  }
}

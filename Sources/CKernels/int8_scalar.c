#include "int8.h"

void ck_int8_convolve_scalar(CK_INT8_CONVOLVE_PARAMETERS) {
  size_t pairs = ck_round_up(inputs, 2) / 2;
  for (size_t first = 0; first < channels; first += CK_INT8_BLOCK_CHANNELS, blocks += ck_int8_block_size(inputs)) {
    size_t count = channels - first < CK_INT8_BLOCK_CHANNELS ? channels - first : CK_INT8_BLOCK_CHANNELS;
    for (size_t x = 0; x < pixels; x++) {
      const int16_t *patch = patches + x * patch_stride;
      int32_t sums[CK_INT8_BLOCK_CHANNELS] = {0};
      for (size_t pair = 0; pair < pairs; pair++) {
        const int8_t *w = (const int8_t *)blocks + 16 * pair;
        for (size_t c = 0; c < CK_INT8_BLOCK_CHANNELS; c++) sums[c] += patch[2 * pair] * w[2 * c] + patch[2 * pair + 1] * w[2 * c + 1];
      }
      ck_int8_finish(sums, blocks + ck_int8_biases_offset(inputs), count, range, out + x * out_stride + first);
    }
  }
}

void ck_int8_depthwise_scalar(CK_INT8_DEPTHWISE_PARAMETERS) {
  size_t plane_columns = ck_int8_plane_columns(w, columns);
  size_t taps = w->height * w->width;
  for (size_t start = 0; start < channels; start += CK_INT8_BLOCK_CHANNELS, blocks += ck_int8_block_size(taps)) {
    size_t count = channels - start < CK_INT8_BLOCK_CHANNELS ? channels - start : CK_INT8_BLOCK_CHANNELS;
    for (size_t x = 0; x < columns; x++) {
      int32_t sums[CK_INT8_BLOCK_CHANNELS] = {0};
      for (size_t tap = 0; tap < taps; tap++) {
        size_t cell = tap / w->width * plane_columns + x * w->stride_x + tap % w->width * w->dilation_x;
        const int16_t *values = plane + cell * plane_channels + first + start;
        const int8_t *weights = (const int8_t *)blocks + tap / 2 * 16 + tap % 2;
        for (size_t c = 0; c < count; c++) sums[c] += values[c] * weights[2 * c];
      }
      ck_int8_finish(sums, blocks + ck_int8_biases_offset(taps), count, range, out + x * out_stride + start);
    }
  }
}

#include "int8.h"

size_t ck_int8_block_bytes(size_t inputs) { return ck_int8_block_size(inputs); }

bool ck_int8_block_is_valid(const uint8_t *block, size_t inputs) {
  if (inputs % 2 != 0)
    for (size_t c = 0; c < CK_INT8_BLOCK_CHANNELS; c++)
      if (block[inputs / 2 * 16 + 2 * c + 1] != 0) return false;
  const uint8_t *parameters = block + ck_int8_biases_offset(inputs);
  for (size_t c = 0; c < CK_INT8_BLOCK_CHANNELS; c++) {
    int64_t bias = (int32_t)ck_load_u32(parameters + 4 * c);
    if (bias > CK_INT8_BIAS_MAX || bias < -(int64_t)CK_INT8_BIAS_MAX) return false;
    if (ck_load_u32(parameters + 32 + 4 * c) >> 31 != 0) return false;
    uint32_t shift = ck_load_u32(parameters + 64 + 4 * c);
    if (shift < CK_INT8_SHIFT_MIN || shift > CK_INT8_SHIFT_MAX) return false;
  }
  return true;
}

size_t ck_int8_plane_columns(const ck_int8_window *w, size_t columns) {
  return (columns - 1) * w->stride_x + (w->width - 1) * w->dilation_x + 1;
}

/// Row `y` of the tensor, if it has it.
static const int8_t *row_of(const ck_int8_rows *x, size_t y) {
  return y < x->height && y >= x->first && y - x->first < x->count ? x->values + (y - x->first) * x->width * x->channels : NULL;
}

void ck_int8_widen(const ck_int8_rows *x, const ck_int8_window *w, size_t y, size_t columns, int8_t zero, int16_t *plane) {
  size_t stride = ck_round_up(x->channels, CK_INT8_BLOCK_CHANNELS);
  size_t plane_columns = ck_int8_plane_columns(w, columns);
  size_t covered = x->width < plane_columns - (w->left < plane_columns ? w->left : plane_columns)
                       ? x->width
                       : plane_columns - (w->left < plane_columns ? w->left : plane_columns);
  for (size_t k = 0; k < w->height; k++, plane += plane_columns * stride) {
    // A row above the tensor wraps to an index beyond its height.
    const int8_t *row = row_of(x, y * w->stride_y + k * w->dilation_y - w->top);
    bool fills_up = row == NULL || covered < plane_columns || stride != x->channels;
    if (fills_up) memset(plane, 0, plane_columns * stride * sizeof *plane);
    if (row == NULL) continue;
    for (size_t chunk = 0; chunk < x->channels / x->chunk; chunk++, row += x->width * x->chunk)
      for (size_t column = 0; column < covered; column++) {
        const int8_t *from = row + column * x->chunk;
        int16_t *to = plane + (column + w->left) * stride + chunk * x->chunk;
        for (size_t c = 0; c < x->chunk; c++) to[c] = (int16_t)(from[c] - zero);
      }
  }
}

void ck_int8_patches(const int16_t *plane, const ck_int8_window *w, size_t columns, size_t channels, int16_t *patches) {
  size_t stride = ck_round_up(channels, CK_INT8_BLOCK_CHANNELS);
  size_t plane_columns = ck_int8_plane_columns(w, columns);
  for (size_t x = 0; x < columns; x++) {
    for (size_t ky = 0; ky < w->height; ky++)
      for (size_t kx = 0; kx < w->width; kx++, patches += channels)
        memcpy(patches, plane + (ky * plane_columns + x * w->stride_x + kx * w->dilation_x) * stride, channels * sizeof *patches);
    if (w->height * w->width * channels % 2 != 0) *patches++ = 0;
  }
}

void ck_int8_pool(const ck_int8_rows *x, const ck_int8_window *w, size_t y, size_t columns, bool maximum, int8_t zero, ck_int8_scale scale,
                  ck_int8_range range, int8_t *out) {
  for (size_t column = 0; column < columns; column++)
    for (size_t c = 0; c < x->channels; c++) {
      int32_t sum = 0, largest = INT8_MIN;
      for (size_t ky = 0; ky < w->height; ky++) {
        const int8_t *row = row_of(x, y * w->stride_y + ky * w->dilation_y - w->top);
        if (row == NULL) continue;
        for (size_t kx = 0; kx < w->width; kx++) {
          size_t from = column * w->stride_x + kx * w->dilation_x - w->left;
          if (from >= x->width) continue;
          int32_t value = row[(c / x->chunk * x->width + from) * x->chunk + c % x->chunk];
          sum += value - zero;
          largest = value > largest ? value : largest;
        }
      }
      out[column * x->channels + c] = ck_int8_narrow(ck_int8_rescale(maximum ? largest - zero : sum, scale), range);
    }
}

/// A sum of two rescaled values, bounded so that the last rescaling cannot overflow.
static int64_t bounded(int64_t v) { return v > INT32_MAX ? INT32_MAX : v < -(int64_t)INT32_MAX ? -(int64_t)INT32_MAX : v; }

void ck_int8_add(const int8_t *a, int8_t a_zero, ck_int8_scale a_scale, const int8_t *b, int8_t b_zero, ck_int8_scale b_scale, size_t n,
                 ck_int8_scale scale, ck_int8_range range, int8_t *out) {
  for (size_t i = 0; i < n; i++) {
    int64_t sum = ck_int8_rescale(a[i] - a_zero, a_scale) + ck_int8_rescale(b[i] - b_zero, b_scale);
    out[i] = ck_int8_narrow(ck_int8_rescale(bounded(sum), scale), range);
  }
}

void ck_int8_multiply(const int8_t *a, int8_t a_zero, const int8_t *b, int8_t b_zero, size_t n, ck_int8_scale scale, ck_int8_range range,
                      int8_t *out) {
  for (size_t i = 0; i < n; i++)
    out[i] = ck_int8_narrow(ck_int8_rescale((int64_t)(a[i] - a_zero) * (b[i] - b_zero), scale), range);
}

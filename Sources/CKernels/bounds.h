#pragma once

#include "arithmetic.h"

// Each accumulator's worst case, so that a change of a limit that breaks a bound does not compile. [NUM-6] [NUM-7] [NUM-10] [NUM-11]

#define CK_BITS(n) ((int64_t)1 << (n))

/// A group's sum of int16 times int8 stays in int32.
#define CK_GROUP_SUM_MAX ((int64_t)CK_GROUP * 32768 * 127)
_Static_assert(CK_GROUP_SUM_MAX < CK_BITS(27), "a group's sum fits 28 bits with its sign");

/// All groups, scaled.
#define CK_ACCUMULATOR_MAX (CK_GROUP_SUM_MAX * CK_GROUP_MULTIPLIER_MAX * (CK_K_MAX / CK_GROUP))
_Static_assert(CK_ACCUMULATOR_MAX < CK_BITS(48), "the scaled sum");
#define CK_SCALED_MAX ((CK_ACCUMULATOR_MAX >> 12) + 1)
_Static_assert(CK_SCALED_MAX < CK_BITS(36), "after rs(acc, 12)");
_Static_assert(CK_SCALED_MAX <= CK_BITS(60) >> CK_MULTIPLIER_BITS, "t * M stays below 2^60, so rs with n up to 62 stays below 2^62");
_Static_assert(CK_SHIFT_MIN - CK_EXPONENT_MAX >= 1 && CK_SHIFT_MAX <= 62, "sh - e is in 1...62");
_Static_assert(CK_K_STEP % CK_GROUP == 0 && CK_GROUP % 2 == 0, "groups divide k, pairs divide a group");

/// Rotated rows: the transform of int16, its reduction to 8 bits, the sum of 8-bit products, the scaled sum. [NUM-31]
_Static_assert((int64_t)CK_K_MAX * 32768 <= CK_BITS(29), "a transformed value is at most 2^29");
_Static_assert(127 * CK_BITS(24) < CK_BITS(31), "the reciprocal fits int32");
_Static_assert(127 * CK_BITS(30 + 23) + CK_BITS(30 + 22) < CK_BITS(60), "a product with its half stays below the bias of 2^60");
#define CK_ROTATED_SUM_MAX ((int64_t)CK_K_MAX * 127 * 127)
_Static_assert(CK_ROTATED_SUM_MAX < CK_BITS(28), "the sum of products fits int32");
_Static_assert((int64_t)CK_K_MAX * 255 * 127 <= INT32_MAX, "so does the sum with weights + 128");
#define CK_ROTATED_SCALED_MAX ((CK_ROTATED_SUM_MAX * (CK_BITS(24) - 1) >> 22) + 1)
_Static_assert(CK_ROTATED_SCALED_MAX < CK_BITS(30), "after rs(acc * M, 22)");
_Static_assert(CK_ROTATED_SCALED_MAX <= CK_BITS(59) >> 29, "times m it stays below 2^59");

/// Wide weights, split into 256 * high + low, high in -128...127, low in 0...255, and summed in runs of this many inputs. [NUM-32]
enum { CK_WIDE_RUN = 256 };
_Static_assert((int64_t)CK_WIDE_RUN * 255 * 32768 <= INT32_MAX, "the low part of a run fits int32");
_Static_assert((int64_t)CK_WIDE_RUN * 128 * 32768 <= INT32_MAX, "the high part of a run fits int32");
#define CK_WIDE_SUM_MAX ((int64_t)CK_K_MAX * 32768 * 32767)
_Static_assert(CK_WIDE_SUM_MAX < CK_BITS(44), "the sum of wide products");
_Static_assert((CK_WIDE_SUM_MAX >> 8) + 1 <= CK_BITS(60) >> CK_MULTIPLIER_BITS, "rs(acc, 8) * M stays below 2^60");

/// An int8 convolution: int8 less a zero point is at most 255, weights are at least -128.
_Static_assert((int64_t)CK_INT8_INPUTS_MAX * 255 * 128 + CK_INT8_BIAS_MAX <= INT32_MAX, "the sum of a channel fits int32");
_Static_assert((int64_t)CK_INT8_WINDOW_MAX * CK_INT8_WINDOW_MAX * 255 <= INT32_MAX, "the sum of a window fits int32");
/// |v| <= 2^31 times a multiplier below 2^31, and a half of 2^61, stay in int64.
_Static_assert(31 + 31 <= 62 && CK_INT8_SHIFT_MAX <= 62, "a rescaled value fits int64");

/// The norm: 23-bit magnitudes squared, and the term for epsilon.
_Static_assert(CK_BITS(46) <= CK_BITS(60) / CK_K_MAX, "the sum of squares is at most 2^60");

/// The sigmoid's slope is at most 1/4, so an entry of its table is at most 2^22 + 1 above the one before.
_Static_assert((CK_BITS(22) + 1) * 1023 + 512 < CK_BITS(32), "the interpolation fits uint32");

/// The normal distribution's density is at most 0.4, so an entry of its table is at most 0.4 * 2^23 + 1 above the one before.
_Static_assert((int64_t)3355444 * 511 + 256 < CK_BITS(32), "the interpolation fits uint32");

/// Sums of rows and of columns.
_Static_assert((int64_t)CK_K_MAX * CK_BITS(31) <= CK_BITS(45), "the sum of a row");
_Static_assert((int64_t)CK_CONTEXT_MAX * CK_BITS(31) <= CK_BITS(45), "the sum of a column");

/// Attention. q is split into 256 * high + low, high in -128...127, low in 0...255.
_Static_assert((int64_t)CK_HEAD_DIM_MAX * 255 * 32768 <= INT32_MAX, "the low part of a score fits int32");
_Static_assert((int64_t)CK_HEAD_DIM_MAX * 128 * 32768 <= INT32_MAX, "the high part of a score fits int32");
_Static_assert((int64_t)CK_HEAD_DIM_MAX * 32768 * 32768 <= CK_BITS(38), "a score before its shift");
_Static_assert((int64_t)CK_CONTEXT_MAX * 32768 <= CK_BITS(29), "the sum of the weights of all keys");
_Static_assert(29 + 15 + CK_VALUE_SHIFT_MAX + 1 <= 62, "2 |N| + D");
_Static_assert(15 + CK_VALUE_SHIFT_MAX <= 30, "the quotient fits int32");

/// Weights of keys are split likewise and summed in runs of this many keys.
enum { CK_VALUE_RUN = 256 };
_Static_assert((int64_t)CK_VALUE_RUN * 255 * 32768 <= INT32_MAX, "the low part of a run fits int32");
_Static_assert((int64_t)CK_VALUE_RUN * 128 * 32768 <= INT32_MAX, "the high part of a run fits int32");

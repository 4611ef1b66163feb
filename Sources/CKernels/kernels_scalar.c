#include "elementwise.h"
#include "kernels.h"

CK_DEFINE_ELEMENTWISE(scalar, )

const ck_kernels ck_kernels_scalar = {
    .linear = ck_linear_scalar,
    .linear_coded = ck_linear_coded_scalar,
    .linear_rotated = ck_linear_rotated_scalar,
    .linear_wide = ck_linear_wide_scalar,
    .attend = ck_attend_scalar,
    .int8_convolve = ck_int8_convolve_scalar,
    .int8_depthwise = ck_int8_depthwise_scalar,
    CK_ELEMENTWISE_ENTRIES(scalar),
};

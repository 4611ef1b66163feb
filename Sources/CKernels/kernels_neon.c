#include "elementwise.h"
#include "kernels.h"

#if defined(__aarch64__)
CK_DEFINE_ELEMENTWISE(neon, )

const ck_kernels ck_kernels_neon = {
    .linear = ck_linear_neon,
    .linear_coded = ck_linear_coded_scalar,
    .linear_rotated = ck_linear_rotated_neon,
    .linear_wide = ck_linear_wide_neon,
    .attend = ck_attend_scalar,
    .int8_convolve = ck_int8_convolve_scalar,
    .int8_depthwise = ck_int8_depthwise_scalar,
    CK_ELEMENTWISE_ENTRIES(neon),
};

const ck_kernels ck_kernels_neon_dotprod = {
    .linear = ck_linear_neon,
    .linear_coded = ck_linear_coded_scalar,
    .linear_rotated = ck_linear_rotated_neon_dotprod,
    .linear_wide = ck_linear_wide_neon,
    .attend = ck_attend_scalar,
    .int8_convolve = ck_int8_convolve_scalar,
    .int8_depthwise = ck_int8_depthwise_scalar,
    CK_ELEMENTWISE_ENTRIES(neon),
};
#endif

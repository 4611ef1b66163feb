#include "elementwise.h"
#include "kernels.h"

#if defined(__x86_64__)
CK_DEFINE_ELEMENTWISE(avx2, __attribute__((target("avx2"))))

const ck_kernels ck_kernels_avx2 = {
    .linear = ck_linear_avx2,
    .linear_coded = ck_linear_coded_avx2,
    .linear_rotated = ck_linear_rotated_avx2,
    .linear_wide = ck_linear_wide_avx2,
    .attend = ck_attend_avx2,
    .int8_convolve = ck_int8_convolve_avx2,
    .int8_depthwise = ck_int8_depthwise_avx2,
    CK_ELEMENTWISE_ENTRIES(avx2),
};
#endif

#include "elementwise.h"
#include "kernels.h"

#if defined(__x86_64__)
#if defined(CK_EMULATE_AVX512)
#define TARGET __attribute__((target("avx2")))
#else
#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
#endif
CK_DEFINE_ELEMENTWISE(avx512vnni, TARGET)

const ck_kernels ck_kernels_avx512vnni = {
    .linear = ck_linear_avx512vnni,
    .linear_coded = ck_linear_coded_avx2,
    .linear_rotated = ck_linear_rotated_avx512vnni,
    .linear_wide = ck_linear_wide_avx512vnni,
    .attend = ck_attend_avx2,
    .int8_convolve = ck_int8_convolve_avx2,
    .int8_depthwise = ck_int8_depthwise_avx2,
    CK_ELEMENTWISE_ENTRIES(avx512vnni),
};
#endif

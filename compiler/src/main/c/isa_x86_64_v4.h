/* x86-64-v4 without VNNI. */
#ifndef SV_ISA_H
#define SV_ISA_H
#include "x86_64_avx512.h"

/* acc[i] += the sum of two s16 * s16 products, exact but for what an int wraps */
SV_INLINE sv_s32 sv_madd16(sv_s32 acc, sv_s32 x, sv_s32 w) {
#ifdef __clang__
    return (sv_s32)((sv_u32)acc + (sv_u32)__builtin_ia32_pmaddwd512((sv_s16)x, (sv_s16)w));
#else
    const sv_s32 zero = {0};
    return (sv_s32)((sv_u32)acc +
                    (sv_u32)__builtin_ia32_pmaddwd512_mask((sv_s16)x, (sv_s16)w, zero, (unsigned short)-1));
#endif
}
#include "isa_vectors.h"
#endif

/* Any CPU that clang or gcc compiles for: 4 lanes of plain vector extensions, no fused multiply-add. */
#ifndef SV_ISA_H
#define SV_ISA_H
#define SV_LANES 4
#define SV_SPLAT(x) {x, x, x, x}
#include "isa_common.h"

/* acc[i] += the sum of four u8 * s8 products. A product fits 16 bits, a sum of two does not. */
SV_INLINE sv_s32 sv_dot4(sv_s32 acc, sv_s32 u8x4, sv_s32 s8x4) {
    const sv_s16 x_even = (sv_s16)(u8x4 & 0x00ff00ff), x_odd = (sv_s16)((sv_u16)u8x4 >> 8);
    const sv_s16 w_even = (sv_s16)((sv_u16)s8x4 << 8) >> 8, w_odd = (sv_s16)s8x4 >> 8;
#ifdef __SSE2__
    return acc + (sv_s32)__builtin_ia32_pmaddwd128(x_even, w_even) + (sv_s32)__builtin_ia32_pmaddwd128(x_odd, w_odd);
#else
    const sv_s32 even = (sv_s32)(x_even * w_even), odd = (sv_s32)(x_odd * w_odd);
    return acc + ((sv_s32)((sv_u32)even << 16) >> 16) + (even >> 16) + ((sv_s32)((sv_u32)odd << 16) >> 16) +
           (odd >> 16);
#endif
}

#ifdef __SSE2__
#define SV_HAS_BETWEEN 1
/* a if it is above (below) b, else b. Builtins, because the optimiser would move the addition that follows into a select. */
SV_INLINE sv_f32 sv_above(sv_f32 a, sv_f32 b) {
    return __builtin_ia32_maxps(a, b);
}
SV_INLINE sv_f32 sv_below(sv_f32 a, sv_f32 b) {
    return __builtin_ia32_minps(a, b);
}
#endif

#ifndef __clang__
SV_INLINE sv_f32 sv_sqrt(sv_f32 v) {
#ifdef __SSE2__
    return __builtin_ia32_sqrtps(v);
#else
    return (sv_f32){__builtin_sqrtf(v[0]), __builtin_sqrtf(v[1]), __builtin_sqrtf(v[2]), __builtin_sqrtf(v[3])};
#endif
}
#endif
#include "isa_vectors.h"
#endif

/* x86-64-v3 (AVX2, FMA): 8 lanes, 16 registers. */
#ifndef SV_ISA_H
#define SV_ISA_H
#define SV_LANES 8
#define SV_HAS_FMA 1
#define SV_SPLAT(x) {x, x, x, x, x, x, x, x}
#include "isa_common.h"

/* acc[i] += the sum of four u8 * s8 products. vpmaddubsw would saturate, so even and odd bytes are widened to 16 bits
   and their products summed in pairs by vpmaddwd: exact. */
SV_INLINE sv_s32 sv_dot4(sv_s32 acc, sv_s32 u8x4, sv_s32 s8x4) {
    const sv_s16 x_even = (sv_s16)(u8x4 & 0x00ff00ff), x_odd = (sv_s16)((sv_u16)u8x4 >> 8);
    const sv_s16 w_even = (sv_s16)((sv_u16)s8x4 << 8) >> 8, w_odd = (sv_s16)s8x4 >> 8;
    return acc + (sv_s32)__builtin_ia32_pmaddwd256(x_even, w_even) + (sv_s32)__builtin_ia32_pmaddwd256(x_odd, w_odd);
}

#define SV_HAS_BETWEEN 1
/* a if it is above (below) b, else b. Builtins, because the optimiser would move the addition that follows into a select. */
SV_INLINE sv_f32 sv_above(sv_f32 a, sv_f32 b) {
    return __builtin_ia32_maxps256(a, b);
}
SV_INLINE sv_f32 sv_below(sv_f32 a, sv_f32 b) {
    return __builtin_ia32_minps256(a, b);
}

#define SV_PACK_ORDER {0, 4, 1, 5, 2, 6, 3, 7}
#include "x86_64_pack.h"
SV_INLINE sv_f32 sv_nearest(sv_f32 v) {
    sv_f32 r;
    __asm__("vroundps $8, %1, %0" : "=x"(r) : "x"(v));
    return r;
}

#ifndef __clang__
SV_INLINE sv_f32 sv_fma(sv_f32 a, sv_f32 b, sv_f32 c) {
    return __builtin_ia32_vfmaddps256(a, b, c);
}
SV_INLINE sv_f32 sv_sqrt(sv_f32 v) {
    return __builtin_ia32_sqrtps256(v);
}
#endif
#include "isa_vectors.h"
#endif

/* x86-64-v2 (SSE4.2): 4 lanes, 16 registers, no fused multiply-add. */
#ifndef SV_ISA_H
#define SV_ISA_H
#define SV_LANES 4
#define SV_SPLAT(x) {x, x, x, x}
#include "isa_common.h"

/* acc[i] += the sum of two s16 * s16 products, exact but for what an int wraps */
SV_INLINE sv_s32 sv_madd16(sv_s32 acc, sv_s32 x, sv_s32 w) {
    return (sv_s32)((sv_u32)acc + (sv_u32)__builtin_ia32_pmaddwd128((sv_s16)x, (sv_s16)w));
}

#define SV_HAS_BETWEEN 1
/* a if it is above (below) b, else b. Builtins, because the optimiser would move the addition that follows into a select. */
SV_INLINE sv_f32 sv_above(sv_f32 a, sv_f32 b) {
    return __builtin_ia32_maxps(a, b);
}
SV_INLINE sv_f32 sv_below(sv_f32 a, sv_f32 b) {
    return __builtin_ia32_minps(a, b);
}

#define SV_HAS_PACK 1
/* The nearest integers, halves to even. */
SV_INLINE sv_s32 sv_round_s32(sv_f32 v) {
    return (sv_s32)__builtin_ia32_cvtps2dq(v);
}
SV_INLINE sv_f32 sv_nearest(sv_f32 v) {
    return __builtin_ia32_roundps(v, 8);
}
/* The lanes of a, b, c, d plus `add`, clamped to 0..255, in this order. */
SV_INLINE sv_quad sv_pack_quad(sv_s32 a, sv_s32 b, sv_s32 c, sv_s32 d, const short add) {
    const sv_s16 zero = {0};
    sv_s16 ab = (sv_s16)__builtin_ia32_packssdw128(a, b), cd = (sv_s16)__builtin_ia32_packssdw128(c, d);
    if (add) {
        __asm__("paddsw %1, %0" : "+x"(ab) : "x"(zero + add));
        __asm__("paddsw %1, %0" : "+x"(cd) : "x"(zero + add));
    }
    return (sv_quad)__builtin_ia32_packuswb128(ab, cd);
}
SV_INLINE sv_quad sv_at_least(sv_quad bytes, const unsigned char lo) {
    const sv_quad none = {0};
    __asm__("pmaxub %1, %0" : "+x"(bytes) : "x"(none + lo));
    return bytes;
}
SV_INLINE sv_quad sv_at_most(sv_quad bytes, const unsigned char hi) {
    const sv_quad none = {0};
    __asm__("pminub %1, %0" : "+x"(bytes) : "x"(none + hi));
    return bytes;
}

#ifndef __clang__
SV_INLINE sv_f32 sv_sqrt(sv_f32 v) {
    return __builtin_ia32_sqrtps(v);
}
#endif
#include "isa_vectors.h"
#endif

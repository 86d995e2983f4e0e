/* Any CPU that clang or gcc compiles for: 4 lanes of plain vector extensions, no fused multiply-add. */
#ifndef SV_ISA_H
#define SV_ISA_H
#define SV_LANES 4
#define SV_SPLAT(x) {x, x, x, x}
#include "isa_common.h"

/* acc[i] += the sum of two s16 * s16 products, exact but for what an int wraps */
SV_INLINE sv_s32 sv_madd16(sv_s32 acc, sv_s32 x, sv_s32 w) {
#ifdef __SSE2__
    return (sv_s32)((sv_u32)acc + (sv_u32)__builtin_ia32_pmaddwd128((sv_s16)x, (sv_s16)w));
#else
    const sv_s32 low = ((sv_s32)((sv_u32)x << 16) >> 16) * ((sv_s32)((sv_u32)w << 16) >> 16);
    return (sv_s32)((sv_u32)acc + (sv_u32)low + (sv_u32)((x >> 16) * (w >> 16)));
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

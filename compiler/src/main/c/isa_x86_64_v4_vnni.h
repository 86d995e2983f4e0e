/* x86-64-v4 with VNNI. */
#ifndef SV_ISA_H
#define SV_ISA_H
#include "x86_64_avx512.h"

#define SV_HAS_DOT4 1
#define SV_HAS_WEAVE 1
/* acc[i] += the sum of four u8 * s8 products, exact */
SV_INLINE sv_s32 sv_dot4(sv_s32 acc, sv_s32 u8x4, sv_s32 s8x4) {
#ifdef __clang__
    return (sv_s32)__builtin_ia32_vpdpbusd512(acc, u8x4, s8x4);
#else
    return (sv_s32)__builtin_ia32_vpdpbusd_v16si(acc, u8x4, s8x4);
#endif
}
/* acc[i] += the sum of two s16 * s16 products, exact but for what an int wraps */
SV_INLINE sv_s32 sv_madd16(sv_s32 acc, sv_s32 x, sv_s32 w) {
#ifdef __clang__
    return (sv_s32)__builtin_ia32_vpdpwssd512(acc, x, w);
#else
    return (sv_s32)__builtin_ia32_vpdpwssd_v16si(acc, x, w);
#endif
}
#include "isa_vectors.h"
#endif

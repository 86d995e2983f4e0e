/* 64-bit Arm: 4 lanes, 32 registers; dot products where the target has them. */
#ifndef SV_ISA_H
#define SV_ISA_H
#define SV_LANES 4
#define SV_HAS_FMA 1
#define SV_SPLAT(x) {x, x, x, x}
#include "isa_common.h"

#ifdef __clang__
/* The builtins of arm_neon.h take bytes and a number that tells the type; the header itself takes long to compile. */
typedef signed char sv_neon __attribute__((vector_size(16)));
#define SV_NEON_S32 34
#endif

/* acc[i] += the sum of two s16 * s16 products, exact but for what an int wraps */
SV_INLINE sv_s32 sv_madd16(sv_s32 acc, sv_s32 x, sv_s32 w) {
    const sv_s32 low = ((sv_s32)((sv_u32)x << 16) >> 16) * ((sv_s32)((sv_u32)w << 16) >> 16);
    return (sv_s32)((sv_u32)acc + (sv_u32)low + (sv_u32)((x >> 16) * (w >> 16)));
}

#define SV_HAS_DOT4 1
#ifdef __ARM_FEATURE_MATMUL_INT8
/* acc[i] += the sum of four u8 * s8 products, exact */
SV_INLINE sv_s32 sv_dot4(sv_s32 acc, sv_s32 u8x4, sv_s32 s8x4) {
#ifdef __clang__
    return (sv_s32)__builtin_neon_vusdotq_s32((sv_neon)acc, (sv_neon)u8x4, (sv_neon)s8x4, SV_NEON_S32);
#else
    __asm__("usdot %0.4s, %1.16b, %2.16b" : "+w"(acc) : "w"(u8x4), "w"(s8x4));
    return acc;
#endif
}
#elif defined(__ARM_FEATURE_DOTPROD)
SV_INLINE sv_s32 sv_signed_dot4(sv_s32 acc, sv_s32 a, sv_s32 b) {
#ifdef __clang__
    return (sv_s32)__builtin_neon_vdotq_s32((sv_neon)acc, (sv_neon)a, (sv_neon)b, SV_NEON_S32);
#else
    __asm__("sdot %0.4s, %1.16b, %2.16b" : "+w"(acc) : "w"(a), "w"(b));
    return acc;
#endif
}
/* acc[i] += the sum of four u8 * s8 products, exact. Both factors of the instruction are signed: x - 128 is one, and what
   that takes away, 128 times the weights, is put back. */
SV_INLINE sv_s32 sv_dot4(sv_s32 acc, sv_s32 u8x4, sv_s32 s8x4) {
    const sv_s32 none = {0}, offset = sv_splat_s32((int)0x80808080);
    return sv_signed_dot4(acc - sv_signed_dot4(none, s8x4, offset), u8x4 ^ offset, s8x4);
}
#else
/* acc[i] += the sum of four u8 * s8 products, exact: a product fits 16 bits, and pairs are summed in 32. */
SV_INLINE sv_s32 sv_add_pairs(sv_s32 acc, sv_s16 products) {
#ifdef __clang__
    return (sv_s32)__builtin_neon_vpadalq_v((sv_neon)acc, (sv_neon)products, SV_NEON_S32);
#else
    __asm__("sadalp %0.4s, %1.8h" : "+w"(acc) : "w"(products));
    return acc;
#endif
}
SV_INLINE sv_s32 sv_dot4(sv_s32 acc, sv_s32 u8x4, sv_s32 s8x4) {
    const sv_s16 x_even = (sv_s16)(u8x4 & 0x00ff00ff), x_odd = (sv_s16)((sv_u16)u8x4 >> 8);
    const sv_s16 w_even = (sv_s16)((sv_u16)s8x4 << 8) >> 8, w_odd = (sv_s16)s8x4 >> 8;
    return sv_add_pairs(sv_add_pairs(acc, x_even * w_even), x_odd * w_odd);
}
#endif

#ifndef __clang__
SV_INLINE sv_f32 sv_fma(sv_f32 a, sv_f32 b, sv_f32 c) {
    __asm__("fmla %0.4s, %1.4s, %2.4s" : "+w"(c) : "w"(a), "w"(b));
    return c;
}
SV_INLINE sv_f32 sv_sqrt(sv_f32 v) {
    __asm__("fsqrt %0.4s, %0.4s" : "+w"(v));
    return v;
}
#endif
#include "isa_vectors.h"
#endif

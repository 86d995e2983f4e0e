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
#define SV_HAS_ACTIVATIONS 1
/* Both factors of the instruction are signed, so it takes x - 128 for x; that adds -128 times the weights, which a kernel
   subtracts once for many pixels. */
SV_INLINE sv_s32 sv_activations(sv_s32 u8x4) {
    return u8x4 ^ sv_splat_s32((int)0x80808080);
}
SV_INLINE sv_s32 sv_dot4_activations(sv_s32 acc, sv_s32 activations, sv_s32 s8x4) {
    return sv_signed_dot4(acc, s8x4, activations);
}
SV_INLINE sv_s32 sv_dot4_excess(sv_s32 excess, sv_s32 s8x4) {
    return sv_signed_dot4(excess, s8x4, sv_splat_s32((int)0x80808080));
}
/* acc[i] += the sum of four u8 * s8 products, exact */
SV_INLINE sv_s32 sv_dot4(sv_s32 acc, sv_s32 u8x4, sv_s32 s8x4) {
    const sv_s32 none = {0};
    return sv_dot4_activations(acc - sv_dot4_excess(none, s8x4), sv_activations(u8x4), s8x4);
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
/* acc[i] += the sum of two s16 * s16 products, exact but for what an int wraps */
SV_INLINE sv_s32 sv_madd16(sv_s32 acc, sv_s32 x, sv_s32 w) {
    typedef short half __attribute__((vector_size(8)));
    const union {
        sv_s32 whole;
        half part[2];
    } a = {x}, b = {w};
    const sv_s32 low = __builtin_convertvector(a.part[0], sv_s32) * __builtin_convertvector(b.part[0], sv_s32);
    const sv_s32 high = __builtin_convertvector(a.part[1], sv_s32) * __builtin_convertvector(b.part[1], sv_s32);
    const sv_u32 even = (sv_u32)__builtin_shufflevector(low, high, 0, 2, 4, 6);
    return (sv_s32)((sv_u32)acc + even + (sv_u32)__builtin_shufflevector(low, high, 1, 3, 5, 7));
}

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

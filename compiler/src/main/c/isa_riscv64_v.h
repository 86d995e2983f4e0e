/* RISC-V with vectors (RVV 1.0): 4 lanes, 32 registers. Vectors of 128 bits are part of any longer register, so that the same
   code gives the same results whatever the length of the CPU's. */
#ifndef SV_ISA_H
#define SV_ISA_H
#define SV_LANES 4
#define SV_HAS_FMA 1
#define SV_SPLAT(x) {x, x, x, x}
#include "isa_common.h"

#define SV_HAS_DOT4 1
/* acc[i] += the sum of four u8 * s8 products, exact: byte by byte, so that one instruction multiplies and adds */
SV_INLINE sv_s32 sv_dot4(sv_s32 acc, sv_s32 u8x4, sv_s32 s8x4) {
    acc += (u8x4 & 255) * ((sv_s32)((sv_u32)s8x4 << 24) >> 24);
    acc += (u8x4 >> 8 & 255) * ((sv_s32)((sv_u32)s8x4 << 16) >> 24);
    acc += (u8x4 >> 16 & 255) * ((sv_s32)((sv_u32)s8x4 << 8) >> 24);
    return acc + (sv_s32)((sv_u32)u8x4 >> 24) * (s8x4 >> 24);
}
/* acc[i] += the sum of two s16 * s16 products, exact but for what an int wraps */
SV_INLINE sv_s32 sv_madd16(sv_s32 acc, sv_s32 x, sv_s32 w) {
    const sv_s32 low = ((sv_s32)((sv_u32)x << 16) >> 16) * ((sv_s32)((sv_u32)w << 16) >> 16);
    return (sv_s32)((sv_u32)acc + (sv_u32)low + (sv_u32)((x >> 16) * (w >> 16)));
}

#define SV_HAS_TRUNCATED 1
/* Lane by lane: qemu 7.2, by which this is tested, ends at the instruction that converts vectors so (vfcvt.rtz), and no hot
   loop converts. */
#define SV_TRUNCATED(name, vector, type)     \
    SV_INLINE vector name(sv_f32 v) {        \
        vector whole = {0};                  \
        SV_UNROLL                            \
        for (int i = 0; i < SV_LANES; i++) { \
            float lane = v[i];               \
            __asm__("" : "+f"(lane));        \
            whole[i] = (type)lane;           \
        }                                    \
        return whole;                        \
    }
SV_TRUNCATED(sv_truncated, sv_s32, int)
SV_TRUNCATED(sv_truncated_s64, sv_s64, long long)

#ifdef __clang__
#define SV_HAS_SELECT 1
typedef int sv_lanes __attribute__((ext_vector_type(SV_LANES)));
typedef float sv_floats __attribute__((ext_vector_type(SV_LANES)));
/* By bits, as elsewhere, it would go through the registers of integers. */
SV_INLINE sv_f32 sv_select(sv_s32 mask, sv_f32 a, sv_f32 b) {
    return (sv_f32)((sv_lanes)mask ? (sv_floats)a : (sv_floats)b);
}
#endif

#ifndef __clang__
SV_INLINE sv_f32 sv_fma(sv_f32 a, sv_f32 b, sv_f32 c) {
    for (int i = 0; i < SV_LANES; i++) c[i] = __builtin_fmaf(a[i], b[i], c[i]);
    return c;
}
SV_INLINE sv_f32 sv_sqrt(sv_f32 v) {
    for (int i = 0; i < SV_LANES; i++) v[i] = __builtin_sqrtf(v[i]);
    return v;
}
#endif
#include "isa_vectors.h"
#endif

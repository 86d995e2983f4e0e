/* WebAssembly with SIMD: 4 lanes, no fused multiply-add. */
#ifndef SV_ISA_H
#define SV_ISA_H
#define SV_LANES 4
#define SV_SPLAT(x) {x, x, x, x}
#include "isa_common.h"

/* acc[i] += the sum of two s16 * s16 products, exact but for what an int wraps */
SV_INLINE sv_s32 sv_madd16(sv_s32 acc, sv_s32 x, sv_s32 w) {
    return (sv_s32)((sv_u32)acc + (sv_u32)__builtin_wasm_dot_s_i32x4_i16x8((sv_s16)x, (sv_s16)w));
}

#define SV_HAS_DOT4 1
/* acc[i] += the sum of four u8 * s8 products, exact: even and odd bytes are widened to 16 bits and their products summed in
   pairs. */
SV_INLINE sv_s32 sv_dot4(sv_s32 acc, sv_s32 u8x4, sv_s32 s8x4) {
    const sv_s16 x_even = (sv_s16)(u8x4 & 0x00ff00ff), x_odd = (sv_s16)((sv_u16)u8x4 >> 8);
    const sv_s16 w_even = (sv_s16)((sv_u16)s8x4 << 8) >> 8, w_odd = (sv_s16)s8x4 >> 8;
    return acc + __builtin_wasm_dot_s_i32x4_i16x8(x_even, w_even) + __builtin_wasm_dot_s_i32x4_i16x8(x_odd, w_odd);
}
#include "isa_vectors.h"
#endif

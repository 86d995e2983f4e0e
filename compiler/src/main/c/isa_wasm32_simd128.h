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
#include "isa_vectors.h"
#endif

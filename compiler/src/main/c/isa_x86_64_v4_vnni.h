/* AVX-512 with VNNI: 16 lanes, 32 registers. */
typedef float sv_f32 __attribute__((vector_size(64)));
typedef int sv_s32 __attribute__((vector_size(64)));
typedef unsigned char sv_u8 __attribute__((vector_size(16)));
#define SV_LANES 16
#define SV_SPLAT(x) {x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}
#include "isa_common.h"
SV_INLINE sv_f32 sv_max(sv_f32 a, sv_f32 b) { return __builtin_ia32_maxps512(a, b, 4); }
SV_INLINE sv_f32 sv_min(sv_f32 a, sv_f32 b) { return __builtin_ia32_minps512(a, b, 4); }
SV_INLINE sv_f32 sv_fma(sv_f32 a, sv_f32 b, sv_f32 c) { return __builtin_elementwise_fma(a, b, c); }
/* acc[i] += sum of four u8*s8 products; exact */
SV_INLINE sv_s32 sv_dot4(sv_s32 acc, sv_s32 u8x4, sv_s32 s8x4) { return (sv_s32)__builtin_ia32_vpdpbusd512(acc, u8x4, s8x4); }
SV_INLINE sv_f32 sv_sqrt(sv_f32 x) { return __builtin_elementwise_sqrt(x); }

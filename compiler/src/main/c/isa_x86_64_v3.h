/* AVX2 + FMA: 8 lanes, 16 registers. vpmaddubsw saturates, so bytes are widened to 16 bits: exact. */
typedef float sv_f32 __attribute__((vector_size(32)));
typedef int sv_s32 __attribute__((vector_size(32)));
typedef short sv_s16 __attribute__((vector_size(32)));
typedef unsigned char sv_u8 __attribute__((vector_size(8)));
#define SV_LANES 8
#define SV_SPLAT(x) {x, x, x, x, x, x, x, x}
#include "isa_common.h"
SV_INLINE sv_f32 sv_max(sv_f32 a, sv_f32 b) { return __builtin_ia32_maxps256(a, b); }
SV_INLINE sv_f32 sv_min(sv_f32 a, sv_f32 b) { return __builtin_ia32_minps256(a, b); }
SV_INLINE sv_f32 sv_fma(sv_f32 a, sv_f32 b, sv_f32 c) { return __builtin_elementwise_fma(a, b, c); }
/* even and odd bytes apart, each a sum of two 16-bit products */
SV_INLINE sv_s32 sv_dot4(sv_s32 acc, sv_s32 u8x4, sv_s32 s8x4) {
  const sv_s16 x_even = (sv_s16)(u8x4 & 0x00ff00ff), x_odd = (sv_s16)((u8x4 >> 8) & 0x00ff00ff);
  const sv_s16 w_even = (sv_s16)((sv_s16)s8x4 << 8) >> 8, w_odd = (sv_s16)s8x4 >> 8;
  return acc + (sv_s32)__builtin_ia32_pmaddwd256(x_even, w_even) + (sv_s32)__builtin_ia32_pmaddwd256(x_odd, w_odd);
}
SV_INLINE sv_f32 sv_sqrt(sv_f32 x) { return __builtin_ia32_sqrtps256(x); }

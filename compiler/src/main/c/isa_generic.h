/* Plain C with vector extensions: right on every CPU and with gcc, 4 lanes. No fused multiply-add, it would be a library call. */
typedef float sv_f32 __attribute__((vector_size(16)));
typedef int sv_s32 __attribute__((vector_size(16)));
typedef unsigned char sv_u8 __attribute__((vector_size(4)));
#define SV_LANES 4
#define SV_SPLAT(x) {x, x, x, x}
#include "isa_common.h"
SV_INLINE sv_f32 sv_max(sv_f32 a, sv_f32 b) { return sv_select((sv_s32)(a > b), a, b); }
SV_INLINE sv_f32 sv_min(sv_f32 a, sv_f32 b) { return sv_select((sv_s32)(a < b), a, b); }
SV_INLINE sv_f32 sv_fma(sv_f32 a, sv_f32 b, sv_f32 c) { return a * b + c; }
SV_INLINE sv_s32 sv_dot4(sv_s32 acc, sv_s32 u8x4, sv_s32 s8x4) {
#if defined(__SSE2__)
  typedef short sv_s16 __attribute__((vector_size(16)));
  const sv_s16 x_even = (sv_s16)(u8x4 & 0x00ff00ff), x_odd = (sv_s16)((u8x4 >> 8) & 0x00ff00ff);
  const sv_s16 w_even = (sv_s16)((sv_s16)s8x4 << 8) >> 8, w_odd = (sv_s16)s8x4 >> 8;
  return acc + (sv_s32)__builtin_ia32_pmaddwd128(x_even, w_even) + (sv_s32)__builtin_ia32_pmaddwd128(x_odd, w_odd);
#else
  SV_UNROLL for (int byte = 0; byte < 4; byte++) acc += ((u8x4 >> (8 * byte)) & 0xff) * ((s8x4 << (24 - 8 * byte)) >> 24);
  return acc;
#endif
}
SV_INLINE sv_f32 sv_sqrt(sv_f32 x) {
  sv_f32 y = x;
#if defined(__SSE2__)
  y = __builtin_ia32_sqrtps(x);
#else
  SV_UNROLL for (int i = 0; i < SV_LANES; i++) y[i] = __builtin_sqrtf(x[i]);
#endif
  return y;
}

/* AVX2 and FMA as x86-64-v3 has them: 8 lanes, 16 registers. The isa headers add how bytes are multiplied. */
#ifndef SV_X86_64_AVX2_H
#define SV_X86_64_AVX2_H
#define SV_LANES 8
#define SV_HAS_FMA 1
#define SV_SPLAT(x) {x, x, x, x, x, x, x, x}
#include "isa_common.h"

#define SV_HAS_BETWEEN 1
/* a if it is above (below) b, else b. Builtins, because the optimiser would move the addition that follows into a select. */
SV_INLINE sv_f32 sv_above(sv_f32 a, sv_f32 b) {
    return __builtin_ia32_maxps256(a, b);
}
SV_INLINE sv_f32 sv_below(sv_f32 a, sv_f32 b) {
    return __builtin_ia32_minps256(a, b);
}

#define SV_PACK_ORDER {0, 4, 1, 5, 2, 6, 3, 7}
#include "x86_64_pack.h"
SV_INLINE sv_f32 sv_nearest(sv_f32 v) {
    sv_f32 r;
    __asm__("vroundps $8, %1, %0" : "=x"(r) : "x"(v));
    return r;
}

#ifndef __clang__
SV_INLINE sv_f32 sv_fma(sv_f32 a, sv_f32 b, sv_f32 c) {
    return __builtin_ia32_vfmaddps256(a, b, c);
}
SV_INLINE sv_f32 sv_sqrt(sv_f32 v) {
    return __builtin_ia32_sqrtps256(v);
}
#endif
#endif

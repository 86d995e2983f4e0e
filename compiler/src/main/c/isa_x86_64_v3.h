/* x86-64-v3. */
#ifndef SV_ISA_H
#define SV_ISA_H
#include "x86_64_avx2.h"

/* acc[i] += the sum of two s16 * s16 products, exact but for what an int wraps */
SV_INLINE sv_s32 sv_madd16(sv_s32 acc, sv_s32 x, sv_s32 w) {
    return (sv_s32)((sv_u32)acc + (sv_u32)__builtin_ia32_pmaddwd256((sv_s16)x, (sv_s16)w));
}
#include "isa_vectors.h"
#endif

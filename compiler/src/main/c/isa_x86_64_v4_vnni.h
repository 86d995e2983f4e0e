/* x86-64-v4 with VNNI: 16 lanes, 32 registers. */
#ifndef SV_ISA_H
#define SV_ISA_H
#define SV_LANES 16
#define SV_HAS_FMA 1
#define SV_HAS_MASKS 1
#define SV_SPLAT(x) {x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}
#include "isa_common.h"

/* acc[i] += the sum of four u8 * s8 products, exact */
SV_INLINE sv_s32 sv_dot4(sv_s32 acc, sv_s32 u8x4, sv_s32 s8x4) {
#ifdef __clang__
    return (sv_s32)__builtin_ia32_vpdpbusd512(acc, u8x4, s8x4);
#else
    return (sv_s32)__builtin_ia32_vpdpbusd_v16si(acc, u8x4, s8x4);
#endif
}

#ifdef __clang__
#define SV_512(name, a, b) __builtin_ia32_##name##512(a, b, 4)
#else
#define SV_512(name, a, b) __builtin_ia32_##name##512_mask(a, b, a, (unsigned short)-1, 4)
#endif
#define SV_HAS_BETWEEN 1
/* a if it is above (below) b, else b. Builtins, because the optimiser would move the addition that follows into a select. */
SV_INLINE sv_f32 sv_above(sv_f32 a, sv_f32 b) {
    return SV_512(maxps, a, b);
}
SV_INLINE sv_f32 sv_below(sv_f32 a, sv_f32 b) {
    return SV_512(minps, a, b);
}

#ifndef __clang__
SV_INLINE sv_f32 sv_fma(sv_f32 a, sv_f32 b, sv_f32 c) {
    return __builtin_ia32_vfmaddps512_mask(a, b, c, (unsigned short)-1, 4);
}
SV_INLINE sv_f32 sv_sqrt(sv_f32 v) {
    return __builtin_ia32_sqrtps512_mask(v, v, (unsigned short)-1, 4);
}
#endif

#define SV_HAS_PACK 1
/* The nearest integers, halves to even. */
SV_INLINE sv_s32 sv_round_s32(sv_f32 v) {
    sv_s32 r;
    __asm__("vcvtps2dq %1, %0" : "=v"(r) : "v"(v));
    return r;
}
SV_INLINE sv_f32 sv_nearest(sv_f32 v) {
    sv_f32 r;
    __asm__("vrndscaleps $8, %1, %0" : "=v"(r) : "v"(v));
    return r;
}
#define SV_PACK(name, to, low, high) __asm__(name " %2, %1, %0" : "=v"(to) : "v"(low), "v"(high))
/* The lanes of a, b, c, d plus `add`, clamped to 0..255, in this order. Packing goes by 128 bits, hence the permutation. */
SV_INLINE sv_quad sv_pack_quad(sv_s32 a, sv_s32 b, sv_s32 c, sv_s32 d, const short add) {
    const sv_s32 order = {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
    sv_s16 ab, cd;
    sv_quad bytes, ordered;
    SV_PACK("vpackssdw", ab, a, b);
    SV_PACK("vpackssdw", cd, c, d);
    if (add) {
        const sv_s16 zero = {0};
        SV_PACK("vpaddsw", ab, ab, zero + add);
        SV_PACK("vpaddsw", cd, cd, zero + add);
    }
    SV_PACK("vpackuswb", bytes, ab, cd);
    SV_PACK("vpermd", ordered, order, bytes);
    return ordered;
}

#define SV_HAS_WORDS 1
/* Word c holds byte c of a, b, c and d: dwords change places across the register, then bytes within 128 bits. */
SV_INLINE sv_s32 sv_words(const unsigned char *a, const unsigned char *b, const unsigned char *c,
                          const unsigned char *d) {
    const sv_s32 dwords = {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
    const sv_s32 bytes = {0x0c080400, 0x0d090501, 0x0e0a0602, 0x0f0b0703, 0x0c080400, 0x0d090501, 0x0e0a0602, 0x0f0b0703,
                          0x0c080400, 0x0d090501, 0x0e0a0602, 0x0f0b0703, 0x0c080400, 0x0d090501, 0x0e0a0602, 0x0f0b0703};
    sv_s32 words;
    const sv_quad rows = sv_quarters(*(const sv_u8_unaligned *)a, *(const sv_u8_unaligned *)b,
                                     *(const sv_u8_unaligned *)c, *(const sv_u8_unaligned *)d);
    SV_PACK("vpermd", words, dwords, rows);
    SV_PACK("vpshufb", words, words, bytes);
    return words;
}

/* The first n lanes, zeros behind; n is below SV_LANES. */
SV_INLINE sv_f32 sv_load_part(const float *p, const int n) {
    return __builtin_ia32_loadups512_mask(p, sv_splat(0), (unsigned short)((1 << n) - 1));
}
SV_INLINE void sv_store_part(float *p, sv_f32 v, const int n) {
    __builtin_ia32_storeups512_mask(p, v, (unsigned short)((1 << n) - 1));
}
typedef char sv_masked_bytes __attribute__((vector_size(16)));
SV_INLINE sv_s32 sv_load_part_u8(const unsigned char *p, const int n) {
    const sv_masked_bytes zero = {0};
    const sv_u8 bytes = (sv_u8)__builtin_ia32_loaddquqi128_mask(
        (const void *)p, zero, (unsigned short)((1 << n) - 1));
    return __builtin_convertvector(bytes, sv_s32);
}
SV_INLINE void sv_store_part_bytes(unsigned char *p, sv_u8 v, const int n) {
    __builtin_ia32_storedquqi128_mask(
        (void *)p, (sv_masked_bytes)v, (unsigned short)((1 << n) - 1));
}
#include "isa_vectors.h"
#endif

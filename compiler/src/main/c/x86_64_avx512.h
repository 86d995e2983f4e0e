/* AVX-512 as x86-64-v4 has it: 16 lanes, 32 registers. The isa headers add how bytes are multiplied. */
#ifndef SV_X86_64_AVX512_H
#define SV_X86_64_AVX512_H
#define SV_LANES 16
#define SV_HAS_FMA 1
#define SV_HAS_MASKS 1
#define SV_SPLAT(x) {x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}
#include "isa_common.h"

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

#define SV_PACK_ORDER {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15}
#include "x86_64_pack.h"
SV_INLINE sv_f32 sv_nearest(sv_f32 v) {
    sv_f32 r;
    __asm__("vrndscaleps $8, %1, %0" : "=v"(r) : "v"(v));
    return r;
}

#define SV_HAS_PAIRS 1
typedef double sv_pair __attribute__((aligned(1), may_alias));
typedef double sv_pair_vector __attribute__((vector_size(64)));
/* Two numbers in turn, in every lane. */
SV_INLINE sv_f32 sv_splat_pair(const void *p) {
    const double x = *(const sv_pair *)p;
    return (sv_f32)(sv_pair_vector){x, x, x, x, x, x, x, x};
}
/* The lower halves of a and b, lane by lane in turn. */
SV_INLINE sv_f32 sv_pairs(sv_f32 a, sv_f32 b) {
    const sv_s32 order = {0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23};
    __asm__("vpermt2ps %2, %1, %0" : "+v"(a) : "v"(order), "v"(b));
    return a;
}
/* Lanes 0, 2, .. 14 of v in the lower half, or with `odd` lanes 1, 3, .. 15; zeros in the upper half. */
SV_INLINE sv_f32 sv_every_second(sv_f32 v, const int odd) {
    const sv_s32 order = {0, 2, 4, 6, 8, 10, 12, 14, 16, 16, 16, 16, 16, 16, 16, 16};
    __asm__("vpermt2ps %2, %1, %0" : "+v"(v) : "v"(order + odd), "v"(sv_splat(0)));
    return v;
}

#define SV_HAS_WORDS 1
/* Word c holds byte c of a, b, c and d: dwords change places across the register, then bytes within 128 bits. */
SV_INLINE sv_s32 sv_words(const unsigned char *a, const unsigned char *b, const unsigned char *c,
                          const unsigned char *d) {
    const sv_s32 dwords = {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
    const sv_s32 bytes = {0x0c080400, 0x0d090501, 0x0e0a0602, 0x0f0b0703, 0x0c080400, 0x0d090501,
                          0x0e0a0602, 0x0f0b0703, 0x0c080400, 0x0d090501, 0x0e0a0602, 0x0f0b0703,
                          0x0c080400, 0x0d090501, 0x0e0a0602, 0x0f0b0703};
    sv_s32 words;
    const sv_quad rows = sv_quarters(*(const sv_u8_unaligned *)a, *(const sv_u8_unaligned *)b,
                                     *(const sv_u8_unaligned *)c, *(const sv_u8_unaligned *)d);
    SV_PACK("vpermd", words, dwords, rows);
    SV_PACK("vpshufb", words, words, bytes);
    return words;
}

#define SV_HAS_TRIPLES 1
/* Three planes become LANES triples side by side. */
SV_INLINE void sv_store_triples(float *p, sv_f32 a, sv_f32 b, sv_f32 c) {
    static const sv_s32 order[3][2] = {{{0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5},
                                        {0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15}},
                                       {{21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26},
                                        {0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15}},
                                       {{0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0},
                                        {26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31}}};
    SV_UNROLL
    for (int part = 0; part < 3; part++) {
        sv_f32 ab = a;
        __asm__("vpermt2ps %2, %1, %0" : "+v"(ab) : "v"(order[part][0]), "v"(b));
        __asm__("vpermt2ps %2, %1, %0" : "+v"(ab) : "v"(order[part][1]), "v"(c));
        sv_store(p + part * SV_LANES, ab);
    }
}
/* The same with bytes, from the low bytes of the lanes: words lose their fourth byte, then their gaps. */
SV_INLINE void sv_store_triples_u8(unsigned char *p, sv_s32 a, sv_s32 b, sv_s32 c) {
    const sv_s32 close = {0x04020100, 0x09080605, 0x0e0d0c0a, -1, 0x04020100, 0x09080605, 0x0e0d0c0a, -1,
                          0x04020100, 0x09080605, 0x0e0d0c0a, -1, 0x04020100, 0x09080605, 0x0e0d0c0a, -1};
    const sv_s32 join = {0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15};
    sv_s32 bytes = a | b << 8 | c << 16;
    SV_PACK("vpshufb", bytes, bytes, close);
    SV_PACK("vpermd", bytes, join, bytes);
    __builtin_ia32_storedqusi512_mask((void *)p, bytes, 0xfff);
}

#define SV_HAS_LUT 1
typedef unsigned char sv_half __attribute__((vector_size(32)));
typedef sv_half sv_half_unaligned __attribute__((aligned(1), may_alias));
/* table[x[i]] for 32 bytes: the table lies in four registers of 16-bit words, of which bits 1..7 choose one and bit 0 a
   byte. (vpermi2b does it at once, but not every CPU with VNNI has it.) */
SV_INLINE sv_half sv_look_up(sv_half x, const sv_u16 *table) {
    const sv_u16 wide = __builtin_convertvector(x, sv_u16), upper = (sv_u16)((sv_s16)(wide << 8) >> 15);
    sv_u16 low = wide >> 1, high = low;
    __asm__("vpermi2w %2, %1, %0" : "+v"(low) : "v"(table[0]), "v"(table[1]));
    __asm__("vpermi2w %2, %1, %0" : "+v"(high) : "v"(table[2]), "v"(table[3]));
    const sv_u16 word = (upper & high) | (~upper & low);
    return __builtin_convertvector(word >> ((wide & 1) << 3), sv_half);
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
    const sv_u8 bytes = (sv_u8)__builtin_ia32_loaddquqi128_mask((const void *)p, zero, (unsigned short)((1 << n) - 1));
    return __builtin_convertvector(bytes, sv_s32);
}
SV_INLINE void sv_store_part_bytes(unsigned char *p, sv_u8 v, const int n) {
    __builtin_ia32_storedquqi128_mask((void *)p, (sv_masked_bytes)v, (unsigned short)((1 << n) - 1));
}
#endif

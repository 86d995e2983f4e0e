/* What this core can do at most: independent chains of the kernels' innermost instructions, and reading memory. Each
   function says how much it did, in operations or bytes. */
#ifndef SV_PEAK_H
#define SV_PEAK_H
#define SV_CHAINS 14     /* enough for two instructions of seven cycles; two operands still fit 16 registers */
#define SV_DOT_CHAINS 10 /* enough for two of five; two operands and products still fit */

/* A value that the compiler must take as new. */
#if defined(__x86_64__)
#define SV_FRESH(v) __asm__ volatile("" : "+v"(v))
#elif defined(__aarch64__)
#define SV_FRESH(v) __asm__ volatile("" : "+w"(v))
#else
#define SV_FRESH(v) __asm__ volatile("" : "+m"(v))
#endif

SV_INLINE long long sv_peak_f32(unsigned char *memory, const int rounds) {
    /* A fixed point, so that no number overflows or becomes subnormal. */
    const sv_f32 a = sv_splat(0.5f), b = sv_splat(0.5f);
    sv_f32 acc[SV_CHAINS];
    SV_UNROLL
    for (int i = 0; i < SV_CHAINS; i++) acc[i] = sv_splat(1);
    SV_NO_UNROLL
    for (int round = 0; round < rounds; round++) {
        SV_UNROLL
        for (int i = 0; i < SV_CHAINS; i++) {
            SV_FRESH(acc[i]);
            acc[i] = sv_fma(acc[i], a, b);
        }
    }
    SV_UNROLL
    for (int i = 0; i < SV_CHAINS; i++) sv_store((float *)memory + i * SV_LANES, acc[i]);
    return 2LL * rounds * SV_CHAINS * SV_LANES;
}

/* Four products of bytes and their sum where one instruction does it, else two of 16 bits: operands are widened already. */
SV_INLINE long long sv_peak_dot(unsigned char *memory, const int rounds) {
    sv_s32 x = sv_load_s32(memory), w = sv_load_s32(memory + SV_LANES * 4);
    sv_s32 acc[SV_DOT_CHAINS];
    SV_UNROLL
    for (int i = 0; i < SV_DOT_CHAINS; i++) acc[i] = x;
    SV_NO_UNROLL
    for (int round = 0; round < rounds; round++) {
        SV_UNROLL
        for (int i = 0; i < SV_DOT_CHAINS; i++) {
            SV_FRESH(x);
#if SV_PEAK_PAIRS
            acc[i] = sv_madd16(acc[i], x, w);
#else
            acc[i] = sv_dot4(acc[i], x, w);
#endif
        }
    }
    SV_UNROLL
    for (int i = 0; i < SV_DOT_CHAINS; i++) *(sv_s32_unaligned *)(memory + i * SV_LANES * 4) = acc[i];
    return 2LL * rounds * SV_DOT_CHAINS * SV_LANES * (SV_PEAK_PAIRS ? 2 : 4);
}

/* Reads `bytes` of memory, a multiple of 16 vectors, `times` times. */
SV_INLINE long long sv_peak_read(unsigned char *memory, const long bytes, const long times) {
    const long step = 16L * SV_LANES * 4;
    sv_s32 sum[4] = {{0}};
    for (long time = 0; time < times; time++) {
        SV_NO_UNROLL
        for (long at = 0; at < bytes; at += step) {
            SV_UNROLL
            for (int i = 0; i < 16; i++) sum[i % 4] ^= sv_load_s32(memory + at + i * SV_LANES * 4);
        }
        __asm__ volatile("" : : : "memory");
    }
    *(sv_s32_unaligned *)memory = sum[0] ^ sum[1] ^ sum[2] ^ sum[3];
    return bytes * times;
}
#endif

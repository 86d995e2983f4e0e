/* Vector primitives that follow from those of the isa headers. Masks are s32 vectors of 0 and -1. */

#ifndef SV_HAS_DOT4
/* acc[i] += the sum of four u8 * s8 products. What multiplies bytes by bytes may saturate, so even and odd bytes are widened
   to 16 bits: exact. */
SV_INLINE sv_s32 sv_dot4(sv_s32 acc, sv_s32 u8x4, sv_s32 s8x4) {
    const sv_s16 w_even = (sv_s16)((sv_u16)s8x4 << 8) >> 8, w_odd = (sv_s16)s8x4 >> 8;
    const sv_s32 even = sv_madd16(acc, u8x4 & 0x00ff00ff, (sv_s32)w_even);
    return sv_madd16(even, (sv_s32)((sv_u16)u8x4 >> 8), (sv_s32)w_odd);
}
#endif

#ifndef SV_HAS_ACTIVATIONS
/* u8 as the dot product takes them: as they are. */
SV_INLINE sv_s32 sv_activations(sv_s32 u8x4) {
    return u8x4;
}
SV_INLINE sv_s32 sv_dot4_activations(sv_s32 acc, sv_s32 activations, sv_s32 s8x4) {
    return sv_dot4(acc, activations, s8x4);
}
/* What sv_dot4_activations adds too much for these weights, whatever the activations. */
SV_INLINE sv_s32 sv_dot4_excess(sv_s32 excess, sv_s32 s8x4) {
    (void)s8x4;
    return excess;
}
#endif

#ifndef SV_HAS_SELECT
SV_INLINE sv_f32 sv_select(sv_s32 mask, sv_f32 a, sv_f32 b) {
    return (sv_f32)((mask & (sv_s32)a) | (~mask & (sv_s32)b));
}
#endif
#ifndef SV_HAS_BETWEEN
/* a if it is above (below) b, else b; so b where either is NaN. */
SV_INLINE sv_f32 sv_above(sv_f32 a, sv_f32 b) {
    return sv_select(a > b, a, b);
}
SV_INLINE sv_f32 sv_below(sv_f32 a, sv_f32 b) {
    return sv_select(a < b, a, b);
}
#endif
/* The larger (smaller); a NaN in a stays. */
SV_INLINE sv_f32 sv_max(sv_f32 a, sv_f32 b) {
    return sv_above(b, a);
}
SV_INLINE sv_f32 sv_min(sv_f32 a, sv_f32 b) {
    return sv_below(b, a);
}
/* 1 where the mask is set, else 0. */
SV_INLINE sv_f32 sv_truth(sv_s32 mask) {
    return (sv_f32)(mask & (sv_s32)sv_splat(1));
}
SV_INLINE sv_f32 sv_abs(sv_f32 v) {
    return (sv_f32)((sv_s32)v & 0x7fffffff);
}
SV_INLINE sv_f32 sv_with_sign(sv_f32 magnitude, sv_f32 sign) {
    return (sv_f32)((sv_s32)magnitude | ((sv_s32)sign & (int)0x80000000));
}

/* Adding 1.5 * 2^23 to |v| < 2^22 rounds half to even, on every CPU, and leaves the integer in the low bits. */
#define SV_ROUNDER 0x1.8p23f

/* Clamped to lo..hi (NaN gives lo), rounded half to even, the integer in the low 22 bits. */
SV_INLINE sv_f32 sv_rounded_bits(sv_f32 v, const int lo, const int hi) {
    return sv_below(sv_above(v, sv_splat((float)lo)), sv_splat((float)hi)) + sv_splat(SV_ROUNDER);
}
/* The same as a float. */
SV_INLINE sv_f32 sv_round_between(sv_f32 v, const int lo, const int hi) {
#ifdef SV_HAS_PACK
    return sv_nearest(sv_below(sv_above(v, sv_splat((float)lo)), sv_splat((float)hi)));
#else
    return sv_rounded_bits(v, lo, hi) - sv_splat(SV_ROUNDER);
#endif
}
SV_INLINE sv_u8 sv_low_bytes(sv_s32 v) {
    return __builtin_convertvector((sv_u32)v, sv_u8);
}
#ifndef SV_HAS_TRUNCATED
SV_INLINE sv_s32 sv_truncated(sv_f32 v) {
    return __builtin_convertvector(v, sv_s32);
}
/* No function: returned by one, a vector that no register holds would change the ABI. */
#define sv_truncated_s64(v) __builtin_convertvector(v, sv_s64)
#endif
SV_INLINE sv_u8 sv_bytes(sv_f32 v) {
    return sv_low_bytes(sv_truncated(v));
}
SV_INLINE void sv_store_u8(unsigned char *p, sv_f32 v) {
    sv_store_bytes(p, sv_bytes(v));
}
SV_INLINE sv_f32 sv_load_u8_f32(const unsigned char *p) {
    return __builtin_convertvector(sv_load_u8(p), sv_f32);
}
SV_INLINE sv_f32 sv_load_s32_f32(const int *p) {
    return __builtin_convertvector(sv_load_s32(p), sv_f32);
}
SV_INLINE sv_f32 sv_load_s64_f32(const long long *p) {
    return __builtin_convertvector(*(const sv_s64_unaligned *)p, sv_f32);
}
SV_INLINE void sv_store_s32(int *p, sv_f32 v) {
    *(sv_s32_unaligned *)p = sv_truncated(v);
}
SV_INLINE void sv_store_s64(long long *p, sv_f32 v) {
    *(sv_s64_unaligned *)p = sv_truncated_s64(v);
}

#ifndef SV_HAS_MASKS
/* The first n lanes, zeros behind; n is below SV_LANES. */
SV_INLINE sv_f32 sv_load_part(const float *p, const int n) {
    sv_f32 v = {0};
    SV_UNROLL
    for (int i = 0; i < SV_LANES; i++)
        if (i < n) v[i] = p[i];
    return v;
}
SV_INLINE void sv_store_part(float *p, sv_f32 v, const int n) {
    SV_UNROLL
    for (int i = 0; i < SV_LANES; i++)
        if (i < n) p[i] = v[i];
}
SV_INLINE sv_s32 sv_load_part_u8(const unsigned char *p, const int n) {
    sv_s32 v = {0};
    SV_UNROLL
    for (int i = 0; i < SV_LANES; i++)
        if (i < n) v[i] = p[i];
    return v;
}
SV_INLINE void sv_store_part_bytes(unsigned char *p, sv_u8 v, const int n) {
    SV_UNROLL
    for (int i = 0; i < SV_LANES; i++)
        if (i < n) p[i] = v[i];
}
#endif
SV_INLINE sv_f32 sv_load_part_u8_f32(const unsigned char *p, const int n) {
    return __builtin_convertvector(sv_load_part_u8(p, n), sv_f32);
}
SV_INLINE void sv_store_part_u8(unsigned char *p, sv_f32 v, const int n) {
    sv_store_part_bytes(p, sv_bytes(v), n);
}

/* Elements that lie apart, n of them (at most SV_LANES), zeros behind. */
#define SV_STRIDED(name, type)                                                           \
    SV_INLINE sv_f32 sv_gather##name(const type *p, const long stride, const int n) {    \
        sv_f32 v = {0};                                                                  \
        SV_UNROLL                                                                        \
        for (int i = 0; i < SV_LANES; i++)                                               \
            if (i < n) v[i] = (float)p[i * stride];                                      \
        return v;                                                                        \
    }                                                                                    \
    SV_INLINE void sv_scatter##name(type *p, const long stride, sv_f32 v, const int n) { \
        SV_UNROLL                                                                        \
        for (int i = 0; i < SV_LANES; i++)                                               \
            if (i < n) p[i * stride] = (type)v[i];                                       \
    }
SV_STRIDED(, float)
SV_STRIDED(_s32, int)
SV_STRIDED(_s64, long long)
SV_INLINE sv_f32 sv_gather_u8(const unsigned char *p, const long stride, const int n) {
    sv_s32 v = {0};
    SV_UNROLL
    for (int i = 0; i < SV_LANES; i++)
        if (i < n) v[i] = p[i * stride];
    return __builtin_convertvector(v, sv_f32);
}
SV_INLINE void sv_scatter_u8(unsigned char *p, const long stride, sv_f32 v, const int n) {
    const sv_u8 bytes = sv_bytes(v);
    SV_UNROLL
    for (int i = 0; i < SV_LANES; i++)
        if (i < n) p[i * stride] = bytes[i];
}

/* Four vectors of steps, rounded half to even between lo - zero and hi - zero (NaN gives lo), plus zero. */
SV_INLINE void sv_store_steps(unsigned char *p, sv_f32 a, sv_f32 b, sv_f32 c, sv_f32 d, const int zero, const int lo,
                              const int hi) {
#ifdef SV_HAS_PACK
    const sv_f32 highest = sv_splat((float)(hi - zero));
    /* What is too high would not fit into an integer; what is too low, or NaN, becomes the lowest integer. */
    sv_quad bytes = sv_pack_quad(sv_round_s32(sv_below(highest, a)), sv_round_s32(sv_below(highest, b)),
                                 sv_round_s32(sv_below(highest, c)), sv_round_s32(sv_below(highest, d)), (short)zero);
    if (lo > 0) bytes = sv_at_least(bytes, (unsigned char)lo);
    *(sv_quad_unaligned *)p = bytes;
#else
    const sv_f32 steps[4] = {a, b, c, d};
    SV_UNROLL
    for (int i = 0; i < 4; i++)
        sv_store_bytes(p + i * SV_LANES, sv_low_bytes((sv_s32)sv_rounded_bits(steps[i], lo - zero, hi - zero) + zero));
#endif
}

#ifndef SV_HAS_TRIPLES
/* Three planes become LANES triples side by side. */
SV_INLINE void sv_store_triples(float *p, sv_f32 a, sv_f32 b, sv_f32 c) {
    sv_scatter(p, 3, a, SV_LANES);
    sv_scatter(p + 1, 3, b, SV_LANES);
    sv_scatter(p + 2, 3, c, SV_LANES);
}
/* The same with bytes, from the low bytes of the lanes. */
SV_INLINE void sv_store_triples_u8(unsigned char *p, sv_s32 a, sv_s32 b, sv_s32 c) {
    const sv_u8 planes[3] = {sv_low_bytes(a), sv_low_bytes(b), sv_low_bytes(c)};
    SV_UNROLL
    for (int i = 0; i < SV_LANES; i++) {
        SV_UNROLL
        for (int plane = 0; plane < 3; plane++) p[i * 3 + plane] = planes[plane][i];
    }
}
#endif

#if SV_LANES == 16
#define SV_LOW_HALVES 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define SV_HIGH_HALVES 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif SV_LANES == 8
#define SV_LOW_HALVES 0, 8, 1, 9, 2, 10, 3, 11
#define SV_HIGH_HALVES 4, 12, 5, 13, 6, 14, 7, 15
#else
#define SV_LOW_HALVES 0, 4, 1, 5
#define SV_HIGH_HALVES 2, 6, 3, 7
#endif
/* Lane j of vector i changes places with lane i of vector j; there are SV_LANES of them. */
SV_INLINE void sv_transpose(sv_f32 *rows) {
    SV_UNROLL
    for (int step = 1; step < SV_LANES; step *= 2) {
        sv_f32 next[SV_LANES];
        SV_UNROLL
        for (int i = 0; i < SV_LANES / 2; i++) {
            next[2 * i] = __builtin_shufflevector(rows[i], rows[i + SV_LANES / 2], SV_LOW_HALVES);
            next[2 * i + 1] = __builtin_shufflevector(rows[i], rows[i + SV_LANES / 2], SV_HIGH_HALVES);
        }
        SV_UNROLL
        for (int i = 0; i < SV_LANES; i++) rows[i] = next[i];
    }
}

/* Folds over the lanes, pairwise. */
SV_INLINE float sv_sum_lanes(sv_f32 v) {
    float part[SV_LANES];
    sv_store(part, v);
    SV_UNROLL
    for (int step = SV_LANES / 2; step > 0; step /= 2) {
        SV_UNROLL
        for (int i = 0; i < step; i++) part[i] += part[i + step];
    }
    return part[0];
}
SV_INLINE float sv_max_lanes(sv_f32 v) {
    float part[SV_LANES];
    sv_store(part, v);
    SV_UNROLL
    for (int step = SV_LANES / 2; step > 0; step /= 2) {
        SV_UNROLL
        for (int i = 0; i < step; i++) part[i] = part[i + step] > part[i] ? part[i + step] : part[i];
    }
    return part[0];
}

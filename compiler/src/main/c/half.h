/* float16 and bfloat16 as bits, on vectors, without instructions of their own: rounding is half to even. */
#ifndef SV_HALF_H
#define SV_HALF_H
typedef unsigned short sv_halves __attribute__((vector_size(SV_LANES * 2)));
typedef sv_halves sv_halves_unaligned __attribute__((aligned(1), may_alias));

SV_INLINE sv_f32 sv_from_f16(sv_u32 bits) {
    const sv_u32 magnitude = (bits & 0x7fff) << 13, exponent = magnitude & (0x7c00 << 13);
    const sv_f32 normal = (sv_f32)(magnitude + (112u << 23) + ((sv_u32)(exponent == 0x7c00 << 13) & (112u << 23)));
    const sv_f32 tiny = (sv_f32)(magnitude + (113u << 23)) - 0x1p-14f;
    const sv_f32 value = sv_select((sv_s32)(exponent == 0), tiny, normal);
    return (sv_f32)((sv_u32)value | (bits & 0x8000) << 16);
}
/* Adding 0.5 leaves a number below 2^-14 in units of 2^-24, rounded. */
SV_INLINE sv_u32 sv_to_f16(sv_f32 v) {
    const sv_u32 magnitude = (sv_u32)v & 0x7fffffff;
    const sv_u32 normal = (magnitude + 0xfff + ((magnitude >> 13) & 1) - (112u << 23)) >> 13;
    const sv_u32 tiny = (sv_u32)(sv_abs(v) + 0.5f) - (126u << 23);
    const sv_u32 small = (sv_u32)(sv_abs(v) < 0x1p-14f), huge = (sv_u32)(sv_abs(v) >= 65520.0f);
    sv_u32 bits = (small & tiny) | (~small & normal);
    bits = (huge & 0x7c00) | (~huge & bits);
    const sv_u32 none = (sv_u32)(v != v);
    return (none & 0x7e00) | (~none & bits) | (((sv_u32)v >> 16) & 0x8000);
}
SV_INLINE sv_f32 sv_from_bf16(sv_u32 bits) {
    return (sv_f32)(bits << 16);
}
SV_INLINE sv_u32 sv_to_bf16(sv_f32 v) {
    const sv_u32 bits = (sv_u32)v, none = (sv_u32)(v != v);
    return ((none & (bits | 0x400000)) | (~none & (bits + 0x7fff + ((bits >> 16) & 1)))) >> 16;
}
/* Rounded as if stored and loaded. */
SV_INLINE sv_f32 sv_to_half(sv_f32 v) {
    return sv_from_f16(sv_to_f16(v));
}
SV_INLINE sv_f32 sv_to_bfloat(sv_f32 v) {
    return sv_from_bf16(sv_to_bf16(v));
}

/* Vectors, and up to SV_LANES elements that lie apart. */
#define SV_HALVES(kind)                                                                             \
    SV_INLINE sv_f32 sv_load_##kind##_f32(const unsigned short *p) {                                \
        return sv_from_##kind(__builtin_convertvector(*(const sv_halves_unaligned *)p, sv_u32));    \
    }                                                                                               \
    SV_INLINE void sv_store_##kind(unsigned short *p, sv_f32 v) {                                   \
        *(sv_halves_unaligned *)p = __builtin_convertvector(sv_to_##kind(v), sv_halves);            \
    }                                                                                               \
    SV_INLINE sv_f32 sv_gather_##kind(const unsigned short *p, const long stride, const int n) {    \
        sv_u32 v = {0};                                                                             \
        SV_UNROLL                                                                                   \
        for (int i = 0; i < SV_LANES; i++)                                                          \
            if (i < n) v[i] = p[i * stride];                                                        \
        return sv_from_##kind(v);                                                                   \
    }                                                                                               \
    SV_INLINE void sv_scatter_##kind(unsigned short *p, const long stride, sv_f32 v, const int n) { \
        const sv_u32 bits = sv_to_##kind(v);                                                        \
        SV_UNROLL                                                                                   \
        for (int i = 0; i < SV_LANES; i++)                                                          \
            if (i < n) p[i * stride] = (unsigned short)bits[i];                                     \
    }
SV_HALVES(f16)
SV_HALVES(bf16)

/* One number. */
SV_INLINE float sv_float_of_f16(const unsigned short bits) {
    return sv_from_f16((sv_u32){bits})[0];
}
SV_INLINE float sv_float_of_bf16(const unsigned short bits) {
    return sv_from_bf16((sv_u32){bits})[0];
}
SV_INLINE unsigned short sv_f16_of_float(const float v) {
    return (unsigned short)sv_to_f16((sv_f32){v})[0];
}
SV_INLINE unsigned short sv_bf16_of_float(const float v) {
    return (unsigned short)sv_to_bf16((sv_f32){v})[0];
}
#endif

/* Vector types of SV_LANES lanes and what compiles to one instruction everywhere. Included by the isa headers. */
#define SV_INLINE static inline __attribute__((always_inline))
/* Not worth a copy per call: a model's calls share one, and the compiler still specialises it when there is one call. */
#define SV_ROUTINE static __attribute__((unused))
/* Called by the run and by the profile; once in the library is enough. */
#define SV_STEP static __attribute__((noinline))
#ifdef __clang__
#define SV_UNROLL _Pragma("unroll")
#define SV_NO_UNROLL _Pragma("nounroll")
#else
#define SV_UNROLL _Pragma("GCC unroll 64")
#define SV_NO_UNROLL _Pragma("GCC unroll 1")
#endif

typedef float sv_f32 __attribute__((vector_size(SV_LANES * 4)));
typedef int sv_s32 __attribute__((vector_size(SV_LANES * 4)));
typedef unsigned sv_u32 __attribute__((vector_size(SV_LANES * 4)));
typedef short sv_s16 __attribute__((vector_size(SV_LANES * 4)));
typedef unsigned short sv_u16 __attribute__((vector_size(SV_LANES * 4)));
typedef unsigned char sv_u8 __attribute__((vector_size(SV_LANES)));
typedef unsigned char sv_quad __attribute__((vector_size(SV_LANES * 4)));
typedef unsigned char sv_half_quad __attribute__((vector_size(SV_LANES * 2)));
typedef long long sv_s64 __attribute__((vector_size(SV_LANES * 8)));
typedef double sv_f64 __attribute__((vector_size(SV_LANES * 8)));

typedef sv_f32 sv_f32_unaligned __attribute__((aligned(1), may_alias));
typedef sv_s32 sv_s32_unaligned __attribute__((aligned(1), may_alias));
typedef sv_u8 sv_u8_unaligned __attribute__((aligned(1), may_alias));
typedef sv_quad sv_quad_unaligned __attribute__((aligned(1), may_alias));
typedef sv_half_quad sv_half_quad_unaligned __attribute__((aligned(1), may_alias));
typedef sv_s64 sv_s64_unaligned __attribute__((aligned(1), may_alias));
typedef int sv_word_unaligned __attribute__((aligned(1), may_alias));

SV_INLINE sv_f32 sv_splat(const float x) {
    return (sv_f32)SV_SPLAT(x);
}
SV_INLINE sv_s32 sv_splat_s32(const int x) {
    return (sv_s32)SV_SPLAT(x);
}
SV_INLINE sv_f32 sv_load(const float *p) {
    return *(const sv_f32_unaligned *)p;
}
SV_INLINE void sv_store(float *p, sv_f32 v) {
    *(sv_f32_unaligned *)p = v;
}
SV_INLINE sv_s32 sv_load_s32(const void *p) {
    return *(const sv_s32_unaligned *)p;
}
/* Four bytes in every lane. */
SV_INLINE sv_s32 sv_splat_word(const unsigned char *p) {
    return sv_splat_s32(*(const sv_word_unaligned *)p);
}
SV_INLINE sv_s32 sv_load_u8(const unsigned char *p) {
    return __builtin_convertvector(*(const sv_u8_unaligned *)p, sv_s32);
}
SV_INLINE void sv_store_bytes(unsigned char *p, sv_u8 v) {
    *(sv_u8_unaligned *)p = v;
}
/* Quarters of a vector of bytes. */
SV_INLINE sv_quad sv_quarters(sv_u8 a, sv_u8 b, sv_u8 c, sv_u8 d) {
    const union {
        sv_u8 part[4];
        sv_quad whole;
    } q = {{a, b, c, d}};
    return q.whole;
}
SV_INLINE sv_u8 sv_quarter(sv_quad bytes, const int i) {
    const union {
        sv_quad whole;
        sv_u8 part[4];
    } q = {bytes};
    return q.part[i];
}

SV_INLINE void sv_store_halves(unsigned char *a, unsigned char *b, sv_quad bytes) {
    const union {
        sv_quad whole;
        sv_half_quad part[2];
    } q = {bytes};
    *(sv_half_quad_unaligned *)a = q.part[0];
    *(sv_half_quad_unaligned *)b = q.part[1];
}

#ifdef __clang__
SV_INLINE sv_f32 sv_sqrt(sv_f32 v) {
    return __builtin_elementwise_sqrt(v);
}
#endif
#ifndef SV_HAS_FMA
/* Two roundings; a call to fmaf would cost a hundred times as much. */
SV_INLINE sv_f32 sv_fma(sv_f32 a, sv_f32 b, sv_f32 c) {
    return a * b + c;
}
#elif defined(__clang__)
SV_INLINE sv_f32 sv_fma(sv_f32 a, sv_f32 b, sv_f32 c) {
    return __builtin_elementwise_fma(a, b, c);
}
#endif

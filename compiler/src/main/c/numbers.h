/* One number of any type, for kernels that are not worth a version per type: `type` is ONNX's code and a constant of every
   call, so that only the right case is left. Reals go through f64, whole numbers through s64. */
#ifndef SV_NUMBERS_H
#define SV_NUMBERS_H
#include "copy.h"
#include "half.h"
#include "wide.h"

/* SV_S8 is held as u8, with its top bit flipped. */
enum {
    SV_F32 = 1,
    SV_U8 = 2,
    SV_S8 = 3,
    SV_U16 = 4,
    SV_S16 = 5,
    SV_S32 = 6,
    SV_S64 = 7,
    SV_BOOL = 9,
    SV_F16 = 10,
    SV_F64 = 11,
    SV_U32 = 12,
    SV_U64 = 13,
    SV_BF16 = 16
};

SV_INLINE int sv_width(const int type) {
    switch (type) {
        case SV_U8:
        case SV_S8:
        case SV_BOOL:
            return 1;
        case SV_U16:
        case SV_S16:
        case SV_F16:
        case SV_BF16:
            return 2;
        case SV_S64:
        case SV_U64:
        case SV_F64:
            return 8;
        default:
            return 4;
    }
}
SV_INLINE int sv_is_real(const int type) {
    return type == SV_F32 || type == SV_F64 || type == SV_F16 || type == SV_BF16;
}

SV_INLINE double sv_float_of_any(const void *x, const long i, const int type) {
    switch (type) {
        case SV_F32:
            return ((const float *)x)[i];
        case SV_F64:
            return ((const double *)x)[i];
        case SV_F16:
            return sv_float_of_f16(((const unsigned short *)x)[i]);
        default:
            return sv_float_of_bf16(((const unsigned short *)x)[i]);
    }
}
/* A whole number; u64 wraps, reals are cut off as in sv_s64_of. */
SV_INLINE long long sv_whole(const void *x, const long i, const int type) {
    switch (type) {
        case SV_U8:
        case SV_BOOL:
            return ((const unsigned char *)x)[i];
        case SV_S8:
            return (signed char)(((const unsigned char *)x)[i] ^ 0x80);
        case SV_U16:
            return ((const unsigned short *)x)[i];
        case SV_S16:
            return ((const short *)x)[i];
        case SV_S32:
            return ((const int *)x)[i];
        case SV_U32:
            return ((const unsigned *)x)[i];
        case SV_S64:
        case SV_U64:
            return ((const long long *)x)[i];
        default:
            return sv_s64_of(sv_float_of_any(x, i, type));
    }
}
SV_INLINE double sv_real(const void *x, const long i, const int type) {
    if (sv_is_real(type)) return sv_float_of_any(x, i, type);
    return type == SV_U64 ? (double)((const unsigned long long *)x)[i] : (double)sv_whole(x, i, type);
}
SV_INLINE void sv_put_whole(void *y, const long i, const int type, const long long v) {
    switch (sv_width(type)) {
        case 1:
            ((unsigned char *)y)[i] = (unsigned char)(type == SV_S8 ? v ^ 0x80 : v);
            break;
        case 2:
            ((unsigned short *)y)[i] = (unsigned short)v;
            break;
        case 4:
            ((unsigned *)y)[i] = (unsigned)v;
            break;
        default:
            ((long long *)y)[i] = v;
            break;
    }
}
SV_INLINE void sv_put_real(void *y, const long i, const int type, const double v) {
    switch (type) {
        case SV_F32:
            ((float *)y)[i] = (float)v;
            break;
        case SV_F64:
            ((double *)y)[i] = v;
            break;
        case SV_F16:
            ((unsigned short *)y)[i] = sv_f16_of_float((float)v);
            break;
        case SV_BF16:
            ((unsigned short *)y)[i] = sv_bf16_of_float((float)v);
            break;
        default:
            sv_put_whole(y, i, type, sv_s64_of(v));
            break;
    }
}
/* Bit for bit. */
SV_INLINE void sv_move(void *y, const long to, const void *x, const long from, const int bytes) {
    switch (bytes) {
        case 1:
            ((unsigned char *)y)[to] = ((const unsigned char *)x)[from];
            break;
        case 2:
            ((sv_word2_unaligned *)y)[to] = ((const sv_word2_unaligned *)x)[from];
            break;
        case 4:
            ((sv_word4_unaligned *)y)[to] = ((const sv_word4_unaligned *)x)[from];
            break;
        default:
            ((sv_word8_unaligned *)y)[to] = ((const sv_word8_unaligned *)x)[from];
            break;
    }
}
/* Whether element a comes before element b; NaN, where there is one, behind all others. */
SV_ROUTINE int sv_less(const void *x, const long a, const long b, const int type) {
    if (sv_is_real(type)) {
        const double va = sv_real(x, a, type), vb = sv_real(x, b, type);
        return va < vb || (va == va && vb != vb);
    }
    if (type == SV_U64) return ((const unsigned long long *)x)[a] < ((const unsigned long long *)x)[b];
    return sv_whole(x, a, type) < sv_whole(x, b, type);
}
/* The largest whole number that is not above v, within what an int holds; 0 for NaN. */
SV_INLINE int sv_floor_whole(const double v) {
    if (v != v) return 0;
    if (v < -0x1p31) return -0x7fffffff - 1;
    if (v >= 0x1p31 - 1) return 0x7fffffff;
    const int cut = (int)v;
    return cut - (cut > v);
}
#endif

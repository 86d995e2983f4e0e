/* Eight-bit floats as bits: a sign, some exponent bits, `mantissa` bits. `largest` is the code of the largest number; with
   `infinity` the next code is infinity, else it is NaN; without `negative_zero` the code of -0 is the one NaN. */
#ifndef SV_FLOAT8_H
#define SV_FLOAT8_H
#include "wide.h"

SV_INLINE double sv_float8(const unsigned char bits, const int mantissa, const int bias, const int largest,
                           const int infinity, const int negative_zero) {
    const int code = bits & 127, exponent = code >> mantissa, rest = code & ((1 << mantissa) - 1);
    if ((!negative_zero && bits == 128) || code > largest)
        return infinity && code == largest + 1 ? (bits & 128 ? -__builtin_inf() : __builtin_inf()) : __builtin_nan("");
    const int power = (exponent ? exponent : 1) - bias - mantissa;
    const double size = (double)(exponent ? rest + (1 << mantissa) : rest);
    const double value = size * sv_f64_bits((unsigned long long)(power + 1023) << 52);
    return bits & 128 ? -value : value;
}
/* The nearest, ties to even; what is too large becomes infinity or NaN. */
SV_INLINE unsigned char sv_to_float8(const double v, const int mantissa, const int bias, const int largest,
                                     const int infinity, const int negative_zero) {
    const int none = negative_zero ? 127 : 128;
    if (v != v) return (unsigned char)none;
    const int sign = (int)(sv_bits_f64(v) >> 63) << 7;
    const double a = sv_abs_f64(v);
    int code = largest + 1;
    if (a < 0x1p20) {
        const int own = (int)(sv_bits_f64(a) >> 52) - 1023, exponent = own < 1 - bias ? 1 - bias : own;
        const double steps = a * sv_f64_bits((unsigned long long)(1023 + mantissa - exponent) << 52);
        code = (int)sv_round_f64(steps) + ((exponent + bias - 1) << mantissa);
    }
    if (code > largest) return (unsigned char)(negative_zero ? sign | (infinity ? largest + 1 : 127) : none);
    return (unsigned char)(code == 0 && !negative_zero ? 0 : sign | code);
}

#define SV_FLOAT8(name, mantissa, bias, largest, infinity, negative_zero)         \
    SV_INLINE double sv_f64_of_##name(const unsigned char bits) {                 \
        return sv_float8(bits, mantissa, bias, largest, infinity, negative_zero); \
    }                                                                             \
    SV_INLINE unsigned char sv_##name##_of_f64(const double v) {                  \
        return sv_to_float8(v, mantissa, bias, largest, infinity, negative_zero); \
    }
SV_FLOAT8(float8e4m3fn, 3, 7, 0x7e, 0, 1)
SV_FLOAT8(float8e4m3fnuz, 3, 8, 0x7f, 0, 0)
SV_FLOAT8(float8e5m2, 2, 15, 0x7b, 1, 1)
SV_FLOAT8(float8e5m2fnuz, 2, 16, 0x7f, 0, 0)
#endif

/* Scalars of 64 bits: what C leaves undefined is defined here, and elementary functions of doubles are right to about
   1e-15 (1e-13 for powers). No libm. */
#ifndef SV_WIDE_H
#define SV_WIDE_H

/* Integers wrap; dividing by 0 gives 0; shifting by 64 or more gives 0. */
SV_INLINE long long sv_add_s64(const long long a, const long long b) {
    return (long long)((unsigned long long)a + (unsigned long long)b);
}
SV_INLINE long long sv_sub_s64(const long long a, const long long b) {
    return (long long)((unsigned long long)a - (unsigned long long)b);
}
SV_INLINE long long sv_mul_s64(const long long a, const long long b) {
    return (long long)((unsigned long long)a * (unsigned long long)b);
}
SV_INLINE long long sv_div_s64(const long long a, const long long b) {
    return b == 0 ? 0 : b == -1 ? sv_sub_s64(0, a) : a / b;
}
SV_INLINE long long sv_rem_s64(const long long a, const long long b) {
    return b == 0 || b == -1 ? 0 : a % b;
}
SV_INLINE long long sv_mod_s64(const long long a, const long long b) {
    const long long rest = sv_rem_s64(a, b);
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}
SV_INLINE unsigned long long sv_div_u64(const unsigned long long a, const unsigned long long b) {
    return b == 0 ? 0 : a / b;
}
SV_INLINE unsigned long long sv_mod_u64(const unsigned long long a, const unsigned long long b) {
    return b == 0 ? 0 : a % b;
}
SV_INLINE unsigned long long sv_shl_u64(const unsigned long long a, const unsigned long long by) {
    return by < 64 ? a << by : 0;
}
SV_INLINE unsigned long long sv_shr_u64(const unsigned long long a, const unsigned long long by) {
    return by < 64 ? a >> by : 0;
}
SV_INLINE unsigned long long sv_pow_u64(unsigned long long a, unsigned long long b) {
    unsigned long long power = 1;
    for (; b; b >>= 1, a *= a)
        if (b & 1) power *= a;
    return power;
}
/* A negative power of other than 0, 1 and -1 is below 1, and so 0. */
SV_INLINE long long sv_pow_s64(const long long a, const long long b) {
    if (b >= 0) return (long long)sv_pow_u64((unsigned long long)a, (unsigned long long)b);
    return a == 0 ? 0x7fffffffffffffffLL : a == 1 || (a == -1 && b % 2 == 0) ? 1 : a == -1 ? -1 : 0;
}
/* Truncated; what is too large becomes the largest, NaN 0. */
SV_INLINE long long sv_s64_of(const double v) {
    if (v >= -0x1p63 && v < 0x1p63) return (long long)v;
    return v > 0 ? 0x7fffffffffffffffLL : v < 0 ? -0x7fffffffffffffffLL - 1 : 0;
}
SV_INLINE unsigned long long sv_u64_of(const double v) {
    return v >= 0x1p63 ? (v < 0x1p64 ? (unsigned long long)v : ~0ull) : (unsigned long long)sv_s64_of(v);
}

/* The low four bits, sign-extended. */
SV_INLINE int sv_s4_of(const long long v) {
    return (int)((v & 15) ^ 8) - 8;
}

SV_INLINE unsigned long long sv_bits_f64(const double v) {
    const union {
        double number;
        unsigned long long bits;
    } u = {v};
    return u.bits;
}
SV_INLINE double sv_f64_bits(const unsigned long long bits) {
    const union {
        unsigned long long bits;
        double number;
    } u = {bits};
    return u.number;
}
SV_INLINE double sv_abs_f64(const double v) {
    return sv_f64_bits(sv_bits_f64(v) & 0x7fffffffffffffffull);
}
SV_INLINE double sv_with_sign_f64(const double magnitude, const double sign) {
    return sv_f64_bits(sv_bits_f64(magnitude) | (sv_bits_f64(sign) & 0x8000000000000000ull));
}
/* The larger (smaller); a NaN in either stays. */
SV_INLINE double sv_max_f64(const double a, const double b) {
    return a > b || a != a ? a : b;
}
SV_INLINE double sv_min_f64(const double a, const double b) {
    return a < b || a != a ? a : b;
}
SV_INLINE double sv_sqrt_f64(const double v) {
#ifdef __clang__
    return __builtin_elementwise_sqrt(v);
#elif defined(__SSE2__)
    typedef double pair __attribute__((vector_size(16)));
    return __builtin_ia32_sqrtpd((pair){v, v})[0];
#else
    return __builtin_sqrt(v);
#endif
}
/* Half to even. */
SV_INLINE double sv_round_f64(const double v) {
    const double a = sv_abs_f64(v);
    return a < 0x1p52 ? sv_with_sign_f64(a + 0x1p52 - 0x1p52, v) : v;
}
SV_INLINE double sv_floor_f64(const double v) {
    const double near = sv_round_f64(v);
    return near > v ? near - 1 : near;
}
SV_INLINE double sv_ceil_f64(const double v) {
    const double near = sv_round_f64(v);
    return near < v ? near + 1 : near;
}
SV_INLINE double sv_sign_f64(const double v) {
    return v != v ? v : (v > 0) - (v < 0);
}
/* The exact remainder with a's sign: multiples of b by powers of two are taken off. */
SV_INLINE double sv_rem_f64(const double a, const double b) {
    const double divisor = sv_abs_f64(b);
    double rest = sv_abs_f64(a);
    if (!(rest < __builtin_inf()) || divisor == 0 || divisor != divisor) return __builtin_nan("");
    if (divisor == __builtin_inf()) return a;
    double multiple = divisor;
    while (multiple <= rest * 0.5) multiple += multiple;
    for (; multiple >= divisor; multiple *= 0.5)
        if (rest >= multiple) rest -= multiple;
    return sv_with_sign_f64(rest, a);
}

/* c[0] + c[1] x + ... */
SV_INLINE double sv_polynomial(const double x, const double *c, const int terms) {
    double sum = c[terms - 1];
    SV_UNROLL
    for (int i = terms - 2; i >= 0; i--) sum = sum * x + c[i];
    return sum;
}
/* v = n ln 2 + r; the power of two in two steps, so that denormal results come out right. */
SV_INLINE double sv_exp_f64(const double v) {
    static const double factorials[] = {
        1,          1,           1 / 2.0,      1 / 6.0,       1 / 24.0,       1 / 120.0,       1 / 720.0,
        1 / 5040.0, 1 / 40320.0, 1 / 362880.0, 1 / 3628800.0, 1 / 39916800.0, 1 / 479001600.0, 1 / 6227020800.0};
    if (v != v) return v;
    const double x = v > 710 ? 710 : v < -746 ? -746 : v;
    const double n = sv_round_f64(x * 1.4426950408889634);
    const double r = x - n * 0x1.62e42feep-1 - n * 0x1.a39ef35793c76p-33;
    const long long power = (long long)n, half = power >> 1;
    return sv_polynomial(r, factorials, 14) * sv_f64_bits((unsigned long long)(half + 1023) << 52) *
           sv_f64_bits((unsigned long long)(power - half + 1023) << 52);
}
/* v = 2^e m with m in [sqrt 0.5, sqrt 2]; log m by the series of the inverse hyperbolic tangent. */
SV_INLINE double sv_log_f64(const double v) {
    static const double odd[] = {1,        1 / 3.0,  1 / 5.0,  1 / 7.0,  1 / 9.0, 1 / 11.0,
                                 1 / 13.0, 1 / 15.0, 1 / 17.0, 1 / 19.0, 1 / 21.0};
    if (v != v || v < 0) return __builtin_nan("");
    if (v == 0) return -__builtin_inf();
    if (v == __builtin_inf()) return v;
    const int tiny = v < 0x1p-1022;
    const unsigned long long bits = sv_bits_f64(tiny ? v * 0x1p54 : v);
    const long long e = (long long)(bits - 0x3fe6a09e667f3bcdull) >> 52;
    const double m = sv_f64_bits(bits - ((unsigned long long)e << 52));
    const double z = (m - 1) / (m + 1), power = (double)(e - tiny * 54);
    return power * 0x1.62e42feep-1 + (power * 0x1.a39ef35793c76p-33 + 2 * z * sv_polynomial(z * z, odd, 11));
}
SV_INLINE double sv_sigmoid_f64(const double v) {
    return 1 / (1 + sv_exp_f64(-v));
}
/* Lambert's continued fraction near 0. */
SV_INLINE double sv_tanh_f64(const double v) {
    const double a = sv_abs_f64(v), square = v * v;
    if (!(a < 1)) return v != v ? v : sv_with_sign_f64(1 - 2 / (sv_exp_f64(a + a) + 1), v);
    double fraction = 25;
    SV_UNROLL
    for (int odd = 23; odd > 0; odd -= 2) fraction = odd + square / fraction;
    return v / fraction;
}
/* Series of positive terms below 3, continued fraction of the complement above. */
SV_INLINE double sv_erf_f64(const double v) {
    const double a = sv_abs_f64(v);
    if (!(a < 6)) return v != v ? v : sv_with_sign_f64(1, v);
    const double bell = sv_exp_f64(-a * a) * 0.56418958354775628695;
    if (a < 3) {
        double term = a, sum = a;
        for (int n = 3; n < 130; n += 2) {
            term *= 2 * a * a / n;
            sum += term;
        }
        return sv_with_sign_f64(2 * bell * sum, v);
    }
    double fraction = 0;
    for (int k = 60; k > 0; k--) fraction = k * 0.5 / (a + fraction);
    return sv_with_sign_f64(1 - bell / (a + fraction), v);
}
/* sin(v + quarters * pi / 2). */
SV_INLINE double sv_sine_f64(double v, const int quarters) {
    static const double sines[] = {
        1, -1 / 6.0, 1 / 120.0, -1 / 5040.0, 1 / 362880.0, -1 / 39916800.0, 1 / 6227020800.0, -1 / 1307674368000.0};
    static const double cosines[] = {1,
                                     -1 / 2.0,
                                     1 / 24.0,
                                     -1 / 720.0,
                                     1 / 40320.0,
                                     -1 / 3628800.0,
                                     1 / 479001600.0,
                                     -1 / 87178291200.0,
                                     1 / 20922789888000.0};
    if (!(sv_abs_f64(v) < 0x1p20)) v = sv_rem_f64(v, 6.283185307179586);
    if (v != v) return v;
    const double n = sv_round_f64(v * 0.63661977236758134);
    const double r = v - n * 0x1.921fb544p0 - n * 0x1.0b4611a6p-34 - n * 0x1.3198a2e037073p-69;
    const int quadrant = (int)((long long)n & 3) + quarters;
    const double value = quadrant & 1 ? sv_polynomial(r * r, cosines, 9) : r * sv_polynomial(r * r, sines, 8);
    return quadrant & 2 ? -value : value;
}
SV_INLINE double sv_sin_f64(const double v) {
    return sv_sine_f64(v, 0);
}
SV_INLINE double sv_cos_f64(const double v) {
    return sv_sine_f64(v, 1);
}
/* Whole exponents by multiplication, so that powers of integers are exact; the special cases of C's pow. */
SV_INLINE double sv_pow_f64(const double a, const double b) {
    if (b == 0 || a == 1) return 1;
    if (a != a || b != b) return __builtin_nan("");
    const double whole = sv_floor_f64(b), size = sv_abs_f64(b), base = sv_abs_f64(a);
    const int odd = whole == b && sv_floor_f64(b * 0.5) != b * 0.5;
    if (a < 0 && whole != b && base < __builtin_inf()) return __builtin_nan("");
    double value;
    if (base == 0 || base == __builtin_inf())
        value = (base == 0) == (b > 0) ? 0 : __builtin_inf();
    else if (size == __builtin_inf())
        value = base == 1 ? 1 : (base < 1) == (b > 0) ? 0 : __builtin_inf();
    else if (whole == b && size <= 1024) {
        double square = base;
        value = 1;
        for (int n = (int)size; n; n >>= 1, square *= square)
            if (n & 1) value *= square;
        if (b < 0) value = 1 / value;
    } else
        value = sv_exp_f64(b * sv_log_f64(base));
    return odd ? sv_with_sign_f64(value, a) : value;
}
#endif

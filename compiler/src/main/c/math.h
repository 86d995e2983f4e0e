/* Elementary functions on f32 vectors, errors of a few units in the last place. Polynomials are minimax fits of our own
   (Lawson's iteration); where rounding would hurt, the work is done in f64. */
#ifndef SV_MATH_H
#define SV_MATH_H

SV_INLINE sv_f32 sv_infinity(void) {
    return sv_splat(__builtin_inff());
}
SV_INLINE sv_f32 sv_not_a_number(void) {
    return sv_splat(__builtin_nanf(""));
}
/* Half to even. Numbers from 2^22 on are left alone but for their half. */
SV_INLINE sv_f32 sv_round(sv_f32 v) {
    const sv_f32 small = sv_abs(v) + sv_splat(0x1p23f) - sv_splat(0x1p23f);
    return sv_select(sv_abs(v) < sv_splat(0x1p23f), sv_with_sign(small, v), v);
}
SV_INLINE sv_f32 sv_floor(sv_f32 v) {
    const sv_f32 near = sv_round(v);
    return near - sv_truth(near > v);
}
SV_INLINE sv_f32 sv_ceil(sv_f32 v) {
    const sv_f32 near = sv_round(v);
    return near + sv_truth(near < v);
}
SV_INLINE sv_f32 sv_sign(sv_f32 v) {
    return sv_select(v == v, sv_truth(v > 0) - sv_truth(v < 0), v);
}

/* v / divisor of finite numbers, rounded once; `inverse` is 1 / divisor. A product is corrected by its error, which is faster
   than to divide. */
SV_INLINE sv_f32 sv_quotient(sv_f32 v, const float divisor, const float inverse) {
#ifdef SV_HAS_FMA
    const sv_f32 near = v * inverse;
    return sv_fma(sv_fma(near, sv_splat(-divisor), v), sv_splat(inverse), near);
#else
    (void)inverse;
    return v / divisor;
#endif
}

/* e^v = p 2^power: v = n ln 2 + r, |r| <= ln 2 / 2. */
SV_INLINE sv_f32 sv_exp_parts(sv_f32 v, sv_s32 *power) {
    const sv_f32 bits = v * sv_splat(1.442695041f) + sv_splat(SV_ROUNDER);
    const sv_f32 n = bits - sv_splat(SV_ROUNDER);
    const sv_f32 r = sv_fma(n, sv_splat(-1.428606820e-06f), sv_fma(n, sv_splat(-0.693145751953125f), v));
    sv_f32 p = sv_fma(r, sv_splat(1.395048622e-03f), sv_splat(8.368887863e-03f));
    p = sv_fma(p, r, sv_splat(4.166620587e-02f));
    p = sv_fma(p, r, sv_splat(1.666651885e-01f));
    p = sv_fma(p, r, sv_splat(5.000000095e-01f));
    *power = (sv_s32)bits - (sv_s32)sv_splat(SV_ROUNDER);
    return sv_fma(p, r * r, r) + 1;
}
/* e^v; the power of two in two steps, so that denormal results come out right. */
SV_INLINE sv_f32 sv_exp(sv_f32 v) {
    sv_s32 power;
    const sv_f32 p = sv_exp_parts(sv_min(sv_max(v, sv_splat(-104)), sv_splat(89)), &power);
    const sv_s32 half = power >> 1;
    return p * (sv_f32)((half + 127) << 23) * (sv_f32)((power - half + 127) << 23);
}
/* The same for -87 <= v <= 88, whose powers are normal. */
SV_INLINE sv_f32 sv_exp_normal(sv_f32 v) {
    sv_s32 power;
    const sv_f32 p = sv_exp_parts(v, &power);
    return p * (sv_f32)((power + 127) << 23);
}

/* Natural logarithm: v = 2^e m with m in [sqrt 0.5, sqrt 2]. */
SV_INLINE sv_f32 sv_log(sv_f32 v) {
    const sv_s32 tiny = v < 0x1p-126f;
    const sv_f32 normal = sv_select(tiny, v * 0x1p23f, v);
    const sv_s32 power = ((sv_s32)normal - 0x3f3504f3) >> 23;
    const sv_f32 f = (sv_f32)((sv_s32)normal - (sv_s32)((sv_u32)power << 23)) - 1;
    const sv_f32 e = __builtin_convertvector(power + (tiny & -23), sv_f32);
    sv_f32 p = sv_fma(f, sv_splat(-7.636254305e-02f), sv_splat(1.276363311e-01f));
    p = sv_fma(p, f, sv_splat(-1.316051356e-01f));
    p = sv_fma(p, f, sv_splat(1.420150819e-01f));
    p = sv_fma(p, f, sv_splat(-1.662330019e-01f));
    p = sv_fma(p, f, sv_splat(2.000123531e-01f));
    p = sv_fma(p, f, sv_splat(-2.500082272e-01f));
    p = sv_fma(p, f, sv_splat(3.333333164e-01f));
    const sv_f32 square = f * f;
    const sv_f32 low = sv_fma(p * f, square, sv_fma(square, sv_splat(-0.5f), e * sv_splat(1.428606820e-06f)));
    const sv_f32 result = sv_fma(e, sv_splat(0.693145751953125f), f + low);
    const sv_f32 finite = sv_select(v < __builtin_inff(), result, v);
    return sv_select(v > 0, finite, sv_select(v == 0, -sv_infinity(), sv_not_a_number()));
}

SV_INLINE sv_f32 sv_sigmoid(sv_f32 v) {
    return 1 / (1 + sv_exp(-v));
}

SV_INLINE sv_f32 sv_tanh(sv_f32 v) {
    const sv_f32 a = sv_abs(v), s = v * v;
    sv_f32 p = sv_fma(s, sv_splat(-5.543112480e-03f), sv_splat(2.049663543e-02f));
    p = sv_fma(p, s, sv_splat(-5.369713479e-02f));
    p = sv_fma(p, s, sv_splat(1.333095024e-01f));
    p = sv_fma(p, s, sv_splat(-3.333326474e-01f));
    const sv_f32 large = 1 - 2 / (sv_exp(a + a) + 1);
    return sv_select(a < 0.625f, sv_fma(p * s, v, v), sv_with_sign(large, v));
}

/* Error function: v + v p(v^2) near 0, 1 - e^(-t q(t)) further out. */
SV_INLINE sv_f32 sv_erf(sv_f32 v) {
    const sv_f32 a = sv_abs(v), s = v * v, t = sv_min(a, sv_splat(4));
    sv_f32 p = sv_fma(s, sv_splat(8.223984483e-05f), sv_splat(-8.108082080e-04f));
    p = sv_fma(p, s, sv_splat(5.197991767e-03f));
    p = sv_fma(p, s, sv_splat(-2.685818586e-02f));
    p = sv_fma(p, s, sv_splat(1.128367407e-01f));
    p = sv_fma(p, s, sv_splat(-3.761263239e-01f));
    p = sv_fma(p, s, sv_splat(1.283791665e-01f));
    sv_f32 q = sv_fma(t, sv_splat(4.938215915e-06f), sv_splat(-4.558120119e-05f));
    q = sv_fma(q, t, sv_splat(-4.958668557e-05f));
    q = sv_fma(q, t, sv_splat(2.930157447e-03f));
    q = sv_fma(q, t, sv_splat(-2.267413814e-02f));
    q = sv_fma(q, t, sv_splat(1.052626995e-01f));
    q = sv_fma(q, t, sv_splat(6.356252730e-01f));
    q = sv_fma(q, t, sv_splat(1.128551747e+00f));
    return sv_select(a < 0.94868f, sv_fma(p, v, v), sv_with_sign(1 - sv_exp_normal(-t * q), v));
}

/* sin(v + quarters * pi / 2), reduced in f64: right up to |v| of about 2^30. */
SV_INLINE sv_f32 sv_sine(sv_f32 v, const int quarters) {
    const sv_f64 wide = __builtin_convertvector(v, sv_f64);
    const sv_f64 bits = wide * 0.63661977236758134 + 0x1.8p52;
    const sv_f64 n = bits - 0x1.8p52;
    const sv_f32 r = __builtin_convertvector(wide - n * 1.5707963267341256 - n * 6.0771005065061922e-11, sv_f32);
    const sv_s32 quadrant = __builtin_convertvector((sv_s64)bits & 3, sv_s32) + quarters;
    const sv_f32 s = r * r;
    sv_f32 sine = sv_fma(s, sv_splat(2.718302534e-06f), sv_splat(-1.983933391e-04f));
    sine = sv_fma(sine, s, sv_splat(8.333329383e-03f));
    sine = sv_fma(sine, s, sv_splat(-1.666666664e-01f));
    sine = sv_fma(sine * s, r, r);
    sv_f32 cosine = sv_fma(s, sv_splat(2.443836180e-05f), sv_splat(-1.388736676e-03f));
    cosine = sv_fma(cosine, s, sv_splat(4.166664685e-02f));
    cosine = sv_fma(cosine * s, s, sv_fma(s, sv_splat(-0.5f), sv_splat(1)));
    const sv_f32 value = sv_select(-(quadrant & 1), cosine, sine);
    return (sv_f32)((sv_s32)value ^ ((quadrant & 2) << 30));
}
SV_INLINE sv_f32 sv_sin(sv_f32 v) {
    return sv_sine(v, 0);
}
SV_INLINE sv_f32 sv_cos(sv_f32 v) {
    return sv_sine(v, 1);
}

/* a^b = 2^(b log2 |a|) in f64, with the special cases of C's pow. */
SV_INLINE sv_f32 sv_pow(sv_f32 a, sv_f32 b) {
    const sv_f32 base = sv_abs(a);
    const sv_s32 tiny = base < 0x1p-126f;
    const sv_f32 normal = sv_select(tiny, base * 0x1p23f, base);
    const sv_s32 power = ((sv_s32)normal - 0x3f3504f3) >> 23;
    const sv_f64 m = __builtin_convertvector((sv_f32)((sv_s32)normal - (sv_s32)((sv_u32)power << 23)), sv_f64);
    const sv_f64 z = (m - 1) / (m + 1), s = z * z;
    sv_f64 p = s * 2.82790474306750750e-01 + 3.19914569055800291e-01;
    p = p * s + 4.12208993485268849e-01;
    p = p * s + 5.77077945620988020e-01;
    p = p * s + 9.61796694097207472e-01;
    p = p * s + 2.88539008177786949e+00;
    const sv_f64 log2 = __builtin_convertvector(power + (tiny & -23), sv_f64) + z * p;
    const sv_f32 rough = __builtin_convertvector(log2, sv_f32) * b;
    sv_f64 y = log2 * __builtin_convertvector(b, sv_f64);
    const sv_s32 big = rough > 200, small = rough < -200;
    const sv_s64 out = __builtin_convertvector(big | small, sv_s64);
    y = (sv_f64)((sv_s64)y & ~out);
    const sv_f64 bits = y + 0x1.8p52, r = y - (bits - 0x1.8p52);
    sv_f64 e = r * 1.53164592238664264e-05 + 1.54697316672176843e-04;
    e = e * r + 1.33334226559491840e-03;
    e = e * r + 9.61802560410812690e-03;
    e = e * r + 5.55041097609652798e-02;
    e = e * r + 2.40226512135846115e-01;
    e = e * r + 6.93147180535030216e-01;
    e = e * r + 9.99999999959549468e-01;
    const sv_s64 exponent = (((sv_s64)bits << 32) >> 32) + 1023;
    e *= (sv_f64)(exponent << 52);
    sv_f32 value = __builtin_convertvector(e, sv_f32);
    value = sv_select(big, sv_infinity(), sv_select(small, sv_splat(0), value));
    const sv_f32 whole = sv_floor(b), half = b * 0.5f;
    const sv_s32 odd = (whole == b) & (sv_floor(half) != half);
    const sv_f32 rising = sv_select(b > 0, sv_infinity(), sv_splat(0));
    value = sv_select(base == 0, sv_select(b > 0, sv_splat(0), sv_infinity()), value);
    value = sv_select(base == sv_infinity(), rising, value);
    const sv_f32 negative = sv_select(whole == b, (sv_f32)((sv_s32)value ^ (odd & (int)0x80000000)), sv_not_a_number());
    value = sv_select((a < 0) & (base != sv_infinity()), negative, value);
    value = sv_select((a == a) & (b == b), value, sv_not_a_number());
    return sv_select((b == 0) | (a == 1), sv_splat(1), value);
}
#endif

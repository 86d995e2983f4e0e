/* Elementary functions on vectors; no libm. Errors are a few units in the last place unless said. */
SV_INLINE sv_f32 sv_abs(sv_f32 x) { return (sv_f32)((sv_s32)x & sv_splat_s32(0x7fffffff)); }
SV_INLINE sv_f32 sv_copysign(sv_f32 x, sv_f32 sign) { return (sv_f32)(((sv_s32)x & sv_splat_s32(0x7fffffff)) | ((sv_s32)sign & sv_splat_s32((int)0x80000000))); }
SV_INLINE sv_f32 sv_truth(sv_s32 mask) { return (sv_f32)(mask & (sv_s32)sv_splat(1.0f)); }
/* exact for |x| < 2^22, identity above 2^23 */
SV_INLINE sv_f32 sv_rint(sv_f32 x) {
  const sv_f32 r = sv_copysign(sv_round(sv_min(sv_max(x, sv_splat(-4194304.0f)), sv_splat(4194304.0f))), x);
  return sv_select((sv_s32)(sv_abs(x) < sv_splat(4194304.0f)), r, x);
}
SV_INLINE sv_f32 sv_floor(sv_f32 x) { const sv_f32 r = sv_rint(x); return sv_select((sv_s32)(r > x), r - sv_splat(1.0f), r); }
SV_INLINE sv_f32 sv_ceil(sv_f32 x) { return -sv_floor(-x); }
SV_INLINE sv_f32 sv_sign(sv_f32 x) { return sv_truth((sv_s32)(x > sv_splat(0))) - sv_truth((sv_s32)(x < sv_splat(0))); }

/* 2^n * exp(r), |r| <= ln(2)/2, Taylor to the seventh power; clamps to the finite range of f32, underflow gives 0 */
SV_INLINE sv_f32 sv_exp(sv_f32 x) {
  const sv_f32 bounded = sv_min(sv_max(x, sv_splat(-87.33f)), sv_splat(88.72f));
  const sv_f32 n = sv_round(bounded * sv_splat(1.44269504f));
  const sv_f32 r = bounded - n * sv_splat(0.693359375f) - n * sv_splat(-2.12194440e-4f);
  sv_f32 p = sv_splat(1.9841270e-4f);
  p = p * r + sv_splat(1.3888889e-3f);
  p = p * r + sv_splat(8.3333333e-3f);
  p = p * r + sv_splat(4.1666667e-2f);
  p = p * r + sv_splat(1.6666667e-1f);
  p = p * r + sv_splat(0.5f);
  p = p * r * r + r + sv_splat(1.0f);
  /* in two factors, since 2^128 is no f32 */
  const sv_s32 e = sv_to_s32(n), half = e >> 1;
  const sv_f32 y = p * (sv_f32)((half + sv_splat_s32(127)) << 23) * (sv_f32)((e - half + sv_splat_s32(127)) << 23);
  const sv_f32 low = sv_select((sv_s32)(x < sv_splat(-87.33f)), sv_splat(0), y);
  const sv_f32 high = sv_select((sv_s32)(x > sv_splat(88.72284f)), sv_splat(__builtin_inff()), low);
  return sv_select((sv_s32)(x == x), high, x);
}
/* e * ln 2 + log(m), m in [sqrt(1/2), sqrt(2)), by the series of atanh((m-1)/(m+1)) */
SV_INLINE sv_f32 sv_log(sv_f32 x) {
  const sv_s32 tiny = (sv_s32)(x < sv_splat(1.17549435e-38f));
  const sv_s32 bits = (sv_s32)sv_select(tiny, x * sv_splat(8388608.0f), x);
  const sv_s32 e = ((bits - sv_splat_s32(0x3f3504f3)) >> 23);
  const sv_f32 m = (sv_f32)(bits - (e << 23));
  const sv_f32 s = (m - sv_splat(1.0f)) / (m + sv_splat(1.0f)), z = s * s;
  sv_f32 p = sv_splat(0.22222222f);
  p = p * z + sv_splat(0.28571429f);
  p = p * z + sv_splat(0.4f);
  p = p * z + sv_splat(0.66666667f);
  const sv_f32 k = sv_to_f32(e - (tiny & sv_splat_s32(23)));
  const sv_f32 y = k * sv_splat(0.693359375f) + (k * sv_splat(-2.12194440e-4f) + (s * z * p + s * sv_splat(2.0f)));
  const sv_f32 inf = sv_splat(__builtin_inff());
  sv_f32 r = sv_select((sv_s32)(x == inf), inf, y);
  r = sv_select((sv_s32)(x == sv_splat(0)), -inf, r);
  return sv_select((sv_s32)(x >= sv_splat(0)), r, sv_splat(__builtin_nanf("")));
}
SV_INLINE sv_f32 sv_sigmoid(sv_f32 x) { return sv_splat(1.0f) / (sv_splat(1.0f) + sv_exp(-x)); }
/* below 0.625 an odd polynomial (Cephes), above by exp */
SV_INLINE sv_f32 sv_tanh(sv_f32 x) {
  const sv_f32 a = sv_abs(x), z = x * x;
  sv_f32 p = sv_splat(-5.70498872745e-3f);
  p = p * z + sv_splat(2.06390887954e-2f);
  p = p * z + sv_splat(-5.37397155531e-2f);
  p = p * z + sv_splat(1.33314422036e-1f);
  p = p * z + sv_splat(-3.33332819422e-1f);
  const sv_f32 small = p * z * x + x;
  const sv_f32 large = sv_splat(1.0f) - sv_splat(2.0f) / (sv_exp(a + a) + sv_splat(1.0f));
  return sv_select((sv_s32)(a < sv_splat(0.625f)), small, sv_copysign(large, x));
}
/* Abramowitz and Stegun 7.1.26 is too coarse near 0: series below 1, their 7.1.26 above (absolute error 1.5e-7) */
SV_INLINE sv_f32 sv_erf(sv_f32 x) {
  const sv_f32 a = sv_abs(x), z = x * x;
  sv_f32 s = sv_splat(-1.3212e-5f);
  s = s * z + sv_splat(1.2055333e-4f);
  s = s * z + sv_splat(-8.5483270e-4f);
  s = s * z + sv_splat(5.2239776e-3f);
  s = s * z + sv_splat(-2.6866171e-2f);
  s = s * z + sv_splat(1.1283792e-1f);
  s = s * z + sv_splat(-3.7612639e-1f);
  s = s * z + sv_splat(1.1283792f);
  const sv_f32 t = sv_splat(1.0f) / (sv_splat(1.0f) + sv_splat(0.3275911f) * a);
  sv_f32 p = sv_splat(1.061405429f);
  p = p * t + sv_splat(-1.453152027f);
  p = p * t + sv_splat(1.421413741f);
  p = p * t + sv_splat(-0.284496736f);
  p = p * t + sv_splat(0.254829592f);
  const sv_f32 large = sv_splat(1.0f) - p * t * sv_exp(-z);
  return sv_select((sv_s32)(a < sv_splat(0.9f)), s * x, sv_copysign(large, x));
}
/* |x| up to some thousands: reduction by pi/2 in three parts */
SV_INLINE sv_f32 sv_sincos(sv_f32 x, const int quarter) {
  const sv_f32 k = sv_round(x * sv_splat(0.636619772f));
  const sv_f32 r = x - k * sv_splat(1.5703125f) - k * sv_splat(4.8375129e-4f) - k * sv_splat(7.5497899e-8f), z = r * r;
  sv_f32 s = sv_splat(-1.9515296e-4f);
  s = s * z + sv_splat(8.3321609e-3f);
  s = s * z + sv_splat(-1.6666655e-1f);
  s = s * z * r + r;
  sv_f32 c = sv_splat(2.4433157e-5f);
  c = c * z + sv_splat(-1.3887316e-3f);
  c = c * z + sv_splat(4.1666646e-2f);
  c = c * z * z - sv_splat(0.5f) * z + sv_splat(1.0f);
  const sv_s32 q = sv_to_s32(k) + sv_splat_s32(quarter);
  const sv_f32 v = sv_select((sv_s32)((q & sv_splat_s32(1)) == sv_splat_s32(1)), c, s);
  return sv_select((sv_s32)((q & sv_splat_s32(2)) == sv_splat_s32(2)), -v, v);
}
SV_INLINE sv_f32 sv_sin(sv_f32 x) { return sv_sincos(x, 0); }
SV_INLINE sv_f32 sv_cos(sv_f32 x) { return sv_sincos(x, 1); }
/* exp(b log |a|) with the sign of an odd integer power; relative error grows with |b log a| */
SV_INLINE sv_f32 sv_pow(sv_f32 a, sv_f32 b) {
  const sv_f32 size = sv_exp(b * sv_log(sv_abs(a))), one = sv_splat(1.0f), zero = sv_splat(0);
  const sv_f32 half = b * sv_splat(0.5f);
  const sv_s32 whole = (sv_s32)(sv_floor(b) == b), odd = whole & (sv_s32)(sv_floor(half) != half);
  const sv_f32 negative = sv_select(whole, sv_select(odd, -size, size), sv_splat(__builtin_nanf("")));
  const sv_f32 y = sv_select((sv_s32)(a < zero), negative, size);
  return sv_select((sv_s32)(b == zero), one, y);
}

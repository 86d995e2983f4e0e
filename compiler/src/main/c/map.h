/* Lanes of any stride and type, for element-wise kernels: `n` lanes (all of them when it is the constant SV_LANES). */
#define SV_LANE_LOAD(NAME, TYPE)                                                                   \
  SV_INLINE sv_f32 NAME(const TYPE *p, const long stride, const int n) {                           \
    sv_f32 v = sv_splat(0);                                                                        \
    if (stride == 0) return sv_splat((float)p[0]);                                                 \
    for (int i = 0; i < SV_LANES; i++)                                                             \
      if (i < n) v[i] = (float)p[i * stride];                                                      \
    return v;                                                                                      \
  }
#define SV_LANE_STORE(NAME, TYPE, VIA)                                                             \
  SV_INLINE void NAME(TYPE *p, const long stride, const int n, const sv_f32 v) {                   \
    for (int i = 0; i < SV_LANES; i++)                                                             \
      if (i < n) p[i * stride] = (TYPE)(VIA)v[i];                                                  \
  }
SV_LANE_LOAD(sv_lanes_f32, float)
SV_LANE_LOAD(sv_lanes_u8, sv_byte)
SV_LANE_LOAD(sv_lanes_s32, int)
SV_LANE_LOAD(sv_lanes_s64, long)
SV_LANE_STORE(sv_put_lanes_f32, float, float)
SV_LANE_STORE(sv_put_lanes_u8, sv_byte, int)
SV_LANE_STORE(sv_put_lanes_s32, int, int)
SV_LANE_STORE(sv_put_lanes_s64, long, long)

SV_INLINE sv_f32 sv_get_f32(const float *p, const long stride, const int n) {
  return stride == 1 && n == SV_LANES ? sv_load(p) : sv_lanes_f32(p, stride, n);
}
SV_INLINE sv_f32 sv_get_u8(const sv_byte *p, const long stride, const int n) {
  return stride == 1 && n == SV_LANES ? sv_to_f32(sv_load_u8(p)) : sv_lanes_u8(p, stride, n);
}
SV_INLINE sv_f32 sv_get_s32(const int *p, const long stride, const int n) { return sv_lanes_s32(p, stride, n); }
SV_INLINE sv_f32 sv_get_s64(const long *p, const long stride, const int n) { return sv_lanes_s64(p, stride, n); }
SV_INLINE void sv_put_f32(float *p, const long stride, const int n, const sv_f32 v) {
  if (stride == 1 && n == SV_LANES) sv_store(p, v);
  else sv_put_lanes_f32(p, stride, n, v);
}
SV_INLINE void sv_put_u8(sv_byte *p, const long stride, const int n, const sv_f32 v) {
  if (stride == 1 && n == SV_LANES) sv_store_u8(p, sv_to_s32(v));
  else {
    const sv_s32 whole = sv_to_s32(v);
    for (int i = 0; i < SV_LANES; i++)
      if (i < n) p[i * stride] = (sv_byte)whole[i];
  }
}
SV_INLINE void sv_put_s32(int *p, const long stride, const int n, const sv_f32 v) { sv_put_lanes_s32(p, stride, n, v); }
SV_INLINE void sv_put_s64(long *p, const long stride, const int n, const sv_f32 v) { sv_put_lanes_s64(p, stride, n, v); }

SV_INLINE sv_f32 sv_quantize(sv_f32 x, const float scale, const int zero, const int lo, const int hi) {
  return sv_round(sv_clamp(x / sv_splat(scale), lo - zero, hi - zero)) + sv_splat((float)zero);
}
SV_INLINE sv_f32 sv_requantize_f32(sv_f32 steps, const int zero, const int lo, const int hi) {
  return sv_round(sv_clamp(steps, lo - zero, hi - zero)) + sv_splat((float)zero);
}
SV_INLINE sv_f32 sv_dequantize(sv_f32 q, const float scale, const int zero) { return (q - sv_splat((float)zero)) * sv_splat(scale); }

SV_INLINE void sv_lut(const sv_byte *restrict table, const sv_byte *x, sv_byte *y, const long count, const long x_stride, const long y_stride) {
  for (long i = 0; i < count; i++) y[i * y_stride] = table[x[i * x_stride]];
}
#define SV_STRIDED_COPY(NAME, TYPE, FLIP)                                                                        \
  SV_INLINE void NAME(const TYPE *restrict x, TYPE *restrict y, const long count, const long x_stride,           \
                      const long y_stride, const int flip) {                                                    \
    (void)flip;                                                                                                  \
    for (long i = 0; i < count; i++) y[i * y_stride] = x[i * x_stride] FLIP;                                     \
  }
SV_STRIDED_COPY(sv_copy_1, sv_byte, ^ (sv_byte)flip)
SV_STRIDED_COPY(sv_copy_2, unsigned short, )
SV_STRIDED_COPY(sv_copy_4, unsigned int, )
SV_STRIDED_COPY(sv_copy_8, unsigned long, )

/* Pooling, channels-last; windows are clipped to the image, so the border is never read. Channels is a multiple of 16. */
typedef struct {
  int images, height, width, out_height, out_width, channels;
  int kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left, pad_bottom, pad_right;
  int x_pixel, x_row, x_image, y_pixel, y_row, y_image;
  int average, count_pad;
} sv_pool;

/* First and end of the kernel taps that lie within [0, extent). */
SV_INLINE int sv_first_tap(const int start, const int dilation) { return start >= 0 ? 0 : (-start + dilation - 1) / dilation; }
SV_INLINE int sv_end_tap(const int start, const int extent, const int dilation, const int taps) {
  const int end = (extent - start + dilation - 1) / dilation;
  return end < 0 ? 0 : end < taps ? end : taps;
}
/* Divisor of an average whose window starts at (top, left). */
SV_INLINE int sv_pool_count(const sv_pool g, const int top, const int left, const int inside) {
  if (!g.count_pad) return inside;
  const int bottom = top + g.kernel_h, right = left + g.kernel_w, end_h = g.height + g.pad_bottom, end_w = g.width + g.pad_right;
  return ((bottom < end_h ? bottom : end_h) - top) * ((right < end_w ? right : end_w) - left);
}

SV_INLINE void sv_pool_f32(const float *restrict x, float *restrict y, const sv_pool g) {
  for (int n = 0; n < g.images; n++)
    for (int oy = 0; oy < g.out_height; oy++)
      for (int ox = 0; ox < g.out_width; ox++) {
        const int top = oy * g.stride_h - g.pad_top, left = ox * g.stride_w - g.pad_left;
        const int r0 = sv_first_tap(top, g.dilation_h), r1 = sv_end_tap(top, g.height, g.dilation_h, g.kernel_h);
        const int c0 = sv_first_tap(left, g.dilation_w), c1 = sv_end_tap(left, g.width, g.dilation_w, g.kernel_w);
        const sv_f32 scale = sv_splat(g.average ? 1.0f / (float)sv_pool_count(g, top, left, (r1 - r0) * (c1 - c0)) : 1.0f);
        for (int c = 0; c < g.channels; c += SV_LANES) {
          sv_f32 acc = sv_splat(g.average ? 0.0f : -__builtin_inff());
          SV_ROLL for (int r = r0; r < r1; r++)
            SV_ROLL for (int k = c0; k < c1; k++) {
              const sv_f32 v = sv_load(x + (long)n * g.x_image + (top + r * g.dilation_h) * g.x_row + (left + k * g.dilation_w) * g.x_pixel + c);
              acc = g.average ? acc + v : sv_max(v, acc);
            }
          sv_store(y + (long)n * g.y_image + oy * g.y_row + ox * g.y_pixel + c, g.average ? acc * scale : acc);
        }
      }
}

SV_INLINE void sv_pool_u8(const sv_byte *restrict x, sv_byte *restrict y, const sv_pool g, const float scale, const int x_zero,
                          const int y_zero, const int lo, const int hi) {
  for (int n = 0; n < g.images; n++)
    for (int oy = 0; oy < g.out_height; oy++)
      for (int ox = 0; ox < g.out_width; ox++) {
        const int top = oy * g.stride_h - g.pad_top, left = ox * g.stride_w - g.pad_left;
        const int r0 = sv_first_tap(top, g.dilation_h), r1 = sv_end_tap(top, g.height, g.dilation_h, g.kernel_h);
        const int c0 = sv_first_tap(left, g.dilation_w), c1 = sv_end_tap(left, g.width, g.dilation_w, g.kernel_w);
        const int inside = (r1 - r0) * (c1 - c0);
        const sv_f32 steps = sv_splat(g.average ? scale / (float)sv_pool_count(g, top, left, inside) : 1.0f);
        for (int c = 0; c < g.channels; c += SV_LANES) {
          sv_s32 acc = sv_splat_s32(0);
          SV_ROLL for (int r = r0; r < r1; r++)
            SV_ROLL for (int k = c0; k < c1; k++) {
              const sv_s32 v = sv_load_u8(x + (long)n * g.x_image + (top + r * g.dilation_h) * g.x_row + (left + k * g.dilation_w) * g.x_pixel + c);
              const sv_s32 greater = (sv_s32)(v > acc);
              acc = g.average ? acc + v : (greater & v) | (~greater & acc);
            }
          sv_byte *out = y + (long)n * g.y_image + oy * g.y_row + ox * g.y_pixel + c;
          if (g.average) {
            const sv_f32 mean = sv_to_f32(acc - sv_splat_s32(inside * x_zero)) * steps;
            acc = sv_round_s32(sv_clamp(mean, lo - y_zero, hi - y_zero)) + sv_splat_s32(y_zero);
          }
          sv_store_u8(out, acc);
        }
      }
}

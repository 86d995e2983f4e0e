/* Depthwise convolution, f32 and u8 x s8: one filter per channel, vectors of channels, a tile of `tile` pixels of one row. */
typedef struct {
  int images, height, width, channels, kernel_h, kernel_w, stride_w, dilation_w;
  int tap_row;                 /* elements from kernel row to kernel row */
  int x_channels;              /* elements from pixel to pixel of x */
  int x_row, x_image;          /* from output row to output row */
  int y_pixel, y_row, y_image, r_pixel, r_row, r_image, tile;
} sv_dwconv;

/* weights [C/16][kernel_h * kernel_w][16] */
SV_INLINE void sv_dw_tile_f32(const float *restrict x, const float *restrict w, const float *restrict bias,
                              const float *restrict residual, float *restrict y, const sv_dwconv g, const int tile,
                              const sv_epilogue epilogue) {
  sv_f32 acc[16];
  const sv_f32 b = sv_load(bias);
  SV_UNROLL for (int t = 0; t < tile; t++) acc[t] = b;
  SV_ROLL for (int row = 0; row < g.kernel_h; row++) {
    SV_UNROLL for (int col = 0; col < g.kernel_w; col++) {
      const sv_f32 weight = sv_load(w + (row * g.kernel_w + col) * SV_BLOCK);
      SV_UNROLL for (int t = 0; t < tile; t++)
        acc[t] = sv_fma(sv_load(x + row * g.tap_row + (t * g.stride_w + col * g.dilation_w) * g.x_channels), weight, acc[t]);
    }
  }
  SV_UNROLL for (int t = 0; t < tile; t++)
    sv_store(y + t * g.y_pixel, epilogue(acc[t], residual ? sv_load(residual + t * g.r_pixel) : sv_splat(0)));
}

SV_INLINE void sv_dwconv2d_f32(const float *restrict x, const float *restrict w, const float *restrict bias,
                               const float *restrict residual, float *restrict y, const sv_dwconv g, const sv_epilogue epilogue) {
  const int full = g.width / g.tile, rest = g.width % g.tile, x_pixel = g.stride_w * g.x_channels;
  for (int n = 0; n < g.images; n++)
    for (int r = 0; r < g.height; r++)
      for (int c = 0; c < g.channels; c += SV_LANES) {
        const float *wc = w + c / SV_BLOCK * g.kernel_h * g.kernel_w * SV_BLOCK + c % SV_BLOCK;
        const float *xr = x + (long)n * g.x_image + r * g.x_row + c;
        const float *rr = residual ? residual + (long)n * g.r_image + r * g.r_row + c : 0;
        float *yr = y + (long)n * g.y_image + r * g.y_row + c;
        for (int t = 0; t < full; t++)
          sv_dw_tile_f32(xr + t * g.tile * x_pixel, wc, bias + c, rr ? rr + t * g.tile * g.r_pixel : 0, yr + t * g.tile * g.y_pixel, g, g.tile, epilogue);
        if (rest)
          sv_dw_tile_f32(xr + full * g.tile * x_pixel, wc, bias + c, rr ? rr + full * g.tile * g.r_pixel : 0, yr + full * g.tile * g.y_pixel, g, rest, epilogue);
      }
}

/* Four vertical taps of one column in a word; rows behind the kernel are not read, their weights are zero. */
SV_INLINE sv_s32 sv_column(const sv_byte *x, const int tap_row, const int rows) {
  sv_s32 word = sv_load_u8(x);
  if (rows > 1) word |= sv_load_u8(x + tap_row) << 8;
  if (rows > 2) word |= sv_load_u8(x + 2 * tap_row) << 16;
  if (rows > 3) word |= sv_load_u8(x + 3 * tap_row) << 24;
  return word;
}

/* weights [C/16][ceil(kernel_h / 4)][kernel_w][16][4]; with dilation_w 1 a column serves every pixel that it lies under */
SV_INLINE void sv_qdw_tile(const sv_byte *restrict x, const sv_s8 *restrict w, const int *restrict bias, const float *restrict scale,
                           const sv_byte *restrict residual, sv_byte *restrict y, const sv_dwconv g, const int tile, const sv_requant q) {
  sv_s32 acc[16];
  const sv_s32 b = sv_load_s32(bias);
  SV_UNROLL for (int t = 0; t < tile; t++) acc[t] = b;
  SV_UNROLL for (int group = 0; group < (g.kernel_h + 3) / 4; group++) {
    const int rows = g.kernel_h - 4 * group < 4 ? g.kernel_h - 4 * group : 4;
    const sv_byte *restrict in = x + 4 * group * g.tap_row;
    const sv_s8 *restrict wg = w + group * g.kernel_w * SV_BLOCK * 4;
    if (g.dilation_w == 1) {
      SV_UNROLL for (int col = 0; col < (tile - 1) * g.stride_w + g.kernel_w; col++) {
        if (g.stride_w <= g.kernel_w || col % g.stride_w < g.kernel_w) {
          const sv_s32 word = sv_column(in + col * g.x_channels, g.tap_row, rows);
          SV_UNROLL for (int t = 0; t < tile; t++) {
            const int tap = col - t * g.stride_w;
            if (tap >= 0 && tap < g.kernel_w) acc[t] = sv_dot4(acc[t], word, sv_load_s32(wg + tap * SV_BLOCK * 4));
          }
        }
      }
    } else {
      SV_UNROLL for (int tap = 0; tap < g.kernel_w; tap++)
        SV_UNROLL for (int t = 0; t < tile; t++)
          acc[t] = sv_dot4(acc[t], sv_column(in + (t * g.stride_w + tap * g.dilation_w) * g.x_channels, g.tap_row, rows),
                           sv_load_s32(wg + tap * SV_BLOCK * 4));
    }
  }
  const sv_f32 s = sv_load(scale);
  SV_UNROLL for (int t = 0; t < tile; t++) sv_requantize(y + t * g.y_pixel, residual ? residual + t * g.r_pixel : 0, acc[t], s, q);
}

SV_INLINE void sv_qdwconv2d(const sv_byte *restrict x, const sv_s8 *restrict w, const int *restrict bias, const float *restrict scale,
                            const sv_byte *restrict residual, sv_byte *restrict y, const sv_dwconv g, const sv_requant q) {
  const int full = g.width / g.tile, rest = g.width % g.tile, x_pixel = g.stride_w * g.x_channels;
  for (int n = 0; n < g.images; n++)
    for (int r = 0; r < g.height; r++)
      for (int c = 0; c < g.channels; c += SV_LANES) {
        const sv_s8 *wc = w + (c / SV_BLOCK * ((g.kernel_h + 3) / 4) * g.kernel_w * SV_BLOCK + c % SV_BLOCK) * 4;
        const sv_byte *xr = x + (long)n * g.x_image + r * g.x_row + c;
        const sv_byte *rr = residual ? residual + (long)n * g.r_image + r * g.r_row + c : 0;
        sv_byte *yr = y + (long)n * g.y_image + r * g.y_row + c;
        for (int t = 0; t < full; t++)
          sv_qdw_tile(xr + t * g.tile * x_pixel, wc, bias + c, scale + c, rr ? rr + t * g.tile * g.r_pixel : 0, yr + t * g.tile * g.y_pixel, g, g.tile, q);
        if (rest)
          sv_qdw_tile(xr + full * g.tile * x_pixel, wc, bias + c, scale + c, rr ? rr + full * g.tile * g.r_pixel : 0, yr + full * g.tile * g.y_pixel, g, rest, q);
      }
}

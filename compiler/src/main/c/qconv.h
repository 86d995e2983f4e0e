/* Dense u8 x s8 convolution; the walk is that of conv.h. `run` counts words of four inputs, weights lie
 * [OC/16][runs][run][16][4], the zero point of x is folded into the bias. */
SV_INLINE void sv_qconv_tile(const sv_byte *restrict x, const sv_s8 *restrict w, const int *restrict bias, const float *restrict scale,
                             const sv_byte *restrict residual, sv_byte *restrict y, const sv_conv g, const int cols,
                             const int tile_rows, const int blocks, const sv_requant q) {
  sv_s32 acc[32];
  const int panel = g.rows * g.taps * g.run * SV_BLOCK * 4, tile = cols * tile_rows;
  SV_UNROLL for (int t = 0; t < tile; t++)
    SV_UNROLL for (int b = 0; b < blocks; b++) acc[t * blocks + b] = sv_load_s32(bias + b * SV_LANES);
  SV_ROLL for (int row = 0; row < g.rows; row++) {
    SV_ROLL for (int tap = 0; tap < g.taps; tap++) {
      const sv_byte *restrict in = x + row * g.row_step + tap * g.tap_step;
      SV_ROLL for (int k = 0; k < g.run; k++, w += SV_BLOCK * 4) {
        sv_s32 weight[8];
        SV_UNROLL for (int b = 0; b < blocks; b++)
          weight[b] = sv_load_s32(w + b * SV_LANES / SV_BLOCK * panel + b * SV_LANES % SV_BLOCK * 4);
        SV_UNROLL for (int t = 0; t < tile; t++) {
          const sv_s32 input = sv_splat_s32(*(const sv_word_unaligned *)(in + t / cols * g.x_row + t % cols * g.x_pixel + 4 * k));
          SV_UNROLL for (int b = 0; b < blocks; b++)
            acc[t * blocks + b] = sv_dot4(acc[t * blocks + b], input, weight[b]);
        }
      }
    }
  }
  SV_UNROLL for (int b = 0; b < blocks; b++) {
    const sv_f32 s = sv_load(scale + b * SV_LANES);
    SV_UNROLL for (int t = 0; t < tile; t++)
      sv_requantize(y + t / cols * g.y_row + t % cols * g.y_pixel + b * SV_LANES,
                    residual ? residual + t / cols * g.r_row + t % cols * g.r_pixel + b * SV_LANES : 0, acc[t * blocks + b], s, q);
  }
}

SV_INLINE void sv_qconv_rows(const sv_byte *restrict x, const sv_s8 *restrict w, const int *restrict bias, const float *restrict scale,
                             const sv_byte *restrict residual, sv_byte *restrict y, const sv_conv g, const int tile_rows,
                             const int blocks, const sv_requant q) {
  const int full = g.width / g.tile, rest = g.width % g.tile;
  for (int c = 0; c < full; c++)
    sv_qconv_tile(x + c * g.tile * g.x_pixel, w, bias, scale, residual ? residual + c * g.tile * g.r_pixel : 0,
                  y + c * g.tile * g.y_pixel, g, g.tile, tile_rows, blocks, q);
  if (rest)
    sv_qconv_tile(x + full * g.tile * g.x_pixel, w, bias, scale, residual ? residual + full * g.tile * g.r_pixel : 0,
                  y + full * g.tile * g.y_pixel, g, rest, tile_rows, blocks, q);
}

SV_INLINE void sv_qconv_chunk(const sv_byte *restrict x, const sv_s8 *restrict w, const int *restrict bias, const float *restrict scale,
                              const sv_byte *restrict residual, sv_byte *restrict y, const sv_conv g, const int tile_rows,
                              const int chunk, const sv_requant q) {
  const int vectors = g.filters / SV_LANES, rest = vectors % g.blocks, first = chunk * g.blocks * SV_LANES;
  const sv_s8 *wc = w + (long)(first / SV_BLOCK) * g.rows * g.taps * g.run * SV_BLOCK * 4 + first % SV_BLOCK * 4;
  const sv_byte *r = residual ? residual + first : 0;
  if (rest && chunk == vectors / g.blocks)
    sv_qconv_rows(x, wc, bias + first, scale + first, r, y + first, g, tile_rows, rest, q);
  else
    sv_qconv_rows(x, wc, bias + first, scale + first, r, y + first, g, tile_rows, g.blocks, q);
}

SV_INLINE void sv_qconv2d(const sv_byte *restrict x, const sv_s8 *restrict w, const int *restrict bias, const float *restrict scale,
                          const sv_byte *restrict residual, sv_byte *restrict y, const sv_conv g, const sv_requant q) {
  const int chunks = (g.filters / SV_LANES + g.blocks - 1) / g.blocks, bands = g.height / g.tile_rows;
  const int rest = g.height % g.tile_rows, all = bands + (rest != 0);
  for (int n = 0; n < g.images; n++) {
    for (int i = 0; i < all * chunks; i++) {
      const int band = g.channels_outer ? i % all : i / chunks, chunk = g.channels_outer ? i / all : i % chunks;
      const sv_byte *xb = x + (long)n * g.x_image + band * g.tile_rows * g.x_row;
      const sv_byte *rb = residual ? residual + (long)n * g.r_image + band * g.tile_rows * g.r_row : 0;
      sv_byte *yb = y + (long)n * g.y_image + band * g.tile_rows * g.y_row;
      if (rest && band == bands)
        sv_qconv_chunk(xb, w, bias, scale, rb, yb, g, rest, chunk, q);
      else
        sv_qconv_chunk(xb, w, bias, scale, rb, yb, g, g.tile_rows, chunk, q);
    }
  }
}

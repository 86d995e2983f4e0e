/* Dense convolution over channels-last buffers, f32 and u8 x s8. Every size is a compile-time constant at the call, so that a
 * tile of output pixels times vectors of output channels unrolls into registers. */

/* Sizes in elements. A kernel tap run is `run` contiguous inputs; there are rows * taps runs. Output pixels form `height` rows
 * of `width`; a tile covers `tile_rows` rows of `tile` pixels (tile_rows > 1 only when tile == width). */
typedef struct {
  int images, height, width, rows, taps, run, filters;
  int row_step, tap_step;                  /* from run to run */
  int x_pixel, x_row, x_image;             /* from output pixel to output pixel, in x */
  int y_pixel, y_row, y_image;
  int r_pixel, r_row, r_image;
  int tile, tile_rows, blocks;             /* blocks: vectors of SV_LANES output channels */
  int channels_outer;                      /* walk all pixels for one chunk of channels before the next */
} sv_conv;

typedef sv_f32 (*sv_epilogue)(sv_f32 acc, sv_f32 residual);

/* float weights lie [OC/16][run total][16] */
SV_INLINE void sv_conv_tile_f32(const float *restrict x, const float *restrict w, const float *restrict bias,
                                const float *restrict residual, float *restrict y, const sv_conv g, const int cols,
                                const int tile_rows, const int blocks, const sv_epilogue epilogue) {
  sv_f32 acc[32];
  const int panel = g.rows * g.taps * g.run * SV_BLOCK, tile = cols * tile_rows;
  SV_UNROLL for (int t = 0; t < tile; t++)
    SV_UNROLL for (int b = 0; b < blocks; b++) acc[t * blocks + b] = sv_load(bias + b * SV_LANES);
  SV_ROLL for (int row = 0; row < g.rows; row++) {
    SV_ROLL for (int tap = 0; tap < g.taps; tap++) {
      const float *restrict in = x + row * g.row_step + tap * g.tap_step;
      SV_ROLL for (int k = 0; k < g.run; k++, w += SV_BLOCK) {
        sv_f32 weight[8];
        SV_UNROLL for (int b = 0; b < blocks; b++)
          weight[b] = sv_load(w + b * SV_LANES / SV_BLOCK * panel + b * SV_LANES % SV_BLOCK);
        SV_UNROLL for (int t = 0; t < tile; t++) {
          const sv_f32 input = sv_splat(in[t / cols * g.x_row + t % cols * g.x_pixel + k]);
          SV_UNROLL for (int b = 0; b < blocks; b++)
            acc[t * blocks + b] = sv_fma(input, weight[b], acc[t * blocks + b]);
        }
      }
    }
  }
  SV_UNROLL for (int t = 0; t < tile; t++)
    SV_UNROLL for (int b = 0; b < blocks; b++) {
      const sv_f32 r = residual ? sv_load(residual + t / cols * g.r_row + t % cols * g.r_pixel + b * SV_LANES) : sv_splat(0);
      sv_store(y + t / cols * g.y_row + t % cols * g.y_pixel + b * SV_LANES, epilogue(acc[t * blocks + b], r));
    }
}

/* All pixels of `tile_rows` output rows for one chunk of channels. */
SV_INLINE void sv_conv_rows_f32(const float *restrict x, const float *restrict w, const float *restrict bias,
                                const float *restrict residual, float *restrict y, const sv_conv g, const int tile_rows,
                                const int blocks, const sv_epilogue epilogue) {
  const int full = g.width / g.tile, rest = g.width % g.tile;
  for (int c = 0; c < full; c++)
    sv_conv_tile_f32(x + c * g.tile * g.x_pixel, w, bias, residual ? residual + c * g.tile * g.r_pixel : 0,
                     y + c * g.tile * g.y_pixel, g, g.tile, tile_rows, blocks, epilogue);
  if (rest)
    sv_conv_tile_f32(x + full * g.tile * g.x_pixel, w, bias, residual ? residual + full * g.tile * g.r_pixel : 0,
                     y + full * g.tile * g.y_pixel, g, rest, tile_rows, blocks, epilogue);
}

SV_INLINE void sv_conv_chunk_f32(const float *restrict x, const float *restrict w, const float *restrict bias,
                                 const float *restrict residual, float *restrict y, const sv_conv g, const int tile_rows,
                                 const int chunk, const sv_epilogue epilogue) {
  const int vectors = g.filters / SV_LANES, rest = vectors % g.blocks, first = chunk * g.blocks * SV_LANES;
  const float *wc = w + (long)(first / SV_BLOCK) * g.rows * g.taps * g.run * SV_BLOCK + first % SV_BLOCK;
  const float *r = residual ? residual + first : 0;
  if (rest && chunk == vectors / g.blocks)
    sv_conv_rows_f32(x, wc, bias + first, r, y + first, g, tile_rows, rest, epilogue);
  else
    sv_conv_rows_f32(x, wc, bias + first, r, y + first, g, tile_rows, g.blocks, epilogue);
}

/* y = epilogue(bias + sum x*w, residual); filters is a multiple of 16 */
SV_INLINE void sv_conv2d_f32(const float *restrict x, const float *restrict w, const float *restrict bias,
                             const float *restrict residual, float *restrict y, const sv_conv g, const sv_epilogue epilogue) {
  const int chunks = (g.filters / SV_LANES + g.blocks - 1) / g.blocks, bands = g.height / g.tile_rows;
  const int rest = g.height % g.tile_rows, all = bands + (rest != 0);
  for (int n = 0; n < g.images; n++) {
    for (int i = 0; i < all * chunks; i++) {
      const int band = g.channels_outer ? i % all : i / chunks, chunk = g.channels_outer ? i / all : i % chunks;
      const float *xb = x + (long)n * g.x_image + band * g.tile_rows * g.x_row;
      const float *rb = residual ? residual + (long)n * g.r_image + band * g.tile_rows * g.r_row : 0;
      float *yb = y + (long)n * g.y_image + band * g.tile_rows * g.y_row;
      if (rest && band == bands)
        sv_conv_chunk_f32(xb, w, bias, rb, yb, g, rest, chunk, epilogue);
      else
        sv_conv_chunk_f32(xb, w, bias, rb, yb, g, g.tile_rows, chunk, epilogue);
    }
  }
}

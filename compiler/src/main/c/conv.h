/* Dense f32 convolution over channels-last buffers: y = epilogue(bias + sum x * w, residual). Every size is a
   compile-time constant at the call, so that a tile's accumulators become registers. */
#ifndef SV_CONV_H
#define SV_CONV_H

/* What follows a convolution, on vectors: the accumulator and the residual (0 if there is none). */
typedef sv_f32 (*sv_epilogue)(sv_f32 acc, sv_f32 residual);

/* Steps are in elements. Axes whose pixels follow each other evenly are collapsed: a 1x1 convolution is one long row. */
struct sv_conv {
    int images, rows, cols;            /* output pixels */
    int vectors;                       /* of SV_LANES output channels */
    int tile_rows, tile_cols, blocks;  /* one tile: so many pixels times so many vectors */
    int pixels_first;                  /* the outer loop goes over pixels, not over output channels */
    int kernel_rows, segments, run;    /* a window is kernel_rows x segments contiguous runs; in words of 4 if 8-bit */
    int x_kernel_row, x_segment;       /* from one run to the next */
    int x_image, x_row, x_col;         /* from one output pixel's window to the next's */
    int y_image, y_row, y_col;
    int r_image, r_row, r_col;         /* residual */
};

#define SV_MAX_TILE 32
#define SV_BLOCK 16                        /* output channels that are packed together */
#define SV_PARTS (SV_BLOCK / SV_LANES)     /* vectors in a block */

/* Where vector number v of a packed block sequence starts, in units of SV_LANES-wide columns of `depth` rows. */
SV_INLINE long sv_packed(const int v, const long depth) {
    return (v / SV_PARTS) * depth * SV_BLOCK + (v % SV_PARTS) * SV_LANES;
}

/* One tile. */
SV_INLINE void sv_conv_tile(const struct sv_conv *s, const int tile_rows, const int tile_cols, const int blocks,
                            const float *restrict x, const float *restrict w, const float *restrict bias,
                            float *restrict y, const float *restrict residual, const sv_epilogue epilogue) {
    const int tile = tile_rows * tile_cols;
    const long depth = (long)s->kernel_rows * s->segments * s->run;
    sv_f32 acc[SV_MAX_TILE];
    SV_UNROLL
    for (int t = 0; t < tile; t++)
        SV_UNROLL
        for (int b = 0; b < blocks; b++) acc[t * blocks + b] = sv_load(bias + b * SV_LANES);
    SV_NO_UNROLL
    for (int row = 0; row < s->kernel_rows; row++) {
        SV_NO_UNROLL
        for (int segment = 0; segment < s->segments; segment++) {
            const float *input = x + (long)row * s->x_kernel_row + (long)segment * s->x_segment;
            SV_NO_UNROLL
            for (int k = 0; k < s->run; k++, w += SV_BLOCK, input++) {
                sv_f32 weight[SV_MAX_TILE];
                SV_UNROLL
                for (int b = 0; b < blocks; b++) weight[b] = sv_load(w + sv_packed(b, depth));
                SV_UNROLL
                for (int t = 0; t < tile; t++) {
                    const sv_f32 splat =
                        sv_splat(input[(long)(t / tile_cols) * s->x_row + (long)(t % tile_cols) * s->x_col]);
                    SV_UNROLL
                    for (int b = 0; b < blocks; b++)
                        acc[t * blocks + b] = sv_fma(splat, weight[b], acc[t * blocks + b]);
                }
            }
        }
    }
    SV_UNROLL
    for (int t = 0; t < tile; t++) {
        const long at = (long)(t / tile_cols) * s->y_row + (long)(t % tile_cols) * s->y_col;
        const long from = (long)(t / tile_cols) * s->r_row + (long)(t % tile_cols) * s->r_col;
        SV_UNROLL
        for (int b = 0; b < blocks; b++)
            sv_store(y + at + b * SV_LANES,
                     epilogue(acc[t * blocks + b], residual ? sv_load(residual + from + b * SV_LANES) : sv_splat(0)));
    }
}

/* One band of tile_rows rows for `blocks` vectors of output channels. */
SV_INLINE void sv_conv_band(const struct sv_conv *s, const int tile_rows, const int blocks, const float *restrict x,
                            const float *restrict w, const float *restrict bias, float *restrict y,
                            const float *restrict residual, const sv_epilogue epilogue) {
    const int tiles = s->cols / s->tile_cols, rest = s->cols % s->tile_cols;
    for (int c = 0; c < tiles; c++) {
        const long col = (long)c * s->tile_cols;
        sv_conv_tile(s, tile_rows, s->tile_cols, blocks, x + col * s->x_col, w, bias, y + col * s->y_col,
                     residual ? residual + col * s->r_col : 0, epilogue);
    }
    if (rest) {
        const long col = (long)tiles * s->tile_cols;
        sv_conv_tile(s, tile_rows, rest, blocks, x + col * s->x_col, w, bias, y + col * s->y_col,
                     residual ? residual + col * s->r_col : 0, epilogue);
    }
}

/* All bands of one image for the vectors first .. first + blocks. */
SV_INLINE void sv_conv_bands(const struct sv_conv *s, const int first_row, const int tile_rows, const int bands,
                             const int first, const int blocks, const int groups, const float *restrict x,
                             const float *restrict w, const float *restrict bias, float *restrict y,
                             const float *restrict residual, const sv_epilogue epilogue) {
    const long depth = (long)s->kernel_rows * s->segments * s->run;
    const int outer = s->pixels_first ? bands : groups, inner = s->pixels_first ? groups : bands;
    for (int o = 0; o < outer; o++) {
        for (int i = 0; i < inner; i++) {
            const long row = first_row + (long)(s->pixels_first ? o : i) * tile_rows;
            const int v = first + (s->pixels_first ? i : o) * blocks;
            sv_conv_band(s, tile_rows, blocks, x + row * s->x_row, w + sv_packed(v, depth), bias + v * SV_LANES,
                         y + row * s->y_row + v * SV_LANES,
                         residual ? residual + row * s->r_row + v * SV_LANES : 0, epilogue);
        }
    }
}

SV_INLINE void sv_conv_f32(const struct sv_conv *s, const float *restrict x, const float *restrict w,
                           const float *restrict bias, float *restrict y, const float *restrict residual,
                           const sv_epilogue epilogue) {
    const int bands = s->rows / s->tile_rows, rest_rows = s->rows % s->tile_rows;
    const int groups = s->vectors / s->blocks, rest = s->vectors % s->blocks;
    for (int image = 0; image < s->images; image++) {
        const float *xi = x + (long)image * s->x_image;
        float *yi = y + (long)image * s->y_image;
        const float *ri = residual ? residual + (long)image * s->r_image : 0;
        if (bands && groups)
            sv_conv_bands(s, 0, s->tile_rows, bands, 0, s->blocks, groups, xi, w, bias, yi, ri, epilogue);
        if (rest_rows && groups)
            sv_conv_bands(s, s->rows - rest_rows, rest_rows, 1, 0, s->blocks, groups, xi, w, bias, yi, ri, epilogue);
        if (bands && rest)
            sv_conv_bands(s, 0, s->tile_rows, bands, s->vectors - rest, rest, 1, xi, w, bias, yi, ri, epilogue);
        if (rest_rows && rest)
            sv_conv_bands(s, s->rows - rest_rows, rest_rows, 1, s->vectors - rest, rest, 1, xi, w, bias, yi, ri,
                          epilogue);
    }
}
#endif

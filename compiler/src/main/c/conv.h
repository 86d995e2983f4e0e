/* Dense f32 convolution over channels-last buffers: y = epilogue(bias + sum x * w, residual). Every size is a
   compile-time constant at the call, so that a tile's accumulators become registers. The loops over tiles serve the
   8-bit convolution too. */
#ifndef SV_CONV_H
#define SV_CONV_H

/* What follows a convolution, on vectors: the accumulator and the residual (0 if there is none). */
typedef sv_f32 (*sv_epilogue)(sv_f32 acc, sv_f32 residual);

/* Steps are in elements. Axes whose pixels follow each other evenly are collapsed: a 1x1 convolution is one long row. */
struct sv_conv {
    int images, rows, cols;           /* output pixels */
    int vectors;                      /* of SV_LANES output channels */
    int tile_rows, tile_cols, blocks; /* one tile: so many pixels times so many vectors */
    int pixels_first;                 /* the outer loop goes over pixels, not over output channels */
    int kernel_rows, segments, run;   /* a window is kernel_rows x segments contiguous runs; in words of 4 if 8-bit */
    int x_kernel_row, x_segment;      /* from one run to the next */
    int x_image, x_row, x_col;        /* from one output pixel's window to the next's */
    int y_image, y_row, y_col;
    int r_image, r_row, r_col; /* residual */
    int narrow; /* at most half a vector of output channels: two steps along K share a multiply-add, where there is SV_HAS_PAIRS */
    /* Kernel rows that lie in a border of zeros are left out: x has x_rows rows (0: leave nothing out) below pad_top. */
    int x_rows, pad_top, stride_rows, dilation_rows;
};

#define SV_MAX_TILE 32
#define SV_BLOCK 16                    /* output channels that are packed together */
#define SV_PARTS (SV_BLOCK / SV_LANES) /* vectors in a block */

/* Where vector number v of a packed block sequence starts, in units of SV_LANES-wide columns of `depth` rows. */
SV_INLINE long sv_packed(const int v, const long depth) {
    return (v / SV_PARTS) * depth * SV_BLOCK + (v % SV_PARTS) * SV_LANES;
}

/* Where a tile lies: its first pixel in x, y and the residual, its first vector, and the kernel rows first .. end - 1. */
struct sv_tile {
    long x, y, residual;
    int vector, first, end;
};

/* Computes tile_rows x tile_cols pixels times `blocks` vectors. */
typedef void (*sv_tile_kernel)(const struct sv_conv *s, const int tile_rows, const int tile_cols, const int blocks,
                               const struct sv_tile *tile, const void *operands);

/* One band of tile_rows rows, `row` its first, for `blocks` vectors of output channels. */
SV_INLINE void sv_conv_band(const struct sv_conv *s, const int tile_rows, const int blocks, const int image,
                            const int row, const int vector, const sv_tile_kernel kernel, const void *operands) {
    const int tiles = s->cols / s->tile_cols, rest = s->cols % s->tile_cols;
    int first = 0, end = s->kernel_rows;
    if (s->x_rows) {
        const int above = s->pad_top - (row + tile_rows - 1) * s->stride_rows;
        const int below = s->x_rows + s->pad_top - row * s->stride_rows;
        if (above > 0) first = (above + s->dilation_rows - 1) / s->dilation_rows;
        if (below < end * s->dilation_rows) end = (below + s->dilation_rows - 1) / s->dilation_rows;
        /* Unknown to the optimiser, which would else make a copy of the tile for every range. */
        __asm__("" : "+r"(first), "+r"(end));
    }
    struct sv_tile tile = {(long)image * s->x_image + (long)row * s->x_row,
                           (long)image * s->y_image + (long)row * s->y_row + vector * SV_LANES,
                           (long)image * s->r_image + (long)row * s->r_row + vector * SV_LANES,
                           vector,
                           first,
                           end};
    for (int c = 0; c < tiles; c++) {
        kernel(s, tile_rows, s->tile_cols, blocks, &tile, operands);
        tile.x += (long)s->tile_cols * s->x_col;
        tile.y += (long)s->tile_cols * s->y_col;
        tile.residual += (long)s->tile_cols * s->r_col;
    }
    if (rest) kernel(s, tile_rows, rest, blocks, &tile, operands);
}

/* All bands of one image for the vectors first .. first + blocks. */
SV_INLINE void sv_conv_bands(const struct sv_conv *s, const int first_row, const int tile_rows, const int bands,
                             const int first, const int blocks, const int groups, const int image,
                             const sv_tile_kernel kernel, const void *operands) {
    const int outer = s->pixels_first ? bands : groups, inner = s->pixels_first ? groups : bands;
    for (int o = 0; o < outer; o++)
        for (int i = 0; i < inner; i++)
            sv_conv_band(s, tile_rows, blocks, image, first_row + (s->pixels_first ? o : i) * tile_rows,
                         first + (s->pixels_first ? i : o) * blocks, kernel, operands);
}

SV_INLINE void sv_conv_tiles(const struct sv_conv *s, const sv_tile_kernel kernel, const void *operands) {
    const int bands = s->rows / s->tile_rows, rest_rows = s->rows % s->tile_rows, last = s->rows - rest_rows;
    const int groups = s->vectors / s->blocks, rest = s->vectors % s->blocks, tail = s->vectors - rest;
    for (int image = 0; image < s->images; image++) {
        if (bands && groups) sv_conv_bands(s, 0, s->tile_rows, bands, 0, s->blocks, groups, image, kernel, operands);
        if (rest_rows && groups) sv_conv_bands(s, last, rest_rows, 1, 0, s->blocks, groups, image, kernel, operands);
        if (bands && rest) sv_conv_bands(s, 0, s->tile_rows, bands, tail, rest, 1, image, kernel, operands);
        if (rest_rows && rest) sv_conv_bands(s, last, rest_rows, 1, tail, rest, 1, image, kernel, operands);
    }
}

/* Weights of one step along K (no channels beyond half a vector), beside those of the next step or zeros. */
#ifdef SV_HAS_PAIRS
#define SV_NARROW(s) ((s)->narrow)
#else
#define SV_NARROW(s) 0
SV_INLINE sv_f32 sv_pairs(sv_f32 a, sv_f32 b) {
    (void)b;
    return a;
}
SV_INLINE sv_f32 sv_splat_pair(const void *p) {
    return sv_splat(*(const float *)p);
}
SV_INLINE sv_f32 sv_every_second(sv_f32 v, const int odd) {
    (void)odd;
    return v;
}
#endif

struct sv_conv_f32_operands {
    const float *x, *w, *bias;
    float *y;
    const float *residual;
    sv_epilogue epilogue;
};

SV_INLINE void sv_conv_f32_tile(const struct sv_conv *s, const int tile_rows, const int tile_cols, const int blocks,
                                const struct sv_tile *at, const void *operands) {
    const struct sv_conv_f32_operands *o = operands;
    const int tile = tile_rows * tile_cols;
    const long row_depth = (long)s->segments * s->run, depth = s->kernel_rows * row_depth;
    const float *x = o->x + at->x;
    const float *w = o->w + sv_packed(at->vector, depth) + at->first * row_depth * SV_BLOCK;
    sv_f32 acc[SV_MAX_TILE];
    SV_UNROLL
    for (int t = 0; t < tile; t++) {
        SV_UNROLL
        for (int b = 0; b < blocks; b++)
            acc[t * blocks + b] = o->bias ? sv_load(o->bias + (at->vector + b) * SV_LANES) : sv_splat(0);
        if (SV_NARROW(s)) acc[t] = sv_pairs(acc[t], sv_splat(0));
    }
    SV_NO_UNROLL
    for (int row = at->first; row < at->end; row++) {
        SV_NO_UNROLL
        for (int segment = 0; segment < s->segments; segment++) {
            const float *input = x + (long)row * s->x_kernel_row + (long)segment * s->x_segment;
            int k = 0;
            SV_NO_UNROLL
            for (; SV_NARROW(s) && k + 2 <= s->run; k += 2, w += 2 * SV_BLOCK, input += 2) {
                const sv_f32 weight = sv_pairs(sv_load(w), sv_load(w + SV_BLOCK));
                SV_UNROLL
                for (int t = 0; t < tile; t++)
                    acc[t] = sv_fma(sv_splat_pair(input + (long)(t / tile_cols) * s->x_row +
                                                  (long)(t % tile_cols) * s->x_col),
                                    weight, acc[t]);
            }
            SV_NO_UNROLL
            for (; k < s->run; k++, w += SV_BLOCK, input++) {
                sv_f32 weight[SV_MAX_TILE];
                SV_UNROLL
                for (int b = 0; b < blocks; b++) weight[b] = sv_load(w + sv_packed(b, depth));
                if (SV_NARROW(s)) weight[0] = sv_pairs(weight[0], sv_splat(0));
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
    float *y = o->y + at->y;
    const float *residual = o->residual ? o->residual + at->residual : 0;
    SV_UNROLL
    for (int t = 0; t < tile; t++) {
        const long to = (long)(t / tile_cols) * s->y_row + (long)(t % tile_cols) * s->y_col;
        const long from = (long)(t / tile_cols) * s->r_row + (long)(t % tile_cols) * s->r_col;
        if (SV_NARROW(s)) acc[t] = sv_every_second(acc[t], 0) + sv_every_second(acc[t], 1);
        SV_UNROLL
        for (int b = 0; b < blocks; b++)
            sv_store(
                y + to + b * SV_LANES,
                o->epilogue(acc[t * blocks + b], residual ? sv_load(residual + from + b * SV_LANES) : sv_splat(0)));
    }
}

SV_INLINE void sv_conv_f32(const struct sv_conv *s, const float *x, const float *w, const float *bias, float *y,
                           const float *residual, const sv_epilogue epilogue) {
    const struct sv_conv_f32_operands operands = {x, w, bias, y, residual, epilogue};
    sv_conv_tiles(s, sv_conv_f32_tile, &operands);
}
#endif

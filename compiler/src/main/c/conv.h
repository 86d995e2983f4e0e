/* Dense f32 convolution over channels-last buffers: y = epilogue(bias + sum x * w, residual). Every size is a
   compile-time constant at the call, so that a tile's accumulators become registers. The loops over tiles serve the
   8-bit convolution too. */
#ifndef SV_CONV_H
#define SV_CONV_H
#include "part.h"

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
    /* Whether the last of a tile's vectors, which are all there are, holds at most half a vector of channels. Two steps along K
       share its multiply-adds then, where there is SV_HAS_PAIRS. */
    int narrow;
    /* Kernel rows that lie in a border of zeros are left out: x has x_rows rows (0: leave nothing out) below pad_top. */
    int x_rows, pad_top, stride_rows, dilation_rows;
    int split; /* an sv_split: of bands, tiles and groups that make one tile each */
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
SV_INLINE void sv_conv_band(const struct sv_conv *s, const struct sv_part part, const int tile_rows, const int blocks,
                            const int image, const int row, const int vector, const sv_tile_kernel kernel,
                            const void *operands) {
    const int tiles = s->cols / s->tile_cols, rest = s->cols % s->tile_cols;
    const struct sv_part some = sv_along(s->split, SV_TILES, part, tiles);
    int first = 0, end = s->kernel_rows;
    if (s->x_rows) {
        const int above = s->pad_top - (row + tile_rows - 1) * s->stride_rows;
        const int below = s->x_rows + s->pad_top - row * s->stride_rows;
        if (above > 0) first = (above + s->dilation_rows - 1) / s->dilation_rows;
        if (below < end * s->dilation_rows) end = (below + s->dilation_rows - 1) / s->dilation_rows;
        /* Unknown to the optimiser, which would else make a copy of the tile for every range. */
        __asm__("" : "+r"(first), "+r"(end));
    }
    const long col = (long)some.first * s->tile_cols;
    struct sv_tile tile = {(long)image * s->x_image + (long)row * s->x_row + col * s->x_col,
                           (long)image * s->y_image + (long)row * s->y_row + col * s->y_col + vector * SV_LANES,
                           (long)image * s->r_image + (long)row * s->r_row + col * s->r_col + vector * SV_LANES,
                           vector,
                           first,
                           end};
    for (int c = some.first; c < some.end; c++) {
        kernel(s, tile_rows, s->tile_cols, blocks, &tile, operands);
        tile.x += (long)s->tile_cols * s->x_col;
        tile.y += (long)s->tile_cols * s->y_col;
        tile.residual += (long)s->tile_cols * s->r_col;
    }
    if (rest && sv_has_rest(s->split, SV_TILES, part, tiles)) kernel(s, tile_rows, rest, blocks, &tile, operands);
}

/* Bands of one image, from first_row on, for the groups of `blocks` vectors from `vector` on. */
SV_INLINE void sv_conv_bands(const struct sv_conv *s, const struct sv_part part, const int first_row,
                             const int tile_rows, const struct sv_part bands, const int vector, const int blocks,
                             const struct sv_part groups, const int image, const sv_tile_kernel kernel,
                             const void *operands) {
    const struct sv_part outer = s->pixels_first ? bands : groups, inner = s->pixels_first ? groups : bands;
    for (int o = outer.first; o < outer.end; o++)
        for (int i = inner.first; i < inner.end; i++)
            sv_conv_band(s, part, tile_rows, blocks, image, first_row + (s->pixels_first ? o : i) * tile_rows,
                         vector + (s->pixels_first ? i : o) * blocks, kernel, operands);
}

SV_INLINE void sv_conv_tiles(const struct sv_conv *s, const struct sv_part part, const sv_tile_kernel kernel,
                             const void *operands) {
    const int bands = s->rows / s->tile_rows, rest_rows = s->rows % s->tile_rows, last = s->rows - rest_rows;
    const int groups = s->vectors / s->blocks, rest = s->vectors % s->blocks, tail = s->vectors - rest;
    const struct sv_part images = sv_along(s->split, SV_IMAGES, part, s->images), one = {0, 1};
    const struct sv_part some_bands = sv_along(s->split, SV_BANDS, part, bands);
    const struct sv_part some_groups = sv_along(s->split, SV_GROUPS, part, groups);
    const int has_rest_rows = rest_rows && sv_has_rest(s->split, SV_BANDS, part, bands);
    const int has_rest = rest && sv_has_rest(s->split, SV_GROUPS, part, groups);
    for (int i = images.first; i < images.end; i++) {
        if (bands && groups)
            sv_conv_bands(s, part, 0, s->tile_rows, some_bands, 0, s->blocks, some_groups, i, kernel, operands);
        if (has_rest_rows && groups)
            sv_conv_bands(s, part, last, rest_rows, one, 0, s->blocks, some_groups, i, kernel, operands);
        if (bands && has_rest)
            sv_conv_bands(s, part, 0, s->tile_rows, some_bands, tail, rest, one, i, kernel, operands);
        if (has_rest_rows && has_rest)
            sv_conv_bands(s, part, last, rest_rows, one, tail, rest, one, i, kernel, operands);
    }
}

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
    const int tile = tile_rows * tile_cols, last = blocks - 1;
    const long row_depth = (long)s->segments * s->run, depth = s->kernel_rows * row_depth;
    const float *x = o->x + at->x;
    const float *w = o->w + sv_packed(at->vector, depth) + at->first * row_depth * SV_BLOCK;
    sv_f32 acc[SV_MAX_TILE];
    SV_UNROLL
    for (int t = 0; t < tile; t++) {
        SV_UNROLL
        for (int b = 0; b < blocks; b++)
            acc[t * blocks + b] = o->bias ? sv_load(o->bias + (at->vector + b) * SV_LANES) : sv_splat(0);
        if (SV_NARROW(s)) acc[t * blocks + last] = sv_pairs(acc[t * blocks + last], sv_splat(0));
    }
    SV_NO_UNROLL
    for (int row = at->first; row < at->end; row++) {
        SV_NO_UNROLL
        for (int segment = 0; segment < s->segments; segment++) {
            const float *input = x + (long)row * s->x_kernel_row + (long)segment * s->x_segment;
            int k = 0;
            SV_NO_UNROLL
            for (; SV_NARROW(s) && k + 2 <= s->run; k += 2, w += 2 * SV_BLOCK, input += 2) {
                sv_f32 weight[2 * SV_MAX_TILE];
                SV_UNROLL
                for (int b = 0; b < 2 * blocks; b++)
                    weight[b] = sv_load(w + sv_packed(b / 2, depth) + b % 2 * SV_BLOCK);
                const sv_f32 both = sv_pairs(weight[2 * last], weight[2 * last + 1]);
                SV_UNROLL
                for (int t = 0; t < tile; t++) {
                    const float *at_t = input + (long)(t / tile_cols) * s->x_row + (long)(t % tile_cols) * s->x_col;
                    SV_UNROLL
                    for (int b = 0; b < 2 * last; b++)
                        acc[t * blocks + b / 2] = sv_fma(sv_splat(at_t[b % 2]), weight[b], acc[t * blocks + b / 2]);
                    acc[t * blocks + last] = sv_fma(sv_splat_pair(at_t), both, acc[t * blocks + last]);
                }
            }
            SV_NO_UNROLL
            for (; k < s->run; k++, w += SV_BLOCK, input++) {
                sv_f32 weight[SV_MAX_TILE];
                SV_UNROLL
                for (int b = 0; b < blocks; b++) weight[b] = sv_load(w + sv_packed(b, depth));
                if (SV_NARROW(s)) weight[last] = sv_pairs(weight[last], sv_splat(0));
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
        if (SV_NARROW(s))
            acc[t * blocks + last] =
                sv_every_second(acc[t * blocks + last], 0) + sv_every_second(acc[t * blocks + last], 1);
        SV_UNROLL
        for (int b = 0; b < blocks; b++)
            sv_store(
                y + to + b * SV_LANES,
                o->epilogue(acc[t * blocks + b], residual ? sv_load(residual + from + b * SV_LANES) : sv_splat(0)));
    }
}

SV_INLINE void sv_conv_f32(const struct sv_conv *s, const struct sv_part part, const float *x, const float *w,
                           const float *bias, float *y, const float *residual, const sv_epilogue epilogue) {
    const struct sv_conv_f32_operands operands = {x, w, bias, y, residual, epilogue};
    sv_conv_tiles(s, part, sv_conv_f32_tile, &operands);
}
#endif

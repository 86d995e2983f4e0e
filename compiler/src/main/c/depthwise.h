/* Depthwise f32 convolution over channels-last buffers: y = epilogue(bias + sum x * w, residual), channel by channel. */
#ifndef SV_DEPTHWISE_H
#define SV_DEPTHWISE_H
#include "conv.h"

#define SV_DEPTHWISE_GROUP 4 /* vectors of channels that one thread computes */

struct sv_depthwise {
    int images, rows, cols; /* output pixels */
    int vectors;            /* of SV_LANES channels */
    int tile_rows, tile;    /* output pixels that are computed together; rows: 8-bit only */
    int kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
    int x_kernel_row, x_pixel; /* elements from one kernel row to the next, from one input pixel to the next */
    int x_image, x_row;        /* from one output row's window to the next's */
    int y_image, y_row, y_col;
    int r_image, r_row, r_col; /* residual */
    int x_rows, pad_top;       /* f32: kernel rows outside the x_rows rows of x are left out (0: none are) */
    int split;                 /* an sv_split: bands of tile_rows rows, groups of SV_DEPTHWISE_GROUP vectors */
    int x_cols,
        pad_left; /* where a tile is a row, and in f32: columns outside the x_cols of x are left out (0: none) */
    int x_origin; /* f32: from the first window to the first element of x, where there is no border between them */
};

/* The vectors of a part. */
SV_INLINE struct sv_part sv_depthwise_vectors(const struct sv_depthwise *s, const struct sv_part part) {
    const int groups = (s->vectors + SV_DEPTHWISE_GROUP - 1) / SV_DEPTHWISE_GROUP;
    const struct sv_part some = sv_along(s->split, SV_GROUPS, part, groups);
    const int end = some.end * SV_DEPTHWISE_GROUP;
    return (struct sv_part){some.first * SV_DEPTHWISE_GROUP, end < s->vectors ? end : s->vectors};
}

/* Whether column `col` of a tile's input lies in a border of zeros, and adds nothing. */
SV_INLINE int sv_depthwise_border(const struct sv_depthwise *s, const int col) {
    return s->x_cols && (col < s->pad_left || col >= s->pad_left + s->x_cols);
}

/* `tile` pixels of one vector of channels, kernel rows first .. end - 1, which are all of them if `whole`, columns low .. high - 1
   of the window. Input columns are loaded once and serve every output that they belong to. */
SV_INLINE void sv_depthwise_tile(const struct sv_depthwise *s, const int whole, const int first, const int end,
                                 const int low, const int high, const int tile, const float *restrict x, const long at,
                                 const float *restrict w, const float *restrict bias, float *restrict y,
                                 const float *restrict residual, const sv_epilogue epilogue) {
    const int columns = (tile - 1) * s->stride_w + (s->kernel_w - 1) * s->dilation_w + 1;
    sv_f32 acc[SV_MAX_TILE];
    SV_UNROLL
    for (int t = 0; t < tile; t++) acc[t] = sv_load(bias);
#define SV_DEPTHWISE_ROW(kh)                                                                                        \
    SV_UNROLL                                                                                                       \
    for (int col = 0; col < columns; col++) {                                                                       \
        if (col < low || col >= high) continue;                                                                     \
        const sv_f32 input = sv_load(x + (at + (long)(kh) * s->x_kernel_row + (long)col * s->x_pixel));             \
        SV_UNROLL                                                                                                   \
        for (int t = 0; t < tile; t++) {                                                                            \
            const int tap = col - t * s->stride_w;                                                                  \
            if (tap >= 0 && tap % s->dilation_w == 0 && tap / s->dilation_w < s->kernel_w)                          \
                acc[t] = sv_fma(input, sv_load(w + ((kh) * s->kernel_w + tap / s->dilation_w) * SV_BLOCK), acc[t]); \
        }                                                                                                           \
    }
    if (whole && s->kernel_h <= 3 && s->kernel_w <= 5) {
        SV_UNROLL
        for (int kh = 0; kh < s->kernel_h; kh++) {
            SV_DEPTHWISE_ROW(kh)
        }
    } else {
        SV_NO_UNROLL
        for (int kh = first; kh < end; kh++) {
            SV_DEPTHWISE_ROW(kh)
        }
    }
#undef SV_DEPTHWISE_ROW
    SV_UNROLL
    for (int t = 0; t < tile; t++)
        sv_store(y + (long)t * s->y_col,
                 epilogue(acc[t], residual ? sv_load(residual + (long)t * s->r_col) : sv_splat(0)));
}

/* Tile number c of a row, `tile` pixels. */
SV_INLINE void sv_depthwise_columns(const struct sv_depthwise *s, const int whole, const int first, const int end,
                                    const int c, const int tile, const float *restrict x, const long at,
                                    const float *restrict w, const float *restrict bias, float *restrict y,
                                    const float *restrict residual, const sv_epilogue epilogue) {
    const int from = c * s->tile * s->stride_w, columns = s->tile * s->stride_w + s->kernel_w * s->dilation_w;
    sv_depthwise_tile(s, whole, first, end, s->x_cols ? s->pad_left - from : 0,
                      s->x_cols ? s->pad_left + s->x_cols - from : columns, tile, x, at + (long)from * s->x_pixel, w,
                      bias, y + (long)c * s->tile * s->y_col, residual ? residual + (long)c * s->tile * s->r_col : 0,
                      epilogue);
}

/* One row of one vector of channels: tiles that reach over the left end, those that do not reach over any, the others. */
SV_INLINE void sv_depthwise_row(const struct sv_depthwise *s, const int whole, const int first, const int end,
                                const float *restrict x, const long at, const float *restrict w,
                                const float *restrict bias, float *restrict y, const float *restrict residual,
                                const sv_epilogue epilogue) {
    const int tiles = s->cols / s->tile, rest = s->cols % s->tile, step = s->tile * s->stride_w;
    const int columns = step - s->stride_w + (s->kernel_w - 1) * s->dilation_w + 1;
    const int left = s->x_cols ? (s->pad_left + step - 1) / step : 0, spare = s->pad_left + s->x_cols - columns;
    const int inner = !s->x_cols ? tiles : spare < 0 ? 0 : spare / step + 1;
    const int begin = left < tiles ? left : tiles, right = inner < begin ? begin : inner < tiles ? inner : tiles;
    SV_UNROLL
    for (int c = 0; c < begin; c++)
        sv_depthwise_columns(s, whole, first, end, c, s->tile, x, at, w, bias, y, residual, epilogue);
    SV_NO_UNROLL
    for (int c = begin; c < right; c++)
        sv_depthwise_tile(s, whole, first, end, 0, columns, s->tile, x, at + (long)c * step * s->x_pixel, w, bias,
                          y + (long)c * s->tile * s->y_col, residual ? residual + (long)c * s->tile * s->r_col : 0,
                          epilogue);
    SV_UNROLL
    for (int c = right; c < tiles; c++)
        sv_depthwise_columns(s, whole, first, end, c, s->tile, x, at, w, bias, y, residual, epilogue);
    if (rest) sv_depthwise_columns(s, whole, first, end, tiles, rest, x, at, w, bias, y, residual, epilogue);
}

SV_INLINE void sv_depthwise_f32(const struct sv_depthwise *s, const struct sv_part part, const float *restrict x,
                                const float *restrict w, const float *restrict bias, float *restrict y,
                                const float *restrict residual, const sv_epilogue epilogue) {
    const long taps = (long)s->kernel_h * s->kernel_w;
    const struct sv_part rows = sv_along(s->split, SV_BANDS, part, s->rows);
    const struct sv_part vectors = sv_depthwise_vectors(s, part);
    for (int image = 0; image < s->images; image++)
        for (int row = rows.first; row < rows.end; row++) {
            int first = 0, end = s->kernel_h;
            if (s->x_rows) {
                const int above = s->pad_top - row * s->stride_h, below = s->x_rows + above;
                if (above > 0) first = (above + s->dilation_h - 1) / s->dilation_h;
                if (below < end * s->dilation_h) end = (below + s->dilation_h - 1) / s->dilation_h;
            }
            for (int v = vectors.first; v < vectors.end; v++) {
                const long at = (long)image * s->x_image + (long)row * s->x_row + v * SV_LANES - s->x_origin;
                const float *wv = w + sv_packed(v, taps);
                const float *bv = bias + v * SV_LANES;
                float *yv = y + (long)image * s->y_image + (long)row * s->y_row + v * SV_LANES;
                const float *rv =
                    residual ? residual + (long)image * s->r_image + (long)row * s->r_row + v * SV_LANES : 0;
                if (first == 0 && end == s->kernel_h)
                    sv_depthwise_row(s, 1, 0, s->kernel_h, x, at, wv, bv, yv, rv, epilogue);
                else if (s->x_rows)
                    sv_depthwise_row(s, 0, first, end, x, at, wv, bv, yv, rv, epilogue);
            }
        }
}
#endif

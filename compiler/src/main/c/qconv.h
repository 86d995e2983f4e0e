/* Dense u8 x s8 convolution with int32 accumulators; zero points are folded into the bias. Sizes as in conv.h. */
#ifndef SV_QCONV_H
#define SV_QCONV_H
#include "conv.h"
#include "requantize.h"

/* One tile. Weights are packed [words][16 channels][4]; a run may read up to 3 bytes behind its end. */
SV_INLINE void sv_qconv_tile(const struct sv_conv *s, const int tile_rows, const int tile_cols, const int blocks,
                             const unsigned char *restrict x, const signed char *restrict w,
                             const int *restrict bias, const float *restrict scale, unsigned char *restrict y,
                             const unsigned char *restrict residual, const struct sv_requantize *q) {
    const int tile = tile_rows * tile_cols;
    const long depth = (long)s->kernel_rows * s->segments * s->run;
    sv_s32 acc[SV_MAX_TILE];
    SV_UNROLL
    for (int t = 0; t < tile; t++)
        SV_UNROLL
        for (int b = 0; b < blocks; b++) acc[t * blocks + b] = sv_load_s32(bias + b * SV_LANES);
    SV_NO_UNROLL
    for (int row = 0; row < s->kernel_rows; row++) {
        SV_NO_UNROLL
        for (int segment = 0; segment < s->segments; segment++) {
            const unsigned char *input = x + (long)row * s->x_kernel_row + (long)segment * s->x_segment;
            SV_NO_UNROLL
            for (int k = 0; k < s->run; k++, w += SV_BLOCK * 4, input += 4) {
                sv_s32 weight[SV_MAX_TILE];
                SV_UNROLL
                for (int b = 0; b < blocks; b++) weight[b] = sv_load_s32(w + sv_packed(b, depth) * 4);
                SV_UNROLL
                for (int t = 0; t < tile; t++) {
                    const sv_s32 word =
                        sv_splat_word(input + (long)(t / tile_cols) * s->x_row + (long)(t % tile_cols) * s->x_col);
                    SV_UNROLL
                    for (int b = 0; b < blocks; b++)
                        acc[t * blocks + b] = sv_dot4(acc[t * blocks + b], word, weight[b]);
                }
            }
        }
    }
    SV_UNROLL
    for (int b = 0; b < blocks; b++) {
        const sv_f32 factor = sv_load(scale + b * SV_LANES);
        SV_UNROLL
        for (int t = 0; t < tile; t++) {
            const long at = (long)(t / tile_cols) * s->y_row + (long)(t % tile_cols) * s->y_col;
            const long from = (long)(t / tile_cols) * s->r_row + (long)(t % tile_cols) * s->r_col;
            sv_store_requantized(q, acc[t * blocks + b], factor, y + at + b * SV_LANES,
                                 residual ? residual + from + b * SV_LANES : 0);
        }
    }
}

/* One band of tile_rows rows for `blocks` vectors of output channels. */
SV_INLINE void sv_qconv_band(const struct sv_conv *s, const int tile_rows, const int blocks, const unsigned char *restrict x,
                            const signed char *restrict w, const int *restrict bias, const float *restrict scale, unsigned char *restrict y,
                            const unsigned char *restrict residual, const struct sv_requantize *q) {
    const int tiles = s->cols / s->tile_cols, rest = s->cols % s->tile_cols;
    for (int c = 0; c < tiles; c++) {
        const long col = (long)c * s->tile_cols;
        sv_qconv_tile(s, tile_rows, s->tile_cols, blocks, x + col * s->x_col, w, bias, scale, y + col * s->y_col,
                     residual ? residual + col * s->r_col : 0, q);
    }
    if (rest) {
        const long col = (long)tiles * s->tile_cols;
        sv_qconv_tile(s, tile_rows, rest, blocks, x + col * s->x_col, w, bias, scale, y + col * s->y_col,
                     residual ? residual + col * s->r_col : 0, q);
    }
}

/* All bands of one image for the vectors first .. first + blocks. */
SV_INLINE void sv_qconv_bands(const struct sv_conv *s, const int first_row, const int tile_rows, const int bands,
                             const int first, const int blocks, const int groups, const unsigned char *restrict x,
                             const signed char *restrict w, const int *restrict bias, const float *restrict scale, unsigned char *restrict y,
                             const unsigned char *restrict residual, const struct sv_requantize *q) {
    const long depth = (long)s->kernel_rows * s->segments * s->run;
    const int outer = s->pixels_first ? bands : groups, inner = s->pixels_first ? groups : bands;
    for (int o = 0; o < outer; o++) {
        for (int i = 0; i < inner; i++) {
            const long row = first_row + (long)(s->pixels_first ? o : i) * tile_rows;
            const int v = first + (s->pixels_first ? i : o) * blocks;
            sv_qconv_band(s, tile_rows, blocks, x + row * s->x_row, w + sv_packed(v, depth) * 4, bias + v * SV_LANES,
                          scale + v * SV_LANES,
                         y + row * s->y_row + v * SV_LANES,
                         residual ? residual + row * s->r_row + v * SV_LANES : 0, q);
        }
    }
}

SV_INLINE void sv_conv_u8(const struct sv_conv *s, const unsigned char *restrict x, const signed char *restrict w,
                           const int *restrict bias, const float *restrict scale, unsigned char *restrict y, const unsigned char *restrict residual,
                           const struct sv_requantize *q) {
    const int bands = s->rows / s->tile_rows, rest_rows = s->rows % s->tile_rows;
    const int groups = s->vectors / s->blocks, rest = s->vectors % s->blocks;
    for (int image = 0; image < s->images; image++) {
        const unsigned char *xi = x + (long)image * s->x_image;
        unsigned char *yi = y + (long)image * s->y_image;
        const unsigned char *ri = residual ? residual + (long)image * s->r_image : 0;
        if (bands && groups)
            sv_qconv_bands(s, 0, s->tile_rows, bands, 0, s->blocks, groups, xi, w, bias, scale, yi, ri, q);
        if (rest_rows && groups)
            sv_qconv_bands(s, s->rows - rest_rows, rest_rows, 1, 0, s->blocks, groups, xi, w, bias, scale, yi, ri, q);
        if (bands && rest)
            sv_qconv_bands(s, 0, s->tile_rows, bands, s->vectors - rest, rest, 1, xi, w, bias, scale, yi, ri, q);
        if (rest_rows && rest)
            sv_qconv_bands(s, s->rows - rest_rows, rest_rows, 1, s->vectors - rest, rest, 1, xi, w, bias, scale, yi, ri,
                          q);
    }
}
#endif

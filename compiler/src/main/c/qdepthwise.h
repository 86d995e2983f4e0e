/* Depthwise u8 x s8 convolution: up to four vertical taps form one word, so that a dot product does four of them. Weights
   are packed [16 channels' block][ceil(kernel_h / 4)][kernel_w][16][4]. */
#ifndef SV_QDEPTHWISE_H
#define SV_QDEPTHWISE_H
#include "depthwise.h"
#include "requantize.h"

/* Bytes of up to four rows, `row` apart, side by side in a word per channel. */
SV_INLINE sv_s32 sv_vertical(const unsigned char *x, const long row, const int taps) {
    sv_s32 word = sv_load_u8(x);
    if (taps > 1) word |= sv_load_u8(x + row) << 8;
    if (taps > 2) word |= sv_load_u8(x + 2 * row) << 16;
    if (taps > 3) word |= (sv_s32)((sv_u32)sv_load_u8(x + 3 * row) << 24);
    return word;
}

SV_INLINE void sv_qdepthwise_tile(const struct sv_depthwise *s, const int tile, const unsigned char *restrict x,
                                  const signed char *restrict w, const sv_s32 bias, const sv_f32 scale,
                                  unsigned char *restrict y, const unsigned char *restrict residual,
                                  const struct sv_requantize *q) {
    const int columns = (tile - 1) * s->stride_w + (s->kernel_w - 1) * s->dilation_w + 1;
    const int groups = (s->kernel_h + 3) / 4;
    sv_s32 acc[SV_MAX_TILE];
    SV_UNROLL
    for (int t = 0; t < tile; t++) acc[t] = bias;
    SV_UNROLL
    for (int g = 0; g < groups; g++) {
        const int taps = s->kernel_h - 4 * g < 4 ? s->kernel_h - 4 * g : 4;
        SV_UNROLL
        for (int col = 0; col < columns; col++) {
            const sv_s32 word =
                sv_vertical(x + (long)4 * g * s->x_kernel_row + (long)col * s->x_pixel, s->x_kernel_row, taps);
            SV_UNROLL
            for (int t = 0; t < tile; t++) {
                const int tap = col - t * s->stride_w;
                if (tap >= 0 && tap % s->dilation_w == 0 && tap / s->dilation_w < s->kernel_w)
                    acc[t] = sv_dot4(acc[t], word,
                                     sv_load_s32(w + (g * s->kernel_w + tap / s->dilation_w) * SV_BLOCK * 4));
            }
        }
    }
    SV_UNROLL
    for (int t = 0; t < tile; t++)
        sv_store_requantized(q, acc[t], scale, y + (long)t * s->y_col,
                             residual ? residual + (long)t * s->r_col : 0);
}

SV_INLINE void sv_depthwise_u8(const struct sv_depthwise *s, const unsigned char *restrict x,
                               const signed char *restrict w, const int *restrict bias, const float *restrict scale,
                               unsigned char *restrict y, const unsigned char *restrict residual,
                               const struct sv_requantize *q) {
    const int tiles = s->cols / s->tile, rest = s->cols % s->tile;
    const long step = (long)s->tile * s->stride_w * s->x_pixel;
    const long words = (long)((s->kernel_h + 3) / 4) * s->kernel_w;
    for (int image = 0; image < s->images; image++)
        for (int row = 0; row < s->rows; row++)
            for (int v = 0; v < s->vectors; v++) {
                const unsigned char *xv = x + (long)image * s->x_image + (long)row * s->x_row + v * SV_LANES;
                const signed char *wv = w + sv_packed(v, words) * 4;
                const sv_s32 bv = sv_load_s32(bias + v * SV_LANES);
                const sv_f32 sv = sv_load(scale + v * SV_LANES);
                unsigned char *yv = y + (long)image * s->y_image + (long)row * s->y_row + v * SV_LANES;
                const unsigned char *rv =
                    residual ? residual + (long)image * s->r_image + (long)row * s->r_row + v * SV_LANES : 0;
                for (int c = 0; c < tiles; c++)
                    sv_qdepthwise_tile(s, s->tile, xv + c * step, wv, bv, sv, yv + (long)c * s->tile * s->y_col,
                                       residual ? rv + (long)c * s->tile * s->r_col : 0, q);
                if (rest)
                    sv_qdepthwise_tile(s, rest, xv + tiles * step, wv, bv, sv, yv + (long)tiles * s->tile * s->y_col,
                                       residual ? rv + (long)tiles * s->tile * s->r_col : 0, q);
            }
}
#endif

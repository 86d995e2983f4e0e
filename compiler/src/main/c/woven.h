/* Depthwise u8 x s8 convolution of four vectors of channels at once. Their words are woven from whole rows of bytes by
   instructions that interleave within 128 bits, so that vector j, lane l of 128 bits, holds the channels 16 l + 4 j and the
   three behind; packing goes the same way back, and no byte ever changes its lane. Two vectors are woven for two
   pixels at once, which lie side by side as the channels of one pixel would. */
#ifndef SV_WOVEN_H
#define SV_WOVEN_H
#include "depthwise.h"
#include "requantize.h"
#ifdef SV_HAS_WEAVE
#define SV_WOVEN 4        /* vectors */
#define SV_WOVEN_COLS 16  /* output columns whose words are kept, an even number */
#define SV_WOVEN_BAND 16  /* rows that are computed before the next channels' turn, an even number */
#define SV_WOVEN_STRIDE 2 /* the largest */
#define SV_WOVEN_WIDTH 16 /* of the widest window */

/* Whether the rows of a window, or of two if they share them, fit into one word. */
SV_INLINE int sv_is_woven(const struct sv_depthwise *s) {
    return s->kernel_h <= 4 && s->stride_w <= SV_WOVEN_STRIDE && (s->kernel_w - 1) * s->dilation_w < SV_WOVEN_WIDTH;
}

/* Whether two pixels are woven together. */
SV_INLINE int sv_is_wide(const struct sv_depthwise *s) {
    return s->vectors == 2 && s->stride_w == 1 && s->dilation_w == 1 && s->x_pixel == 2 * SV_LANES &&
           s->y_col == 2 * SV_LANES && s->cols >= 2;
}

/* The words of one column of `height` rows; a fourth row that is missing is any bytes. */
SV_INLINE void sv_weave(const struct sv_depthwise *s, const int height, const unsigned char *x, sv_s32 *words) {
    sv_quad row[4], low[2], high[2];
    SV_UNROLL
    for (int i = 0; i < 4; i++) row[i] = *(const sv_quad_unaligned *)(x + (long)(i < height ? i : 0) * s->x_kernel_row);
    SV_UNROLL
    for (int i = 0; i < 2; i++) {
        SV_PACK("vpunpcklbw", low[i], row[2 * i], row[2 * i + 1]);
        SV_PACK("vpunpckhbw", high[i], row[2 * i], row[2 * i + 1]);
    }
    SV_PACK("vpunpcklwd", words[0], low[0], low[1]);
    SV_PACK("vpunpckhwd", words[1], low[0], low[1]);
    SV_PACK("vpunpcklwd", words[2], high[0], high[1]);
    SV_PACK("vpunpckhwd", words[3], high[0], high[1]);
}

/* The upper half of a and the lower half of b. */
SV_INLINE sv_s32 sv_halves(sv_s32 a, sv_s32 b) {
    sv_s32 r;
    __asm__("valignd $8, %2, %1, %0" : "=v"(r) : "v"(b), "v"(a));
    return r;
}

/* What is the same for all pixels of four vectors of channels, woven: the taps of up to two rows. */
struct sv_woven {
    sv_s32 taps[2 * SV_WOVEN_WIDTH * SV_WOVEN], bias[SV_WOVEN];
    sv_f32 scale[SV_WOVEN];
};

/* Four vectors of accumulators to SV_WOVEN * SV_LANES neighbouring bytes. */
SV_INLINE void sv_store_woven(const struct sv_requantize *q, const sv_s32 *acc, const sv_f32 *scale, unsigned char *y) {
    sv_s32 steps[SV_WOVEN];
    SV_UNROLL
    for (int j = 0; j < SV_WOVEN; j++) steps[j] = sv_round_s32(sv_steps(q, acc[j], scale[j]));
    *(sv_quad_unaligned *)y =
        sv_clamped(sv_pack_lanes(steps[0], steps[1], steps[2], steps[3], (short)q->zero), q->lo, q->hi);
}

/* `rows` x `cols` pixels (1 or 2 each) from the words of their columns. */
SV_INLINE void sv_woven_tile(const struct sv_depthwise *s, const int rows, const int cols, const sv_s32 *words,
                             const struct sv_woven *woven, unsigned char *y, const struct sv_requantize *q) {
    const int columns = (cols - 1) * s->stride_w + (s->kernel_w - 1) * s->dilation_w + 1, pixels = rows * cols;
    sv_s32 acc[4 * SV_WOVEN];
    SV_UNROLL
    for (int j = 0; j < SV_WOVEN; j++) {
        SV_UNROLL
        for (int p = 0; p < pixels; p++) acc[p * SV_WOVEN + j] = woven->bias[j];
        SV_UNROLL
        for (int col = 0; col < columns; col++) {
            const sv_s32 word = words[col * SV_WOVEN + j];
            SV_UNROLL
            for (int p = 0; p < pixels; p++) {
                const int tap = col - p % cols * s->stride_w, kw = tap / s->dilation_w;
                if (tap >= 0 && tap % s->dilation_w == 0 && kw < s->kernel_w)
                    acc[p * SV_WOVEN + j] =
                        sv_dot4(acc[p * SV_WOVEN + j], word, woven->taps[(p / cols * s->kernel_w + kw) * SV_WOVEN + j]);
            }
        }
    }
    SV_UNROLL
    for (int p = 0; p < pixels; p++)
        sv_store_woven(q, acc + p * SV_WOVEN, woven->scale,
                       y + (long)(p / cols) * s->y_row + (long)(p % cols) * s->y_col);
}

/* The words of the columns that `cols` outputs need and nobody has woven, then these outputs. */
SV_INLINE void sv_woven_step(const struct sv_depthwise *s, const int rows, const int cols, const int col,
                             const unsigned char *x, sv_s32 *words, const struct sv_woven *woven, unsigned char *y,
                             const struct sv_requantize *q) {
    const int first = col * s->stride_w, ahead = (s->kernel_w - 1) * s->dilation_w + 1 - s->stride_w;
    SV_UNROLL
    for (int i = ahead; i < ahead + cols * s->stride_w; i++)
        if (i >= 0)
            sv_weave(s, s->kernel_h + (rows - 1) * s->stride_h, x + (long)(first + i) * s->x_pixel,
                     words + (long)(first + i) * SV_WOVEN);
    sv_woven_tile(s, rows, cols, words + (long)first * SV_WOVEN, woven, y + (long)col * s->y_col, q);
}

/* One or two rows. */
SV_INLINE void sv_woven_rows(const struct sv_depthwise *s, const int rows, const unsigned char *x,
                             const struct sv_woven *woven, unsigned char *y, const struct sv_requantize *q) {
    const int ahead = (s->kernel_w - 1) * s->dilation_w + 1 - s->stride_w;
    sv_s32 words[(SV_WOVEN_COLS * SV_WOVEN_STRIDE + SV_WOVEN_WIDTH) * SV_WOVEN];
    for (int start = 0; start < s->cols; start += SV_WOVEN_COLS) {
        const int cols = s->cols - start < SV_WOVEN_COLS ? s->cols - start : SV_WOVEN_COLS;
        const unsigned char *from = x + (long)start * s->stride_w * s->x_pixel;
        unsigned char *to = y + (long)start * s->y_col;
        SV_UNROLL
        for (int i = 0; i < ahead; i++)
            sv_weave(s, s->kernel_h + (rows - 1) * s->stride_h, from + (long)i * s->x_pixel, words + i * SV_WOVEN);
        SV_NO_UNROLL
        for (int col = 0; col + 2 <= cols; col += 2) sv_woven_step(s, rows, 2, col, from, words, woven, to, q);
        if (cols & 1) sv_woven_step(s, rows, 1, cols - 1, from, words, woven, to, q);
    }
}

/* The words of two pixels and of those beside them, but for the first `kept` columns, then two pixels. Words of an odd column
   are halves of its neighbours'. */
SV_INLINE void sv_wide_step(const struct sv_depthwise *s, const int rows, const int kept, const int col,
                            const unsigned char *x, sv_s32 *words, const struct sv_woven *woven, unsigned char *y,
                            const struct sv_requantize *q) {
    SV_UNROLL
    for (int kw = kept; kw < s->kernel_w; kw++)
        if (kw % 2 == 0 || kw + 1 == s->kernel_w)
            sv_weave(s, s->kernel_h + (rows - 1) * s->stride_h, x + (long)(col + kw) * s->x_pixel,
                     words + kw * SV_WOVEN);
    SV_UNROLL
    for (int i = 0; i + SV_WOVEN < s->kernel_w * SV_WOVEN; i++)
        if (i / SV_WOVEN % 2 == 1) words[i] = sv_halves(words[i - SV_WOVEN], words[i + SV_WOVEN]);
    sv_woven_tile(s, rows, 1, words, woven, y + (long)col * s->y_col, q);
}

/* One or two rows of pixels that are woven by twos; the last but one may be computed twice. */
SV_INLINE void sv_wide_rows(const struct sv_depthwise *s, const int rows, const unsigned char *x,
                            const struct sv_woven *woven, unsigned char *y, const struct sv_requantize *q) {
    const int kept = s->kernel_w > 2 ? s->kernel_w - 2 : 0;
    sv_s32 words[SV_WOVEN_WIDTH * SV_WOVEN];
    sv_wide_step(s, rows, 0, 0, x, words, woven, y, q);
    SV_NO_UNROLL
    for (int col = 2; col + 2 <= s->cols; col += 2) {
        SV_UNROLL
        for (int i = 0; i < kept * SV_WOVEN; i++) words[i] = words[2 * SV_WOVEN + i];
        sv_wide_step(s, rows, kept, col, x, words, woven, y, q);
    }
    if (s->cols % 2) sv_wide_step(s, rows, 0, s->cols - 2, x, words, woven, y, q);
}

/* Rows first .. end - 1 of four vectors, of channels or of pixels side by side, `rows` at a time. */
SV_INLINE void sv_woven_band(const struct sv_depthwise *s, const int rows, const int first, const int end,
                             const unsigned char *x, const signed char *w, const int *bias, const float *scale,
                             unsigned char *y, const struct sv_requantize *q) {
    const int lanes = sv_is_wide(s) ? s->vectors : SV_WOVEN;
    struct sv_woven woven;
    SV_UNROLL
    for (int j = 0; j < SV_WOVEN; j++) {
        woven.bias[j] = sv_lanes_at(bias + j * 4, SV_BLOCK * sizeof(int), lanes);
        woven.scale[j] = (sv_f32)sv_lanes_at(scale + j * 4, SV_BLOCK * sizeof(float), lanes);
        SV_UNROLL
        for (int at = 0; at < rows * s->kernel_w; at++)
            woven.taps[at * SV_WOVEN + j] = sv_shifted_taps(s, w + j * 16, s->kernel_w * SV_BLOCK * 4, lanes,
                                                            at / s->kernel_w * s->stride_h, 0, at % s->kernel_w);
    }
    for (int row = first; row < end; row += rows) {
        if (sv_is_wide(s))
            sv_wide_rows(s, rows, x + (long)row * s->x_row, &woven, y + (long)row * s->y_row, q);
        else
            sv_woven_rows(s, rows, x + (long)row * s->x_row, &woven, y + (long)row * s->y_row, q);
    }
}

_Static_assert(SV_WOVEN == SV_DEPTHWISE_GROUP, "threads share whole groups of woven vectors");

/* Rows and vectors of one image, as many fours of the vectors as there are, or all; returns the first vector that is left. */
SV_INLINE int sv_depthwise_woven(const struct sv_depthwise *s, const struct sv_part image, const struct sv_part vectors,
                                 const unsigned char *x, const signed char *w, const int *bias, const float *scale,
                                 unsigned char *y, const struct sv_requantize *q) {
    const int rows = s->kernel_h + s->stride_h <= 4 ? s->tile_rows : 1;
    const int last = sv_is_wide(s) ? vectors.end : vectors.end / SV_WOVEN * SV_WOVEN;
    for (int first = image.first; first < image.end; first += SV_WOVEN_BAND)
        for (int v = vectors.first; v < last; v += SV_WOVEN) {
            const int end = first + SV_WOVEN_BAND < image.end ? first + SV_WOVEN_BAND : image.end;
            const int paired = rows == 2 ? end - (end - first) % 2 : first, at = v * SV_LANES;
            const signed char *wv = w + sv_packed(v, s->kernel_w) * 4;
            if (rows == 2 && paired > first)
                sv_woven_band(s, 2, first, paired, x + at, wv, bias + at, scale + at, y + at, q);
            if (paired < end) sv_woven_band(s, 1, paired, end, x + at, wv, bias + at, scale + at, y + at, q);
        }
    return last;
}
#endif
#endif

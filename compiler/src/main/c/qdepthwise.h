/* Depthwise u8 x s8 convolution: up to four vertical taps form one word, so that a dot product does four of them. Weights
   are packed [16 channels' block][ceil(kernel_h / 4)][kernel_w][16][4]. Rows of the output are computed in pairs where
   that pays: their windows overlap, so that a word serves both. */
#ifndef SV_QDEPTHWISE_H
#define SV_QDEPTHWISE_H
#include "depthwise.h"
#include "requantize.h"

typedef unsigned char sv_lane __attribute__((vector_size(16)));
typedef sv_lane sv_lane_unaligned __attribute__((aligned(1), may_alias));

/* Lane l is 16 bytes at p + l % count * step. */
SV_INLINE sv_s32 sv_lanes_at(const void *p, const long step, const int count) {
    union {
        sv_lane part[SV_LANES / 4];
        sv_s32 whole;
    } v;
    SV_UNROLL
    for (int l = 0; l < SV_LANES / 4; l++)
        v.part[l] = *(const sv_lane_unaligned *)((const unsigned char *)p + l % count * step);
    return v.whole;
}

#define SV_DEPTHWISE_BAND 16 /* rows that are computed before the next channels' turn, an even number */
#define SV_MAX_WORDS 80      /* of weights of a pair of rows */

/* Weights of column kw and the four input rows from 4 * group on, for an output row whose window starts `shift` rows down;
   lanes of 128 bits lie `lane` bytes apart and repeat after `count`. */
SV_INLINE sv_s32 sv_shifted_taps(const struct sv_depthwise *s, const signed char *w, const long lane, const int count,
                                 const int shift, const int group, const int kw) {
    const int first = 4 * group - shift, groups = (s->kernel_h + 3) / 4, bits = (first & 3) * 8;
    const int low = (first - (first & 3)) / 4, high = low + 1;
    const sv_s32 none = {0};
    const sv_u32 a = low >= 0 && low < groups
                         ? (sv_u32)sv_lanes_at(w + (low * s->kernel_w + kw) * SV_BLOCK * 4, lane, count)
                         : (sv_u32)none;
    if (!bits) return (sv_s32)a;
    const sv_u32 b = high >= 0 && high < groups
                         ? (sv_u32)sv_lanes_at(w + (high * s->kernel_w + kw) * SV_BLOCK * 4, lane, count)
                         : (sv_u32)none;
    return (sv_s32)(a >> bits | b << (32 - bits));
}
#include "woven.h"

#ifdef SV_HAS_DOT4
#define SV_WORD_TAPS 4 /* of which a word holds the inputs */
/* The word of a window's column from its `taps` first rows on: rows beyond the last tap are any bytes, their weights are 0. */
SV_INLINE sv_s32 sv_vertical(const unsigned char *x, const long row, const int taps) {
#ifdef SV_HAS_WORDS
    if (taps > 2) return sv_words(x, x + row, x + 2 * row, taps > 3 ? x + 3 * row : x);
#endif
    sv_s32 word = sv_load_u8(x);
    if (taps > 1) word |= sv_load_u8(x + row) << 8;
    if (taps > 2) word |= sv_load_u8(x + 2 * row) << 16;
    if (taps > 3) word |= (sv_s32)((sv_u32)sv_load_u8(x + 3 * row) << 24);
    return word;
}
SV_INLINE sv_s32 sv_word_inputs(sv_s32 word) {
    return sv_activations(word);
}
SV_INLINE sv_s32 sv_taps_excess(sv_s32 sum, sv_s32 taps) {
    return sv_dot4_excess(sum, taps);
}
SV_INLINE sv_s32 sv_dot_taps(sv_s32 acc, sv_s32 word, sv_s32 taps) {
    return sv_dot4_activations(acc, word, taps);
}
#else
#define SV_WORD_TAPS 2
/* The same without a dot product of bytes: two rows of 16 bits each. */
SV_INLINE sv_s32 sv_vertical(const unsigned char *x, const long row, const int taps) {
    return taps > 1 ? sv_load_u8(x) | sv_load_u8(x + row) << 16 : sv_load_u8(x);
}
SV_INLINE sv_s32 sv_word_inputs(sv_s32 word) {
    return word;
}
SV_INLINE sv_s32 sv_taps_excess(sv_s32 sum, sv_s32 taps) {
    (void)taps;
    return sum;
}
SV_INLINE sv_s32 sv_dot_taps(sv_s32 acc, sv_s32 word, sv_s32 taps) {
    return sv_madd16(acc, word, taps);
}
#endif
/* Word number i of the taps of four rows. */
SV_INLINE sv_s32 sv_word_taps(sv_s32 bytes, const int i) {
    if (SV_WORD_TAPS == 4) return bytes;
    const sv_s32 pair = bytes >> (16 * i);
    return (sv_s32)((sv_u32)((sv_s32)((sv_u32)pair << 16) >> 24) << 16) |
           (((sv_s32)((sv_u32)pair << 24) >> 24) & 0xffff);
}

/* `rows` (1 or 2) x tile pixels of one vector of channels. */
SV_INLINE void sv_depthwise_u8_tile(const struct sv_depthwise *s, const int rows, const int tile,
                                    const unsigned char *x, const sv_s32 *taps, const sv_s32 bias, const sv_f32 scale,
                                    unsigned char *y, const unsigned char *residual, const struct sv_requantize *q) {
    const int columns = (tile - 1) * s->stride_w + (s->kernel_w - 1) * s->dilation_w + 1;
    const int height = s->kernel_h + (rows - 1) * s->stride_h, pixels = rows * tile;
    const int words = (height + SV_WORD_TAPS - 1) / SV_WORD_TAPS;
    sv_s32 acc[SV_MAX_TILE];
    SV_UNROLL
    for (int row = 0; row < rows; row++) {
        sv_s32 excess = {0};
        SV_UNROLL
        for (int i = 0; i < words * s->kernel_w; i++)
            excess = sv_taps_excess(excess, taps[row * words * s->kernel_w + i]);
        SV_UNROLL
        for (int p = 0; p < tile; p++) acc[row * tile + p] = bias - excess;
    }
    SV_UNROLL
    for (int i = 0; i < words; i++) {
        SV_UNROLL
        for (int col = 0; col < columns; col++) {
            const sv_s32 none = {0};
            const int border = sv_depthwise_border(s, col);
#ifndef SV_HAS_ACTIVATIONS
            if (border) continue;
#endif
            const int top = SV_WORD_TAPS * i, left = height - top < SV_WORD_TAPS ? height - top : SV_WORD_TAPS;
            const sv_s32 word = sv_word_inputs(
                border ? none
                       : sv_vertical(x + (long)top * s->x_kernel_row + (long)col * s->x_pixel, s->x_kernel_row, left));
            SV_UNROLL
            for (int p = 0; p < pixels; p++) {
                const int row = p / tile, tap = col - p % tile * s->stride_w, first = top - row * s->stride_h;
                if (tap >= 0 && tap % s->dilation_w == 0 && tap / s->dilation_w < s->kernel_w &&
                    first > -SV_WORD_TAPS && first < s->kernel_h)
                    acc[p] = sv_dot_taps(acc[p], word, taps[(row * words + i) * s->kernel_w + tap / s->dilation_w]);
            }
        }
    }
    SV_UNROLL
    for (int i = 0; i < pixels; i += 4) {
        const sv_f32 scales[4] = {scale, scale, scale, scale};
        long to[4], from[4];
        SV_UNROLL
        for (int j = 0; j < 4; j++) {
            const int p = i + j < pixels ? i + j : i;
            to[j] = (long)(p / tile) * s->y_row + (long)(p % tile) * s->y_col;
            from[j] = (long)(p / tile) * s->r_row + (long)(p % tile) * s->r_col;
        }
        sv_store_requantized(q, pixels - i < 4 ? pixels - i : 4, acc + i, scales, y, to, residual, from);
    }
}

/* Rows first .. end - 1 of one vector of channels, `rows` (1 or 2) at a time. */
SV_INLINE void sv_depthwise_u8_rows(const struct sv_depthwise *s, const int rows, const int first, const int end,
                                    const unsigned char *x, const signed char *w, const int *bias, const float *scale,
                                    unsigned char *y, const unsigned char *residual, const struct sv_requantize *q) {
    const int tiles = s->cols / s->tile, rest = s->cols % s->tile;
    const int words = (s->kernel_h + (rows - 1) * s->stride_h + SV_WORD_TAPS - 1) / SV_WORD_TAPS;
    const sv_s32 offset = sv_load_s32(bias);
    const sv_f32 factor = sv_load(scale);
    sv_s32 taps[SV_MAX_WORDS];
    SV_UNROLL
    for (int row = 0; row < rows; row++) {
        SV_UNROLL
        for (int i = 0; i < words; i++) {
            SV_UNROLL
            for (int kw = 0; kw < s->kernel_w; kw++)
                taps[(row * words + i) * s->kernel_w + kw] =
                    sv_word_taps(sv_shifted_taps(s, w, 16, SV_LANES / 4, row * s->stride_h, i * SV_WORD_TAPS / 4, kw),
                                 i * SV_WORD_TAPS % 4 / 2);
        }
    }
    SV_NO_UNROLL
    for (int row = first; row < end; row += rows) {
        const unsigned char *from = x + (long)row * s->x_row, *add = residual ? residual + (long)row * s->r_row : 0;
        unsigned char *to = y + (long)row * s->y_row;
        for (int c = 0; c < tiles; c++) {
            const long col = (long)c * s->tile;
            sv_depthwise_u8_tile(s, rows, s->tile, from + col * s->stride_w * s->x_pixel, taps, offset, factor,
                                 to + col * s->y_col, residual ? add + col * s->r_col : 0, q);
        }
        if (rest) {
            const long col = (long)tiles * s->tile;
            sv_depthwise_u8_tile(s, rows, rest, from + col * s->stride_w * s->x_pixel, taps, offset, factor,
                                 to + col * s->y_col, residual ? add + col * s->r_col : 0, q);
        }
    }
}

/* The first row of a band; bands of one row follow those of tile_rows rows. */
SV_INLINE int sv_band_row(const struct sv_depthwise *s, const int band) {
    const int pairs = s->rows / s->tile_rows;
    return band < pairs ? band * s->tile_rows : pairs * s->tile_rows + band - pairs;
}

SV_INLINE void sv_depthwise_u8(const struct sv_depthwise *s, const struct sv_part part, const unsigned char *x,
                               const signed char *w, const int *bias, const float *scale, unsigned char *y,
                               const unsigned char *residual, const struct sv_requantize *q) {
    const long words = (long)((s->kernel_h + 3) / 4) * s->kernel_w;
    const int pairs = s->rows / s->tile_rows, paired = pairs * s->tile_rows;
    const struct sv_part bands = sv_along(s->split, SV_BANDS, part, pairs + s->rows - paired);
    const struct sv_part rows = {sv_band_row(s, bands.first), sv_band_row(s, bands.end)};
    const struct sv_part vectors = sv_depthwise_vectors(s, part);
    for (int image = 0; image < s->images; image++) {
        int first = vectors.first;
#ifdef SV_HAS_WEAVE
        if (!residual && sv_is_woven(s))
            first = sv_depthwise_woven(s, rows, vectors, x + (long)image * s->x_image, w, bias, scale,
                                       y + (long)image * s->y_image, q);
#endif
        for (int start = rows.first; start < rows.end; start += SV_DEPTHWISE_BAND) {
            const int end = start + SV_DEPTHWISE_BAND < rows.end ? start + SV_DEPTHWISE_BAND : rows.end;
            const int last = end < paired ? end : paired;
            for (int v = first; v < vectors.end; v++) {
                const int at = v * SV_LANES;
                const unsigned char *xv = x + (long)image * s->x_image + at;
                const signed char *wv = w + sv_packed(v, words) * 4;
                unsigned char *yv = y + (long)image * s->y_image + at;
                const unsigned char *rv = residual ? residual + (long)image * s->r_image + at : 0;
                if (start < last)
                    sv_depthwise_u8_rows(s, s->tile_rows, start, last, xv, wv, bias + at, scale + at, yv, rv, q);
                if (s->rows > paired && end > paired)
                    sv_depthwise_u8_rows(s, 1, start > paired ? start : paired, end, xv, wv, bias + at, scale + at, yv,
                                         rv, q);
            }
        }
    }
}
#endif

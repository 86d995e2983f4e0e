/* 1x1 convolutions by weights that are mostly zeros: the others are listed for each output, pixels lie side by side in vectors.
   f32, or u8 x s8 with exact int32 sums. Words are one float or four bytes. */
#ifndef SV_SPARSE_H
#define SV_SPARSE_H
#include "conv.h"
#include "requantize.h"

#define SV_SPARSE_MOST 4 /* vectors of pixels that are computed together */

struct sv_sparse {
    int images, rows, cols;    /* output pixels, and steps between them, in elements */
    int x_image, x_row, x_col; /* of x */
    int y_image, y_row, y_col;
    int r_image, r_row, r_col; /* residual */
    int element;               /* bytes of an element of x */
    int depth, outputs;        /* words of an input pixel; output channels, a multiple of SV_BLOCK */
    int vectors;               /* of pixels in a tile */
    int split;                 /* SV_TILES or nothing */
};

/* Weights [outputs / 16][depth][16] of words become where each output's begin, [outputs + 1], and (number, word) pairs. */
SV_ROUTINE void sv_sparse_weights(const int outputs, const int depth, const int *w, int *list) {
    int *pair = list + outputs + 1, count = 0;
    for (int o = 0; o < outputs; o++) {
        list[o] = count;
        for (int k = 0; k < depth; k++) {
            const int word = w[((long)(o / SV_BLOCK) * depth + k) * SV_BLOCK + o % SV_BLOCK];
            if (word == 0) continue;
            pair[2 * count] = k;
            pair[2 * count + 1] = word;
            count++;
        }
    }
    list[outputs] = count;
}

struct sv_sparse_operands {
    const unsigned char *x;
    const int *list;
    const void *bias;   /* words */
    const float *scale; /* u8 only */
    void *y;
    const void *residual;
    sv_epilogue epilogue; /* f32 only */
    const struct sv_requantize *requantize;
    int *columns; /* scratch: [depth][pixels of a tile] */
};

/* Where a tile's pixels lie; behind the last pixel the last again. */
struct sv_sparse_pixels {
    long x[SV_SPARSE_MOST * SV_LANES], y[SV_SPARSE_MOST * SV_LANES], r[SV_SPARSE_MOST * SV_LANES];
};

SV_INLINE void sv_sparse_find(const struct sv_sparse *s, const int tile, const int first, const int count,
                              struct sv_sparse_pixels *at) {
    for (int p = 0; p < tile; p++) {
        const int pixel = first + (p < count ? p : count - 1);
        const int col = pixel % s->cols, row = pixel / s->cols % s->rows, image = pixel / s->cols / s->rows;
        at->x[p] = (long)image * s->x_image + (long)row * s->x_row + (long)col * s->x_col;
        at->y[p] = (long)image * s->y_image + (long)row * s->y_row + (long)col * s->y_col;
        at->r[p] = (long)image * s->r_image + (long)row * s->r_row + (long)col * s->r_col;
    }
}

/* The tile's inputs, a word of all pixels after the other; a line of the cache at a time. */
SV_INLINE void sv_sparse_columns(const struct sv_sparse *s, const int tile, const unsigned char *x,
                                 const struct sv_sparse_pixels *at, int *columns) {
    for (int k = 0; k < s->depth; k += 16) {
        const int words = s->depth - k < 16 ? s->depth - k : 16;
        SV_NO_UNROLL
        for (int p = 0; p < tile; p++) {
            const unsigned char *from = x + at->x[p] * s->element + (long)k * 4;
            for (int i = 0; i < words; i++)
                columns[(long)(k + i) * tile + p] = *(const sv_word_unaligned *)(from + i * 4);
        }
    }
}

/* One output of all pixels, every SV_BLOCK words of sums. */
SV_INLINE void sv_sparse_sums(const struct sv_sparse *s, const int tile, const struct sv_sparse_operands *o,
                              const int output, int *sums) {
    const int *pair = o->list + s->outputs + 1;
    const int begin = o->list[output], end = o->list[output + 1], start = ((const int *)o->bias)[output];
    sv_s32 acc[SV_SPARSE_MOST];
    _Alignas(64) int sum[SV_SPARSE_MOST * SV_LANES];
    SV_UNROLL
    for (int v = 0; v < s->vectors; v++) acc[v] = sv_splat_s32(start);
    SV_NO_UNROLL
    for (int n = begin; n < end; n++) {
        const int *column = o->columns + (long)pair[2 * n] * tile;
        const sv_s32 word = sv_splat_s32(pair[2 * n + 1]);
        SV_UNROLL
        for (int v = 0; v < s->vectors; v++) {
            const sv_s32 x = sv_load_s32(column + v * SV_LANES);
            acc[v] = o->requantize ? sv_dot4(acc[v], x, word) : (sv_s32)sv_fma((sv_f32)x, (sv_f32)word, (sv_f32)acc[v]);
        }
    }
    SV_UNROLL
    for (int v = 0; v < s->vectors; v++) *(sv_s32_unaligned *)(sum + v * SV_LANES) = acc[v];
    for (int p = 0; p < tile; p++) sums[p * SV_BLOCK] = sum[p];
}

/* A pixel's block of channels to memory. */
SV_INLINE void sv_sparse_put(const struct sv_sparse *s, const struct sv_sparse_operands *o, const int channel,
                             const long y, const long r, const int *sums) {
    (void)s;
    if (o->requantize) {
        SV_UNROLL
        for (int v = 0; v < SV_PARTS; v += 4) {
            sv_s32 acc[4];
            sv_f32 scale[4];
            long to[4];
            SV_UNROLL
            for (int i = 0; i < 4; i++) {
                const int part = v + i < SV_PARTS ? v + i : v;
                acc[i] = sv_load_s32(sums + part * SV_LANES);
                scale[i] = sv_load(o->scale + channel + part * SV_LANES);
                to[i] = channel + part * SV_LANES;
            }
            const unsigned char *residual = o->residual ? (const unsigned char *)o->residual + r : 0;
            sv_store_requantized(o->requantize, SV_PARTS - v < 4 ? SV_PARTS - v : 4, acc, scale,
                                 (unsigned char *)o->y + y, to, residual, to);
        }
        return;
    }
    SV_UNROLL
    for (int v = 0; v < SV_PARTS; v++) {
        const long at = channel + v * SV_LANES;
        const sv_f32 residual = o->residual ? sv_load((const float *)o->residual + r + at) : sv_splat(0);
        sv_store((float *)o->y + y + at, o->epilogue((sv_f32)sv_load_s32(sums + v * SV_LANES), residual));
    }
}

SV_INLINE void sv_sparse_tiles(const struct sv_sparse *s, const struct sv_part part,
                               const struct sv_sparse_operands *o) {
    const int tile = s->vectors * SV_LANES, pixels = s->images * s->rows * s->cols;
    const struct sv_part some = sv_along(s->split, SV_TILES, part, (pixels + tile - 1) / tile);
    SV_NO_UNROLL
    for (int t = some.first; t < some.end; t++) {
        const int first = t * tile, count = pixels - first < tile ? pixels - first : tile;
        struct sv_sparse_pixels at;
        _Alignas(64) int sums[SV_SPARSE_MOST * SV_LANES * SV_BLOCK];
        sv_sparse_find(s, tile, first, count, &at);
        sv_sparse_columns(s, tile, o->x, &at, o->columns);
        SV_NO_UNROLL
        for (int channel = 0; channel < s->outputs; channel += SV_BLOCK) {
            SV_NO_UNROLL
            for (int c = 0; c < SV_BLOCK; c++) sv_sparse_sums(s, tile, o, channel + c, sums + c);
            SV_NO_UNROLL
            for (int p = 0; p < count; p++) sv_sparse_put(s, o, channel, at.y[p], at.r[p], sums + p * SV_BLOCK);
        }
    }
}

SV_INLINE void sv_sparse_f32(const struct sv_sparse *s, const struct sv_part part, const float *x, const int *list,
                             const float *bias, float *y, const float *residual, const sv_epilogue epilogue,
                             int *columns) {
    const struct sv_sparse_operands operands = {
        (const unsigned char *)x, list, bias, 0, y, residual, epilogue, 0, columns};
    sv_sparse_tiles(s, part, &operands);
}
SV_INLINE void sv_sparse_u8(const struct sv_sparse *s, const struct sv_part part, const unsigned char *x,
                            const int *list, const int *bias, const float *scale, unsigned char *y,
                            const unsigned char *residual, const struct sv_requantize *requantize, int *columns) {
    const struct sv_sparse_operands operands = {x, list, bias, scale, y, residual, 0, requantize, columns};
    sv_sparse_tiles(s, part, &operands);
}
#endif

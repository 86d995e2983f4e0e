/* Y = epilogue(X W): X [m,k] with contiguous rows, W constant and packed as the weights of a 1x1 convolution. f32, or u8 by
   s8 with exact int32 sums. Every size is a compile-time constant at the call. */
#ifndef SV_GEMM_H
#define SV_GEMM_H
#include "conv.h"

/* Takes a vector of sums (bits of int32 where X is 8-bit), `lanes` columns from (row, col) on, through the epilogue to y;
   p are what else it reads. */
typedef void (*sv_gemm_put)(const void *const *p, void *y, const long row, const long col, const int lanes, sv_f32 sum);

struct sv_gemm {
    int m, n, k;      /* k counts words of four bytes where X is 8-bit */
    int rest;         /* bytes of the last word, which is not among k, where it is not whole */
    int tile, blocks; /* rows times vectors of columns that are computed together */
    long x_row;
    int split; /* an sv_split: bands of `tile` rows, groups of `blocks` vectors */
};

struct sv_gemm_operands {
    const void *x, *w;
    const int *bias;           /* added to int32 sums, [n]; may be absent, as what follows */
    const int *sums;           /* of the columns of W */
    const unsigned char *zero; /* what X holds for 0, known when the model runs */
    void *y;
    const void *const *p;
    sv_gemm_put put;
};

/* Computes `tile` rows times `blocks` vectors, of which the last has `lanes` columns. */
typedef void (*sv_gemm_kernel)(const struct sv_gemm *s, const int tile, const int blocks, const int lanes,
                               const int row, const int vector, const struct sv_gemm_operands *o);

SV_INLINE void sv_gemm_store(const int tile, const int blocks, const int lanes, const int row, const int vector,
                             const struct sv_gemm_operands *o, const sv_f32 *sums) {
    /* One copy of the epilogue for a row, not one for every vector of the tile. */
    SV_NO_UNROLL
    for (int t = 0; t < tile; t++) {
        /* Unrolled without being told: clang 20 fails to where it is, in some places. */
        for (int b = 0; b < blocks; b++)
            o->put(o->p, o->y, row + t, (long)(vector + b) * SV_LANES, b == blocks - 1 ? lanes : SV_LANES,
                   sums[t * blocks + b]);
    }
}

/* Weights may come from memory: while the tiles of some columns are computed, the next columns' weights, which lie behind
   them, are fetched, a part by each tile. Bytes for each step along k, at most a line of the cache; 0 where there is one tile. */
SV_INLINE long sv_gemm_fetched(const struct sv_gemm *s, const int blocks) {
    const int tiles = (s->m + s->tile - 1) / s->tile, lines = (blocks + SV_PARTS - 1) / SV_PARTS;
    return tiles == 1 ? 0 : lines >= tiles ? 64 : 64 * lines / tiles;
}
/* Where the part of the tile from `row` on begins, of columns that begin at w. */
SV_INLINE const char *sv_gemm_next(const struct sv_gemm *s, const void *w, const int row, const int blocks,
                                   const long depth) {
    const long lines = (blocks + SV_PARTS - 1) / SV_PARTS;
    return (const char *)w + lines * depth * 64 + row / s->tile * depth * sv_gemm_fetched(s, blocks);
}

SV_INLINE void sv_gemm_f32_tile(const struct sv_gemm *s, const int tile, const int blocks, const int lanes,
                                const int row, const int vector, const struct sv_gemm_operands *o) {
    const float *x = (const float *)o->x + row * s->x_row;
    const float *w = (const float *)o->w + sv_packed(vector, s->k);
    const long fetched = sv_gemm_fetched(s, blocks);
    const char *next = sv_gemm_next(s, w, row, blocks, s->k);
    sv_f32 acc[SV_MAX_TILE], out[SV_MAX_TILE];
    SV_UNROLL
    for (int i = 0; i < tile * blocks; i++) acc[i] = sv_splat(0);
    SV_NO_UNROLL
    for (int k = 0; k < s->k; k++, w += SV_BLOCK, x++) {
        sv_f32 weight[SV_MAX_TILE];
        if (fetched) __builtin_prefetch(next + k * fetched);
        SV_UNROLL
        for (int b = 0; b < blocks; b++) weight[b] = sv_load(w + sv_packed(b, s->k));
        SV_UNROLL
        for (int t = 0; t < tile; t++) {
            const sv_f32 splat = sv_splat(x[t * s->x_row]);
            SV_UNROLL
            for (int b = 0; b < blocks; b++) acc[t * blocks + b] = sv_fma(splat, weight[b], acc[t * blocks + b]);
        }
    }
    SV_UNROLL
    for (int i = 0; i < tile * blocks; i++) out[i] = acc[i];
    sv_gemm_store(tile, blocks, lanes, row, vector, o, out);
}

SV_INLINE void sv_store_sums(int *p, sv_s32 v, const int lanes) {
    if (lanes == SV_LANES) {
        *(sv_s32_unaligned *)p = v;
        return;
    }
    SV_UNROLL
    for (int i = 0; i < SV_LANES; i++)
        if (i < lanes) p[i] = v[i];
}

/* The first n (1 to 3) bytes in every lane. */
SV_INLINE sv_s32 sv_splat_part_word(const unsigned char *p, const int n) {
    return sv_splat_s32(p[0] | (n > 1 ? p[1] << 8 : 0) | (n > 2 ? p[2] << 16 : 0));
}

SV_INLINE void sv_gemm_u8_tile(const struct sv_gemm *s, const int tile, const int blocks, const int lanes,
                               const int row, const int vector, const struct sv_gemm_operands *o) {
    const int depth = s->k + (s->rest > 0);
    const unsigned char *x = (const unsigned char *)o->x + row * s->x_row;
    const signed char *w = (const signed char *)o->w + sv_packed(vector, depth) * 4;
    const long fetched = sv_gemm_fetched(s, blocks);
    const char *next = sv_gemm_next(s, w, row, blocks, depth);
    sv_s32 acc[SV_MAX_TILE];
    sv_f32 out[SV_MAX_TILE];
    SV_UNROLL
    for (int b = 0; b < blocks; b++) {
        const long column = (long)(vector + b) * SV_LANES;
        acc[b] = o->bias ? sv_load_s32(o->bias + column) : sv_splat_s32(0);
        if (o->zero) acc[b] -= sv_load_s32(o->sums + column) * sv_splat_s32(*o->zero);
    }
    SV_UNROLL
    for (int i = blocks; i < tile * blocks; i++) acc[i] = acc[i % blocks];
    SV_NO_UNROLL
    for (int k = 0; k < s->k; k++, w += SV_BLOCK * 4, x += 4) {
        sv_s32 weight[SV_MAX_TILE];
        if (fetched) __builtin_prefetch(next + k * fetched);
        SV_UNROLL
        for (int b = 0; b < blocks; b++) weight[b] = sv_load_s32(w + sv_packed(b, depth) * 4);
        SV_UNROLL
        for (int t = 0; t < tile; t++) {
            const sv_s32 word = sv_splat_word(x + t * s->x_row);
            SV_UNROLL
            for (int b = 0; b < blocks; b++) acc[t * blocks + b] = sv_dot4(acc[t * blocks + b], word, weight[b]);
        }
    }
    if (s->rest) {
        SV_UNROLL
        for (int t = 0; t < tile; t++) {
            const sv_s32 word = sv_splat_part_word(x + t * s->x_row, s->rest);
            SV_UNROLL
            for (int b = 0; b < blocks; b++)
                acc[t * blocks + b] = sv_dot4(acc[t * blocks + b], word, sv_load_s32(w + sv_packed(b, depth) * 4));
        }
    }
    SV_UNROLL
    for (int i = 0; i < tile * blocks; i++) out[i] = (sv_f32)acc[i];
    sv_gemm_store(tile, blocks, lanes, row, vector, o, out);
}

/* Rows for `blocks` vectors of columns, whose weights stay in the cache. */
SV_INLINE void sv_gemm_rows(const struct sv_gemm *s, const struct sv_part part, const int blocks, const int lanes,
                            const int vector, const sv_gemm_kernel kernel, const struct sv_gemm_operands *o) {
    const int tiles = s->m / s->tile, rest = s->m % s->tile;
    const struct sv_part some = sv_along(s->split, SV_BANDS, part, tiles);
    for (int t = some.first; t < some.end; t++) kernel(s, s->tile, blocks, lanes, t * s->tile, vector, o);
    if (rest && sv_has_rest(s->split, SV_BANDS, part, tiles))
        kernel(s, rest, blocks, lanes, tiles * s->tile, vector, o);
}
SV_INLINE void sv_gemm_columns(const struct sv_gemm *s, const struct sv_part part, const sv_gemm_kernel kernel,
                               const struct sv_gemm_operands *o) {
    const int lanes = s->n % SV_LANES, vectors = s->n / SV_LANES;
    const int groups = vectors / s->blocks, rest = vectors % s->blocks + (lanes > 0);
    const struct sv_part some = sv_along(s->split, SV_GROUPS, part, groups);
    for (int g = some.first; g < some.end; g++) sv_gemm_rows(s, part, s->blocks, SV_LANES, g * s->blocks, kernel, o);
    if (rest && sv_has_rest(s->split, SV_GROUPS, part, groups))
        sv_gemm_rows(s, part, rest, lanes ? lanes : SV_LANES, groups * s->blocks, kernel, o);
}

SV_INLINE void sv_gemm_f32(const struct sv_gemm *s, const struct sv_part part, const float *x, const float *w, void *y,
                           const void *const *p, const sv_gemm_put put) {
    const struct sv_gemm_operands operands = {x, w, 0, 0, 0, y, p, put};
    sv_gemm_columns(s, part, sv_gemm_f32_tile, &operands);
}
SV_INLINE void sv_gemm_u8(const struct sv_gemm *s, const struct sv_part part, const unsigned char *x,
                          const signed char *w, const int *bias, const int *sums, const unsigned char *zero, void *y,
                          const void *const *p, const sv_gemm_put put) {
    const struct sv_gemm_operands operands = {x, w, bias, sums, zero, y, p, put};
    sv_gemm_columns(s, part, sv_gemm_u8_tile, &operands);
}
#endif

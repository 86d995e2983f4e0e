/* f32 Y[b] = alpha * A[b] * B[b], A [m,k], B [k,n], Y [m,n], every axis with its own stride in elements. */
#ifndef SV_MATMUL_H
#define SV_MATMUL_H
#include "part.h"

struct sv_matmul {
    int batch, m, k, n;
    int tile, blocks; /* rows times vectors of columns that are computed together */
    long a_batch, a_row, a_col, b_batch, b_row, b_col, y_batch, y_row, y_col;
    float alpha;
    int split; /* an sv_split: batches, bands of `tile` rows, groups of `blocks` columns or vectors of them */
};
#define SV_MATMUL_TILE 32

/* `lanes` neighbours of a row of B or Y. */
SV_INLINE sv_f32 sv_matmul_load(const float *p, const long stride, const int lanes) {
    if (stride != 1) return sv_gather(p, stride, lanes);
    return lanes == SV_LANES ? sv_load(p) : sv_load_part(p, lanes % SV_LANES);
}
SV_INLINE void sv_matmul_store(float *p, const long stride, sv_f32 v, const int lanes) {
    if (stride != 1)
        sv_scatter(p, stride, v, lanes);
    else if (lanes == SV_LANES)
        sv_store(p, v);
    else
        sv_store_part(p, v, lanes % SV_LANES);
}

/* Vectors along n; the last of `blocks` has `lanes` columns. Products that are not the `first` are added to what y holds, and
   alpha comes with the `last`. */
SV_INLINE void sv_matmul_tile(const struct sv_matmul *s, const int tile, const int blocks, const int lanes,
                              const int first, const int last, const float *restrict a, const float *restrict b,
                              float *restrict y) {
    sv_f32 acc[SV_MATMUL_TILE];
    SV_UNROLL
    for (int t = 0; t < tile; t++) {
        SV_UNROLL
        for (int j = 0; j < blocks; j++)
            acc[t * blocks + j] = first ? sv_splat(0)
                                        : sv_matmul_load(y + t * s->y_row + j * SV_LANES * s->y_col, s->y_col,
                                                         j == blocks - 1 ? lanes : SV_LANES);
    }
    SV_NO_UNROLL
    for (int k = 0; k < s->k; k++) {
        sv_f32 row[SV_MATMUL_TILE];
        SV_UNROLL
        for (int j = 0; j < blocks; j++)
            row[j] = sv_matmul_load(b + k * s->b_row + j * SV_LANES * s->b_col, s->b_col,
                                    j == blocks - 1 ? lanes : SV_LANES);
        SV_UNROLL
        for (int t = 0; t < tile; t++) {
            const sv_f32 splat = sv_splat(a[t * s->a_row + k * s->a_col]);
            SV_UNROLL
            for (int j = 0; j < blocks; j++) acc[t * blocks + j] = sv_fma(splat, row[j], acc[t * blocks + j]);
        }
    }
    SV_UNROLL
    for (int t = 0; t < tile; t++) {
        SV_UNROLL
        for (int j = 0; j < blocks; j++)
            sv_matmul_store(y + t * s->y_row + j * SV_LANES * s->y_col, s->y_col,
                            s->alpha == 1 || !last ? acc[t * blocks + j] : acc[t * blocks + j] * s->alpha,
                            j == blocks - 1 ? lanes : SV_LANES);
    }
}
SV_INLINE void sv_matmul_rows(const struct sv_matmul *s, const struct sv_part part, const int blocks, const int lanes,
                              const int first, const int last, const float *restrict a, const float *restrict b,
                              float *restrict y) {
    const int tiles = s->m / s->tile, rest = s->m % s->tile;
    const struct sv_part some = sv_along(s->split, SV_BANDS, part, tiles);
    for (int t = some.first; t < some.end; t++)
        sv_matmul_tile(s, s->tile, blocks, lanes, first, last, a + (long)t * s->tile * s->a_row, b,
                       y + (long)t * s->tile * s->y_row);
    if (rest && sv_has_rest(s->split, SV_BANDS, part, tiles))
        sv_matmul_tile(s, rest, blocks, lanes, first, last, a + (long)tiles * s->tile * s->a_row, b,
                       y + (long)tiles * s->tile * s->y_row);
}
SV_INLINE void sv_matmul_f32(const struct sv_matmul *s, const struct sv_part part, const float *restrict a,
                             const float *restrict b, float *restrict y) {
    const int width = s->blocks * SV_LANES, full = s->n / width, rest = s->n % width;
    const struct sv_part batches = sv_along(s->split, SV_IMAGES, part, s->batch);
    const struct sv_part groups = sv_along(s->split, SV_GROUPS, part, full);
    for (int i = batches.first; i < batches.end; i++) {
        const float *ai = a + i * s->a_batch, *bi = b + i * s->b_batch;
        float *yi = y + i * s->y_batch;
        for (int j = groups.first; j < groups.end; j++)
            sv_matmul_rows(s, part, s->blocks, SV_LANES, 1, 1, ai, bi + (long)j * width * s->b_col,
                           yi + (long)j * width * s->y_col);
        if (rest && sv_has_rest(s->split, SV_GROUPS, part, full))
            sv_matmul_rows(s, part, (rest + SV_LANES - 1) / SV_LANES, (rest - 1) % SV_LANES + 1, 1, 1, ai,
                           bi + (long)full * width * s->b_col, yi + (long)full * width * s->y_col);
    }
}

/* Steps along k for which columns of B are laid side by side at once. */
#define SV_MATMUL_DEPTH 64
#define SV_MATMUL_BLOCKS 2

/* Columns of B, contiguous along k, side by side: packed[k][blocks * SV_LANES]; what is behind the last column is arbitrary. */
SV_INLINE void sv_matmul_pack(const float *b, const long b_col, const int columns, const int blocks, const int depth,
                              float *packed) {
    SV_NO_UNROLL
    for (int block = 0; block < blocks; block++) {
        SV_NO_UNROLL
        for (int k = 0; k < depth; k += SV_LANES) {
            sv_f32 rows[SV_LANES];
            SV_UNROLL
            for (int i = 0; i < SV_LANES; i++) {
                const int column = block * SV_LANES + i;
                const float *from = b + (column < columns ? column : columns - 1) * b_col + k;
                rows[i] = depth - k >= SV_LANES ? sv_load(from) : sv_load_part(from, (depth - k) % SV_LANES);
            }
            sv_transpose(rows);
            SV_UNROLL
            for (int i = 0; i < SV_LANES; i++)
                if (k + i < depth) sv_store(packed + ((k + i) * blocks + block) * SV_LANES, rows[i]);
        }
    }
}
SV_INLINE void sv_matmul_packed_columns(const struct sv_matmul *s, const struct sv_part part, const int blocks,
                                        const int columns, const float *restrict a, const float *restrict b,
                                        float *restrict y) {
    float packed[SV_MATMUL_DEPTH * SV_MATMUL_BLOCKS * SV_LANES];
    struct sv_matmul piece = *s;
    piece.b_row = blocks * SV_LANES;
    piece.b_col = 1;
    SV_NO_UNROLL
    for (int k = 0; k < s->k; k += SV_MATMUL_DEPTH) {
        piece.k = s->k - k < SV_MATMUL_DEPTH ? s->k - k : SV_MATMUL_DEPTH;
        sv_matmul_pack(b + k, s->b_col, columns, blocks, piece.k, packed);
        sv_matmul_rows(&piece, part, blocks, (columns - 1) % SV_LANES + 1, k == 0, k + piece.k == s->k,
                       a + k * s->a_col, packed, y);
    }
}
/* B is contiguous along k, and there are enough rows of A that it pays to lay its columns side by side. */
SV_INLINE void sv_matmul_packed_f32(const struct sv_matmul *s, const struct sv_part part, const float *restrict a,
                                    const float *restrict b, float *restrict y) {
    const int width = s->blocks * SV_LANES, full = s->n / width, rest = s->n % width;
    const struct sv_part batches = sv_along(s->split, SV_IMAGES, part, s->batch);
    const struct sv_part groups = sv_along(s->split, SV_GROUPS, part, full);
    for (int i = batches.first; i < batches.end; i++) {
        const float *ai = a + i * s->a_batch, *bi = b + i * s->b_batch;
        float *yi = y + i * s->y_batch;
        for (int j = groups.first; j < groups.end; j++)
            sv_matmul_packed_columns(s, part, s->blocks, width, ai, bi + (long)j * width * s->b_col,
                                     yi + (long)j * width * s->y_col);
        if (rest && sv_has_rest(s->split, SV_GROUPS, part, full))
            sv_matmul_packed_columns(s, part, (rest + SV_LANES - 1) / SV_LANES, rest, ai,
                                     bi + (long)full * width * s->b_col, yi + (long)full * width * s->y_col);
    }
}

/* Vectors along k, which is contiguous in A and in B: dot products of `tile` rows with `blocks` columns. */
SV_INLINE void sv_dot_tile(const struct sv_matmul *s, const int tile, const int blocks, const float *restrict a,
                           const float *restrict b, float *restrict y) {
    const int full = s->k / SV_LANES * SV_LANES, rest = s->k % SV_LANES;
    sv_f32 acc[SV_MATMUL_TILE];
    SV_UNROLL
    for (int i = 0; i < tile * blocks; i++) acc[i] = sv_splat(0);
    SV_NO_UNROLL
    for (int k = 0; k < full; k += SV_LANES) {
        SV_UNROLL
        for (int t = 0; t < tile; t++) {
            SV_UNROLL
            for (int j = 0; j < blocks; j++)
                acc[t * blocks + j] =
                    sv_fma(sv_load(a + t * s->a_row + k), sv_load(b + j * s->b_col + k), acc[t * blocks + j]);
        }
    }
    SV_UNROLL
    for (int t = 0; t < tile; t++) {
        SV_UNROLL
        for (int j = 0; j < blocks; j++) {
            sv_f32 v = acc[t * blocks + j];
            if (rest)
                v = sv_fma(sv_load_part(a + t * s->a_row + full, rest), sv_load_part(b + j * s->b_col + full, rest), v);
            y[t * s->y_row + j * s->y_col] = sv_sum_lanes(v) * s->alpha;
        }
    }
}
SV_INLINE void sv_dot_columns(const struct sv_matmul *s, const struct sv_part part, const int tile,
                              const float *restrict a, const float *restrict b, float *restrict y) {
    const int full = s->n / s->blocks, rest = s->n % s->blocks;
    const struct sv_part groups = sv_along(s->split, SV_GROUPS, part, full);
    for (int j = groups.first; j < groups.end; j++)
        sv_dot_tile(s, tile, s->blocks, a, b + (long)j * s->blocks * s->b_col, y + (long)j * s->blocks * s->y_col);
    if (rest && sv_has_rest(s->split, SV_GROUPS, part, full))
        sv_dot_tile(s, tile, rest, a, b + (long)full * s->blocks * s->b_col, y + (long)full * s->blocks * s->y_col);
}
SV_INLINE void sv_matmul_dot_f32(const struct sv_matmul *s, const struct sv_part part, const float *restrict a,
                                 const float *restrict b, float *restrict y) {
    const int tiles = s->m / s->tile, rest = s->m % s->tile;
    const struct sv_part batches = sv_along(s->split, SV_IMAGES, part, s->batch);
    const struct sv_part bands = sv_along(s->split, SV_BANDS, part, tiles);
    for (int i = batches.first; i < batches.end; i++) {
        const float *ai = a + i * s->a_batch, *bi = b + i * s->b_batch;
        float *yi = y + i * s->y_batch;
        for (int t = bands.first; t < bands.end; t++)
            sv_dot_columns(s, part, s->tile, ai + (long)t * s->tile * s->a_row, bi, yi + (long)t * s->tile * s->y_row);
        if (rest && sv_has_rest(s->split, SV_BANDS, part, tiles))
            sv_dot_columns(s, part, rest, ai + (long)tiles * s->tile * s->a_row, bi,
                           yi + (long)tiles * s->tile * s->y_row);
    }
}
#endif

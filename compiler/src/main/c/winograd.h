/* f32 3x3 convolution by Winograd's algorithm (Lavin and Gray, arXiv 1509.09308): Y = A' [ (G g G') * (B' d B) ] A.
   Stride 1 is F(4x4, 3x3): a tile of 6x6 inputs gives 4x4 outputs with 36 products per channel pair instead of 144, points 0, 1,
   -1, 2, -2, infinity. With stride 2, inputs at even positions meet the outer taps, F(4, 2) with points 0, 1, -1, 2, infinity,
   those at odd positions the middle tap, one product each: 9x9 inputs and 81 products, whose weights are 6x6 again. */
#ifndef SV_WINOGRAD_H
#define SV_WINOGRAD_H
#include "conv.h"

/* Inputs of a line of four outputs, and so the products. */
#define SV_WINOGRAD_SIDE(stride) ((stride) == 2 ? 9 : 6)
#define SV_WINOGRAD_PLANES(stride) (SV_WINOGRAD_SIDE(stride) * SV_WINOGRAD_SIDE(stride))
#define SV_WINOGRAD_MOST 9

struct sv_winograd {
    int stride;
    int images, rows, cols;   /* output pixels, at least 4 x 4 */
    int tile_rows, tile_cols; /* tiles of 4x4; the last ones overlap their neighbours where 4 does not divide */
    int block;                /* tiles that are transformed together */
    int x_vectors, y_vectors; /* of SV_LANES channels */
    int channels;             /* of x, without padding */
    int x_image, x_row, x_col;
    int y_image, y_row, y_col;
    int r_image, r_row, r_col;     /* residual */
    const struct sv_conv *product; /* block pixels, channels deep */
};

/* One line of G g: three taps. */
SV_INLINE void sv_winograd_g(const int stride, sv_f32 a, sv_f32 b, sv_f32 d, sv_f32 *to) {
    if (stride == 2) {
        to[0] = a * 0.5f;
        to[1] = (a + d) * -0.5f;
        to[2] = (d - a) * (1.0f / 6);
        to[3] = (a + d * 2.0f) * (1.0f / 6);
        to[4] = d;
        to[5] = b;
        return;
    }
    to[0] = a * 0.25f;
    to[1] = (a + b + d) * (-1.0f / 6);
    to[2] = (a - b + d) * (-1.0f / 6);
    to[3] = (a + b * 2.0f + d * 4.0f) * (1.0f / 24);
    to[4] = (a - b * 2.0f + d * 4.0f) * (1.0f / 24);
    to[5] = d;
}

/* G g G': weights [block of 16][3][3][pitch][16] become [plane][block][channels][16]. */
static __attribute__((noinline)) void sv_winograd_weights(const int stride, const int blocks, const int channels,
                                                          const int pitch, const float *w, float *u) {
    const long plane = (long)blocks * channels * SV_BLOCK;
    for (int block = 0; block < blocks; block++)
        for (int c = 0; c < channels; c++)
            for (int v = 0; v < SV_BLOCK; v += SV_LANES) {
                const float *g = w + ((long)block * 9 * pitch + c) * SV_BLOCK + v;
                float *to = u + ((long)block * channels + c) * SV_BLOCK + v;
                sv_f32 half[3][6];
                SV_UNROLL
                for (int col = 0; col < 3; col++)
                    sv_winograd_g(stride, sv_load(g + (long)col * pitch * SV_BLOCK),
                                  sv_load(g + (long)(3 + col) * pitch * SV_BLOCK),
                                  sv_load(g + (long)(6 + col) * pitch * SV_BLOCK), half[col]);
                SV_UNROLL
                for (int row = 0; row < 6; row++) {
                    sv_f32 line[6];
                    sv_winograd_g(stride, half[0][row], half[1][row], half[2][row], line);
                    SV_UNROLL
                    for (int col = 0; col < 6; col++) sv_store(to + (row * 6 + col) * plane, line[col]);
                }
            }
}

/* Which of the 6x6 planes of weights a product needs: all inputs at odd positions meet the same tap. */
SV_INLINE int sv_winograd_u(const int stride, const int plane) {
    const int side = SV_WINOGRAD_SIDE(stride), row = plane / side, col = plane % side;
    return (row < 5 ? row : 5) * 6 + (col < 5 ? col : 5);
}

/* One line of B' d. */
SV_INLINE void sv_winograd_b(const int stride, const sv_f32 *d, const int step, sv_f32 *to) {
    if (stride == 2) {
        const sv_f32 e0 = d[0], e1 = d[2 * step], e2 = d[4 * step], e3 = d[6 * step], e4 = d[8 * step], e = e3 - e1;
        to[0] = sv_fma(sv_splat(2), e0 - e2, e);
        to[1] = sv_fma(sv_splat(-2), e1, e3 - e2);
        to[2] = sv_fma(sv_splat(2), e1, sv_fma(sv_splat(-3), e2, e3));
        to[3] = e;
        to[4] = sv_fma(sv_splat(-2), e, e4 - e2);
        SV_UNROLL
        for (int i = 0; i < 4; i++) to[5 + i] = d[(2 * i + 1) * step];
        return;
    }
    const sv_f32 two = sv_splat(2), four = sv_splat(4), minus_four = sv_splat(-4), minus_five = sv_splat(-5);
    const sv_f32 d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
    const sv_f32 a = sv_fma(minus_four, d2, d4), b = sv_fma(minus_four, d1, d3);
    const sv_f32 c = d4 - d2, e = two * (d3 - d1);
    to[0] = sv_fma(four, d0, sv_fma(minus_five, d2, d4));
    to[1] = a + b;
    to[2] = a - b;
    to[3] = c + e;
    to[4] = c - e;
    to[5] = sv_fma(four, d1, sv_fma(minus_five, d3, d5));
}

/* One line of A' m: four outputs. */
SV_INLINE void sv_winograd_a(const int stride, const sv_f32 *m, sv_f32 *to) {
    if (stride == 2) {
        const sv_f32 sum = m[1] + m[2], diff = m[1] - m[2];
        to[0] = m[0] + sum + m[3] + m[5];
        to[1] = sv_fma(sv_splat(2), m[3], diff) + m[6];
        to[2] = sv_fma(sv_splat(4), m[3], sum) + m[7];
        to[3] = sv_fma(sv_splat(8), m[3], diff) + m[4] + m[8];
        return;
    }
    const sv_f32 sum1 = m[1] + m[2], diff1 = m[1] - m[2], sum2 = m[3] + m[4], diff2 = m[3] - m[4];
    to[0] = m[0] + sum1 + sum2;
    to[1] = sv_fma(sv_splat(2), diff2, diff1);
    to[2] = sv_fma(sv_splat(4), sum2, sum1);
    to[3] = sv_fma(sv_splat(8), diff2, diff1) + m[5];
}

/* B' d B of one tile and one vector of channels; planes of v are `plane` apart. */
SV_INLINE void sv_winograd_inputs(const int stride, const float *x, const long x_row, const long x_col, float *v,
                                  const long plane) {
    const int side = SV_WINOGRAD_SIDE(stride);
    sv_f32 lines[SV_WINOGRAD_MOST * SV_WINOGRAD_MOST];
    SV_UNROLL
    for (int row = 0; row < side; row++) {
        sv_f32 d[SV_WINOGRAD_MOST];
        SV_UNROLL
        for (int col = 0; col < side; col++) d[col] = sv_load(x + row * x_row + col * x_col);
        sv_winograd_b(stride, d, 1, lines + row * side);
    }
    SV_UNROLL
    for (int col = 0; col < side; col++) {
        sv_f32 to[SV_WINOGRAD_MOST];
        sv_winograd_b(stride, lines + col, side, to);
        SV_UNROLL
        for (int row = 0; row < side; row++) sv_store(v + (row * side + col) * plane, to[row]);
    }
}
/* One copy for each stride serves all layers. */
static __attribute__((noinline, unused)) void sv_winograd_input(const float *x, const long x_row, const long x_col,
                                                                float *v, const long plane) {
    sv_winograd_inputs(1, x, x_row, x_col, v, plane);
}
static __attribute__((noinline, unused)) void sv_winograd_input_2(const float *x, const long x_row, const long x_col,
                                                                  float *v, const long plane) {
    sv_winograd_inputs(2, x, x_row, x_col, v, plane);
}

/* A' m A of one tile and one vector of channels, then bias, residual and activation. Only the first rows and columns are
   stored where tiles overlap, so that every number comes from one tile: another would round it in another way. */
SV_INLINE void sv_winograd_output(const struct sv_winograd *s, const int keep_rows, const int keep_cols, const float *m,
                                  const long plane, const sv_f32 bias, float *y, const float *residual,
                                  const sv_epilogue epilogue) {
    const int side = SV_WINOGRAD_SIDE(s->stride);
    sv_f32 lines[4 * SV_WINOGRAD_MOST];
    SV_UNROLL
    for (int row = 0; row < side; row++) {
        sv_f32 products[SV_WINOGRAD_MOST];
        SV_UNROLL
        for (int col = 0; col < side; col++) products[col] = sv_load(m + (row * side + col) * plane);
        sv_winograd_a(s->stride, products, lines + row * 4);
    }
    SV_UNROLL
    for (int col = 0; col < 4; col++) {
        if (col >= keep_cols) continue;
        sv_f32 products[SV_WINOGRAD_MOST], to[4];
        SV_UNROLL
        for (int row = 0; row < side; row++) products[row] = lines[row * 4 + col];
        sv_winograd_a(s->stride, products, to);
        SV_UNROLL
        for (int row = 0; row < 4; row++) {
            if (row >= keep_rows) continue;
            sv_store(y + (long)row * s->y_row + (long)col * s->y_col,
                     epilogue(to[row] + bias, residual ? sv_load(residual + (long)row * s->r_row + (long)col * s->r_col)
                                                       : sv_splat(0)));
        }
    }
}

SV_INLINE sv_f32 sv_winograd_product(sv_f32 acc, sv_f32 residual) {
    (void)residual;
    return acc;
}

/* Row or column of tile number `tile`, the last one moved inside. */
SV_INLINE int sv_winograd_at(const int tile, const int extent) {
    return tile * 4 + 4 > extent ? extent - 4 : tile * 4;
}

/* Rows or columns of tile number `tile` before the next tile's first. */
SV_INLINE int sv_winograd_keep(const int tile, const int extent) {
    const int rest = tile * 4 + 4 < extent ? sv_winograd_at(tile + 1, extent) - tile * 4 : 4;
    return extent % 4 ? rest : 4;
}

/* Where the parts of the scratch memory lie: SV_WINOGRAD_PLANES(stride) * block * (x_vectors + y_vectors) * SV_LANES numbers. */
SV_INLINE long sv_winograd_input_plane(const struct sv_winograd *s) {
    return (long)s->block * s->x_vectors * SV_LANES;
}
SV_INLINE float *sv_winograd_products(const struct sv_winograd *s, float *scratch) {
    return scratch + SV_WINOGRAD_PLANES(s->stride) * sv_winograd_input_plane(s);
}

/* The first tile of a block; the last block overlaps the one before. */
SV_INLINE int sv_winograd_first(const struct sv_winograd *s, const int block) {
    const int tiles = s->tile_rows * s->tile_cols, start = block * s->block;
    return start + s->block > tiles ? tiles - s->block : start;
}

/* The first stage for some of a block's tiles: their inputs are transformed. */
SV_INLINE void sv_winograd_gather(const struct sv_winograd *s, const struct sv_part some, const int first,
                                  const float *x, float *scratch) {
    for (int t = some.first; t < some.end; t++) {
        const float *at = x + (long)sv_winograd_at((first + t) / s->tile_cols, s->rows) * s->x_row +
                          (long)sv_winograd_at((first + t) % s->tile_cols, s->cols) * s->x_col;
        SV_NO_UNROLL
        for (int c = 0; c < s->x_vectors; c++)
            (s->stride == 2 ? sv_winograd_input_2 : sv_winograd_input)(
                at + c * SV_LANES, s->x_row / s->stride, s->x_col / s->stride,
                scratch + ((long)t * s->x_vectors + c) * SV_LANES, sv_winograd_input_plane(s));
    }
}

/* The second one for some planes: products of all tiles of the block. */
SV_INLINE void sv_winograd_multiply(const struct sv_winograd *s, const struct sv_part some, const float *u,
                                    float *scratch) {
    const struct sv_part whole = {0, 0};
    const long m_plane = (long)s->block * s->y_vectors * SV_LANES;
    const long u_plane = (long)s->y_vectors * SV_LANES * s->channels;
    SV_NO_UNROLL
    for (int plane = some.first; plane < some.end; plane++)
        sv_conv_f32(s->product, whole, scratch + plane * sv_winograd_input_plane(s),
                    u + sv_winograd_u(s->stride, plane) * u_plane, 0,
                    sv_winograd_products(s, scratch) + plane * m_plane, 0, sv_winograd_product);
}

/* The third one for some tiles: their outputs. */
SV_INLINE void sv_winograd_scatter(const struct sv_winograd *s, const struct sv_part some, const int first,
                                   const float *bias, float *y, const float *residual, float *scratch,
                                   const sv_epilogue epilogue) {
    const float *m = sv_winograd_products(s, scratch);
    const long m_plane = (long)s->block * s->y_vectors * SV_LANES;
    for (int t = some.first; t < some.end; t++) {
        const int tile_row = (first + t) / s->tile_cols, tile_col = (first + t) % s->tile_cols;
        const long row = sv_winograd_at(tile_row, s->rows), col = sv_winograd_at(tile_col, s->cols);
        const int keep_rows = sv_winograd_keep(tile_row, s->rows), keep_cols = sv_winograd_keep(tile_col, s->cols);
        float *to = y + row * s->y_row + col * s->y_col;
        const float *from = residual ? residual + row * s->r_row + col * s->r_col : 0;
        SV_NO_UNROLL
        for (int c = 0; c < s->y_vectors; c++)
            sv_winograd_output(s, keep_rows, keep_cols, m + ((long)t * s->y_vectors + c) * SV_LANES, m_plane,
                               sv_load(bias + c * SV_LANES), to + c * SV_LANES, residual ? from + c * SV_LANES : 0,
                               epilogue);
    }
}

/* The blocks of a part. u: prepared weights. */
SV_INLINE void sv_winograd_f32(const struct sv_winograd *s, const struct sv_part part, const float *x, const float *u,
                               const float *bias, float *y, const float *residual, float *scratch,
                               const sv_epilogue epilogue) {
    for (int image = 0; image < s->images; image++)
        for (int block = part.first; block < part.end; block++) {
            const int first = sv_winograd_first(s, block);
            const struct sv_part tiles = {0, s->block}, planes = {0, SV_WINOGRAD_PLANES(s->stride)};
            const struct sv_part own = {block * s->block - first, s->block};
            sv_winograd_gather(s, tiles, first, x + (long)image * s->x_image, scratch);
            sv_winograd_multiply(s, planes, u, scratch);
            sv_winograd_scatter(s, own, first, bias, y + (long)image * s->y_image,
                                residual ? residual + (long)image * s->r_image : 0, scratch, epilogue);
        }
}

#ifdef SV_TEAM_H
/* The same where there are few blocks: threads share the three stages of every block. */
SV_INLINE void sv_winograd_stages(struct sv_member *me, const struct sv_winograd *s, const int blocks, const float *x,
                                  const float *u, const float *bias, float *y, const float *residual, float *scratch,
                                  const sv_epilogue epilogue) {
    struct sv_part part;
    for (int i = 0; i < s->images * blocks; i++) {
        const int image = i / blocks, block = i % blocks, first = sv_winograd_first(s, block);
        const int own = block * s->block - first;
        sv_open(me, s->block);
        while (sv_take(me, &part)) sv_winograd_gather(s, part, first, x + (long)image * s->x_image, scratch);
        sv_open(me, SV_WINOGRAD_PLANES(s->stride));
        while (sv_take(me, &part)) sv_winograd_multiply(s, part, u, scratch);
        sv_open(me, s->block - own);
        while (sv_take(me, &part)) {
            const struct sv_part tiles = {part.first + own, part.end + own};
            sv_winograd_scatter(s, tiles, first, bias, y + (long)image * s->y_image,
                                residual ? residual + (long)image * s->r_image : 0, scratch, epilogue);
        }
    }
}
#endif
#endif

/* u8 x s8 3x3 convolution with stride 1 by Winograd's F(4x4, 3x3), in integers and exact. The rows of G are scaled to
   integers (4, 6, 6, 24, 24, 1), so that transformed weights and inputs fit 16 bits; sums of their products may wrap. The
   output transform yields 576 times a sum, in parts 64 times an odd factor of 9, whose inverse modulo 2^32 takes the 9
   away; a shift takes the 64. So a sum comes out exact if it fits 26 bits: who calls this has checked the weights. */
#ifndef SV_QWINOGRAD_H
#define SV_QWINOGRAD_H
#include "qconv.h"

#define SV_QWINOGRAD_PLANES 36

struct sv_qwinograd {
    int images, rows, cols;   /* output pixels, at least 4 x 4 */
    int tile_rows, tile_cols; /* tiles of 4x4; the last ones overlap their neighbours where 4 does not divide */
    int block, tile;          /* tiles that are transformed together, and that are multiplied together */
    int channels, outputs;    /* of x and y, in whole blocks of 16 */
    int x_image, x_row, x_col;
    int y_image, y_row, y_col;
    int r_image, r_row, r_col; /* residual */
    int split; /* an sv_split: bands that are blocks of tiles, groups of 16 outputs. Where tiles overlap, both give the same */
};

/* Sixteen channels. */
typedef short sv_s16x16 __attribute__((vector_size(32)));
typedef unsigned char sv_u8x16 __attribute__((vector_size(16)));
typedef sv_u8x16 sv_u8x16_unaligned __attribute__((aligned(1), may_alias));
typedef sv_s16x16 sv_s16x16_stored __attribute__((aligned(2), may_alias));

/* One line of G, every row scaled to integers. */
SV_INLINE void sv_qwinograd_g(const int a, const int b, const int c, int *to) {
    to[0] = a;
    to[1] = -(a + b + c);
    to[2] = -(a - b + c);
    to[3] = a + 2 * b + 4 * c;
    to[4] = a - 2 * b + 4 * c;
    to[5] = c;
}

/* G g G': weights [block of 16][3][ceil(3 * pitch / 4)][16][4] become [block of 16][plane][channels / 2][16][2]. */
SV_ROUTINE void sv_qwinograd_weights(const int outputs, const int channels, const int pitch, const signed char *w,
                                     short *u) {
    const long words = (3L * pitch + 3) / 4, plane = (long)channels * SV_BLOCK;
    for (int oc = 0; oc < outputs; oc++)
        for (int c = 0; c < channels; c++) {
            int half[3][6], line[6];
            for (int row = 0; row < 3; row++) {
                const signed char *g = w + ((oc / SV_BLOCK * 3L + row) * words * SV_BLOCK + oc % SV_BLOCK) * 4 + c % 4;
                sv_qwinograd_g(g[c / 4 * SV_BLOCK * 4L], g[(pitch + c) / 4 * SV_BLOCK * 4L],
                               g[(2L * pitch + c) / 4 * SV_BLOCK * 4L], half[row]);
            }
            for (int col = 0; col < 6; col++) {
                sv_qwinograd_g(half[0][col], half[1][col], half[2][col], line);
                for (int row = 0; row < 6; row++)
                    u[(oc / SV_BLOCK * SV_QWINOGRAD_PLANES + row * 6 + col) * plane +
                      (c / 2 * SV_BLOCK + oc % SV_BLOCK) * 2L + c % 2] = (short)line[row];
            }
        }
}

/* One line of B' d: six inputs. */
SV_INLINE void sv_qwinograd_b(const sv_s16x16 *d, const int step, sv_s16x16 *to) {
    const sv_s16x16 d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
    const sv_s16x16 a = d4 - (d2 << 2), b = d3 - (d1 << 2), c = d4 - d2, e = (d3 - d1) << 1;
    to[0] = ((d0 - d2) << 2) + c;
    to[1] = a + b;
    to[2] = a - b;
    to[3] = c + e;
    to[4] = c - e;
    to[5] = d5 - d3 - (e << 1);
}

/* B' d B of one tile and 16 channels; planes of v are `plane` apart. One copy serves all layers. */
static __attribute__((noinline, unused)) void sv_qwinograd_input(const unsigned char *x, const long x_row,
                                                                 const long x_col, short *v, const long plane) {
    sv_s16x16 lines[36];
    SV_UNROLL
    for (int col = 0; col < 6; col++) {
        sv_s16x16 d[6], to[6];
        SV_UNROLL
        for (int row = 0; row < 6; row++)
            d[row] = __builtin_convertvector(*(const sv_u8x16_unaligned *)(x + row * x_row + col * x_col), sv_s16x16);
        sv_qwinograd_b(d, 1, to);
        SV_UNROLL
        for (int row = 0; row < 6; row++) lines[row * 6 + col] = to[row];
    }
    SV_UNROLL
    for (int row = 0; row < 6; row++) {
        sv_s16x16 to[6];
        sv_qwinograd_b(lines + row * 6, 1, to);
        SV_UNROLL
        for (int col = 0; col < 6; col++) *(sv_s16x16_stored *)(v + (row * 6 + col) * plane) = to[col];
    }
}

/* One line of A' m: six products give 24, 12, 6 and 6 times four outputs. */
SV_INLINE void sv_qwinograd_a(const sv_u32 *m, const int step, sv_u32 *to) {
    const sv_u32 p0 = m[0], p1 = m[step], p2 = m[2 * step], p3 = m[3 * step], p4 = m[4 * step], p5 = m[5 * step];
    const sv_u32 sum1 = p1 + p2, diff1 = p1 - p2, sum2 = p3 + p4, diff2 = p3 - p4;
    to[0] = ((p0 + (p0 << 1) + (sum1 << 1)) << 1) + sum2;
    to[1] = (diff1 << 1) + diff2;
    to[2] = sum1 + sum2;
    to[3] = diff1 + ((diff2 + p5 + (p5 << 1)) << 1);
}

/* A' m A of one tile and one vector of channels: its 16 sums. */
static __attribute__((noinline, unused)) void sv_qwinograd_sums(const int *m, const long plane, sv_s32 *sums) {
    static const int shift[4] = {3, 2, 1, 1}; /* what 24, 12 and 6 have besides 3 */
    sv_u32 lines[24];
    SV_UNROLL
    for (int col = 0; col < 6; col++) {
        sv_u32 p[6], to[4];
        SV_UNROLL
        for (int row = 0; row < 6; row++) p[row] = (sv_u32)sv_load_s32(m + (row * 6 + col) * plane);
        sv_qwinograd_a(p, 1, to);
        SV_UNROLL
        for (int row = 0; row < 4; row++) lines[row * 6 + col] = to[row];
    }
    SV_UNROLL
    for (int row = 0; row < 4; row++) {
        sv_u32 to[4];
        sv_qwinograd_a(lines + row * 6, 1, to);
        SV_UNROLL
        for (int col = 0; col < 4; col++)
            sums[row * 4 + col] = (sv_s32)(to[col] * 0x38e38e39u) >> (shift[row] + shift[col]);
    }
}

/* Products of one plane: `tile` tiles times 16 output channels. */
SV_INLINE void sv_qwinograd_products(const int tile, const int channels, const short *v, const short *u, int *m) {
    sv_s32 acc[SV_MAX_TILE];
    SV_UNROLL
    for (int i = 0; i < tile * SV_PARTS; i++) acc[i] = sv_splat_s32(0);
    SV_NO_UNROLL
    for (int c = 0; c < channels; c += 2) {
        sv_s32 weight[SV_PARTS];
        SV_UNROLL
        for (int b = 0; b < SV_PARTS; b++) weight[b] = sv_load_s32(u + (c * SV_BLOCK + b * SV_LANES * 2));
        SV_UNROLL
        for (int t = 0; t < tile; t++) {
            const sv_s32 pair = sv_splat_word((const unsigned char *)(v + (long)t * channels + c));
            SV_UNROLL
            for (int b = 0; b < SV_PARTS; b++)
                acc[t * SV_PARTS + b] = sv_madd16(acc[t * SV_PARTS + b], pair, weight[b]);
        }
    }
    SV_UNROLL
    for (int i = 0; i < tile * SV_PARTS; i++) *(sv_s32_unaligned *)(m + i * SV_LANES) = acc[i];
}

/* Row or column of tile number `tile`, the last one moved inside. */
SV_INLINE int sv_qwinograd_at(const int tile, const int extent) {
    return tile * 4 + 4 > extent ? extent - 4 : tile * 4;
}

/* Rounds the sums of one tile and one vector of channels. */
SV_INLINE void sv_qwinograd_store(const struct sv_qwinograd *s, const sv_s32 *sums, const sv_s32 bias,
                                  const sv_f32 scale, unsigned char *y, const unsigned char *residual,
                                  const struct sv_requantize *q) {
    const sv_f32 scales[4] = {scale, scale, scale, scale};
    SV_NO_UNROLL
    for (int row = 0; row < 4; row++) {
        sv_s32 acc[4];
        long to[4], from[4];
        SV_UNROLL
        for (int col = 0; col < 4; col++) {
            acc[col] = sums[row * 4 + col] + bias;
            to[col] = (long)row * s->y_row + (long)col * s->y_col;
            from[col] = (long)row * s->r_row + (long)col * s->r_col;
        }
        sv_store_requantized(q, 4, acc, scales, y, to, residual, from);
    }
}

/* u: prepared weights; v: SV_QWINOGRAD_PLANES * block * channels numbers, m: SV_QWINOGRAD_PLANES * block * SV_BLOCK. */
SV_INLINE void sv_qwinograd_u8(const struct sv_qwinograd *s, const struct sv_part part, const unsigned char *x,
                               const short *u, const int *bias, const float *scale, unsigned char *y,
                               const unsigned char *residual, const struct sv_requantize *q, short *v, int *m) {
    const int tiles = s->tile_rows * s->tile_cols;
    const long v_plane = (long)s->block * s->channels, m_plane = (long)s->block * SV_BLOCK;
    const long u_plane = (long)s->channels * SV_BLOCK;
    const struct sv_part blocks = sv_along(s->split, SV_BANDS, part, (tiles + s->block - 1) / s->block);
    const struct sv_part groups = sv_along(s->split, SV_GROUPS, part, s->outputs / SV_BLOCK);
    for (int image = 0; image < s->images; image++)
        for (int i = blocks.first; i < blocks.end; i++) {
            const int start = i * s->block, first = start + s->block > tiles ? tiles - s->block : start;
            for (int t = 0; t < s->block; t++) {
                const unsigned char *at = x + (long)image * s->x_image +
                                          (long)sv_qwinograd_at((first + t) / s->tile_cols, s->rows) * s->x_row +
                                          (long)sv_qwinograd_at((first + t) % s->tile_cols, s->cols) * s->x_col;
                SV_NO_UNROLL
                for (int c = 0; c < s->channels; c += SV_BLOCK)
                    sv_qwinograd_input(at + c, s->x_row, s->x_col, v + (long)t * s->channels + c, v_plane);
            }
            SV_NO_UNROLL
            for (int oc = groups.first * SV_BLOCK; oc < groups.end * SV_BLOCK; oc += SV_BLOCK) {
                SV_NO_UNROLL
                for (int plane = 0; plane < SV_QWINOGRAD_PLANES; plane++) {
                    const short *w = u + ((long)oc / SV_BLOCK * SV_QWINOGRAD_PLANES + plane) * u_plane;
                    SV_NO_UNROLL
                    for (int t = 0; t + s->tile <= s->block; t += s->tile)
                        sv_qwinograd_products(s->tile, s->channels, v + plane * v_plane + (long)t * s->channels, w,
                                              m + plane * m_plane + (long)t * SV_BLOCK);
                    const int rest = s->block % s->tile, done = s->block - rest;
                    if (rest)
                        sv_qwinograd_products(rest, s->channels, v + plane * v_plane + (long)done * s->channels, w,
                                              m + plane * m_plane + (long)done * SV_BLOCK);
                }
                SV_NO_UNROLL
                for (int t = start - first; t < s->block; t++) {
                    const long row = sv_qwinograd_at((first + t) / s->tile_cols, s->rows);
                    const long col = sv_qwinograd_at((first + t) % s->tile_cols, s->cols);
                    const long to = (long)image * s->y_image + row * s->y_row + col * s->y_col + oc;
                    const long from = (long)image * s->r_image + row * s->r_row + col * s->r_col + oc;
                    SV_NO_UNROLL
                    for (int b = 0; b < SV_BLOCK; b += SV_LANES) {
                        sv_s32 sums[16];
                        sv_qwinograd_sums(m + (long)t * SV_BLOCK + b, m_plane, sums);
                        sv_qwinograd_store(s, sums, sv_load_s32(bias + oc + b), sv_load(scale + oc + b), y + to + b,
                                           residual ? residual + from + b : 0, q);
                    }
                }
            }
        }
}
#endif

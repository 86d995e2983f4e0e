/* Dense u8 x s8 convolution with int32 accumulators; zero points are folded into the bias. Sizes as in conv.h. */
#ifndef SV_QCONV_H
#define SV_QCONV_H
#include "conv.h"
#include "requantize.h"

struct sv_conv_u8_operands {
    const unsigned char *x;
    const signed char *w;
    const int *bias;
    const float *scale;
    unsigned char *y;
    const unsigned char *residual;
    const struct sv_requantize *requantize;
};

/* One tile. Weights are packed [words][16 channels][4]; a run may read up to 3 bytes behind its end. */
SV_INLINE void sv_conv_u8_tile(const struct sv_conv *s, const int tile_rows, const int tile_cols, const int blocks,
                               const struct sv_tile *at, const void *operands) {
    const struct sv_conv_u8_operands *o = operands;
    const int tile = tile_rows * tile_cols, products = tile * blocks, last = blocks - 1;
    const long row_depth = (long)s->segments * s->run, depth = s->kernel_rows * row_depth;
    const unsigned char *x = o->x + at->x;
    const signed char *w = o->w + (sv_packed(at->vector, depth) + at->first * row_depth * SV_BLOCK) * 4;
    sv_s32 acc[SV_MAX_TILE], excess[SV_MAX_TILE];
    SV_UNROLL
    for (int b = 0; b < blocks; b++) excess[b] = sv_splat_s32(0);
    SV_UNROLL
    for (int t = 0; t < tile; t++) {
        SV_UNROLL
        for (int b = 0; b < blocks; b++) acc[t * blocks + b] = sv_load_s32(o->bias + (at->vector + b) * SV_LANES);
        if (SV_NARROW(s)) acc[t * blocks + last] = (sv_s32)sv_pairs((sv_f32)acc[t * blocks + last], sv_splat(0));
    }
    SV_NO_UNROLL
    for (int row = at->first; row < at->end; row++) {
        SV_NO_UNROLL
        for (int segment = 0; segment < s->segments; segment++) {
            const unsigned char *input = x + (long)row * s->x_kernel_row + (long)segment * s->x_segment;
            int k = 0;
            SV_NO_UNROLL
            for (; SV_NARROW(s) && k + 2 <= s->run; k += 2, w += 2 * SV_BLOCK * 4, input += 8) {
                sv_s32 weight[2 * SV_MAX_TILE];
                SV_UNROLL
                for (int b = 0; b < 2 * blocks; b++)
                    weight[b] = sv_load_s32(w + (sv_packed(b / 2, depth) + b % 2 * SV_BLOCK) * 4);
                const sv_s32 both = (sv_s32)sv_pairs((sv_f32)weight[2 * last], (sv_f32)weight[2 * last + 1]);
                SV_UNROLL
                for (int t = 0; t < tile; t++) {
                    const unsigned char *at_t =
                        input + (long)(t / tile_cols) * s->x_row + (long)(t % tile_cols) * s->x_col;
                    SV_UNROLL
                    for (int b = 0; b < 2 * last; b++)
                        acc[t * blocks + b / 2] =
                            sv_dot4(acc[t * blocks + b / 2], sv_splat_word(at_t + b % 2 * 4), weight[b]);
                    acc[t * blocks + last] = sv_dot4(acc[t * blocks + last], (sv_s32)sv_splat_pair(at_t), both);
                }
            }
            SV_NO_UNROLL
            for (; k < s->run; k++, w += SV_BLOCK * 4, input += 4) {
                sv_s32 weight[SV_MAX_TILE];
                SV_UNROLL
                for (int b = 0; b < blocks; b++) weight[b] = sv_load_s32(w + sv_packed(b, depth) * 4);
                if (SV_NARROW(s)) weight[last] = (sv_s32)sv_pairs((sv_f32)weight[last], sv_splat(0));
                SV_UNROLL
                for (int b = 0; b < blocks; b++) excess[b] = sv_dot4_excess(excess[b], weight[b]);
                SV_UNROLL
                for (int t = 0; t < tile; t++) {
                    const sv_s32 word = sv_activations(
                        sv_splat_word(input + (long)(t / tile_cols) * s->x_row + (long)(t % tile_cols) * s->x_col));
                    SV_UNROLL
                    for (int b = 0; b < blocks; b++)
                        acc[t * blocks + b] = sv_dot4_activations(acc[t * blocks + b], word, weight[b]);
                }
            }
        }
    }
    SV_UNROLL
    for (int i = 0; i < products; i++) acc[i] -= excess[i % blocks];
    SV_UNROLL
    for (int i = last; SV_NARROW(s) && i < products; i += blocks)
        acc[i] = (sv_s32)sv_every_second((sv_f32)acc[i], 0) + (sv_s32)sv_every_second((sv_f32)acc[i], 1);
    SV_UNROLL
    for (int i = 0; i < products; i += 4) {
        sv_f32 scale[4];
        long to[4], from[4];
        SV_UNROLL
        for (int j = 0; j < 4; j++) {
            const int p = i + j < products ? i + j : i, t = p / blocks, b = p % blocks;
            scale[j] = sv_load(o->scale + (at->vector + b) * SV_LANES);
            to[j] = (long)(t / tile_cols) * s->y_row + (long)(t % tile_cols) * s->y_col + b * SV_LANES;
            from[j] = (long)(t / tile_cols) * s->r_row + (long)(t % tile_cols) * s->r_col + b * SV_LANES;
        }
        sv_store_requantized(o->requantize, products - i < 4 ? products - i : 4, acc + i, scale, o->y + at->y, to,
                             o->residual ? o->residual + at->residual : 0, from);
    }
}

SV_INLINE void sv_conv_u8(const struct sv_conv *s, const struct sv_part part, const unsigned char *x,
                          const signed char *w, const int *bias, const float *scale, unsigned char *y,
                          const unsigned char *residual, const struct sv_requantize *requantize) {
    const struct sv_conv_u8_operands operands = {x, w, bias, scale, y, residual, requantize};
    sv_conv_tiles(s, part, sv_conv_u8_tile, &operands);
}
#endif

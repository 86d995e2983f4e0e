/* Dense u8 x s8 convolution with int32 accumulators; zero points are folded into the bias. Sizes as in conv.h. */
#ifndef SV_QCONV_H
#define SV_QCONV_H
#include "conv.h"
#include "requantize.h"

struct sv_conv_u8_operands {
    const unsigned char *x;
    const void *w;
    int widened; /* whether w holds 16-bit weights */
    const int *bias;
    const float *scale;
    unsigned char *y;
    const unsigned char *residual;
    const struct sv_requantize *requantize;
};

/* Weights [words][16 channels][4] of 8 bits become [words][even, odd][16 channels][2] of 16 bits. */
SV_ROUTINE void sv_widen_weights(const long words, const signed char *w, short *wide) {
    for (long i = 0; i < words; i++, w += SV_BLOCK * 4, wide += SV_BLOCK * 4)
        for (int c = 0; c < SV_BLOCK * 2; c++) {
            wide[c] = w[c * 2];
            wide[SV_BLOCK * 2 + c] = w[c * 2 + 1];
        }
}

/* Where vector number v of packed weights starts, in bytes. */
SV_INLINE long sv_packed_words(const int v, const long depth, const int widened) {
    return widened ? (v / SV_PARTS) * depth * SV_BLOCK * 8 + (v % SV_PARTS) * SV_LANES * 4 : sv_packed(v, depth) * 4;
}

/* One tile. Weights are packed [words][16 channels][4], or widened; a run may read up to 3 bytes behind its end. */
SV_INLINE void sv_conv_u8_tile(const struct sv_conv *s, const int tile_rows, const int tile_cols, const int blocks,
                               const struct sv_tile *at, const void *operands) {
    const struct sv_conv_u8_operands *o = operands;
    const int tile = tile_rows * tile_cols, products = tile * blocks, last = blocks - 1;
    const long row_depth = (long)s->segments * s->run, depth = s->kernel_rows * row_depth;
    const unsigned char *x = o->x + at->x;
    const int lane_bytes = o->widened ? 8 : 4, narrow = SV_NARROW(s) && !o->widened;
    const signed char *w = (const signed char *)o->w + (sv_packed_words(at->vector, depth, o->widened) +
                                                        at->first * row_depth * SV_BLOCK * lane_bytes);
    sv_s32 acc[SV_MAX_TILE], excess[SV_MAX_TILE];
    SV_UNROLL
    for (int b = 0; b < blocks; b++) excess[b] = sv_splat_s32(0);
    SV_UNROLL
    for (int t = 0; t < tile; t++) {
        SV_UNROLL
        for (int b = 0; b < blocks; b++) acc[t * blocks + b] = sv_load_s32(o->bias + (at->vector + b) * SV_LANES);
        if (narrow) acc[t * blocks + last] = (sv_s32)sv_pairs((sv_f32)acc[t * blocks + last], sv_splat(0));
    }
    SV_NO_UNROLL
    for (int row = at->first; row < at->end; row++) {
        SV_NO_UNROLL
        for (int segment = 0; segment < s->segments; segment++) {
            const unsigned char *input = x + (long)row * s->x_kernel_row + (long)segment * s->x_segment;
            int k = 0;
            SV_NO_UNROLL
            for (; narrow && k + 2 <= s->run; k += 2, w += 2 * SV_BLOCK * 4, input += 8) {
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
            for (; k < s->run; k++, w += SV_BLOCK * lane_bytes, input += 4) {
                sv_s32 weight[SV_MAX_TILE], odd[SV_MAX_TILE];
                SV_UNROLL
                for (int b = 0; b < blocks; b++) {
                    const signed char *from = w + sv_packed_words(b, depth, o->widened);
                    weight[b] = sv_load_s32(from);
                    if (o->widened) odd[b] = sv_load_s32(from + SV_BLOCK * 4);
                }
                if (narrow) weight[last] = (sv_s32)sv_pairs((sv_f32)weight[last], sv_splat(0));
                SV_UNROLL
                for (int b = 0; b < blocks; b++)
                    if (!o->widened) excess[b] = sv_dot4_excess(excess[b], weight[b]);
                SV_UNROLL
                for (int t = 0; t < tile; t++) {
                    const sv_s32 bytes =
                        sv_splat_word(input + (long)(t / tile_cols) * s->x_row + (long)(t % tile_cols) * s->x_col);
                    const sv_s32 word = o->widened ? bytes & 0x00ff00ff : sv_activations(bytes);
                    const sv_s32 x_odd = (sv_s32)((sv_u16)bytes >> 8);
                    SV_UNROLL
                    for (int b = 0; b < blocks; b++) {
                        const int i = t * blocks + b;
                        acc[i] = o->widened ? sv_madd16(sv_madd16(acc[i], word, weight[b]), x_odd, odd[b])
                                            : sv_dot4_activations(acc[i], word, weight[b]);
                    }
                }
            }
        }
    }
    SV_UNROLL
    for (int i = 0; i < products; i++) acc[i] -= excess[i % blocks];
    SV_UNROLL
    for (int i = last; narrow && i < products; i += blocks)
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
    const struct sv_conv_u8_operands operands = {x, w, 0, bias, scale, y, residual, requantize};
    sv_conv_tiles(s, part, sv_conv_u8_tile, &operands);
}

/* The same with weights that sv_widen_weights has prepared. */
SV_INLINE void sv_conv_u8_widened(const struct sv_conv *s, const struct sv_part part, const unsigned char *x,
                                  const short *w, const int *bias, const float *scale, unsigned char *y,
                                  const unsigned char *residual, const struct sv_requantize *requantize) {
    const struct sv_conv_u8_operands operands = {x, w, 1, bias, scale, y, residual, requantize};
    sv_conv_tiles(s, part, sv_conv_u8_tile, &operands);
}
#endif

/* f32 rows of `length` contiguous elements: y = (x - mean) / sqrt(variance + epsilon) * scale + bias. */
#ifndef SV_LAYER_NORM_H
#define SV_LAYER_NORM_H
#include "part.h"
#include "math.h"

struct sv_layer_norm {
    int rows, length;
    long x_row, y_row;
    float epsilon;
};

/* Sum of x, or of the squares of x - mean, in four partial sums. */
SV_INLINE float sv_row_sum(const float *x, const int length, const float mean, const int squares) {
    const int full = length / SV_LANES * SV_LANES, fours = full / (4 * SV_LANES) * 4 * SV_LANES;
    const int rest = length % SV_LANES;
    sv_f32 acc[4];
    SV_UNROLL
    for (int j = 0; j < 4; j++) acc[j] = sv_splat(0);
    SV_NO_UNROLL
    for (int i = 0; i < fours; i += 4 * SV_LANES) {
        SV_UNROLL
        for (int j = 0; j < 4; j++) {
            const sv_f32 v = sv_load(x + i + j * SV_LANES) - mean;
            acc[j] = squares ? sv_fma(v, v, acc[j]) : acc[j] + v;
        }
    }
    SV_NO_UNROLL
    for (int i = fours; i < full; i += SV_LANES) {
        const sv_f32 v = sv_load(x + i) - mean;
        acc[0] = squares ? sv_fma(v, v, acc[0]) : acc[0] + v;
    }
    float sum = 0;
    for (int i = full; i < full + rest; i++) {
        const float v = x[i] - mean;
        sum += squares ? v * v : v;
    }
    return sum + sv_sum_lanes((acc[0] + acc[1]) + (acc[2] + acc[3]));
}

/* (x - mean) / deviation * scale + bias for `lanes` elements; scale and bias may be absent. Rounded after each operation, as
   the operators do of which graphs are made. */
SV_INLINE sv_f32 sv_normalized(const float *x, const float *scale, const float *bias, const float mean,
                               const float deviation, const int lanes) {
#define SV_PIECE(p) (lanes == SV_LANES ? sv_load(p) : sv_load_part(p, lanes % SV_LANES))
    sv_f32 v = sv_quotient(SV_PIECE(x) - mean, deviation, 1 / deviation);
    if (scale) v *= SV_PIECE(scale);
    if (bias) v += SV_PIECE(bias);
    return v;
#undef SV_PIECE
}

/* x and y may be the same. */
/* The rows of a part. */
SV_INLINE void sv_layer_norm_f32(const struct sv_layer_norm *s, const struct sv_part part, const float *x,
                                 const float *scale, const float *bias, float *y) {
    const int full = s->length / SV_LANES * SV_LANES, rest = s->length % SV_LANES;
    x += (long)part.first * s->x_row;
    y += (long)part.first * s->y_row;
    for (int row = part.first; row < part.end; row++, x += s->x_row, y += s->y_row) {
        const float mean = sv_row_sum(x, s->length, 0, 0) / (float)s->length;
        const float variance = sv_row_sum(x, s->length, mean, 1) / (float)s->length;
        const float deviation = sv_sqrt(sv_splat(variance + s->epsilon))[0];
        for (int i = 0; i < full; i += SV_LANES)
            sv_store(y + i,
                     sv_normalized(x + i, scale ? scale + i : 0, bias ? bias + i : 0, mean, deviation, SV_LANES));
        if (rest)
            sv_store_part(
                y + full,
                sv_normalized(x + full, scale ? scale + full : 0, bias ? bias + full : 0, mean, deviation, rest), rest);
    }
}
#endif

/* f32 softmax over `length` elements that lie `inner` apart, `outer` times. Both buffers are dense. */
#ifndef SV_SOFTMAX_H
#define SV_SOFTMAX_H
#include "math.h"
#include "part.h"

#define SV_SOFTMAX_ROWS 4 /* at once, because a row's steps wait for each other */

/* A few rows of contiguous elements. x and y may be the same. */
SV_INLINE void sv_softmax_rows(const float *x, float *y, const int rows, const int length, const int log) {
    const int full = length / SV_LANES * SV_LANES, rest = length % SV_LANES;
    sv_f32 high[SV_SOFTMAX_ROWS], sum[SV_SOFTMAX_ROWS];
    float top[SV_SOFTMAX_ROWS], total[SV_SOFTMAX_ROWS], inverse[SV_SOFTMAX_ROWS];
    SV_UNROLL
    for (int r = 0; r < rows; r++) high[r] = sv_splat(-__builtin_inff());
    SV_NO_UNROLL
    for (int i = 0; i < full; i += SV_LANES) {
        SV_UNROLL
        for (int r = 0; r < rows; r++) high[r] = sv_max(sv_load(x + r * length + i), high[r]);
    }
    SV_UNROLL
    for (int r = 0; r < rows; r++) {
        sum[r] = sv_splat(0);
        top[r] = sv_max_lanes(high[r]);
        for (int i = full; i < length; i++) top[r] = x[r * length + i] > top[r] ? x[r * length + i] : top[r];
    }
    SV_NO_UNROLL
    for (int i = 0; i < full; i += SV_LANES) {
        SV_UNROLL
        for (int r = 0; r < rows; r++) {
            const sv_f32 shifted = sv_load(x + r * length + i) - top[r], e = sv_exp(shifted);
            sum[r] += e;
            sv_store(y + r * length + i, log ? shifted : e);
        }
    }
    SV_UNROLL
    for (int r = 0; r < rows; r++) {
        total[r] = 0;
        if (rest) {
            const sv_f32 shifted = sv_load_part(x + r * length + full, rest) - top[r], e = sv_exp(shifted);
            float part[SV_LANES];
            sv_store(part, e);
            for (int i = 0; i < rest; i++) total[r] += part[i];
            sv_store_part(y + r * length + full, log ? shifted : e, rest);
        }
        total[r] += sv_sum_lanes(sum[r]);
        if (log) total[r] = sv_log(sv_splat(total[r]))[0];
        inverse[r] = 1 / total[r];
    }
    SV_NO_UNROLL
    for (int i = 0; i < full; i += SV_LANES) {
        SV_UNROLL
        for (int r = 0; r < rows; r++) {
            const sv_f32 v = sv_load(y + r * length + i);
            sv_store(y + r * length + i, log ? v - total[r] : sv_quotient(v, total[r], inverse[r]));
        }
    }
    SV_UNROLL
    for (int r = 0; r < rows && rest; r++) {
        const sv_f32 v = sv_load_part(y + r * length + full, rest);
        sv_store_part(y + r * length + full, log ? v - total[r] : sv_quotient(v, total[r], inverse[r]), rest);
    }
}

/* Up to SV_LANES neighbouring columns of elements that lie `inner` apart. */
SV_INLINE void sv_softmax_columns(const float *x, float *y, const int length, const long inner, const int lanes,
                                  const int log) {
    sv_f32 top = sv_splat(-__builtin_inff()), sum = sv_splat(0);
#define SV_COLUMN(p) (lanes == SV_LANES ? sv_load(p) : sv_load_part(p, lanes % SV_LANES))
#define SV_PUT(p, v) (lanes == SV_LANES ? sv_store(p, v) : sv_store_part(p, v, lanes % SV_LANES))
    for (int i = 0; i < length; i++) top = sv_max(SV_COLUMN(x + i * inner), top);
    for (int i = 0; i < length; i++) {
        const sv_f32 shifted = SV_COLUMN(x + i * inner) - top, e = sv_exp(shifted);
        sum += e;
        SV_PUT(y + i * inner, log ? shifted : e);
    }
    if (log) sum = sv_log(sum);
    for (int i = 0; i < length; i++) {
        const sv_f32 v = SV_COLUMN(y + i * inner);
        SV_PUT(y + i * inner, log ? v - sum : v / sum);
    }
#undef SV_COLUMN
#undef SV_PUT
}

/* Outer positions of a part. */
SV_INLINE void sv_softmax(const struct sv_part part, const float *x, float *y, const int length, const int inner,
                          const int log) {
    x += part.first * (long)length * inner;
    y += part.first * (long)length * inner;
    if (inner == 1) {
        int o = part.first;
        for (; o + SV_SOFTMAX_ROWS <= part.end;
             o += SV_SOFTMAX_ROWS, x += SV_SOFTMAX_ROWS * (long)length, y += SV_SOFTMAX_ROWS * (long)length)
            sv_softmax_rows(x, y, SV_SOFTMAX_ROWS, length, log);
        for (; o < part.end; o++, x += length, y += length) sv_softmax_rows(x, y, 1, length, log);
        return;
    }
    for (int o = part.first; o < part.end; o++, x += (long)length * inner, y += (long)length * inner) {
        int i = 0;
        for (; i + SV_LANES <= inner; i += SV_LANES) sv_softmax_columns(x + i, y + i, length, inner, SV_LANES, log);
        if (inner % SV_LANES) sv_softmax_columns(x + i, y + i, length, inner, inner % SV_LANES, log);
    }
}
#endif

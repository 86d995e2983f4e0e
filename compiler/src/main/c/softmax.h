/* f32 softmax over `length` elements that lie `inner` apart, `outer` times. Both buffers are dense. */
#ifndef SV_SOFTMAX_H
#define SV_SOFTMAX_H
#include "math.h"
#include "part.h"

/* One row of contiguous elements. x and y may be the same. */
SV_INLINE void sv_softmax_row(const float *x, float *y, const int length, const int log) {
    const int full = length / SV_LANES * SV_LANES, rest = length % SV_LANES;
    sv_f32 high = sv_splat(-__builtin_inff());
    for (int i = 0; i < full; i += SV_LANES) high = sv_max(sv_load(x + i), high);
    float top = sv_max_lanes(high);
    for (int i = full; i < length; i++) top = x[i] > top ? x[i] : top;
    sv_f32 sum = sv_splat(0);
    for (int i = 0; i < full; i += SV_LANES) {
        const sv_f32 shifted = sv_load(x + i) - top, e = sv_exp(shifted);
        sum += e;
        sv_store(y + i, log ? shifted : e);
    }
    float total = 0;
    if (rest) {
        const sv_f32 shifted = sv_load_part(x + full, rest) - top, e = sv_exp(shifted);
        float part[SV_LANES];
        sv_store(part, e);
        for (int i = 0; i < rest; i++) total += part[i];
        sv_store_part(y + full, log ? shifted : e, rest);
    }
    total += sv_sum_lanes(sum);
    if (log) total = sv_log(sv_splat(total))[0];
    for (int i = 0; i < full; i += SV_LANES) {
        const sv_f32 v = sv_load(y + i);
        sv_store(y + i, log ? v - total : v / total);
    }
    if (rest) {
        const sv_f32 v = sv_load_part(y + full, rest);
        sv_store_part(y + full, log ? v - total : v / total, rest);
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
    for (int o = part.first; o < part.end; o++, x += (long)length * inner, y += (long)length * inner) {
        if (inner == 1) {
            sv_softmax_row(x, y, length, log);
            continue;
        }
        int i = 0;
        for (; i + SV_LANES <= inner; i += SV_LANES) sv_softmax_columns(x + i, y + i, length, inner, SV_LANES, log);
        if (inner % SV_LANES) sv_softmax_columns(x + i, y + i, length, inner, inner % SV_LANES, log);
    }
}
#endif

/* Resampling along one axis. */
#ifndef SV_RESIZE_H
#define SV_RESIZE_H
#include "copy.h"

/* y[o][p] = sum over t of weights[p][t] * x[o][indices[p][t]], runs of `inner` floats; `extrapolation` where the first index
   is negative. x's rows lie x_outer apart, its runs x_step; y is dense. */
SV_INLINE int sv_resize_axis(const float *x, const int *indices, const float *weights, float *restrict y,
                             const long outer, const long x_outer, const long x_step, const long length,
                             const long inner, const long taps, const float extrapolation) {
    for (long o = 0; o < outer; o++) {
        for (long p = 0; p < length; p++) {
            float *to = y + (o * length + p) * inner;
            const float *row = x + o * x_outer, *w = weights + p * taps;
            const int *index = indices + p * taps;
            if (index[0] < 0) {
                for (long i = 0; i < inner; i++) to[i] = extrapolation;
                continue;
            }
            long i = 0;
            for (; i + SV_LANES <= inner; i += SV_LANES) {
                sv_f32 sum = sv_splat(w[0]) * sv_load(row + index[0] * x_step + i);
                for (long t = 1; t < taps; t++) sum = sv_fma(sv_splat(w[t]), sv_load(row + index[t] * x_step + i), sum);
                sv_store(to + i, sum);
            }
            for (; i < inner; i++) {
                float sum = w[0] * row[index[0] * x_step + i];
                for (long t = 1; t < taps; t++) sum += w[t] * row[index[t] * x_step + i];
                to[i] = sum;
            }
        }
    }
    return 0;
}

/* y[o][p] = x[o][indices[p]], runs of `run` bytes; x's rows lie x_outer bytes apart, its runs x_step. */
SV_INLINE int sv_resize_nearest(const unsigned char *x, const int *indices, unsigned char *restrict y, const long outer,
                                const long x_outer, const long x_step, const long length, const long run) {
    for (long o = 0; o < outer; o++)
        for (long p = 0; p < length; p++)
            sv_copy(y + (o * length + p) * run, x + o * x_outer + indices[p] * x_step, run, 0);
    return 0;
}
#endif

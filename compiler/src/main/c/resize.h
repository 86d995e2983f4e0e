/* Resampling along one axis of images of rows of runs; places and strides are in elements of x and y. */
#ifndef SV_RESIZE_H
#define SV_RESIZE_H
#include "copy.h"

/* One run of `inner` floats: the sum over t of w[t] * row[index[t]]; `extrapolation` where the first index is negative. */
SV_INLINE void sv_resize_run(const float *row, const int *index, const float *w, float *restrict to, const long inner,
                             const long x_step, const long taps, const float extrapolation) {
    if (index[0] < 0) {
        for (long i = 0; i < inner; i++) to[i] = extrapolation;
        return;
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

/* y[p] = the run that indices[p] and weights[p] make, for every p of every row. */
SV_INLINE int sv_resize_axis(const float *x, const int *indices, const float *weights, float *restrict y,
                             const long images, const long outer, const long length, const long inner,
                             const long x_image, const long x_outer, const long x_step, const long y_first,
                             const long y_image, const long y_outer, const long y_step, const long taps,
                             const float extrapolation) {
    for (long image = 0; image < images; image++)
        for (long o = 0; o < outer; o++)
            for (long p = 0; p < length; p++)
                sv_resize_run(x + image * x_image + o * x_outer, indices + p * taps, weights + p * taps,
                              y + y_first + image * y_image + o * y_outer + p * y_step, inner, x_step, taps,
                              extrapolation);
    return 0;
}

/* y[p] = x[indices[p]]; elements are bytes, `run` of them in a run. */
SV_INLINE int sv_resize_nearest(const unsigned char *x, const int *indices, unsigned char *restrict y,
                                const long images, const long outer, const long length, const long run,
                                const long x_image, const long x_outer, const long x_step, const long y_first,
                                const long y_image, const long y_outer, const long y_step) {
    for (long image = 0; image < images; image++)
        for (long o = 0; o < outer; o++)
            for (long p = 0; p < length; p++)
                sv_copy(y + y_first + image * y_image + o * y_outer + p * y_step,
                        x + image * x_image + o * x_outer + indices[p] * x_step, run, 0);
    return 0;
}
#endif

/* Values between the elements of an image, in f64. */
#ifndef SV_SAMPLE_H
#define SV_SAMPLE_H
#include "index.h"
#include "numbers.h"

enum { SV_NEAREST, SV_LINEAR, SV_CUBIC };
enum { SV_ZEROS, SV_BORDER, SV_REFLECTION };

SV_INLINE double sv_reflected(const double at, const double low, const double high) {
    const double range = high - low, away = sv_abs_f64(at - low);
    if (range <= 0) return 0;
    const double turn = sv_rem_f64(away, 2 * range);
    return low + (turn > range ? 2 * range - turn : turn);
}
/* Where a place on an axis of n elements lies when it may not leave the image. */
SV_INLINE double sv_inside(const double at, const long n, const int padding, const int corners) {
    if (padding == SV_BORDER) return at < 0 ? 0 : at > n - 1 ? n - 1 : at;
    if (padding == SV_REFLECTION) return sv_reflected(at, corners ? 0 : -0.5, corners ? n - 1 : n - 0.5);
    return at;
}
/* The elements of one axis that a place is mixed from, -1 for one outside of the image, and their weights; how many. */
SV_ROUTINE int sv_taps(const double at, const long n, const int mode, const int padding, const int corners, long *index,
                       double *weight) {
    const double a = -0.75;
    const int first = sv_floor_whole(at);
    const double t = at - first, u = 1 - t;
    long from = first;
    int taps = 1;
    weight[0] = 1;
    if (mode == SV_NEAREST) {
        from = sv_floor_whole(sv_round_f64(at));
    } else if (mode == SV_LINEAR) {
        taps = 2, weight[0] = u, weight[1] = t;
    } else {
        taps = 4, from--;
        weight[0] = ((a * (t + 1) - 5 * a) * (t + 1) + 8 * a) * (t + 1) - 4 * a;
        weight[1] = ((a + 2) * t - (a + 3)) * t * t + 1;
        weight[2] = ((a + 2) * u - (a + 3)) * u * u + 1;
        weight[3] = ((a * (u + 1) - 5 * a) * (u + 1) + 8 * a) * (u + 1) - 4 * a;
    }
    for (int k = 0; k < taps; k++) {
        const double place =
            padding == SV_ZEROS ? (double)(from + k) : sv_inside((double)(from + k), n, padding, corners);
        index[k] = place >= 0 && place < n ? (long)place : -1;
    }
    return taps;
}

/* y[image][channel][point]: x[image][channel] at grid[image][point], whose coordinates, the last axis first, go from -1 to 1 across
   the image. `extents` are the image's three axes; unused ones, 1, stand in front of its `spatial` ones. */
SV_ROUTINE int sv_grid_sample(const void *x, const void *grid, void *y, const int type, const int gridType,
                              const long images, const long channels, const long points, const int spatial,
                              const long *extents, const int mode, const int padding, const int corners) {
    const long plane = extents[0] * extents[1] * extents[2];
    for (long i = 0; i < images * points; i++) {
        long index[3][4] = {{0}};
        double weight[3][4] = {{1}, {1}, {1}};
        int taps[3] = {1, 1, 1};
        for (int axis = 3 - spatial; axis < 3; axis++) {
            const double g = sv_real(grid, i * spatial + 2 - axis, gridType);
            const long n = extents[axis];
            const double at = corners ? (g + 1) / 2 * (double)(n - 1) : ((g + 1) * (double)n - 1) / 2;
            taps[axis] =
                sv_taps(sv_inside(at, n, padding, corners), n, mode, padding, corners, index[axis], weight[axis]);
        }
        for (long c = 0; c < channels; c++) {
            const long start = (i / points * channels + c) * plane;
            double sum = 0;
            for (int d = 0; d < taps[0]; d++) {
                double rows = 0;
                for (int h = 0; h < taps[1]; h++) {
                    double columns = 0;
                    for (int w = 0; w < taps[2]; w++)
                        if (index[0][d] >= 0 && index[1][h] >= 0 && index[2][w] >= 0)
                            columns +=
                                weight[2][w] *
                                sv_real(x, start + (index[0][d] * extents[1] + index[1][h]) * extents[2] + index[2][w],
                                        type);
                    if (index[1][h] >= 0) rows += weight[1][h] * columns;
                }
                if (index[0][d] >= 0) sum += weight[0][d] * rows;
            }
            sv_put_real(y, (i / points * channels + c) * points + i % points, type, sum);
        }
    }
    return 0;
}
#endif

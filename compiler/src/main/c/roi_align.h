/* Regions of images, pooled to one size. */
#ifndef SV_ROI_ALIGN_H
#define SV_ROI_ALIGN_H
#include "index.h"
#include "numbers.h"

/* The four weighted neighbours of a place, whose sum is the value there. */
SV_INLINE void sv_neighbours(const void *x, const long plane, const long height, const long width, const double row,
                             const double column, const int type, double *terms) {
    for (int k = 0; k < 4; k++) terms[k] = 0;
    if (!(row >= -1 && row <= (double)height && column >= -1 && column <= (double)width)) return;
    const double v = row<0 ? 0 : row>(double)(height - 1) ? (double)(height - 1) : row;
    const double u = column<0 ? 0 : column>(double)(width - 1) ? (double)(width - 1) : column;
    const long top = (long)v, left = (long)u;
    const double down = v - (double)top, across = u - (double)left;
    for (int k = 0; k < 4; k++) {
        const long h = k / 2 && top + 1 < height ? top + 1 : top, w = k % 2 && left + 1 < width ? left + 1 : left;
        terms[k] = (k / 2 ? down : 1 - down) * (k % 2 ? across : 1 - across) * sv_real(x, plane + h * width + w, type);
    }
}
/* y[region][channel][bin] from x [N,C,H,W], regions [R][x1,y1,x2,y2] and images [R]: the mean, or with `max` the largest
   weighted neighbour, of rows times columns of places in a bin; `samples` of each, or as many as a bin has elements where that is 0.
   A region of more than 2^20 elements a bin is bad data. */
SV_ROUTINE int sv_roi_align(const void *x, const void *regions, const void *images, void *y, const int type,
                            const int width, const long *extents, const long count, const long height,
                            const long columns, const long samples, const float scale, const int halfPixel,
                            const int max) {
    if (extents[2] == 0 || extents[3] == 0) return 1; /* An image without pixels has nothing to sample. */
    for (long i = 0; i < count * extents[1] * height * columns; i++) {
        const long bin = i % (height * columns), channel = i / (height * columns) % extents[1];
        const long region = i / (height * columns) / extents[1];
        const long image = sv_place(images, region, width, extents[0]);
        if (image < 0) return 1;
        double corner[4];
        for (int k = 0; k < 4; k++)
            corner[k] = sv_real(regions, region * 4 + k, type) * (double)scale - (halfPixel ? 0.5 : 0);
        double w = corner[2] - corner[0], h = corner[3] - corner[1];
        /* Without half pixels a region covers one pixel at least. */
        if (!halfPixel && w < 1) w = 1;
        if (!halfPixel && h < 1) h = 1;
        const double binW = w / (double)columns, binH = h / (double)height;
        if (!(binW < 0x1p20 && binH < 0x1p20)) return 1;
        const long downs = samples ? samples : sv_floor_whole(sv_ceil_f64(binH));
        const long acrosses = samples ? samples : sv_floor_whole(sv_ceil_f64(binW));
        double sum = 0, largest = -__builtin_inf();
        for (long r = 0; r < downs; r++)
            for (long c = 0; c < acrosses; c++) {
                double terms[4];
                sv_neighbours(x, (image * extents[1] + channel) * extents[2] * extents[3], extents[2], extents[3],
                              corner[1] + ((double)(bin / columns) + ((double)r + 0.5) / (double)downs) * binH,
                              corner[0] + ((double)(bin % columns) + ((double)c + 0.5) / (double)acrosses) * binW, type,
                              terms);
                for (int k = 0; k < 4; k++) {
                    sum += terms[k];
                    if (terms[k] > largest) largest = terms[k];
                }
            }
        const int none = downs <= 0 || acrosses <= 0;
        sv_put_real(y, i, type, none ? 0 : max ? largest : sum / (double)(downs * acrosses));
    }
    return 0;
}
#endif

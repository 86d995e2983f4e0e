/* Results whose length the data decides, in memory for the most that was declared: what is not filled is zero, and how many
   there are stands behind. More than the most is bad data. */
#ifndef SV_SELECT_H
#define SV_SELECT_H
#include "index.h"
#include "order.h"

/* y [rank][most] and a count: coordinates of the elements that are not zero. */
SV_ROUTINE int sv_non_zero(const void *x, long long *y, const int type, const long elements, const int rank,
                           const long *extents, const long most) {
    long at[SV_AXES] = {0};
    const long none[SV_AXES] = {0};
    long count = 0;
    for (long i = 0; i < rank * most; i++) y[i] = 0;
    for (long i = 0; i < elements; i++, sv_advance(at, rank, extents, none)) {
        if (sv_is_real(type) ? sv_real(x, i, type) == 0 : sv_whole(x, i, type) == 0) continue;
        if (count == most) return 1;
        for (int axis = 0; axis < rank; axis++) y[axis * most + count] = at[axis];
        count++;
    }
    y[rank * most] = count;
    return 0;
}

/* y[o][i] = x[o][i] for the first `count` of `extent` runs, bytes of `zero` in the others. */
SV_ROUTINE int sv_trim(const unsigned char *x, const long long *count, unsigned char *y, const long outer,
                       const long extent, const long run, const int zero) {
    for (long o = 0; o < outer; o++) {
        const long filled = count[0] * run, all = extent * run;
        sv_copy(y + o * all, x + o * all, filled, 0);
        for (long i = filled; i < all; i++) y[o * all + i] = (unsigned char)zero;
    }
    return 0;
}

/* Low and high corner of a box that is two corners or, `centred`, middle and extents. */
SV_ROUTINE void sv_corners(const float *box, double *corners, const int centred) {
    for (int i = 0; i < 2; i++) {
        const double a = box[i], b = box[i + 2];
        corners[i] = centred ? a - b / 2 : a < b ? a : b;
        corners[i + 2] = centred ? a + b / 2 : a < b ? b : a;
    }
}
/* Area in common over area of both. */
SV_ROUTINE double sv_overlap(const float *box, const float *other, const int centred) {
    double a[4], b[4], common = 1;
    sv_corners(box, a, centred);
    sv_corners(other, b, centred);
    for (int i = 0; i < 2; i++) {
        const double low = a[i] > b[i] ? a[i] : b[i], high = a[i + 2] < b[i + 2] ? a[i + 2] : b[i + 2];
        common *= high > low ? high - low : 0;
    }
    const double whole = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common;
    return whole <= 0 ? 0 : common / whole;
}
/* y [most][3] and a count: (batch, class, box) of boxes [batches][boxes][4], best score first, that overlap no better one of
   their class by more than `overlap`. `order` has room for all boxes. */
SV_ROUTINE int sv_non_max_suppression(const float *boxes, const float *scores, const long long *per_class,
                                      const float *overlap, const float *least, long long *y, long long *order,
                                      const long batches, const long classes, const long count, const long most,
                                      const int centred) {
    long chosen = 0;
    for (long row = 0; row < batches * classes; row++) {
        const float *corner = boxes + row / classes * count * 4;
        const long first = chosen;
        long candidates = 0;
        for (long i = 0; i < count; i++)
            if (scores[row * count + i] > least[0]) order[candidates++] = i;
        sv_heap(scores, order, row * count, 1, SV_F32, 1, candidates);
        sv_unheap(scores, order, row * count, 1, SV_F32, 1, candidates);
        for (long i = 0; i < candidates && chosen - first < per_class[0]; i++) {
            int keep = 1;
            for (long k = first; k < chosen && keep; k++)
                keep = sv_overlap(corner + order[i] * 4, corner + y[k * 3 + 2] * 4, centred) <= overlap[0];
            if (!keep) continue;
            if (chosen == most) return 1;
            y[chosen * 3] = row / classes;
            y[chosen * 3 + 1] = row % classes;
            y[chosen++ * 3 + 2] = order[i];
        }
    }
    for (long i = chosen * 3; i < most * 3; i++) y[i] = 0;
    y[most * 3] = chosen;
    return 0;
}
#endif

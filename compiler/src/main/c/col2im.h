/* Blocks of an image, laid back over each other and added up. */
#ifndef SV_COL2IM_H
#define SV_COL2IM_H
#include "scatter.h"

/* y[plane][at] = sum of all x[plane][tap][place] whose tap at that place of the block falls on `at`; `zero` is a byte of zero. */
SV_ROUTINE int sv_col2im(const void *x, unsigned char *y, const int type, const long planes, const int rank,
                         const long *image, const long *block, const long *places, const long *strides,
                         const long *dilations, const long *pads, const int zero) {
    long size = 1, taps = 1, columns = 1;
    for (int axis = 0; axis < rank; axis++) size *= image[axis], taps *= block[axis], columns *= places[axis];
    sv_fill(y, planes * size * sv_width(type), (unsigned char)zero);
    for (long i = 0; i < planes * taps * columns; i++) {
        long tap = i / columns % taps, place = i % columns, to = i / columns / taps * size, stride = 1;
        int inside = 1;
        for (int axis = rank - 1; axis >= 0; axis--) {
            const long at = place % places[axis] * strides[axis] + tap % block[axis] * dilations[axis] - pads[axis];
            inside &= at >= 0 && at < image[axis];
            to += at * stride;
            stride *= image[axis];
            place /= places[axis];
            tap /= block[axis];
        }
        if (inside) sv_join(y, to, x, i, type, SV_ADD);
    }
    return 0;
}
#endif

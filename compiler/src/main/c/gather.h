/* Values chosen by computed indices, bit for bit whatever their type. */
#ifndef SV_GATHER_H
#define SV_GATHER_H
#include "copy.h"
#include "index.h"

/* y[o][i] = data[o][indices[i]], runs of `run` bytes, for `outer` rows of `extent` runs and `count` indices. */
SV_INLINE int sv_gather_axis(const unsigned char *data, const void *indices, unsigned char *y, const long outer,
                             const long extent, const long count, const long run, const int width) {
    for (long i = 0; i < count; i++) {
        const long place = sv_place(indices, i, width, extent);
        if (place < 0) return 1;
        for (long o = 0; o < outer; o++) sv_copy(y + (o * count + i) * run, data + (o * extent + place) * run, run, 0);
    }
    return 0;
}
#endif

/* Values chosen by computed indices, bit for bit whatever their type. */
#ifndef SV_GATHER_H
#define SV_GATHER_H
#include "index.h"
#include "numbers.h"

/* y[o][i] = data[o][indices[i]], runs of `run` bytes, for `outer` rows of `extent` runs and `count` indices. */
SV_ROUTINE int sv_gather_axis(const unsigned char *data, const void *indices, unsigned char *y, const long outer,
                              const long extent, const long count, const long run, const int width) {
    for (long i = 0; i < count; i++) {
        const long place = sv_place(indices, i, width, extent);
        if (place < 0) return 1;
        for (long o = 0; o < outer; o++) sv_copy(y + (o * count + i) * run, data + (o * extent + place) * run, run, 0);
    }
    return 0;
}

/* y[i] = data[i, with indices[i] along one axis], `count` elements of `bytes` bytes. y and indices have `extents`; `strides` are
   data's, 0 along the axis, which has `extent` and `stride`. */
SV_ROUTINE int sv_gather_elements(const void *data, const void *indices, void *y, const long count, const int rank,
                                  const long *extents, const long *strides, const long extent, const long stride,
                                  const int bytes, const int width) {
    long at[SV_AXES] = {0};
    for (long i = 0, start = 0; i < count; i++, start += sv_advance(at, rank, extents, strides)) {
        const long place = sv_place(indices, i, width, extent);
        if (place < 0) return 1;
        sv_move(y, i, data, start + place * stride, bytes);
    }
    return 0;
}

/* The run of data that `depth` coordinates name; -1 when one is out of range. Strides are in runs. */
SV_ROUTINE long sv_run_of(const void *indices, const long row, const int depth, const long *extents,
                          const long *strides, const int width) {
    long run = 0;
    for (int k = 0; k < depth; k++) {
        const long place = sv_place(indices, row * depth + k, width, extents[k]);
        if (place < 0) return -1;
        run += place * strides[k];
    }
    return run;
}

/* y[b][row] = data[b][indices[b][row]]: a run of `run` bytes for every one of `rows` times `batches` rows of coordinates. */
SV_ROUTINE int sv_gather_nd(const unsigned char *data, const void *indices, unsigned char *y, const long batches,
                            const long rows, const long perBatch, const int depth, const long *extents,
                            const long *strides, const long run, const int width) {
    for (long i = 0; i < batches * rows; i++) {
        const long from = sv_run_of(indices, i, depth, extents, strides, width);
        if (from < 0) return 1;
        sv_copy(y + i * run, data + (i / rows * perBatch + from) * run, run, 0);
    }
    return 0;
}
#endif

/* Values put at computed places, bit for bit or joined with what is there. */
#ifndef SV_SCATTER_H
#define SV_SCATTER_H
#include "gather.h"

enum { SV_REPLACE, SV_ADD, SV_MUL, SV_MIN, SV_MAX };

/* y[to] becomes y[to] (join) x[from]; each result is rounded to the type. NaN stays. */
SV_ROUTINE void sv_join(void *y, const long to, const void *x, const long from, const int type, const int join) {
    int takes = join == SV_REPLACE;
    if (sv_is_real(type)) {
        const double a = sv_real(y, to, type), b = sv_real(x, from, type);
        if (join == SV_ADD || join == SV_MUL) sv_put_real(y, to, type, join == SV_ADD ? a + b : a * b);
        if (join == SV_MIN || join == SV_MAX) takes = a == a && (b != b || (join == SV_MIN ? b < a : b > a));
    } else {
        const unsigned long long a = (unsigned long long)sv_whole(y, to, type);
        const unsigned long long b = (unsigned long long)sv_whole(x, from, type);
        if (join == SV_ADD || join == SV_MUL) sv_put_whole(y, to, type, (long long)(join == SV_ADD ? a + b : a * b));
        const int less = type == SV_U64 ? b < a : (long long)b < (long long)a;
        if (join == SV_MIN || join == SV_MAX) takes = join == SV_MIN ? less : !less;
    }
    if (takes) sv_move(y, to, x, from, sv_width(type));
}

/* y = data, then y[i, with indices[i] along one axis] joined with updates[i], in the order of i; parameters as in
   sv_gather_elements. */
SV_ROUTINE int sv_scatter_elements(const unsigned char *data, const void *indices, const void *updates,
                                   unsigned char *y, const long elements, const long count, const int rank,
                                   const long *extents, const long *strides, const long extent, const long stride,
                                   const int type, const int width, const int join) {
    long at[SV_AXES] = {0};
    sv_copy(y, data, elements * sv_width(type), 0);
    for (long i = 0, start = 0; i < count; i++, start += sv_advance(at, rank, extents, strides)) {
        const long place = sv_place(indices, i, width, extent);
        if (place < 0) return 1;
        sv_join(y, start + place * stride, updates, i, type, join);
    }
    return 0;
}

/* y = data, then for every row of coordinates a run of y joined with a run of updates; parameters as in sv_gather_nd, runs
   in elements. */
SV_ROUTINE int sv_scatter_nd(const unsigned char *data, const void *indices, const void *updates, unsigned char *y,
                             const long elements, const long rows, const int depth, const long *extents,
                             const long *strides, const long run, const int type, const int width, const int join) {
    sv_copy(y, data, elements * sv_width(type), 0);
    for (long i = 0; i < rows; i++) {
        const long to = sv_run_of(indices, i, depth, extents, strides, width);
        if (to < 0) return 1;
        for (long k = 0; k < run; k++) sv_join(y, to * run + k, updates, i * run + k, type, join);
    }
    return 0;
}
#endif

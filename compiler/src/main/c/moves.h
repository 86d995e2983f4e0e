/* Elements that go where a few numbers say, bit for bit whatever their type. */
#ifndef SV_MOVES_H
#define SV_MOVES_H
#include "index.h"
#include "numbers.h"

/* y[o][k][i] = values[1] where indices[o][i], of any type, is k (negative ones counted from the end), else values[0]. */
SV_ROUTINE int sv_one_hot(const void *indices, const void *values, void *y, const long outer, const long depth,
                          const long inner, const int type, const int bytes) {
    for (long o = 0; o < outer; o++)
        for (long i = 0; i < inner; i++) {
            const long long given = sv_whole(indices, o * inner + i, type), on = given < 0 ? given + depth : given;
            for (long k = 0; k < depth; k++) sv_move(y, (o * depth + k) * inner + i, values, k == on, bytes);
        }
    return 0;
}

/* The upper triangle of matrices, column >= row + k, or the lower one, column <= row + k; zeros elsewhere, `zero` in bytes. */
SV_ROUTINE int sv_triangle(const void *x, const long long *diagonal, void *y, const long matrices, const long rows,
                           const long columns, const int upper, const int bytes, const int zero) {
    const long long k = *diagonal < -rows ? -rows : *diagonal > columns ? columns : *diagonal;
    for (long m = 0; m < matrices; m++)
        for (long r = 0; r < rows; r++)
            for (long c = 0; c < columns; c++) {
                const long i = (m * rows + r) * columns + c;
                if (upper ? c >= r + k : c <= r + k)
                    sv_move(y, i, x, i, bytes);
                else
                    sv_fill((unsigned char *)y + i * bytes, bytes, (unsigned char)zero);
            }
    return 0;
}

/* y[b][t] = x[b][lengths[b] - 1 - t] for t below the length, x[b][t] from there on: runs of `run` bytes whose batches and times
   lie that many runs apart. A length is cut to what there is. */
SV_ROUTINE int sv_reverse_sequence(const unsigned char *x, const long long *lengths, unsigned char *y,
                                   const long batches, const long times, const long batchStride, const long timeStride,
                                   const long run) {
    for (long b = 0; b < batches; b++) {
        const long length = lengths[b] < 0 ? 0 : lengths[b] > times ? times : (long)lengths[b];
        for (long t = 0; t < times; t++) {
            const long from = t < length ? length - 1 - t : t;
            sv_copy(y + (b * batchStride + t * timeStride) * run, x + (b * batchStride + from * timeStride) * run, run,
                    0);
        }
    }
    return 0;
}

/* y = zeros, but x[i] at the place of a pooled image's element indices[i]: `extents` are the pooled image's, `strides` those of
   y's axes. `zero` is a byte of zero. */
SV_ROUTINE int sv_max_unpool(const void *x, const long long *indices, unsigned char *y, const long elements,
                             const long count, const int rank, const long *extents, const long *strides,
                             const int bytes, const int zero) {
    long pooled = 1;
    for (int axis = 0; axis < rank; axis++) pooled *= extents[axis];
    sv_fill(y, elements * bytes, (unsigned char)zero);
    for (long i = 0; i < count; i++) {
        long rest = sv_place(indices, i, 8, pooled), to = 0;
        if (rest < 0) return 1;
        for (int axis = rank - 1; axis >= 0; axis--) {
            to += rest % extents[axis] * strides[axis];
            rest /= extents[axis];
        }
        sv_move(y, to, x, i, bytes);
    }
    return 0;
}
#endif

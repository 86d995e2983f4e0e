/* Which elements are the largest or the smallest. */
#ifndef SV_ORDER_H
#define SV_ORDER_H
#include "numbers.h"
#define SV_ORDER_COLUMNS 64

/* y[o][i]: where x[o][.][i], `count` elements that lie `inner` apart, is largest (`max`) or smallest; of equal ones the first,
   or the last. NaN counts as the largest. */
SV_ROUTINE int sv_arg_reduce(const void *x, long long *y, const int type, const long outer, const long count,
                             const long inner, const int max, const int last) {
    /* Neighbouring columns go together, so that memory is walked in order. */
    for (long o = 0; o < outer; o++)
        for (long first = 0; first < inner; first += SV_ORDER_COLUMNS) {
            const long columns = inner - first < SV_ORDER_COLUMNS ? inner - first : SV_ORDER_COLUMNS;
            long long *best = y + o * inner + first;
            for (long i = 0; i < columns; i++) best[i] = 0;
            for (long k = 1; k < count; k++)
                for (long i = 0; i < columns; i++) {
                    const long row = o * count * inner + first + i, a = row + (long)best[i] * inner,
                               b = row + k * inner;
                    const int better = max ? sv_less(x, a, b, type) : sv_less(x, b, a, type);
                    const int worse = max ? sv_less(x, b, a, type) : sv_less(x, a, b, type);
                    best[i] = better || (last && !worse) ? k : best[i];
                }
        }
    return 0;
}

/* Whether element a of a row comes before element b: of equal ones the first. */
SV_ROUTINE int sv_leads(const void *x, const long row, const long inner, const long a, const long b, const int type,
                        const int largest) {
    const long at = row + a * inner, bt = row + b * inner;
    const int more = sv_less(x, bt, at, type), less = sv_less(x, at, bt, type);
    if (more != less) return largest ? more : less;
    return a < b;
}
/* Element `hole` of a heap whose root is the last of its `size` elements sinks to its place. */
SV_ROUTINE void sv_sink(const void *x, long long *heap, const long row, const long inner, const int type,
                        const int largest, const long size, long hole, const long value) {
    for (long child = 2 * hole + 1; child < size; child = 2 * hole + 1) {
        if (child + 1 < size &&
            sv_leads(x, row, inner, (long)heap[child * inner], (long)heap[(child + 1) * inner], type, largest))
            child++;
        if (!sv_leads(x, row, inner, value, (long)heap[child * inner], type, largest)) break;
        heap[hole * inner] = heap[child * inner];
        hole = child;
    }
    heap[hole * inner] = value;
}
/* A heap of whatever it holds, its last element the root. */
SV_ROUTINE void sv_heap(const void *x, long long *heap, const long row, const long inner, const int type,
                        const int largest, const long size) {
    for (long i = size / 2 - 1; i >= 0; i--)
        sv_sink(x, heap, row, inner, type, largest, size, i, (long)heap[i * inner]);
}
/* A heap becomes a row in order. */
SV_ROUTINE void sv_unheap(const void *x, long long *heap, const long row, const long inner, const int type,
                          const int largest, const long count) {
    for (long size = count - 1; size > 0; size--) {
        const long last = (long)heap[size * inner];
        heap[size * inner] = heap[0];
        sv_sink(x, heap, row, inner, type, largest, size, 0, last);
    }
}
/* y[o][.][i]: where the k first elements of x[o][.][i] are, in order. NaN counts as the largest. */
SV_ROUTINE int sv_top_k(const void *x, long long *y, const int type, const long outer, const long count,
                        const long inner, const long k, const int largest) {
    for (long r = 0; r < (k ? outer * inner : 0); r++) {
        const long row = r / inner * count * inner + r % inner;
        long long *heap = y + r / inner * k * inner + r % inner;
        for (long i = 0; i < k; i++) heap[i * inner] = i;
        sv_heap(x, heap, row, inner, type, largest, k);
        for (long i = k; i < count; i++)
            if (sv_leads(x, row, inner, i, (long)heap[0], type, largest))
                sv_sink(x, heap, row, inner, type, largest, k, 0, i);
        sv_unheap(x, heap, row, inner, type, largest, k);
    }
    return 0;
}
#endif

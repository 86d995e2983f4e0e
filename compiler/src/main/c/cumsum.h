/* Sums along an axis that is computed from the data. */
#ifndef SV_CUMSUM_H
#define SV_CUMSUM_H
#include "numbers.h"

/* y = sums of all x before (`exclusive`) or up to each place along the axis, from its end with `reverse`; reals are summed in
   f64, whole numbers wrap. `axis` is int32 or int64 of `width` bytes, negative from the end. */
SV_ROUTINE int sv_cum_sum(const void *x, const void *axis, void *y, const int type, const int rank, const long *extents,
                          const int width, const int exclusive, const int reverse) {
    const long long given = width == 8 ? *(const long long *)axis : *(const int *)axis;
    if (given < -rank || given >= rank) return 1;
    const int along = (int)(given < 0 ? given + rank : given);
    long outer = 1, inner = 1;
    for (int i = 0; i < along; i++) outer *= extents[i];
    for (int i = along + 1; i < rank; i++) inner *= extents[i];
    const long count = extents[along];
    for (long r = 0; r < outer * inner; r++) {
        double sum = 0;
        unsigned long long whole = 0;
        for (long k = 0; k < count; k++) {
            const long i = r / inner * count * inner + r % inner + (reverse ? count - 1 - k : k) * inner;
            if (sv_is_real(type)) {
                const double next = sum + sv_real(x, i, type);
                sv_put_real(y, i, type, exclusive ? sum : next);
                sum = next;
            } else {
                const unsigned long long next = whole + (unsigned long long)sv_whole(x, i, type);
                sv_put_whole(y, i, type, (long long)(exclusive ? whole : next));
                whole = next;
            }
        }
    }
    return 0;
}
#endif

/* Determinants. */
#ifndef SV_DET_H
#define SV_DET_H
#include "numbers.h"

/* y[i] = det x[i] of m times m elements, by elimination with the largest pivot of each column; `a` holds m times m f64. */
SV_ROUTINE int sv_det(const void *x, void *y, double *a, const int type, const long count, const long m) {
    for (long i = 0; i < count; i++) {
        for (long k = 0; k < m * m; k++) a[k] = sv_real(x, i * m * m + k, type);
        double product = 1;
        for (long k = 0; k < m && product != 0; k++) {
            long pivot = k;
            for (long r = k + 1; r < m; r++)
                if (sv_abs_f64(a[r * m + k]) > sv_abs_f64(a[pivot * m + k])) pivot = r;
            for (long c = k; pivot != k && c < m; c++) {
                const double kept = a[k * m + c];
                a[k * m + c] = a[pivot * m + c];
                a[pivot * m + c] = kept;
            }
            product *= pivot == k ? a[k * m + k] : -a[k * m + k];
            for (long r = k + 1; product != 0 && r < m; r++) {
                const double factor = a[r * m + k] / a[k * m + k];
                for (long c = k; c < m; c++) a[r * m + c] -= factor * a[k * m + c];
            }
        }
        sv_put_real(y, i, type, product);
    }
    return 0;
}
#endif

/* Matrix products of doubles and of integers, which wrap: Y[b] = A[b] * B[b], strides in elements for every axis. */
#ifndef SV_MATMUL_WIDE_H
#define SV_MATMUL_WIDE_H

/* A row of Y takes up the rows of B one after the other, so that the inner loop runs along both. */
#define SV_MATMUL_WIDE(name, type)                                                                                  \
    SV_INLINE void sv_matmul_##name(const type *a, const long a_batch, const long a_row, const long a_col,          \
                                    const type *b, const long b_batch, const long b_row, const long b_col, type *y, \
                                    const long y_batch, const long y_row, const long y_col, const int batch,        \
                                    const int m, const int k, const int n) {                                        \
        for (long s = 0; s < batch; s++) {                                                                          \
            for (long i = 0; i < m; i++) {                                                                          \
                const type *x = a + s * a_batch + i * a_row;                                                        \
                type *restrict row = y + s * y_batch + i * y_row;                                                   \
                for (long j = 0; j < n; j++) row[j * y_col] = 0;                                                    \
                for (long l = 0; l < k; l++) {                                                                      \
                    const type factor = x[l * a_col];                                                               \
                    const type *w = b + s * b_batch + l * b_row;                                                    \
                    for (long j = 0; j < n; j++) row[j * y_col] += factor * w[j * b_col];                           \
                }                                                                                                   \
            }                                                                                                       \
        }                                                                                                           \
    }
SV_MATMUL_WIDE(f64, double)
SV_MATMUL_WIDE(w32, unsigned)
SV_MATMUL_WIDE(w64, unsigned long long)
#endif

/* How often n-grams occur. */
#ifndef SV_TF_IDF_H
#define SV_TF_IDF_H
#include "numbers.h"

enum { SV_TF, SV_IDF, SV_TFIDF };

/* y[row][column of a gram] = its occurrences among the `count` numbers of x[row], its terms next to each other or up to `skips`
   apart; IDF is its weight where it occurs, TFIDF the product. `grams` holds (first term in pool, terms, column) of each. */
SV_ROUTINE int sv_tf_idf(const void *x, const long long *pool, const long long *grams, const float *weights, float *y,
                         const int type, const long rows, const long count, const long gramCount, const long columns,
                         const long skips, const int mode) {
    for (long i = 0; i < rows * columns; i++) y[i] = 0;
    for (long row = 0; row < rows; row++)
        for (long g = 0; g < gramCount; g++) {
            const long long *terms = pool + grams[3 * g];
            const long n = (long)grams[3 * g + 1];
            long found = 0;
            for (long skip = 1; skip <= (n == 1 ? 1 : skips + 1); skip++)
                for (long start = 0; start + (n - 1) * skip < count; start++) {
                    int same = 1;
                    for (long k = 0; k < n; k++) same &= sv_whole(x, row * count + start + k * skip, type) == terms[k];
                    found += same;
                }
            const float times = mode == SV_IDF ? (float)(found > 0) : (float)found;
            y[row * columns + grams[3 * g + 2]] = mode == SV_TF ? times : times * weights[g];
        }
    return 0;
}
#endif

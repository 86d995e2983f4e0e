/* A copy that is made only if a list of integers is as the compiler assumed; else 1, and y is left alone. With choices above 0
   element i must be among allowed[i * choices ...]; with 0 the list is a set of axes: allowed holds the mask of those that must
   be there, the mask of those that may, and the rank. */
#ifndef SV_EXPECT_H
#define SV_EXPECT_H
#include "index.h"

SV_INLINE int sv_expect_one(long long value, const long long *allowed, long i, long choices) {
    for (long c = 0; c < choices; c++)
        if (allowed[i * choices + c] == value) return 1;
    return 0;
}

#define SV_EXPECT(NAME, TYPE)                                                                                      \
    SV_INLINE int NAME(const void *x, const void *parameter, const void *allowed, void *y, long bytes, long count, \
                       long choices) {                                                                             \
        const TYPE *values = (const TYPE *)parameter;                                                              \
        const long long *table = (const long long *)allowed;                                                       \
        unsigned long long seen = 0;                                                                               \
        for (long i = 0; i < count; i++) {                                                                         \
            long long value = values[i];                                                                           \
            if (choices > 0) {                                                                                     \
                if (!sv_expect_one(value, table, i, choices)) return 1;                                            \
            } else {                                                                                               \
                if (value < 0) value += table[2];                                                                  \
                if (value < 0 || value >= table[2] || (seen >> value & 1)) return 1;                               \
                seen |= 1ull << value;                                                                             \
            }                                                                                                      \
        }                                                                                                          \
        if (choices == 0 && ((seen & (unsigned long long)table[0]) != (unsigned long long)table[0] ||              \
                             (seen & ~(unsigned long long)table[1])))                                              \
            return 1;                                                                                              \
        for (long i = 0; i < bytes; i++) ((unsigned char *)y)[i] = ((const unsigned char *)x)[i];                  \
        return 0;                                                                                                  \
    }

SV_EXPECT(sv_expect_i64, long long)
SV_EXPECT(sv_expect_i32, int)
#endif

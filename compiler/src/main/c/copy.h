/* Memory: fills, contiguous copies, borders of channels-last buffers. No libc, and nothing that a compiler would turn
   into a call. */
#ifndef SV_COPY_H
#define SV_COPY_H
#include "part.h"

typedef unsigned char sv_b64 __attribute__((vector_size(64)));
typedef unsigned char sv_b32 __attribute__((vector_size(32)));
typedef unsigned char sv_b16 __attribute__((vector_size(16)));
typedef sv_b64 sv_b64_unaligned __attribute__((aligned(1), may_alias));
typedef sv_b32 sv_b32_unaligned __attribute__((aligned(1), may_alias));
typedef sv_b16 sv_b16_unaligned __attribute__((aligned(1), may_alias));
typedef unsigned long long sv_word8_unaligned __attribute__((aligned(1), may_alias));
typedef unsigned sv_word4_unaligned __attribute__((aligned(1), may_alias));
typedef unsigned short sv_word2_unaligned __attribute__((aligned(1), may_alias));

/* Every byte xor-ed with `flip` on its way. */
SV_INLINE void sv_copy(unsigned char *restrict to, const unsigned char *restrict from, const long bytes,
                       const unsigned char flip) {
    const unsigned long long flip8 = flip * 0x0101010101010101ull;
    const sv_b64 zero = {0};
    long i = 0;
    for (; i + 64 <= bytes; i += 64)
        *(sv_b64_unaligned *)(to + i) = *(const sv_b64_unaligned *)(from + i) ^ (zero + flip);
    for (; i + 8 <= bytes; i += 8) *(sv_word8_unaligned *)(to + i) = *(const sv_word8_unaligned *)(from + i) ^ flip8;
    for (; i < bytes; i++) to[i] = from[i] ^ flip;
}

SV_INLINE void sv_fill(unsigned char *to, const long bytes, const unsigned char value) {
    const unsigned long long value8 = value * 0x0101010101010101ull;
    const sv_b64 zero = {0};
    const sv_b32 zero32 = {0};
    const sv_b16 zero16 = {0};
    long i = 0;
    for (; i + 64 <= bytes; i += 64) *(sv_b64_unaligned *)(to + i) = zero + value;
    if (bytes & 32) *(sv_b32_unaligned *)(to + i) = zero32 + value, i += 32;
    if (bytes & 16) *(sv_b16_unaligned *)(to + i) = zero16 + value, i += 16;
    if (bytes & 8) *(sv_word8_unaligned *)(to + i) = value8, i += 8;
    if (bytes & 4) *(sv_word4_unaligned *)(to + i) = (unsigned)value8, i += 4;
    if (bytes & 2) *(sv_word2_unaligned *)(to + i) = (unsigned short)value8, i += 2;
    if (bytes & 1) to[i] = value;
}

/* What lies around the pixels of a channels-last buffer, in bytes: `head` before an image's first pixel, `row` of pixels,
   `gap` from one row's last pixel to the next row's first, `foot` behind the last pixel; `slack` behind all images. Of `units`
   equal shares of the rows the part's are filled: a thread that computes rows fills what is around them, as it has their
   lines of memory. */
SV_INLINE void sv_border(unsigned char *buffer, const int images, const int rows, const long head, const long row,
                         const long gap, const long foot, const long slack, const unsigned char value,
                         const struct sv_part part, const int units) {
    const long all = (long)images * rows, to = all * part.end / units;
    const long image = head + rows * row + (rows - 1) * gap + foot;
    for (long i = all * part.first / units; i < to; i++) {
        const long r = i % rows;
        unsigned char *first = buffer + i / rows * image + head + r * (row + gap);
        if (r == 0)
            sv_fill(first - head, head, value);
        else
            sv_fill(first - gap, gap, value);
        if (r == rows - 1) sv_fill(first + row, foot, value);
    }
    if (part.end == units) sv_fill(buffer + images * image, slack, 0);
}

/* Zeros in the unused channels of every pixel: `used` of `pitch` bytes hold data. */
SV_INLINE void sv_clear_tail(unsigned char *first, const int images, const int rows, const int cols, const long image,
                             const long row, const long pitch, const long used) {
    for (int i = 0; i < images; i++)
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < cols; c++) sv_fill(first + i * image + r * row + c * pitch + used, pitch - used, 0);
}
#endif

/* Max and average pooling over channels-last buffers. Windows are clipped to the image. */
#ifndef SV_POOL_H
#define SV_POOL_H
#include "requantize.h"
#include "part.h"

struct sv_pool {
    int images, rows, cols; /* output */
    int vectors;            /* of SV_LANES channels */
    int height, width;      /* input */
    int kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left;
    int clipped;                     /* whether any window leaves the image */
    int padded_height, padded_width; /* where counted pads end, from the image's first pixel; the image if none count */
    int count_pads;
    int maximum;                                       /* else average */
    long x_image, x_row, x_col, y_image, y_row, y_col; /* elements from pixel to pixel */
    float scale;                                       /* u8 average: scale of x over scale of y */
    int x_zero;
};

/* Elements of the window that count in the divisor of an average. */
SV_INLINE int sv_pool_count(const struct sv_pool *s, const int top, const int left) {
    if (!s->clipped) return s->kernel_h * s->kernel_w;
    int h = 0, w = 0;
    for (int i = 0; i < s->kernel_h; i++) {
        const int y = top + i * s->dilation_h;
        h += y < s->padded_height && (s->count_pads || y >= 0);
    }
    for (int i = 0; i < s->kernel_w; i++) {
        const int x = left + i * s->dilation_w;
        w += x < s->padded_width && (s->count_pads || x >= 0);
    }
    return h * w;
}
SV_INLINE int sv_outside(const struct sv_pool *s, const int position, const int extent) {
    return s->clipped && (unsigned)position >= (unsigned)extent;
}

/* `blocks` vectors of one output pixel. */
SV_INLINE void sv_pool_pixel_f32(const struct sv_pool *s, const int blocks, const float *restrict x, float *restrict y,
                                 const int top, const int left) {
    sv_f32 acc[4];
    SV_UNROLL
    for (int b = 0; b < blocks; b++) acc[b] = s->maximum ? sv_splat(-__builtin_inff()) : sv_splat(0);
    for (int i = 0; i < s->kernel_h; i++) {
        const int r = top + i * s->dilation_h;
        if (sv_outside(s, r, s->height)) continue;
        for (int j = 0; j < s->kernel_w; j++) {
            const int c = left + j * s->dilation_w;
            if (sv_outside(s, c, s->width)) continue;
            SV_UNROLL
            for (int b = 0; b < blocks; b++) {
                const sv_f32 v = sv_load(x + r * s->x_row + c * s->x_col + b * SV_LANES);
                acc[b] = s->maximum ? sv_max(v, acc[b]) : acc[b] + v;
            }
        }
    }
    const sv_f32 count = sv_splat((float)sv_pool_count(s, top, left));
    SV_UNROLL
    for (int b = 0; b < blocks; b++) sv_store(y + b * SV_LANES, s->maximum ? acc[b] : acc[b] / count);
}

SV_INLINE void sv_pool_pixel_u8(const struct sv_pool *s, const int blocks, const unsigned char *restrict x,
                                unsigned char *restrict y, const struct sv_requantize *q, const int top,
                                const int left) {
    sv_s32 acc[4];
    SV_UNROLL
    for (int b = 0; b < blocks; b++) acc[b] = sv_splat_s32(0);
    int inside = 0;
    for (int i = 0; i < s->kernel_h; i++) {
        const int r = top + i * s->dilation_h;
        if (sv_outside(s, r, s->height)) continue;
        for (int j = 0; j < s->kernel_w; j++) {
            const int c = left + j * s->dilation_w;
            if (sv_outside(s, c, s->width)) continue;
            inside++;
            SV_UNROLL
            for (int b = 0; b < blocks; b++) {
                const sv_s32 v = sv_load_u8(x + r * s->x_row + c * s->x_col + b * SV_LANES);
                const sv_s32 larger = v > acc[b];
                acc[b] = s->maximum ? (larger & v) | (~larger & acc[b]) : acc[b] + v;
            }
        }
    }
    const float factor = s->scale / (float)sv_pool_count(s, top, left);
    SV_UNROLL
    for (int b = 0; b < blocks; b++) {
        if (s->maximum)
            sv_store_bytes(y + b * SV_LANES, sv_low_bytes(acc[b]));
        else
            sv_store_bytes(y + b * SV_LANES,
                           sv_low_bytes(sv_requantized(q, acc[b] - inside * s->x_zero, sv_splat(factor))));
    }
}

/* The output rows of a part. */
#define SV_POOL(name, type, parameters, arguments)                                                          \
    SV_INLINE void sv_pool_##name parameters {                                                              \
        const int groups = s->vectors / 4, rest = s->vectors % 4;                                           \
        for (int image = 0; image < s->images; image++)                                                     \
            for (int row = part.first; row < part.end; row++)                                               \
                for (int col = 0; col < s->cols; col++) {                                                   \
                    const type *xi = x + image * s->x_image;                                                \
                    type *yi = y + image * s->y_image + row * s->y_row + col * s->y_col;                    \
                    const int top = row * s->stride_h - s->pad_top, left = col * s->stride_w - s->pad_left; \
                    for (int g = 0; g < groups; g++, xi += 4 * SV_LANES, yi += 4 * SV_LANES)                \
                        sv_pool_pixel_##name(s, 4, xi, yi, arguments top, left);                            \
                    if (rest) sv_pool_pixel_##name(s, rest, xi, yi, arguments top, left);                   \
                }                                                                                           \
    }
#define SV_NONE
#define SV_Q q,
SV_POOL(f32, float, (const struct sv_pool *s, const struct sv_part part, const float *restrict x, float *restrict y),
        SV_NONE)
SV_POOL(u8, unsigned char,
        (const struct sv_pool *s, const struct sv_part part, const unsigned char *restrict x, unsigned char *restrict y,
         const struct sv_requantize *q),
        SV_Q)
#undef SV_NONE
#undef SV_Q
#endif

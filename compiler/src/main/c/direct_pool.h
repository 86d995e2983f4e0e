/* Pooling over planes with up to three axes, and where each maximum lies. */
#ifndef SV_DIRECT_POOL_H
#define SV_DIRECT_POOL_H

/* Taps k of one axis with 0 <= first + k * dilation < extent. */
SV_INLINE long sv_taps_inside(const long first, const long taps, const long dilation, const long extent) {
    long count = 0;
    for (long k = 0; k < taps; k++) count += first + k * dilation >= 0 && first + k * dilation < extent;
    return count;
}

/* X [planes,d,h,w], Y [planes,od,oh,ow]; the mean counts the taps within the image, or, with count_pads, within its pads too,
   of which those at the end are ed, eh and ew. */
static inline int sv_direct_pool(const float *x, float *restrict y, const long planes, const long d, const long h,
                                 const long w, const long od, const long oh, const long ow, const long kd,
                                 const long kh, const long kw, const long sd, const long sh, const long sw,
                                 const long pd, const long ph, const long pw, const long dd, const long dh,
                                 const long dw, const long ed, const long eh, const long ew, const int count_pads,
                                 const int maximum) {
    const float lowest = -__builtin_inff();
    for (long row = 0; row < planes * od * oh; row++) {
        const long first_h = row % oh * sh - ph, first_d = row / oh % od * sd - pd;
        const float *plane = x + row / oh / od * d * h * w;
        float *to = y + row * ow;
        for (long i = 0; i < ow; i++) to[i] = maximum ? lowest : 0;
        for (long tap = 0; tap < kd * kh * kw; tap++) {
            const long xd = first_d + tap / kw / kh * dd, xh = first_h + tap / kw % kh * dh, shift = tap % kw * dw - pw;
            if (xd < 0 || xd >= d || xh < 0 || xh >= h) continue;
            const float *from = plane + (xd * h + xh) * w;
            for (long i = 0; i < ow; i++) {
                const long xw = i * sw + shift;
                if (xw < 0 || xw >= w) continue;
                if (!maximum)
                    to[i] += from[xw];
                else if (!(from[xw] <= to[i]))
                    to[i] = from[xw];
            }
        }
        if (maximum) continue;
        const long rows = count_pads ? sv_taps_inside(first_d + pd, kd, dd, pd + d + ed) *
                                           sv_taps_inside(first_h + ph, kh, dh, ph + h + eh)
                                     : sv_taps_inside(first_d, kd, dd, d) * sv_taps_inside(first_h, kh, dh, h);
        for (long i = 0; i < ow; i++) {
            const long cols =
                count_pads ? sv_taps_inside(i * sw, kw, dw, pw + w + ew) : sv_taps_inside(i * sw - pw, kw, dw, w);
            to[i] /= (float)(rows * cols > 0 ? rows * cols : 1);
        }
    }
    return 0;
}

/* Where the first maximum of each window lies in the whole of X, rows first or, with by_columns, columns first. */
#define SV_MAXIMA(name, type)                                                                                     \
    static inline int sv_maxima_##name(const type *x, long long *restrict y, const long planes, const long d,     \
                                       const long h, const long w, const long od, const long oh, const long ow,   \
                                       const long kd, const long kh, const long kw, const long sd, const long sh, \
                                       const long sw, const long pd, const long ph, const long pw, const long dd, \
                                       const long dh, const long dw, const int by_columns) {                      \
        for (long at = 0; at < planes * od * oh * ow; at++) {                                                     \
            const long i = at % ow, row = at / ow, plane = row / oh / od * d * h * w;                             \
            long best = -1, place = 0;                                                                            \
            for (long tap = 0; tap < kd * kh * kw; tap++) {                                                       \
                const long xd = row / oh % od * sd - pd + tap / kw / kh * dd;                                     \
                const long xh = row % oh * sh - ph + tap / kw % kh * dh, xw = i * sw - pw + tap % kw * dw;        \
                if (xd < 0 || xd >= d || xh < 0 || xh >= h || xw < 0 || xw >= w) continue;                        \
                const long from = (xd * h + xh) * w + xw;                                                         \
                if (best >= 0 && !(x[plane + from] > x[plane + best])) continue;                                  \
                best = from;                                                                                      \
                place = by_columns ? xd + xh * d + xw * d * h : from;                                             \
            }                                                                                                     \
            y[at] = plane + place;                                                                                \
        }                                                                                                         \
        return 0;                                                                                                 \
    }
SV_MAXIMA(f32, float)
SV_MAXIMA(u8, unsigned char)
#endif

/* Convolutions as they are written in the standard, over planes: for weights that are computed and for three spatial axes. */
#ifndef SV_DIRECT_CONV_H
#define SV_DIRECT_CONV_H

/* to[i * to_step] += factor * from[i * from_step] */
SV_INLINE void sv_add_scaled(float *restrict to, const long to_step, const float *from, const long from_step,
                             const float factor, const long count) {
    if (to_step == 1 && from_step == 1) {
        long i = 0;
        for (; i + SV_LANES <= count; i += SV_LANES)
            sv_store(to + i, sv_fma(sv_splat(factor), sv_load(from + i), sv_load(to + i)));
        for (; i < count; i++) to[i] += factor * from[i];
    } else {
        for (long i = 0; i < count; i++) to[i * to_step] += factor * from[i * from_step];
    }
}

/* The positions p from first to last (not included) of `count` with 0 <= p * stride + shift < extent. */
SV_INLINE long sv_first_inside(const long stride, const long shift) {
    return shift >= 0 ? 0 : (-shift + stride - 1) / stride;
}
SV_INLINE long sv_last_inside(const long count, const long stride, const long shift, const long extent) {
    const long last = extent - shift <= 0 ? 0 : (extent - shift + stride - 1) / stride;
    return last < count ? last : count;
}

/* X [N,C,d,h,w], W [O,C/group,kd,kh,kw], B [O], Y [N,O,od,oh,ow]. */
static inline int sv_direct_conv(const float *x, const float *w, const float *b, float *restrict y, const long n,
                                 const long c, const long d, const long h, const long width, const long o,
                                 const long od, const long oh, const long ow, const long group, const long kd,
                                 const long kh, const long kw, const long sd, const long sh, const long sw,
                                 const long pd, const long ph, const long pw, const long dd, const long dh,
                                 const long dw) {
    const long per = c / group;
    for (long row = 0; row < n * o * od * oh; row++) {
        const long yh = row % oh, yd = row / oh % od, out = row / oh / od % o, image = row / oh / od / o;
        float *to = y + row * ow;
        for (long i = 0; i < ow; i++) to[i] = b[out];
        for (long channel = 0; channel < per; channel++) {
            const float *plane = x + (image * c + out / (o / group) * per + channel) * d * h * width;
            const float *taps = w + (out * per + channel) * kd * kh * kw;
            for (long tap = 0; tap < kd * kh * kw; tap++) {
                const long xd = yd * sd + tap / kw / kh * dd - pd, xh = yh * sh + tap / kw % kh * dh - ph;
                if (xd < 0 || xd >= d || xh < 0 || xh >= h) continue;
                const long shift = tap % kw * dw - pw, first = sv_first_inside(sw, shift);
                const long last = sv_last_inside(ow, sw, shift, width);
                if (last > first)
                    sv_add_scaled(to + first, 1, plane + (xd * h + xh) * width + first * sw + shift, sw, taps[tap],
                                  last - first);
            }
        }
    }
    return 0;
}

/* Its transpose: X [N,C,d,h,w], W [C,O/group,kd,kh,kw], B [O], Y [N,O,od,oh,ow]. */
static inline int sv_direct_conv_transpose(const float *x, const float *w, const float *b, float *restrict y,
                                           const long n, const long c, const long d, const long h, const long width,
                                           const long o, const long od, const long oh, const long ow, const long group,
                                           const long kd, const long kh, const long kw, const long sd, const long sh,
                                           const long sw, const long pd, const long ph, const long pw, const long dd,
                                           const long dh, const long dw) {
    const long per = c / group, outputs = o / group;
    for (long out = 0; out < n * o; out++) {
        const long to_channel = out % o, image = out / o, g = to_channel / outputs;
        float *to = y + out * od * oh * ow;
        for (long i = 0; i < od * oh * ow; i++) to[i] = b[to_channel];
        for (long channel = g * per; channel < (g + 1) * per; channel++) {
            const float *taps = w + (channel * outputs + to_channel % outputs) * kd * kh * kw;
            for (long row = 0; row < d * h; row++) {
                const float *from = x + ((image * c + channel) * d * h + row) * width;
                for (long tap = 0; tap < kd * kh * kw; tap++) {
                    const long yd = row / h * sd + tap / kw / kh * dd - pd;
                    const long yh = row % h * sh + tap / kw % kh * dh - ph;
                    if (yd < 0 || yd >= od || yh < 0 || yh >= oh) continue;
                    const long shift = tap % kw * dw - pw, first = sv_first_inside(sw, shift);
                    const long last = sv_last_inside(width, sw, shift, ow);
                    if (last > first)
                        sv_add_scaled(to + (yd * oh + yh) * ow + first * sw + shift, sw, from + first, 1, taps[tap],
                                      last - first);
                }
            }
        }
    }
    return 0;
}
#endif

/* Convolution whose taps are moved by offsets that are computed from the data. */
#ifndef SV_DEFORM_CONV_H
#define SV_DEFORM_CONV_H

/* The value at a place between elements, from its four neighbours; those outside count as 0. */
SV_INLINE float sv_between(const float *plane, const long height, const long width, const float row,
                           const float column) {
    if (!(row > -1 && row < height && column > -1 && column < width)) return 0;
    const long top = (long)(row + 1) - 1, left = (long)(column + 1) - 1;
    const float down = row - top, across = column - left;
    float sum = 0;
    for (int k = 0; k < 4; k++) {
        const long y = top + k / 2, x = left + k % 2;
        if (y >= 0 && y < height && x >= 0 && x < width)
            sum += (k / 2 ? down : 1 - down) * (k % 2 ? across : 1 - across) * plane[y * width + x];
    }
    return sum;
}

/* X [N,C,h,w], W [O,C/group,kh,kw], offsets [N,groups*taps*2,oh,ow], B [O], mask [N,groups*taps,oh,ow] (where has_mask). */
static inline int sv_deform_conv(const float *x, const float *w, const float *offsets, const float *b,
                                 const float *mask, float *restrict y, const long n, const long c, const long height,
                                 const long width, const long o, const long oh, const long ow, const long kh,
                                 const long kw, const long sh, const long sw, const long ph, const long pw,
                                 const long dh, const long dw, const long group, const long offset_group,
                                 const int has_mask) {
    const long per = c / group, taps = kh * kw, places = oh * ow;
    for (long image = 0; image < n; image++)
        for (long i = 0; i < o * places; i++) y[image * o * places + i] = b[i / places];
    for (long channel = 0; channel < n * c; channel++) {
        const long image = channel / c, in = channel % c, g = in / per;
        const long moved = image * offset_group + in / (c / offset_group);
        for (long tap = 0; tap < taps; tap++) {
            const float *rows = offsets + (moved * taps + tap) * 2 * places, *columns = rows + places;
            for (long place = 0; place < places; place++) {
                const float row = place / ow * sh - ph + tap / kw * dh + rows[place];
                const float column = place % ow * sw - pw + tap % kw * dw + columns[place];
                float value = sv_between(x + channel * height * width, height, width, row, column);
                if (has_mask) value *= mask[(moved * taps + tap) * places + place];
                for (long out = g * (o / group); out < (g + 1) * (o / group); out++)
                    y[(image * o + out) * places + place] += w[(out * per + in % per) * taps + tap] * value;
            }
        }
    }
    return 0;
}
#endif

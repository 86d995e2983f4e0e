/* Tables of 256 bytes. */
#ifndef SV_LUT_H
#define SV_LUT_H

/* y[i] = table[x[i]]; x and y may be the same. */
SV_INLINE void sv_lut(unsigned char *y, const unsigned char *x, const long count, const unsigned char *table) {
    long i = 0;
#ifdef SV_HAS_LUT
    sv_u16 words[4];
    SV_UNROLL
    for (int part = 0; part < 4; part++) words[part] = (sv_u16)sv_load_s32(table + part * 64);
    for (; i + 32 <= count; i += 32)
        *(sv_half_unaligned *)(y + i) = sv_look_up(*(const sv_half_unaligned *)(x + i), words);
#endif
    for (; i < count; i++) y[i] = table[x[i]];
}
#endif

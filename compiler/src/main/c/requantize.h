/* How int32 accumulators become u8, the same integers on every CPU: multiply, clamp, round half to even. */
#ifndef SV_REQUANTIZE_H
#define SV_REQUANTIZE_H

/* q = clamp(round(acc * scale), lo - zero, hi - zero) + zero; with a residual r then
   clamp(round((q - zero) * add_scale + (r - r_zero) * r_scale), add_lo - add_zero, add_hi - add_zero) + add_zero. */
struct sv_requantize {
    int zero, lo, hi;
    float add_scale;
    int r_zero;
    float r_scale;
    int add_zero, add_lo, add_hi;
    int wide; /* products or sums may leave the range of int32, so that they are clamped before they are converted */
};

/* Rounded to the output's steps, before the zero point is added; clamped only if it must be. */
SV_INLINE sv_f32 sv_steps(const struct sv_requantize *q, sv_s32 acc, sv_f32 scale) {
    const sv_f32 steps = __builtin_convertvector(acc, sv_f32) * scale;
    return q->wide ? sv_below(sv_above(steps, sv_splat((float)(q->lo - q->zero))), sv_splat((float)(q->hi - q->zero)))
                   : steps;
}
SV_INLINE sv_f32 sv_steps_add(const struct sv_requantize *q, sv_s32 acc, sv_f32 scale, sv_s32 residual) {
    const sv_f32 steps = __builtin_convertvector(acc, sv_f32) * scale;
    const sv_f32 ours = sv_round_between(steps, q->lo - q->zero, q->hi - q->zero) * sv_splat(q->add_scale);
    const sv_f32 sum =
        ours + __builtin_convertvector(q->r_zero ? residual - q->r_zero : residual, sv_f32) * sv_splat(q->r_scale);
    return q->wide ? sv_below(sv_above(sum, sv_splat((float)(q->add_lo - q->add_zero))),
                              sv_splat((float)(q->add_hi - q->add_zero)))
                   : sum;
}

/* One vector: the integers in the low bytes of the lanes. */
SV_INLINE sv_s32 sv_requantized(const struct sv_requantize *q, sv_s32 acc, sv_f32 scale) {
    return (sv_s32)sv_rounded_bits(sv_steps(q, acc, scale), q->lo - q->zero, q->hi - q->zero) + q->zero;
}

#ifdef SV_HAS_PACK
/* Bytes clamped to lo .. hi, where that is less than they can hold. */
SV_INLINE sv_quad sv_clamped(sv_quad bytes, const int lo, const int hi) {
    if (lo > 0) bytes = sv_at_least(bytes, (unsigned char)lo);
    if (hi < 255) bytes = sv_at_most(bytes, (unsigned char)hi);
    return bytes;
}
#endif

/* The first n (up to 4) of four vectors of accumulators, to y + at[i]; residuals lie at residual + from[i]. */
SV_INLINE void sv_store_requantized(const struct sv_requantize *q, const int n, const sv_s32 *acc, const sv_f32 *scale,
                                    unsigned char *y, const long *at, const unsigned char *residual, const long *from) {
    const int zero = residual ? q->add_zero : q->zero;
    const int lo = residual ? q->add_lo : q->lo, hi = residual ? q->add_hi : q->hi;
#ifdef SV_HAS_PACK
    sv_s32 steps[4];
    SV_UNROLL
    for (int i = 0; i < 4; i++)
        steps[i] = i >= n     ? steps[0]
                   : residual ? sv_round_s32(sv_steps_add(q, acc[i], scale[i], sv_load_u8(residual + from[i])))
                              : sv_round_s32(sv_steps(q, acc[i], scale[i]));
    const sv_quad bytes = sv_clamped(sv_pack_quad(steps[0], steps[1], steps[2], steps[3], (short)zero), lo, hi);
    if (n == 4 && at[1] == at[0] + SV_LANES && at[2] == at[1] + SV_LANES && at[3] == at[2] + SV_LANES) {
        *(sv_quad_unaligned *)(y + at[0]) = bytes;
        return;
    }
    if (n == 4 && at[1] == at[0] + SV_LANES && at[3] == at[2] + SV_LANES) {
        sv_store_halves(y + at[0], y + at[2], bytes);
        return;
    }
    SV_UNROLL
    for (int i = 0; i < 4; i++)
        if (i < n) sv_store_bytes(y + at[i], sv_quarter(bytes, i));
#else
    SV_UNROLL
    for (int i = 0; i < 4; i++)
        if (i < n) {
            const sv_f32 steps = residual ? sv_steps_add(q, acc[i], scale[i], sv_load_u8(residual + from[i]))
                                          : sv_steps(q, acc[i], scale[i]);
            sv_store_bytes(y + at[i], sv_low_bytes((sv_s32)sv_rounded_bits(steps, lo - zero, hi - zero) + zero));
        }
#endif
}
#endif

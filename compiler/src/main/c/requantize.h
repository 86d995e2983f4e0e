/* How an int32 accumulator becomes u8, the same integers on every CPU: multiply, clamp, round half to even. */
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
};

/* The integers in the low bytes of the lanes. */
SV_INLINE sv_s32 sv_requantized(const struct sv_requantize *q, sv_s32 acc, sv_f32 scale) {
    const sv_f32 steps = __builtin_convertvector(acc, sv_f32) * scale;
    return (sv_s32)sv_rounded_bits(steps, q->lo - q->zero, q->hi - q->zero) + q->zero;
}
SV_INLINE sv_s32 sv_requantized_add(const struct sv_requantize *q, sv_s32 acc, sv_f32 scale, sv_s32 residual) {
    const sv_f32 steps = __builtin_convertvector(acc, sv_f32) * scale;
    const sv_f32 ours = sv_round_between(steps, q->lo - q->zero, q->hi - q->zero) * sv_splat(q->add_scale);
    const sv_f32 theirs = __builtin_convertvector(residual - q->r_zero, sv_f32) * sv_splat(q->r_scale);
    return (sv_s32)sv_rounded_bits(ours + theirs, q->add_lo - q->add_zero, q->add_hi - q->add_zero) + q->add_zero;
}
SV_INLINE void sv_store_requantized(const struct sv_requantize *q, sv_s32 acc, sv_f32 scale, unsigned char *y,
                                    const unsigned char *residual) {
    sv_store_bytes(y, sv_low_bytes(residual ? sv_requantized_add(q, acc, scale, sv_load_u8(residual))
                                            : sv_requantized(q, acc, scale)));
}
#endif

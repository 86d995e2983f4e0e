/* int32 accumulator to u8, the same on every CPU: one multiply, clamp, round half to even; a residual is added after that
 * rounding by multiply, multiply, add. Bounds are relative to the zero points. */
typedef struct {
  int zero, lo, hi, add;
  float add_scale, residual_scale;
  int residual_zero, add_zero, add_lo, add_hi;
} sv_requant;

SV_INLINE sv_f32 sv_clamp(sv_f32 v, const int lo, const int hi) { return sv_min(sv_max(v, sv_splat((float)lo)), sv_splat((float)hi)); }

SV_INLINE void sv_requantize(sv_byte *restrict y, const sv_byte *restrict residual, const sv_s32 acc, const sv_f32 scale, const sv_requant q) {
  const sv_f32 steps = sv_clamp(sv_to_f32(acc) * scale, q.lo - q.zero, q.hi - q.zero);
  if (!q.add) {
    sv_store_u8(y, sv_round_s32(steps) + sv_splat_s32(q.zero));
    return;
  }
  const sv_f32 ours = sv_round(steps) * sv_splat(q.add_scale);
  const sv_f32 theirs = sv_to_f32(sv_load_u8(residual) - sv_splat_s32(q.residual_zero)) * sv_splat(q.residual_scale);
  const sv_f32 sum = sv_clamp(ours + theirs, q.add_lo - q.add_zero, q.add_hi - q.add_zero);
  sv_store_u8(y, sv_round_s32(sum) + sv_splat_s32(q.add_zero));
}

/* Softmax, matrix product and reductions in f32. */
SV_INLINE float sv_sum_lanes(const sv_f32 v) {
  float sum = 0;
  SV_UNROLL for (int i = 0; i < SV_LANES; i++) sum += v[i];
  return sum;
}

/* y = exp(x - max) / sum over `length` elements that lie `inner` apart; x and y dense */
SV_INLINE void sv_softmax(const float *x, float *y, const int outer, const int length, const int inner, const int log) {
  for (int o = 0; o < outer; o++)
    for (int i = 0; i < inner; i++) {
      const float *in = x + (long)o * length * inner + i;
      float *out = y + (long)o * length * inner + i;
      float most = in[0];
      for (int k = 1; k < length; k++) most = in[k * inner] > most ? in[k * inner] : most;
      sv_f32 sums = sv_splat(0);
      for (int k = 0; k < length; k += SV_LANES) {
        const int n = length - k < SV_LANES ? length - k : SV_LANES;
        sv_f32 e = sv_exp(sv_lanes_f32(in + k * inner, inner, n) - sv_splat(most));
        for (int lane = n; lane < SV_LANES; lane++) e[lane] = 0;
        sums += e;
        if (!log) sv_put_lanes_f32(out + k * inner, inner, n, e);
      }
      const float sum = sv_sum_lanes(sums);
      if (log) {
        const float shift = most + sv_log(sv_splat(sum))[0];
        for (int k = 0; k < length; k++) out[k * inner] = in[k * inner] - shift;
      } else {
        const float scale = 1.0f / sum;
        for (int k = 0; k < length; k++) out[k * inner] *= scale;
      }
    }
}

typedef struct {
  int batch, m, k, n;
  long a_batch, a_row, a_col, b_batch, b_row, b_col, y_batch, y_row, y_col;
} sv_matmul_shape;

/* y = alpha * a * b; vectors over n */
SV_INLINE void sv_matmul(const float *restrict a, const float *restrict b, float *restrict y, const sv_matmul_shape g, const float alpha) {
  for (int batch = 0; batch < g.batch; batch++)
    for (int i = 0; i < g.m; i++)
      for (int j = 0; j < g.n; j += SV_LANES) {
        const int n = g.n - j < SV_LANES ? g.n - j : SV_LANES;
        const float *ai = a + batch * g.a_batch + i * g.a_row, *bj = b + batch * g.b_batch + j * g.b_col;
        sv_f32 acc = sv_splat(0);
        if (n == SV_LANES)
          for (int k = 0; k < g.k; k++) acc = sv_fma(sv_splat(ai[k * g.a_col]), sv_get_f32(bj + k * g.b_row, g.b_col, SV_LANES), acc);
        else
          for (int k = 0; k < g.k; k++) acc = sv_fma(sv_splat(ai[k * g.a_col]), sv_lanes_f32(bj + k * g.b_row, g.b_col, n), acc);
        sv_put_lanes_f32(y + batch * g.y_batch + i * g.y_row + j * g.y_col, g.y_col, n, acc * sv_splat(alpha));
      }
}

enum { SV_SUM, SV_MEAN, SV_MAXIMUM, SV_MINIMUM, SV_PRODUCT, SV_SUM_SQUARE };
SV_INLINE float sv_fold_start(const int kind) {
  return kind == SV_MAXIMUM ? -__builtin_inff() : kind == SV_MINIMUM ? __builtin_inff() : kind == SV_PRODUCT ? 1.0f : 0.0f;
}
SV_INLINE float sv_fold(const int kind, const float acc, const float v) {
  switch (kind) {
    case SV_MAXIMUM: return v > acc ? v : acc;
    case SV_MINIMUM: return v < acc ? v : acc;
    case SV_PRODUCT: return acc * v;
    case SV_SUM_SQUARE: return acc + v * v;
    default: return acc + v;
  }
}

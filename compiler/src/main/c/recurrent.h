/* Recurrent cells over time. Matrices come packed: [rows / 16][k][16], the rows of every gate padded with zeros to a multiple
   of 16, so that vectors run over hidden units and a step reads its weights once, in order. */
#ifndef SV_RECURRENT_H
#define SV_RECURRENT_H
#include "math.h"

enum sv_recurrent_kind { SV_RNN, SV_GRU, SV_LSTM };
enum sv_squash_form {
    SV_SIGMOID,
    SV_TANH,
    SV_RELU,
    SV_AFFINE,
    SV_LEAKY_RELU,
    SV_THRESHOLDED_RELU,
    SV_SCALED_TANH,
    SV_HARD_SIGMOID,
    SV_ELU,
    SV_SOFTSIGN,
    SV_SOFTPLUS
};
struct sv_squash {
    long form;
    float alpha, beta;
};

SV_INLINE sv_f32 sv_squash(const struct sv_squash s, sv_f32 v) {
    const sv_f32 zero = sv_splat(0), a = sv_splat(s.alpha), b = sv_splat(s.beta);
    switch (s.form) {
        case SV_SIGMOID:
            return sv_sigmoid(v);
        case SV_TANH:
            return sv_tanh(v);
        case SV_RELU:
            return sv_max(v, zero);
        case SV_AFFINE:
            return a * v + b;
        case SV_LEAKY_RELU:
            return sv_select(v < zero, a * v, v);
        case SV_THRESHOLDED_RELU:
            return sv_select(v > a, v, zero);
        case SV_SCALED_TANH:
            return a * sv_tanh(b * v);
        case SV_HARD_SIGMOID:
            return sv_min(sv_max(a * v + b, zero), sv_splat(1));
        case SV_ELU:
            return sv_select(v < zero, a * (sv_exp(v) - 1), v);
        case SV_SOFTSIGN:
            return v / (1 + sv_abs(v));
        default:
            return sv_max(v, zero) + sv_log(1 + sv_exp(-sv_abs(v)));
    }
}

/* Packs `groups` matrices of [rows, k], one after the other. */
static inline int sv_recurrent_pack(const float *w, float *restrict packed, const long groups, const long rows,
                                    const long k) {
    const long blocks = (rows + 15) / 16;
    for (long g = 0; g < groups; g++)
        for (long b = 0; b < blocks; b++)
            for (long i = 0; i < k; i++)
                for (long r = 0; r < 16; r++)
                    packed[((g * blocks + b) * k + i) * 16 + r] =
                        b * 16 + r < rows ? w[(g * rows + b * 16 + r) * k + i] : 0;
    return 0;
}

/* out[row] = first[row] + sum over i of w[row][i] * x[i] for `blocks` blocks of 16 rows, `vectors` of them at once. */
SV_INLINE void sv_recurrent_rows(const float *first, const float *w, const float *x, float *out, const long k,
                                 const int vectors) {
    sv_f32 sum[8];
    SV_UNROLL
    for (int v = 0; v < vectors; v++) sum[v] = sv_load(first + v * SV_LANES);
    SV_NO_UNROLL
    for (long i = 0; i < k; i++) {
        const sv_f32 xi = sv_splat(x[i]);
        SV_UNROLL
        for (int v = 0; v < vectors; v++) {
            const long row = v * SV_LANES;
            sum[v] = sv_fma(xi, sv_load(w + (row / 16 * k + i) * 16 + row % 16), sum[v]);
        }
    }
    SV_UNROLL
    for (int v = 0; v < vectors; v++) sv_store(out + v * SV_LANES, sum[v]);
}
SV_INLINE void sv_recurrent_product(const float *first, const float *w, const float *x, float *out, const long rows,
                                    const long k) {
    long row = 0;
    for (; row + 8 * SV_LANES <= rows; row += 8 * SV_LANES)
        sv_recurrent_rows(first + row, w + row * k, x, out + row, k, 8);
    for (; row < rows; row += 16) sv_recurrent_rows(first + row, w + row * k, x, out + row, k, 16 / SV_LANES);
}

SV_INLINE sv_f32 sv_cell_input(sv_f32 v, const float clip) {
    return clip > 0 ? sv_min(sv_max(v, sv_splat(-clip)), sv_splat(clip)) : v;
}

/* The new states h and c of one step; bias holds those of w, then those of r; p the peepholes of i, o and f. */
SV_INLINE void sv_recurrent_step(const int kind, const float *x, const float *w, const float *r, const float *bias,
                                 const float *p, float *restrict h, float *restrict c, float *restrict in,
                                 const long features, const long hidden, const struct sv_squash f,
                                 const struct sv_squash g, const struct sv_squash out, const float clip,
                                 const int linear, const int input_forget, const int peepholes) {
    const long units = (hidden + 15) / 16 * 16, rows = units * (kind == SV_LSTM ? 4 : kind == SV_GRU ? 3 : 1);
    const float *second = bias + rows;
    float *re = in + rows;
    sv_recurrent_product(bias, w, x, in, rows, features);
    if (kind != SV_GRU) sv_recurrent_product(in, r, h, in, rows, hidden);
    if (kind == SV_RNN) {
        for (long u = 0; u < units; u += SV_LANES)
            sv_store(h + u, sv_squash(f, sv_cell_input(sv_load(in + u) + sv_load(second + u), clip)));
        return;
    }
    if (kind == SV_GRU) {
        sv_recurrent_product(second, r, h, re, linear ? rows : 2 * units, hidden);
        for (long u = 0; u < units; u += SV_LANES) {
            const sv_f32 reset = sv_squash(f, sv_cell_input(sv_load(in + units + u) + sv_load(re + units + u), clip));
            sv_store(in + u, sv_squash(f, sv_cell_input(sv_load(in + u) + sv_load(re + u), clip)));
            sv_store(re + u, reset * sv_load((linear ? re + 2 * units : h) + u));
        }
        if (!linear) sv_recurrent_product(second + 2 * units, r + 2 * units * hidden, re, re + units, units, hidden);
        for (long u = 0; u < units; u += SV_LANES) {
            const sv_f32 memory = sv_load((linear ? re : re + units) + u), update = sv_load(in + u);
            const sv_f32 next = sv_squash(g, sv_cell_input(sv_load(in + 2 * units + u) + memory, clip));
            sv_store(h + u, (1 - update) * next + update * sv_load(h + u));
        }
        return;
    }
    for (long u = 0; u < units; u += SV_LANES) {
        const sv_f32 past = sv_load(c + u);
        sv_f32 i = sv_load(in + u) + sv_load(second + u);
        sv_f32 o = sv_load(in + units + u) + sv_load(second + units + u);
        sv_f32 forget = sv_load(in + 2 * units + u) + sv_load(second + 2 * units + u);
        const sv_f32 cell = sv_load(in + 3 * units + u) + sv_load(second + 3 * units + u);
        if (peepholes) {
            i += sv_load(p + u) * past;
            forget += sv_load(p + 2 * units + u) * past;
        }
        i = sv_squash(f, sv_cell_input(i, clip));
        forget = input_forget ? 1 - i : sv_squash(f, sv_cell_input(forget, clip));
        const sv_f32 next = forget * past + i * sv_squash(g, sv_cell_input(cell, clip));
        if (peepholes) o += sv_load(p + units + u) * next;
        sv_store(c + u, next);
        sv_store(h + u, sv_squash(f, sv_cell_input(o, clip)) * sv_squash(out, next));
    }
}

/* One direction over all time of all sequences. y holds the outputs of every step from y_first on (zeros behind a sequence's
   end), the last h from h_first on, and for LSTM the last c from c_first on. */
static inline int sv_recurrent(const float *x, const float *w, const float *r, const float *bias, const int *lengths,
                               const float *h0, const float *c0, const float *p, float *restrict y,
                               float *restrict scratch, const int kind, const long time, const long batch,
                               const long features, const long hidden, const int backward, const long x_time,
                               const long x_batch, const long y_first, const long y_time, const long y_batch,
                               const long h_first, const long c_first, const long state_batch, const long form_f,
                               const float alpha_f, const float beta_f, const long form_g, const float alpha_g,
                               const float beta_g, const long form_out, const float alpha_out, const float beta_out,
                               const float clip, const int linear, const int input_forget, const int peepholes) {
    const struct sv_squash f = {form_f, alpha_f, beta_f}, g = {form_g, alpha_g, beta_g},
                           out = {form_out, alpha_out, beta_out};
    const long units = (hidden + 15) / 16 * 16;
    float *h = scratch, *c = scratch + units, *in = scratch + 2 * units;
    for (long n = 0; n < batch; n++) {
        for (long u = 0; u < units; u++) h[u] = u < hidden ? h0[n * state_batch + u] : 0;
        for (long u = 0; u < units; u++) c[u] = u < hidden ? c0[n * state_batch + u] : 0;
        const long length = lengths[n] < 0 ? 0 : lengths[n] < time ? lengths[n] : time;
        for (long s = 0; s < time; s++) {
            const long t = backward && s < length ? length - 1 - s : s;
            float *to = y + y_first + t * y_time + n * y_batch;
            if (s < length)
                sv_recurrent_step(kind, x + t * x_time + n * x_batch, w, r, bias, p, h, c, in, features, hidden, f, g,
                                  out, clip, linear, input_forget, peepholes);
            for (long u = 0; u < hidden; u++) to[u] = s < length ? h[u] : 0;
        }
        for (long u = 0; u < hidden; u++) y[h_first + n * state_batch + u] = h[u];
        if (kind == SV_LSTM)
            for (long u = 0; u < hidden; u++) y[c_first + n * state_batch + u] = c[u];
    }
    return 0;
}
#endif

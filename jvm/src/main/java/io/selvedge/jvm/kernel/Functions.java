package io.selvedge.jvm.kernel;

/** Elementary functions of f32 by the polynomials of native code's {@code math.h}, so that results differ by roundings at most. */
@SuppressWarnings("FloatingPointLiteralPrecision") // The literals are those of math.h, digit by digit.
public final class Functions {
    private static final float ROUNDER = 0x1.8p23f;

    private Functions() {}

    /** {@code a * b + c} with one rounding where the machine has that. */
    public static float multiplyAdd(float a, float b, float c) {
        return Fused.multiplyAdd(a, b, c);
    }

    private static float fma(float a, float b, float c) {
        return Fused.multiplyAdd(a, b, c);
    }

    /** {@code v = n ln 2 + r}; the power of two in two steps, so that denormal results come out right. */
    public static float exp(float given) {
        float v = Math.min(Math.max(given, -104f), 89f);
        float bits = v * 1.442695041f + ROUNDER;
        float n = bits - ROUNDER;
        float r = fma(n, -1.428606820e-06f, fma(n, -0.693145751953125f, v));
        float p = fma(r, 1.395048622e-03f, 8.368887863e-03f);
        p = fma(p, r, 4.166620587e-02f);
        p = fma(p, r, 1.666651885e-01f);
        p = fma(p, r, 5.000000095e-01f);
        p = fma(p, r * r, r) + 1;
        int power = Float.floatToRawIntBits(bits) - Float.floatToRawIntBits(ROUNDER);
        int half = power >> 1;
        return p * Float.intBitsToFloat((half + 127) << 23) * Float.intBitsToFloat((power - half + 127) << 23);
    }

    static float log(float v) {
        return (float) Math.log(v);
    }

    public static float sigmoid(float v) {
        return 1 / (1 + exp(-v));
    }

    public static float tanh(float v) {
        float a = Math.abs(v);
        if (a < 0.625f) {
            float s = v * v;
            float p = fma(s, -5.543112480e-03f, 2.049663543e-02f);
            p = fma(p, s, -5.369713479e-02f);
            p = fma(p, s, 1.333095024e-01f);
            p = fma(p, s, -3.333326474e-01f);
            return fma(p * s, v, v);
        }
        return Math.copySign(1 - 2 / (exp(a + a) + 1), v);
    }

    static float erf(float v) {
        float a = Math.abs(v);
        if (a < 0.94868f) {
            float s = v * v;
            float p = fma(s, 8.223984483e-05f, -8.108082080e-04f);
            p = fma(p, s, 5.197991767e-03f);
            p = fma(p, s, -2.685818586e-02f);
            p = fma(p, s, 1.128367407e-01f);
            p = fma(p, s, -3.761263239e-01f);
            p = fma(p, s, 1.283791665e-01f);
            return fma(p, v, v);
        }
        float t = Math.min(a, 4);
        float q = fma(t, 4.938215915e-06f, -4.558120119e-05f);
        q = fma(q, t, -4.958668557e-05f);
        q = fma(q, t, 2.930157447e-03f);
        q = fma(q, t, -2.267413814e-02f);
        q = fma(q, t, 1.052626995e-01f);
        q = fma(q, t, 6.356252730e-01f);
        q = fma(q, t, 1.128551747e+00f);
        return Math.copySign(1 - exp(-t * q), v);
    }

    /** Half to even. */
    static float round(float v) {
        return (float) Math.rint(v);
    }

    static double erf(double x) {
        double a = Math.abs(x);
        if (a < 3) {
            double term = a;
            double sum = a;
            for (int n = 1; Math.abs(term) > 1e-17 * sum && n < 200; n++) {
                term *= -a * a / n;
                sum += term / (2 * n + 1);
            }
            return Math.copySign(sum * 2 / Math.sqrt(Math.PI), x);
        }
        double fraction = 0;
        for (int k = 60; k > 0; k--) {
            fraction = k / 2.0 / (a + fraction);
        }
        return Math.copySign(1 - Math.exp(-a * a) / (a + fraction) / Math.sqrt(Math.PI), x);
    }
}

package io.selvedge.compiler.op;

/** The error function in double precision. */
final class Erf {
    private Erf() {}

    /**
     * {@code erf(x) = 2/sqrt(pi) * exp(-x^2) * sum of 2^n x^(2n+1) / (1*3*...*(2n+1))}: all terms have one sign, so nothing
     * cancels.
     *
     * @see <a href="https://dlmf.nist.gov/7.6.E2">DLMF 7.6.2</a>
     */
    static double of(double x) {
        if (Math.abs(x) > 6) {
            return Math.signum(x);
        }
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
}

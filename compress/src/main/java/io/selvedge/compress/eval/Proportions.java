package io.selvedge.compress.eval;

/**
 * Difference of two paired proportions with its 95 % interval: Newcombe's square-and-add method with Wilson score limits
 * and a continuity-corrected correlation (his method 10). It needs no resampling and holds near 0 and 1, where the plain
 * normal interval collapses.
 *
 * <p>With a = both right, b = only the original right, c = only the candidate right, d = both wrong, n = a+b+c+d,
 * p1 = (a+b)/n, p2 = (a+c)/n, Wilson limits l and u of each, and
 * phi = C / sqrt((a+b)(c+d)(a+c)(b+d)) where C = ad-bc, less n/2 but not below 0 when positive (0 for a zero root):
 *
 * <pre>{@code
 * low  = (p1 - p2) - sqrt((p1-l1)^2 - 2 phi (p1-l1)(u2-p2) + (u2-p2)^2)
 * high = (p1 - p2) + sqrt((u1-p1)^2 - 2 phi (u1-p1)(p2-l2) + (p2-l2)^2)
 * }</pre>
 *
 * @see <a href="https://doi.org/10.1002/(SICI)1097-0258(19981130)17:22%3C2635::AID-SIM954%3E3.0.CO;2-C">R. G. Newcombe,
 *     Improved confidence intervals for the difference between binomial proportions based on paired data, 1998</a>
 */
final class Proportions {
    /** 97.5 % quantile of the normal distribution. */
    private static final double Z = 1.959963984540054;

    private Proportions() {}

    static double mean(double[][] rows) {
        double sum = 0;
        for (double[] row : rows) {
            sum += row[0];
        }
        return sum / rows.length;
    }

    /** Interval of original minus candidate in points, from rows {1} or {0}. */
    static Interval dropInterval(double[][] original, double[][] candidate) {
        int[] counts = new int[4];
        for (int i = 0; i < original.length; i++) {
            counts[(original[i][0] > 0 ? 0 : 2) + (candidate[i][0] > 0 ? 0 : 1)]++;
        }
        Interval difference = difference(counts[0], counts[1], counts[2], counts[3]);
        return new Interval(100 * difference.low(), 100 * difference.high());
    }

    /** Interval of p1 - p2 for the counts of the class comment. */
    static Interval difference(double a, double b, double c, double d) {
        double n = a + b + c + d;
        double p1 = (a + b) / n;
        double p2 = (a + c) / n;
        Interval first = wilson(a + b, n);
        Interval second = wilson(a + c, n);
        double phi = correlation(a, b, c, d);
        double below = distance(p1 - first.low(), second.high() - p2, phi);
        double above = distance(first.high() - p1, p2 - second.low(), phi);
        return new Interval(p1 - p2 - below, p1 - p2 + above);
    }

    private static double distance(double x, double y, double phi) {
        return Math.sqrt(Math.max(0, x * x - 2 * phi * x * y + y * y));
    }

    private static double correlation(double a, double b, double c, double d) {
        double root = Math.sqrt((a + b) * (c + d) * (a + c) * (b + d));
        double cross = a * d - b * c;
        double corrected = cross > 0 ? Math.max(0, cross - (a + b + c + d) / 2) : cross;
        return root == 0 ? 0 : corrected / root;
    }

    private static Interval wilson(double successes, double n) {
        double p = successes / n;
        double centre = p + Z * Z / (2 * n);
        double half = Z * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
        double scale = 1 + Z * Z / n;
        return new Interval((centre - half) / scale, (centre + half) / scale);
    }
}

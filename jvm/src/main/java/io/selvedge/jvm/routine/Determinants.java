package io.selvedge.jvm.routine;

/** Determinants by elimination with the largest pivot of each column, in f64; det.h. */
final class Determinants {
    private Determinants() {}

    static int of(Call call) {
        Region x = call.region(0, call.size(0));
        Region y = call.region(1, call.size(0));
        int m = call.size(2);
        double[] a = new double[m * m];
        for (int i = 0; i < call.size(1); i++) {
            for (int k = 0; k < m * m; k++) {
                a[k] = x.real(i * m * m + k);
            }
            y.putReal(i, of(a, m));
        }
        return 0;
    }

    private static double of(double[] a, int m) {
        double product = 1;
        for (int k = 0; k < m && product != 0; k++) {
            int pivot = k;
            for (int r = k + 1; r < m; r++) {
                pivot = Math.abs(a[r * m + k]) > Math.abs(a[pivot * m + k]) ? r : pivot;
            }
            for (int c = k; pivot != k && c < m; c++) {
                double kept = a[k * m + c];
                a[k * m + c] = a[pivot * m + c];
                a[pivot * m + c] = kept;
            }
            product *= pivot == k ? a[k * m + k] : -a[k * m + k];
            for (int r = k + 1; product != 0 && r < m; r++) {
                double factor = a[r * m + k] / a[k * m + k];
                for (int c = k; c < m; c++) {
                    a[r * m + c] -= factor * a[k * m + c];
                }
            }
        }
        return product;
    }
}

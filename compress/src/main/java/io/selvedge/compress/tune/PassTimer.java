package io.selvedge.compress.tune;

import java.util.List;

/** Runs the steps of a trial and tells how long they took. */
public interface PassTimer extends AutoCloseable {
    /**
     * Median microseconds of every step of every pass: over the even rounds and over the odd ones, two measurements that should
     * agree.
     *
     * @param even by pass and position in it
     */
    record Times(double[][] even, double[][] odd) {
        double micros(int pass, int position) {
            return (even[pass][position] + odd[pass][position]) / 2;
        }

        /** Whether one step took less than so much of another's time in both measurements. */
        boolean faster(int pass, int other, int position, double share) {
            return even[pass][position] < share * even[other][position]
                    && odd[pass][position] < share * odd[other][position];
        }

        /** The same for whole passes. */
        boolean fasterPass(int pass, int other, double share) {
            return sum(even[pass]) < share * sum(even[other]) && sum(odd[pass]) < share * sum(odd[other]);
        }

        private static double sum(double[] micros) {
            double sum = 0;
            for (double each : micros) {
                sum += each;
            }
            return sum;
        }
    }

    /** Runs the passes by turns, each a whole program as numbers of the trial's steps, so that a step finds the caches as ever. */
    Times time(List<int[]> passes);

    @Override
    void close();
}

package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.ConvTranspose;
import io.selvedge.compiler.op.DeformConv;
import io.selvedge.compiler.op.GlobalPool;
import io.selvedge.compiler.op.Pool;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Convolutions with computed weights or three axes, transposed ones, and poolings beyond the vectorised kernels. */
final class WindowCases {
    private final OperatorCases cases;
    private final Random random = new Random(9);

    private WindowCases(String name) {
        cases = new OperatorCases(name);
    }

    static OperatorCases convolutions() {
        WindowCases all = new WindowCases("convolutions");
        all.conv(new Conv(List.of(2), List.of(1, 2), List.of(1), 1), false, new int[] {2, 3, 17}, 4, 3);
        all.conv(
                new Conv(List.of(1, 2), List.of(1, 0, 2, 1), List.of(2, 1), 2), false, new int[] {1, 4, 7, 9}, 6, 3, 2);
        all.conv(
                new Conv(List.of(1, 1), List.of(0, 0, 0, 0), List.of(1, 1), 5), false, new int[] {2, 5, 3, 1}, 5, 2, 1);
        for (boolean constant : new boolean[] {false, true}) {
            all.conv(
                    new Conv(List.of(2, 1, 1), List.of(1, 1, 0, 0, 1, 2), List.of(1, 2, 1), 1),
                    constant,
                    new int[] {2, 3, 4, 5, 9},
                    17,
                    3,
                    2,
                    3);
            all.conv(
                    new Conv(List.of(1, 1, 2), List.of(1, 0, 0, 1, 0, 0), List.of(2, 1, 1), 2),
                    constant,
                    new int[] {1, 4, 5, 4, 6},
                    2,
                    2,
                    3,
                    2);
        }
        return all.cases;
    }

    static OperatorCases transposed() {
        WindowCases all = new WindowCases("transposed");
        for (boolean constant : new boolean[] {false, true}) {
            all.transposed(
                    1,
                    1,
                    List.of(2, 3),
                    List.of(1, 0, 1, 2),
                    List.of(1, 0),
                    1,
                    constant,
                    new int[] {2, 5, 4, 3},
                    17,
                    3,
                    5);
            all.transposed(
                    2,
                    1,
                    List.of(1, 2),
                    List.of(1, 1, 0, 2),
                    List.of(0, 0),
                    1,
                    constant,
                    new int[] {1, 2, 4, 4},
                    3,
                    3,
                    2);
        }
        all.transposed(
                1, 1, List.of(3, 2), List.of(2, 1, 0, 1), List.of(0, 1), 2, false, new int[] {1, 6, 3, 5}, 2, 4, 4);
        all.transposed(
                1, 1, List.of(2, 1), List.of(1, 1, 1, 0), List.of(0, 0), 2, true, new int[] {1, 6, 3, 5}, 2, 4, 2);
        all.transposed(
                1, 1, List.of(2, 1), List.of(1, 0, 1, 1), List.of(0, 0), 8, true, new int[] {1, 8, 4, 5}, 1, 4, 2);
        all.transposed(
                1, 1, List.of(1, 1), List.of(1, 1, 1, 1), List.of(0, 0), 1, true, new int[] {1, 3, 4, 5}, 16, 3, 3);
        // Windows that do not overlap.
        all.transposed(
                1, 1, List.of(2, 3), List.of(0, 0, 0, 0), List.of(0, 0), 1, true, new int[] {2, 5, 4, 3}, 17, 2, 3);
        all.transposed(
                1, 1, List.of(2, 2), List.of(0, 0, 0, 0), List.of(0, 0), 1, true, new int[] {1, 18, 3, 5}, 1, 2, 2);
        // Windows shorter than the stride, pads longer than the window, pads that add.
        all.transposed(1, 1, List.of(3), List.of(0, 0), List.of(0), 1, true, new int[] {1, 2, 4}, 3, 1);
        all.transposed(1, 1, List.of(2), List.of(4, 0), List.of(0), 1, true, new int[] {1, 2, 5}, 3, 3);
        all.transposed(1, 1, List.of(2), List.of(-1, -2), List.of(0), 1, true, new int[] {1, 2, 3}, 3, 3);
        all.transposed(
                1,
                1,
                List.of(2, 1, 3),
                List.of(1, 0, 1, 0, 1, 0),
                List.of(0, 0, 1),
                1,
                true,
                new int[] {1, 2, 3, 2, 4},
                3,
                3,
                2,
                2);
        return all.cases;
    }

    static OperatorCases poolings() {
        WindowCases all = new WindowCases("poolings");
        String volume = all.cases.floats(-1, 1, 2, 3, 5, 4, 9);
        for (Pool.Kind kind : Pool.Kind.values()) {
            all.cases.out(new GlobalPool(kind), volume);
            for (boolean countPads : new boolean[] {false, true}) {
                all.cases.out(
                        new Pool(
                                kind,
                                List.of(3, 2, 2),
                                List.of(2, 1, 2),
                                List.of(1, 0, 1, 0, 1, 0),
                                List.of(1, 2, 1),
                                true,
                                countPads),
                        volume);
            }
        }
        for (boolean byColumns : new boolean[] {false, true}) {
            for (DType dtype : List.of(DType.FLOAT32, DType.UINT8, DType.INT8)) {
                all.places(byColumns, all.cases.input(dtype, 1, 2, 7, 5), List.of(2, 3));
            }
            all.places(byColumns, all.cases.input(DType.FLOAT32, 2, 1, 9), List.of(3));
            all.places(byColumns, all.cases.input(DType.FLOAT32, 1, 2, 4, 3, 5), List.of(2, 2, 3));
        }
        return all.cases;
    }

    static OperatorCases deformed() {
        WindowCases all = new WindowCases("deformed");
        DeformConv two = new DeformConv(List.of(1, 2), List.of(1, 0, 1, 1), List.of(1, 1), 2, 4);
        String x = all.cases.floats(-1, 1, 2, 4, 5, 7);
        String w = all.cases.floats(-1, 1, 6, 2, 3, 2);
        String offsets = all.cases.floats(-3, 3, 2, 2 * 4 * 6, 5, 4);
        all.cases.out(two, x, w, offsets, all.weights(true, 6), all.cases.floats(0, 1, 2, 4 * 6, 5, 4));
        DeformConv one = new DeformConv(List.of(1, 1), List.of(0, 0, 0, 0), List.of(2, 1), 1, 1);
        String few = all.cases.floats(-9, 9, 1, 2 * 4, 3, 6);
        all.cases.out(one, all.cases.floats(-1, 1, 1, 3, 5, 7), all.weights(true, 2, 3, 2, 2), few);
        return all.cases;
    }

    private void places(boolean byColumns, String x, List<Integer> kernel) {
        int rank = kernel.size();
        Pool pool = new Pool(
                Pool.Kind.MAX,
                kernel,
                Collections.nCopies(rank, 2),
                Collections.nCopies(2 * rank, 1),
                Collections.nCopies(rank, 1),
                false,
                false,
                byColumns);
        cases.outs(2, pool, x);
    }

    private void conv(Conv op, boolean constant, int[] x, int outputs, int... kernel) {
        int[] w = new int[x.length];
        w[0] = outputs;
        w[1] = x[1] / op.group();
        System.arraycopy(kernel, 0, w, 2, kernel.length);
        cases.out(op, cases.floats(-1, 1, x), weights(constant, w), weights(constant, outputs));
    }

    private void transposed(
            int dilation,
            int lastDilation,
            List<Integer> strides,
            List<Integer> pads,
            List<Integer> outputPadding,
            int group,
            boolean constant,
            int[] x,
            int perGroup,
            int... kernel) {
        Integer[] dilations = new Integer[kernel.length];
        Arrays.fill(dilations, dilation);
        dilations[kernel.length - 1] = lastDilation;
        int[] w = new int[x.length];
        w[0] = x[1];
        w[1] = perGroup;
        System.arraycopy(kernel, 0, w, 2, kernel.length);
        ConvTranspose op = new ConvTranspose(strides, pads, List.of(dilations), outputPadding, group);
        if (group == 1) {
            cases.out(op, cases.floats(-1, 1, x), weights(constant, w), weights(constant, perGroup));
        } else {
            cases.out(op, cases.floats(-1, 1, x), weights(constant, w));
        }
    }

    private String weights(boolean constant, int... extents) {
        if (!constant) {
            return cases.floats(-1, 1, extents);
        }
        long[] shape = Arrays.stream(extents).asLongStream().toArray();
        return cases.constant(Tensor.filled(TensorType.of(DType.FLOAT32, shape), _ -> 2 * random.nextFloat() - 1));
    }
}

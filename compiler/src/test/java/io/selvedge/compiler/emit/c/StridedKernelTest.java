package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Layout;
import io.selvedge.compiler.program.View;
import io.selvedge.compiler.program.WeightPacking;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pooling, element-wise, copying, folding and matrix kernels on every target, against the scalar machine. */
final class StridedKernelTest {
    private static final Expr X0 = new Expr.Input(0);
    private static final Expr X1 = new Expr.Input(1);

    @TempDir
    Path folder;

    /** All but pooling, from one generator. */
    static Assembly everythingStrided() {
        Assembly a = new Assembly(10);
        broadcasts(a);
        quantisedInputs(a);
        conversions(a);
        copies(a);
        parts(a);
        tables(a);
        softmaxes(a);
        products(a);
        constantProducts(a);
        norms(a);
        reductions(a);
        return a;
    }

    @Test
    void pooling_clips_its_windows() throws IOException {
        Comparison.onAllTargets(pooling(), 1e-6, folder);
    }

    static Assembly pooling() {
        Assembly a = new Assembly(11);
        for (DType dtype : List.of(DType.FLOAT32, DType.UINT8)) {
            for (Kernel.Pool.Kind kind : Kernel.Pool.Kind.values()) {
                pool(a, dtype, kind, new Kernel.Window(2, 2, 2, 2, 1, 1, 0, 0), 0, false, 1, 16, 8, 8);
                pool(a, dtype, kind, new Kernel.Window(3, 3, 2, 2, 1, 1, 1, 1), 1, false, 1, 33, 7, 9);
                pool(a, dtype, kind, new Kernel.Window(3, 3, 2, 2, 1, 1, 1, 1), 1, true, 2, 17, 7, 9);
                pool(a, dtype, kind, new Kernel.Window(3, 2, 1, 2, 2, 1, 1, 0), 0, true, 1, 80, 7, 9);
                pool(a, dtype, kind, new Kernel.Window(5, 7, 1, 1, 1, 1, 0, 0), 0, false, 1, 100, 5, 7);
            }
        }
        return a;
    }

    private static void pool(
            Assembly a,
            DType dtype,
            Kernel.Pool.Kind kind,
            Kernel.Window w,
            int padEnd,
            boolean countPads,
            int n,
            int c,
            int h,
            int width) {
        int oh = (h + w.padTop() + padEnd - (w.kernelH() - 1) * w.dilationH() - 1) / w.strideH() + 1;
        int ow = (width + w.padLeft() + padEnd - (w.kernelW() - 1) * w.dilationW() - 1) / w.strideW() + 1;
        Layout.ChannelsLast layout = new Layout.ChannelsLast(WeightPacking.roundUp(c), 1, 0, 0, 2);
        int x = a.channelsLast(dtype, layout, dtype == DType.UINT8 ? 200 : 0, 0, n, c, h, width);
        a.copy(a.input(dtype, n, c, h, width), x);
        int y = a.channelsLast(dtype, layout, 0, 0, n, c, oh, ow);
        boolean average = kind == Kernel.Pool.Kind.AVERAGE;
        a.step(new Kernel.Pool(
                x,
                y,
                kind,
                w,
                padEnd,
                padEnd,
                countPads,
                average ? 1.37f : 1,
                average ? 120 : 0,
                average ? 99 : 0,
                3,
                251));
        a.copy(y, a.output(dtype, n, c, oh, ow));
    }

    @Test
    void functions_of_one_value_are_accurate() throws IOException {
        Assembly a = new Assembly(12);
        unaryFunctions(a);
        Comparison.onAllTargets(a, 4e-7, folder);
    }

    private static void unaryFunctions(Assembly a) {
        List<Expr.UnaryOp> ops = Arrays.stream(Expr.UnaryOp.values())
                .filter(Expr.UnaryOp::isReal)
                .toList();
        for (Expr.UnaryOp op : ops) {
            for (float scale : new float[] {0.1f, 1, 4, 80}) {
                Expr scaled = new Expr.Binary(Expr.BinaryOp.MUL, X0, new Expr.Const(scale));
                Expr x = switch (op) {
                    case SQRT, LOG -> new Expr.Unary(Expr.UnaryOp.ABS, scaled);
                    default -> scaled;
                };
                map(a, new Expr.Unary(op, x), new int[] {333}, new int[] {333});
            }
        }
    }

    @Test
    void functions_of_two_values_and_selections_agree() throws IOException {
        Assembly a = new Assembly(13);
        binaryFunctions(a);
        Comparison.onAllTargets(a, 1e-6, folder);
    }

    private static void binaryFunctions(Assembly a) {
        List<Expr.BinaryOp> ops = Arrays.stream(Expr.BinaryOp.values())
                .filter(Expr.BinaryOp::isReal)
                .toList();
        for (Expr.BinaryOp op : ops) {
            Expr left = op == Expr.BinaryOp.POW ? new Expr.Unary(Expr.UnaryOp.ABS, X0) : X0;
            map(a, new Expr.Binary(op, left, X1), new int[] {37}, new int[] {37}, new int[] {37});
            Expr rounded =
                    new Expr.Unary(Expr.UnaryOp.ROUND, new Expr.Binary(Expr.BinaryOp.MUL, X0, new Expr.Const(3)));
            map(a, new Expr.Binary(op, rounded, new Expr.Const(2)), new int[] {37}, new int[] {37});
        }
        map(
                a,
                new Expr.Select(new Expr.Binary(Expr.BinaryOp.LESS, X0, X1), X0, new Expr.Const(7)),
                new int[] {21},
                new int[] {21},
                new int[] {21});
    }

    @Test
    void operands_are_broadcast_and_loops_collapse() throws IOException {
        Assembly a = new Assembly(14);
        broadcasts(a);
        Comparison.onAllTargets(a, 1e-6, folder);
    }

    private static void broadcasts(Assembly a) {
        Expr sum = new Expr.Binary(Expr.BinaryOp.ADD, X0, X1);
        int[] all = {2, 5, 3, 19};
        for (int[] other : new int[][] {{1, 1, 1, 1}, {5, 1, 1}, {19}, {2, 1, 3, 1}, {2, 5, 3, 19}, {1, 5, 1, 19}}) {
            map(a, sum, all, all, other);
        }
        for (int n = 1; n <= 35; n++) {
            map(a, sum, new int[] {n}, new int[] {n}, new int[] {1});
        }
    }

    /** Inputs of the given extents, broadcast to {@code extents}, all dense. */
    private static void map(Assembly a, Expr expr, int[] extents, int[]... inputs) {
        List<Kernel.Strided> operands = Arrays.stream(inputs)
                .map(shape -> new View(a.input(DType.FLOAT32, shape), false, 0, shape, View.denseStrides(shape))
                        .broadcast(extents)
                        .strided())
                .toList();
        int y = a.output(DType.FLOAT32, extents);
        a.step(new Kernel.Map(Arrays.stream(extents).boxed().toList(), operands, a.whole(y), expr));
    }

    @Test
    void quantising_an_input_transposes_it_and_gives_the_same_bytes() throws IOException {
        Assembly a = new Assembly(15);
        quantisedInputs(a);
        Comparison.onAllTargets(a, 0, folder);
    }

    private static void quantisedInputs(Assembly a) {
        Expr quantize = new Expr.Quantize(X0, 0.0078f, 117, 0, 255);
        for (int c : new int[] {1, 2, 3, 4, 5, 16, 20}) {
            for (int w : new int[] {7, 16, 33}) {
                int x = a.input(DType.FLOAT32, 1, c, 5, w);
                int pitch = c < 8 ? c : WeightPacking.roundUp(c);
                int y = a.channelsLast(DType.UINT8, new Layout.ChannelsLast(pitch, 1, 1, 1, 1), 117, 4, 1, c, 5, w);
                a.step(new Kernel.Map(a.extents(x), List.of(a.whole(x)), a.whole(y), quantize));
                int back = a.output(DType.FLOAT32, 1, c, 5, w);
                a.step(new Kernel.Map(
                        a.extents(x), List.of(a.whole(y)), a.whole(back), new Expr.Dequantize(X0, 0.0078f, 117)));
                a.copy(y, a.output(DType.UINT8, 1, c, 5, w));
            }
        }
    }

    @Test
    void numbers_beyond_a_byte_saturate_and_nan_gives_the_lowest() throws IOException {
        Assembly a = new Assembly(22);
        float[] extremes = new float[150];
        float[] some = {
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            3e9f,
            -3e9f,
            1e38f,
            -1e38f,
            0.5f,
            1.5f,
            2.5f,
            -0.5f,
            -1.5f,
            254.5f,
            255.5f,
            32768,
            -32769,
            65536
        };
        for (int i = 0; i < extremes.length; i++) {
            extremes[i] = some[i * 7 % some.length];
        }
        int weight = a.weight(WeightPacking.vector(extremes));
        for (int zero : new int[] {0, 117, 255}) {
            for (Expr quantize : List.of(
                    new Expr.Quantize(X0, 1.25f, zero, 3, 250),
                    new Expr.Requantize(X0, zero, 0, 255),
                    new Expr.Requantize(X0, zero, zero, 255))) {
                int y = a.output(DType.UINT8, 150);
                a.step(new Kernel.Map(
                        List.of(150), List.of(new Kernel.Strided(weight, true, 0, List.of(1))), a.whole(y), quantize));
            }
        }
        Comparison.onAllTargets(a, 0, folder);
    }

    @Test
    void element_types_are_converted_on_the_way() throws IOException {
        Assembly a = new Assembly(16);
        conversions(a);
        Comparison.onAllTargets(a, 0, folder);
    }

    private static void conversions(Assembly a) {
        for (DType from : List.of(DType.FLOAT32, DType.UINT8, DType.INT32, DType.INT64, DType.BOOL)) {
            for (DType to : List.of(DType.FLOAT32, DType.INT32, DType.INT64, DType.BOOL)) {
                Expr scaled = new Expr.Binary(Expr.BinaryOp.MUL, X0, new Expr.Const(1.5f));
                Expr expr =
                        to == DType.BOOL ? new Expr.Binary(Expr.BinaryOp.GREATER, X0, new Expr.Const(0.3f)) : scaled;
                int x = a.input(from, 3, 37);
                int y = a.output(to, 37, 3);
                a.step(new Kernel.Map(
                        List.of(3, 37), List.of(a.whole(x)), new Kernel.Strided(y, false, 0, List.of(1, 3)), expr));
                int dense = a.output(to, 3, 37);
                a.step(new Kernel.Map(List.of(3, 37), List.of(a.whole(x)), a.whole(dense), expr));
            }
        }
    }

    @Test
    void copies_move_every_bit_whatever_the_strides() throws IOException {
        Assembly a = new Assembly(17);
        copies(a);
        Comparison.onAllTargets(a, 0, folder);
    }

    private static void copies(Assembly a) {
        for (DType dtype : List.of(DType.UINT8, DType.FLOAT32, DType.INT64)) {
            int x = a.input(dtype, 3, 7, 20);
            int[] extents = {3, 7, 20};
            for (int[] order : new int[][] {{0, 1, 2}, {0, 2, 1}, {2, 1, 0}, {1, 0, 2}}) {
                View permuted = new View(x, false, 0, extents, View.denseStrides(extents)).permuted(order);
                int y = a.output(dtype, permuted.extents());
                a.step(new Kernel.Copy(permuted.extentList(), permuted.strided(), a.whole(y), dtype.bytes(), 0));
            }
            View reversed = new View(x, false, 0, extents, View.denseStrides(extents)).sliced(2, 18, -3, 6);
            int y = a.output(dtype, 3, 7, 6);
            a.step(new Kernel.Copy(reversed.extentList(), reversed.strided(), a.whole(y), dtype.bytes(), 0));
        }
        int planes = a.input(DType.FLOAT32, 3, 7, 32);
        View pixels =
                new View(planes, false, 0, new int[] {3, 7, 32}, new int[] {224, 32, 1}).permuted(new int[] {1, 2, 0});
        int triples = a.output(DType.FLOAT32, 7, 32, 3);
        a.step(new Kernel.Copy(pixels.extentList(), pixels.strided(), a.whole(triples), 4, 0));
        int bytes = a.input(DType.UINT8, 3, 100);
        int flipped = a.output(DType.UINT8, 3, 100);
        a.step(new Kernel.Copy(List.of(3, 100), a.whole(bytes), a.whole(flipped), 1, 0x80));
    }

    @Test
    void parts_written_one_by_one_share_one_border() throws IOException {
        Assembly a = new Assembly(18);
        parts(a);
        Comparison.onAllTargets(a, 1e-5, folder);
    }

    private static void parts(Assembly a) {
        int y = a.channelsLast(DType.FLOAT32, new Layout.ChannelsLast(16, 1, 1, 1, 1), 0, 0, 1, 9, 4, 4);
        int first = 0;
        for (int c : new int[] {2, 4, 3}) {
            int x = a.input(DType.FLOAT32, 1, c, 4, 4);
            Kernel.Strided whole = a.whole(y);
            a.step(new Kernel.Copy(
                    a.extents(x),
                    a.whole(x),
                    new Kernel.Strided(y, false, whole.offset() + first, whole.strides()),
                    4,
                    0));
            first += c;
        }
        // A convolution of ones over all nine taps and the whole pitch sees border and unused channels.
        int z = a.channelsLast(DType.FLOAT32, new Layout.ChannelsLast(16, 0, 0, 0, 0), 0, 0, 1, 16, 4, 4);
        float[] ones = new float[16 * 16 * 9];
        Arrays.fill(ones, 1);
        a.step(new Kernel.Conv(
                y,
                z,
                java.util.OptionalInt.empty(),
                a.weight(WeightPacking.conv(ones, 16, 9, 3, 3, 16)),
                a.weight(WeightPacking.vector(new float[16])),
                new Kernel.Window(3, 3, 1, 1, 1, 1, 1, 1),
                X0));
        a.copy(z, a.output(DType.FLOAT32, 1, 16, 4, 4));
    }

    @Test
    void tables_are_looked_up() throws IOException {
        Assembly a = new Assembly(19);
        tables(a);
        Comparison.onAllTargets(a, 0, folder);
    }

    private static void tables(Assembly a) {
        int table = a.weight(a.bytes(256));
        int x = a.input(DType.UINT8, 2, 11, 37);
        int y = a.output(DType.UINT8, 2, 11, 37);
        a.step(new Kernel.Lut(a.extents(x), a.whole(x), a.whole(y), table));
        for (int c : new int[] {5, 16, 20}) {
            Layout.ChannelsLast padded = new Layout.ChannelsLast(WeightPacking.roundUp(c), 1, 1, 1, 1);
            int from = a.channelsLast(DType.UINT8, padded, 7, 4, 2, c, 3, 5);
            a.copy(a.input(DType.UINT8, 2, c, 3, 5), from);
            int to = a.channelsLast(DType.UINT8, padded, 9, 4, 2, c, 3, 5);
            a.step(new Kernel.Lut(a.extents(from), a.whole(from), a.whole(to), table));
            a.copy(to, a.output(DType.UINT8, 2, c, 3, 5));
            int part = a.channelsLast(DType.UINT8, padded, 9, 4, 2, c - 3, 3, 5);
            View some = a.view(from).sliced(1, 3, 1, c - 3);
            a.step(new Kernel.Lut(a.extents(part), some.strided(), a.whole(part), table));
            a.copy(part, a.output(DType.UINT8, 2, c - 3, 3, 5));
        }
        int transposed = a.output(DType.UINT8, 2, 37, 11);
        a.step(new Kernel.Lut(
                a.extents(x), a.whole(x), new Kernel.Strided(transposed, false, 0, List.of(407, 1, 11)), table));
    }

    @Test
    void softmax_sums_to_one_along_any_axis() throws IOException {
        Assembly a = new Assembly(20);
        softmaxes(a);
        Comparison.onAllTargets(a, 1e-6, folder);
    }

    private static void softmaxes(Assembly a) {
        for (boolean log : new boolean[] {false, true}) {
            for (int length : new int[] {1, 2, 10, 16, 17, 100}) {
                softmax(a, 3, length, 1, log);
            }
            softmax(a, 37, 2, 1, log);
            softmax(a, 33, 5, 1, log);
            softmax(a, 2, 10, 7, log);
            softmax(a, 1, 10, 16, log);
            softmax(a, 2, 3, 35, log);
        }
    }

    private static void softmax(Assembly a, int outer, int length, int inner, boolean log) {
        int x = a.input(DType.FLOAT32, outer, length, inner);
        int y = a.output(DType.FLOAT32, outer, length, inner);
        a.step(new Kernel.Softmax(x, y, outer, length, inner, log));
    }

    @Test
    void matrix_products_take_any_strides() throws IOException {
        Assembly a = new Assembly(21);
        products(a);
        Comparison.onAllTargets(a, 2e-5, folder);
    }

    private static void products(Assembly a) {
        int[][] sizes = {
            {1, 1, 1, 1}, {2, 3, 5, 7}, {1, 17, 33, 16}, {3, 16, 16, 31}, {1, 30, 40, 50}, {2, 5, 64, 33}, {1, 64, 3, 1}
        };
        for (int[] s : sizes) {
            for (int variant = 0; variant < 8; variant++) {
                product(a, s[0], s[1], s[2], s[3], (variant & 1) != 0, (variant & 2) != 0, (variant & 4) != 0);
            }
        }
    }

    private static void product(
            Assembly a, int batch, int m, int k, int n, boolean aTransposed, boolean bTransposed, boolean yTransposed) {
        int left = a.input(DType.FLOAT32, batch, m, k);
        int right = a.input(DType.FLOAT32, k, n);
        int y = a.output(DType.FLOAT32, batch, m, n);
        a.step(new Kernel.MatMul(
                new Kernel.Strided(left, false, 0, aTransposed ? List.of(m * k, 1, m) : List.of(m * k, k, 1)),
                new Kernel.Strided(right, false, 0, bTransposed ? List.of(0, 1, k) : List.of(0, n, 1)),
                new Kernel.Strided(y, false, 0, yTransposed ? List.of(m * n, 1, m) : List.of(m * n, n, 1)),
                batch,
                m,
                k,
                n,
                variantAlpha(m)));
    }

    @Test
    void products_with_constants_apply_their_epilogue() throws IOException {
        Assembly a = new Assembly(23);
        constantProducts(a);
        Comparison.onAllTargets(a, 2e-5, folder);
    }

    private static void constantProducts(Assembly a) {
        int[][] sizes = {{1, 37, 100}, {3, 5, 7}, {17, 33, 16}, {30, 40, 50}, {64, 3, 1}};
        for (int[] s : sizes) {
            constantProduct(a, s[0], s[1], s[2], false, DType.FLOAT32);
            constantProduct(a, s[0], s[1], s[2], true, DType.FLOAT32);
            constantProduct(a, s[0], s[1], s[2], true, DType.INT32);
        }
    }

    /** {@code (sum * scale[n] + bias) + residual[m,n]}; rows of A and Y lie further apart than they are long. */
    private static void constantProduct(Assembly a, int m, int k, int n, boolean eightBit, DType result) {
        int x = a.input(eightBit ? DType.UINT8 : DType.FLOAT32, m, k + 3);
        int residual = a.input(DType.FLOAT32, m, n);
        int number = a.input(DType.FLOAT32, 1);
        int zero = a.input(DType.UINT8, 1);
        int wide = a.dense(result, m, n + 2);
        int y = a.output(result, m, n);
        int weights = a.weight(
                eightBit
                        ? WeightPacking.qconv(a.bytes(n * k), n, k, 1, 1, k, false)
                        : WeightPacking.conv(a.floats(n * k), n, k, 1, 1, k));
        int scale = a.weight(Assembly.littleEndian(a.floats(n)));
        int[] sums =
                IntStream.range(0, n).map(_ -> a.random.nextInt(2000) - 1000).toArray();
        Kernel.Gemm.Integers integers = new Kernel.Gemm.Integers(
                OptionalInt.of(a.weight(WeightPacking.vector(sums))),
                OptionalInt.of(a.weight(WeightPacking.vector(sums))),
                OptionalInt.of(zero));
        Expr scaled = new Expr.Binary(Expr.BinaryOp.MUL, X0, X1);
        Expr biased = new Expr.Binary(Expr.BinaryOp.ADD, scaled, new Expr.Input(2));
        a.step(new Kernel.Gemm(
                new Kernel.Strided(x, false, 1, List.of(k + 3, 1)),
                weights,
                eightBit ? Optional.of(integers) : Optional.empty(),
                new Kernel.Strided(wide, false, 0, List.of(n + 2, 1)),
                List.of(
                        new Kernel.Strided(scale, true, 0, List.of(0, 1)),
                        new Kernel.Strided(number, false, 0, List.of(0, 0)),
                        new Kernel.Strided(residual, false, 0, List.of(n, 1))),
                m,
                k,
                n,
                new Expr.Binary(Expr.BinaryOp.ADD, biased, new Expr.Input(3))));
        Kernel.Strided part = new Kernel.Strided(wide, false, 0, List.of(n + 2, 1));
        a.step(new Kernel.Copy(List.of(m, n), part, a.whole(y), 4, 0));
    }

    @Test
    void rows_are_normalised() throws IOException {
        Assembly a = new Assembly(24);
        norms(a);
        Comparison.onAllTargets(a, 2e-5, folder);
    }

    private static void norms(Assembly a) {
        for (int length : new int[] {2, 15, 16, 17, 64, 67, 200}) {
            int x = a.input(DType.FLOAT32, 3, length + 1);
            int y = a.output(DType.FLOAT32, 3, length);
            Kernel.Strided scale =
                    new Kernel.Strided(a.weight(Assembly.littleEndian(a.floats(length))), true, 0, List.of(1));
            Kernel.Strided bias = new Kernel.Strided(a.input(DType.FLOAT32, length), false, 0, List.of(1));
            a.step(new Kernel.LayerNorm(
                    new Kernel.Strided(x, false, 1, List.of(length + 1, 1)),
                    new Kernel.Strided(y, false, 0, List.of(length, 1)),
                    3,
                    length,
                    length % 2 == 0 ? Optional.of(scale) : Optional.empty(),
                    length % 3 != 0 ? Optional.of(bias) : Optional.empty(),
                    1e-3f));
        }
    }

    private static float variantAlpha(int m) {
        return m % 2 == 0 ? 1 : 0.125f;
    }

    @Test
    void reductions_fold_any_axes() throws IOException {
        Assembly a = new Assembly(22);
        reductions(a);
        Comparison.onAllTargets(a, 2e-5, folder);
    }

    private static void reductions(Assembly a) {
        int[] extents = {3, 5, 4, 18};
        int[] dense = View.denseStrides(extents);
        for (Kernel.Reduce.Kind kind : Kernel.Reduce.Kind.values()) {
            int x = a.input(DType.FLOAT32, extents);
            for (int mask = 1; mask < 16; mask++) {
                int reduced = mask;
                List<Integer> kept = IntStream.range(0, 4)
                        .filter(i -> (reduced >> i & 1) == 0)
                        .boxed()
                        .toList();
                List<Integer> folded = IntStream.range(0, 4)
                        .filter(i -> (reduced >> i & 1) != 0)
                        .boxed()
                        .toList();
                int[] shape = kept.stream().mapToInt(i -> extents[i]).toArray();
                int y = a.output(DType.FLOAT32, shape);
                a.step(new Kernel.Reduce(
                        kind,
                        kept.stream().map(i -> extents[i]).toList(),
                        folded.stream().map(i -> extents[i]).toList(),
                        new Kernel.Strided(
                                x, false, 0, kept.stream().map(i -> dense[i]).toList()),
                        folded.stream().map(i -> dense[i]).toList(),
                        a.whole(y)));
            }
        }
    }
}

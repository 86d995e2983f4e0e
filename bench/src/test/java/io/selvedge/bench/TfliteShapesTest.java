package io.selvedge.bench;

import static io.selvedge.bench.TfliteCase.DATA;
import static io.selvedge.bench.TfliteCase.options;
import static io.selvedge.bench.TfliteCase.reads;

import io.selvedge.compiler.ir.DType;
import io.selvedge.testkit.tflite.TfliteWriter.Steps;
import org.junit.jupiter.api.Test;

/** Operators that move, choose, compare and fold elements, against TFLite itself on the same numbers. */
class TfliteShapesTest {
    private static final Steps WIDE = new Steps(0.3f, 5);

    @Test
    void parts_of_values() {
        TfliteCase c = new TfliteCase();
        int x = c.input(4, 6, 5);
        c.writer()
                .operator(
                        65,
                        48,
                        options(),
                        reads(x, c.integers(1, 0, 2), c.integers(2, -1, 3)),
                        c.result("slice", 2, 6, 3));
        int from = c.integers(3, -2, 0);
        int to = c.integers(0, -6, 5);
        int step = c.integers(-1, -1, 2);
        c.writer().operator(45, 32, options(), reads(x, from, to, step), c.result("backward", 3, 4, 3));
        c.writer().operator(45, 32, options(0, 2, 1, 1 | 2), reads(x, from, to, step), c.result("open ends", 4, 6, 3));
        c.writer()
                .operator(
                        45, 32, options(4, 1, 1, 2), reads(x, from, to, c.integers(1, -1, 2)), c.result("index", 5, 3));
        int one = c.integers(1);
        c.writer().operator(45, 32, options(), reads(x, one, c.integers(3), one), c.result("leading axis", 2, 6, 5));
        int zeros = c.integers(0, 0);
        int two = c.integers(2, 2);
        c.writer()
                .operator(45, 32, options(2, 1), reads(x, zeros, two, c.integers(1, 1)), c.result("ellipsis", 4, 6, 2));
        c.writer()
                .operator(
                        45,
                        32,
                        options(3, 1),
                        reads(x, zeros, two, c.integers(1, 1)),
                        c.result("new axis", 1, 2, 6, 5));
        int axis = c.scalar(1);
        c.writer()
                .operator(
                        49, 35, options(0, 2), reads(axis, x), c.result("split", 4, 3, 5), c.result("split", 4, 3, 5));
        c.writer()
                .operator(
                        102,
                        79,
                        options(0, 2),
                        reads(x, c.integers(-1, 2), axis),
                        c.result("split sizes", 4, 4, 5),
                        c.result("split sizes", 4, 2, 5));
        c.writer()
                .operator(
                        88,
                        64,
                        options(0, 4, 1, 0),
                        reads(x),
                        c.result("unpack", 6, 5),
                        c.result("unpack", 6, 5),
                        c.result("unpack", 6, 5),
                        c.result("unpack", 6, 5));
        c.writer().operator(105, 81, options(), reads(x, c.integers(1)), c.result("reverse", 4, 6, 5));
        c.writer().operator(36, 23, options(0, 1), reads(x, c.integers(5, 0, 2)), c.result("gather", 4, 3, 5));
        c.writer().operator(107, 83, options(), reads(x, c.pairs(3, 1, 0, 2)), c.result("gather nd", 2, 5));
        c.check(0);
    }

    @Test
    void shapes_and_orders_of_axes() {
        TfliteCase c = new TfliteCase();
        int x = c.input(2, 1, 3, 4);
        c.writer().operator(22, 17, options(), reads(x, c.integers(6, -1)), c.result("reshape", 6, 4));
        c.writer().operator(43, 30, options(0, new int[] {1}), reads(x), c.result("squeeze", 2, 3, 4));
        c.writer().operator(70, 52, options(), reads(x, c.scalar(-1)), c.result("expand", 2, 1, 3, 4, 1));
        c.writer().operator(39, 26, options(), reads(x, c.integers(3, 0, 2, 1)), c.result("transpose", 4, 2, 3, 1));
        int y = c.input(2, 1, 3, 4);
        c.writer().operator(2, 10, options(0, -2), reads(x, y), c.result("concat", 2, 1, 6, 4));
        c.writer().operator(83, 59, options(0, 2, 1, 1), reads(x, y), c.result("pack", 2, 2, 1, 3, 4));
        c.writer().operator(69, 51, options(), reads(x, c.integers(1, 2, 1, 3)), c.result("tile", 2, 2, 3, 12));
        c.writer().operator(130, 104, options(), reads(x, c.integers(2, 5, 3, 4)), c.result("broadcast", 2, 5, 3, 4));
        c.writer().version(2);
        c.writer().operator(77, 55, options(0, (byte) 2), reads(x), c.result("shape", DType.INT32, 4));
        int sum = c.writer().tensor("sizes", DType.INT32, 2);
        c.writer().operator(2, 10, options(0, 0), reads(c.integers(6), c.integers(4)), sum);
        c.writer().operator(22, 17, options(), reads(x, sum), c.result("computed shape", 6, 4));
        c.writer().operator(94, 68, options(), reads(c.integers(2, 3), c.floats()), c.result("fill", 2, 3));
        c.writer().operator(93, 67, options(), reads(x), c.result("zeros", 2, 1, 3, 4));
        c.writer()
                .operator(
                        53, 37, options(0, (byte) 0, 1, (byte) 2), reads(x), c.result("cast", DType.INT32, 2, 1, 3, 4));
        c.check(0);
    }

    @Test
    void folds_choices_and_comparisons() {
        TfliteCase c = new TfliteCase();
        int x = c.input(3, 4, 5);
        int y = c.input(3, 4, 5);
        int[] shape = {3, 4, 5};
        c.writer().operator(74, 27, options(0, (byte) 1), reads(x, c.integers(0, 2)), c.result("sum", 1, 4, 1));
        c.writer().operator(82, 27, options(), reads(x, c.integers(1)), c.result("largest", 3, 5));
        c.writer().operator(89, 27, options(), reads(x, c.integers(-1)), c.result("smallest", 3, 4));
        c.writer().operator(81, 27, options(), reads(x, c.integers(2)), c.result("product", 3, 4));
        c.writer()
                .operator(56, 40, options(0, (byte) 2), reads(x, c.scalar(2)), c.result("arg max", DType.INT32, 3, 4));
        c.writer()
                .operator(79, 57, options(0, (byte) 4), reads(x, c.scalar(1)), c.result("arg min", DType.INT64, 3, 5));
        int[] comparisons = {58, 61, 62, 63, 71, 72};
        int[] options = {41, 44, 45, 46, 53, 54};
        for (int i = 0; i < comparisons.length; i++) {
            c.writer()
                    .operator(
                            comparisons[i], options[i], options(), reads(x, y), c.result("compare", DType.BOOL, shape));
        }
        int less = c.writer().tensor("less", DType.BOOL, shape);
        c.writer().operator(58, 41, options(), reads(x, y), less);
        c.writer().operator(123, 98, options(), reads(less, x, y), c.result("select", shape));
        c.writer().operator(64, 47, options(), reads(less, x, y), c.result("select", shape));
        c.writer().operator(87, 63, options(), reads(less), c.result("not", DType.BOOL, shape));
        c.writer().operator(91, 27, options(), reads(less, c.integers(1)), c.result("any", DType.BOOL, 3, 5));
        c.writer().operator(140, 27, options(), reads(less, c.integers(1)), c.result("all", DType.BOOL, 3, 5));
        c.writer()
                .operator(
                        48,
                        34,
                        options(),
                        reads(x, c.scalar(2)),
                        c.result("top", 3, 4, 2),
                        c.result("where", DType.INT32, 3, 4, 2));
        c.writer().operator(128, 102, options(0, (byte) 1), reads(x, c.scalar(1)), c.result("sums so far", shape));
        c.writer().operator(90, 65, options(), reads(x, y), c.result("floor div", shape));
        c.writer().operator(95, 72, options(), reads(x, y), c.result("floor mod", shape));
        c.check(0);
    }

    @Test
    void products_of_matrices() {
        TfliteCase c = new TfliteCase();
        int a = c.input(2, 3, 4);
        int b = c.input(2, 5, 4);
        int d = c.input(2, 3, 5);
        c.writer().operator(126, 101, options(1, (byte) 1), reads(a, b), c.result("product", 2, 3, 5));
        c.writer().operator(126, 101, options(0, (byte) 1), reads(a, d), c.result("product", 2, 4, 5));
        int w = c.floats(6, 4);
        c.writer().operator(9, 8, options(0, (byte) 1), reads(a, w, c.floats(6)), c.result("dense", 6, 6));
        c.writer().operator(9, 8, options(2, (byte) 1), reads(a, w, -1), c.result("kept", 2, 3, 6));
        c.check(0);
    }

    @Test
    void moves_of_integers_keep_them() {
        TfliteCase c = new TfliteCase();
        int x = c.input8(2, 4, 6, 3);
        int y = c.input8(2, 4, 6, 3);
        c.writer().operator(22, 17, options(), reads(x, c.integers(8, 18)), c.result8("reshape", DATA, 8, 18));
        c.writer()
                .operator(
                        39, 26, options(), reads(x, c.integers(0, 2, 1, 3)), c.result8("transpose", DATA, 2, 6, 4, 3));
        int three = c.integers(1, 1, 1, 1);
        c.writer().operator(65, 48, options(), reads(x, three, three), c.result8("slice", DATA, 1, 1, 1, 1));
        c.writer().operator(2, 10, options(0, 3), reads(x, y), c.result8("concat", DATA, 2, 4, 6, 6));
        c.writer().operator(26, 19, options(0, 2), reads(x), c.result8("to depth", DATA, 2, 2, 3, 12));
        c.writer()
                .operator(
                        97,
                        74,
                        options(1, (byte) 1),
                        reads(x, c.integers(8, 12)),
                        c.result8("nearest", DATA, 2, 8, 12, 3));
        c.writer()
                .operator(
                        56, 40, options(0, (byte) 2), reads(x, c.scalar(3)), c.result("arg max", DType.INT32, 2, 4, 6));
        c.writer().operator(36, 23, options(0, 1), reads(x, c.integers(3, 0)), c.result8("gather", DATA, 2, 2, 6, 3));
        c.check(0);
    }

    @Test
    void other_int8_operators_are_within_one_step() {
        TfliteCase c = new TfliteCase();
        int x = c.input8(2, 4, 6, 3);
        int y = c.input8(2, 4, 6, 3);
        int[] shape = {2, 4, 6, 3};
        c.writer()
                .operator(
                        23,
                        15,
                        options(3, (byte) 1),
                        reads(x, c.integers(7, 9)),
                        c.result8("bilinear", DATA, 2, 7, 9, 3));
        c.writer().operator(74, 27, options(), reads(x, c.integers(3)), c.result8("sum", WIDE, 2, 4, 6));
        c.writer().operator(55, 39, options(), reads(x, y), c.result8("max", DATA, shape));
        c.writer().operator(11, 12, options(), reads(x), c.result8("length", new Steps(1 / 128f, 0), shape));
        c.writer().operator(111, reads(x), c.result8("elu", DATA, shape));
        c.writer().operator(19, reads(x), c.result8("relu", WIDE, shape));
        c.writer().operator(21, reads(x), c.result8("relu6", WIDE, shape));
        c.writer().operator(58, 41, options(), reads(x, y), c.result("less", DType.BOOL, shape));
        int tw = c.weights8(0, 4, 3, 3, 3);
        c.writer()
                .operator(
                        67,
                        49,
                        options(0, (byte) 0, 1, 2, 2, 2),
                        reads(c.integers(2, 8, 12, 4), tw, x),
                        c.result8("transposed", WIDE, 2, 8, 12, 4));
        c.check(1);
    }
}

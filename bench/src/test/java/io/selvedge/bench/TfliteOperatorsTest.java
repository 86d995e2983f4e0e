package io.selvedge.bench;

import static io.selvedge.bench.TfliteCase.DATA;
import static io.selvedge.bench.TfliteCase.options;
import static io.selvedge.bench.TfliteCase.reads;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.DType;
import io.selvedge.testkit.tflite.TfliteWriter.Steps;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Each operator of TFLite files as we restate it, against TFLite itself on the same numbers. */
class TfliteOperatorsTest {
    private static final byte SAME = 0;
    private static final byte VALID = 1;
    private static final byte RELU = 1;
    private static final byte RELU6 = 3;
    private static final Steps WIDE = new Steps(0.3f, 5);

    @Test
    void convolutions_in_every_padding_stride_and_dilation() throws IOException {
        TfliteCase c = new TfliteCase();
        int x = c.input(1, 9, 8, 6);
        int w = c.floats(5, 3, 2, 6);
        int b = c.floats(5);
        c.writer().operator(3, 1, options(0, SAME, 1, 2, 2, 1, 3, RELU), reads(x, w, b), c.result("same", 1, 9, 4, 5));
        c.writer()
                .operator(3, 1, options(0, VALID, 1, 1, 2, 2, 3, RELU6), reads(x, w, b), c.result("valid", 1, 4, 7, 5));
        c.writer()
                .operator(
                        3,
                        1,
                        options(0, SAME, 1, 1, 2, 1, 4, 2, 5, 3),
                        reads(x, w, b),
                        c.result("dilated", 1, 9, 8, 5));
        int dw = c.floats(1, 3, 3, 12);
        int db = c.floats(12);
        c.writer()
                .operator(
                        4, 2, options(0, SAME, 1, 2, 2, 2, 3, 2), reads(x, dw, db), c.result("depthwise", 1, 5, 4, 12));
        int tw = c.floats(4, 3, 3, 6);
        int size = c.integers(1, 18, 16, 4);
        c.writer()
                .version(1)
                .operator(
                        67, 49, options(0, SAME, 1, 2, 2, 2), reads(size, tw, x), c.result("transposed", 1, 18, 16, 4));
        int larger = c.integers(1, 19, 17, 4);
        c.writer()
                .operator(
                        67,
                        49,
                        options(0, VALID, 1, 2, 2, 2),
                        reads(larger, tw, x),
                        c.result("transposed", 1, 19, 17, 4));
        c.check(0);
        c.checkCompiled(0);
    }

    @Test
    void convolution_between_space_and_batch_is_a_dilated_one() {
        TfliteCase c = new TfliteCase();
        int x = c.input8(1, 9, 8, 6);
        int block = c.integers(2, 2);
        int batched = c.writer().tensor("batched", DType.INT8, DATA, 4, 7, 6, 6);
        c.writer().operator(38, 25, options(), reads(x, block, c.pairs(2, 3, 2, 2)), batched);
        int w = c.weights8(3, 1, 3, 3, 6);
        int convolved = c.writer().tensor("convolved", DType.INT8, WIDE, 4, 5, 4, 6);
        c.writer().operator(4, 2, options(0, VALID, 1, 1, 2, 1, 3, 1), reads(batched, w, c.bias32(w, 6)), convolved);
        c.writer()
                .operator(
                        37,
                        24,
                        options(),
                        reads(convolved, block, c.pairs(0, 1, 0, 0)),
                        c.result8("y", WIDE, 1, 9, 8, 6));
        c.check(1);
        assertThat(c.operators()).containsExactly("Transpose", "QConv", "Transpose");
    }

    @Test
    void pad_in_front_of_a_convolution_joins_it() {
        TfliteCase c = new TfliteCase();
        int x = c.input8(1, 9, 8, 6);
        int padded = c.writer().tensor("padded", DType.INT8, DATA, 1, 11, 9, 6);
        c.writer().operator(34, 22, options(), reads(x, c.pairs(0, 0, 1, 1, 0, 1, 0, 0)), padded);
        int w = c.weights8(0, 5, 3, 3, 6);
        c.writer()
                .operator(
                        3,
                        1,
                        options(0, VALID, 1, 2, 2, 2),
                        reads(padded, w, c.bias32(w, 5)),
                        c.result8("y", WIDE, 1, 5, 4, 5));
        c.check(1);
        assertThat(c.operators()).containsExactly("Transpose", "QConv", "Transpose");
    }

    @Test
    void int8_layers_are_within_one_step() throws IOException {
        TfliteCase c = new TfliteCase();
        int x = c.input8(1, 9, 8, 6);
        int w = c.weights8(0, 5, 3, 3, 6);
        int b = c.bias32(w, 5);
        c.writer().operator(3, 1, options(0, SAME, 1, 2, 2, 2), reads(x, w, b), c.result8("conv", WIDE, 1, 5, 4, 5));
        c.writer()
                .operator(
                        3,
                        1,
                        options(0, VALID, 1, 1, 2, 1, 3, RELU),
                        reads(x, w, b),
                        c.result8("relu", WIDE, 1, 7, 6, 5));
        int dw = c.weights8(3, 1, 3, 3, 6);
        int db = c.bias32(dw, 6);
        c.writer()
                .operator(
                        4,
                        2,
                        options(0, SAME, 1, 1, 2, 1, 3, 1, 4, RELU6),
                        reads(x, dw, db),
                        c.result8("depthwise", DATA, 1, 9, 8, 6));
        int flat = c.input8(3, 20);
        int fw = c.weights8(0, 7, 20);
        int fb = c.bias32(fw, 7);
        c.writer().operator(9, 8, options(0, (byte) 0), reads(flat, fw, fb), c.result8("dense", WIDE, 3, 7));
        c.writer()
                .operator(
                        1,
                        5,
                        options(0, SAME, 1, 1, 2, 1, 3, 3, 4, 3),
                        reads(x),
                        c.result8("average", DATA, 1, 9, 8, 6));
        c.writer()
                .operator(
                        17, 5, options(0, SAME, 1, 2, 2, 2, 3, 3, 4, 3), reads(x), c.result8("max", DATA, 1, 5, 4, 6));
        c.writer()
                .operator(
                        40, 27, options(0, (byte) 1), reads(x, c.integers(1, 2)), c.result8("mean", WIDE, 1, 1, 1, 6));
        c.check(1);
        c.checkCompiled(1);
    }

    @Test
    void int8_functions_are_within_one_step() throws IOException {
        TfliteCase c = new TfliteCase();
        int x = c.input8(1, 9, 8, 6);
        int y = c.input8(1, 9, 8, 6);
        c.writer().operator(0, 11, options(0, RELU), reads(x, y), c.result8("add", WIDE, 1, 9, 8, 6));
        c.writer().operator(41, 28, options(), reads(x, y), c.result8("sub", WIDE, 1, 9, 8, 6));
        c.writer().operator(18, 21, options(), reads(x, y), c.result8("mul", WIDE, 1, 9, 8, 6));
        c.writer()
                .operator(25, 9, options(0, 1f), reads(x), c.result8("softmax", new Steps(1 / 256f, -128), 1, 9, 8, 6));
        c.writer().operator(14, reads(x), c.result8("logistic", new Steps(1 / 256f, -128), 1, 9, 8, 6));
        c.writer().operator(28, reads(x), c.result8("tanh", new Steps(1 / 128f, 0), 1, 9, 8, 6));
        c.writer().operator(117, 91, options(), reads(x), c.result8("hard swish", DATA, 1, 9, 8, 6));
        c.writer().operator(98, 75, options(0, 0.1f), reads(x), c.result8("leaky relu", DATA, 1, 9, 8, 6));
        c.writer().operator(114, 89, options(), reads(x), c.result8("requantised", WIDE, 1, 9, 8, 6));
        c.writer().operator(6, 38, options(), reads(x), c.result("dequantised", 1, 9, 8, 6));
        c.writer()
                .operator(
                        34,
                        22,
                        options(),
                        reads(x, c.pairs(0, 0, 1, 2, 3, 0, 0, 0)),
                        c.result8("pad", DATA, 1, 12, 11, 6));
        c.writer().operator(2, 10, options(0, 3), reads(x, y), c.result8("concat", DATA, 1, 9, 8, 12));
        c.check(1);
        c.checkCompiled(1);
    }

    @Test
    void pools_resizes_and_moves_of_images() {
        TfliteCase c = new TfliteCase();
        int x = c.input(1, 6, 8, 4);
        c.writer()
                .operator(
                        1,
                        5,
                        options(0, SAME, 1, 2, 2, 2, 3, 3, 4, 3, 5, RELU),
                        reads(x),
                        c.result("average", 1, 3, 4, 4));
        c.writer().operator(17, 5, options(0, VALID, 1, 1, 2, 2, 3, 2, 4, 3), reads(x), c.result("max", 1, 2, 7, 4));
        int size = c.integers(9, 13);
        for (int half = 0; half < 2; half++) {
            for (int corners = 0; corners + half < 2; corners++) {
                c.writer()
                        .operator(
                                23,
                                15,
                                options(2, (byte) corners, 3, (byte) half),
                                reads(x, size),
                                c.result("bilinear" + corners + half, 1, 9, 13, 4));
                c.writer()
                        .operator(
                                97,
                                74,
                                options(0, (byte) corners, 1, (byte) half),
                                reads(x, size),
                                c.result("nearest" + corners + half, 1, 9, 13, 4));
            }
        }
        c.writer().operator(26, 19, options(0, 2), reads(x), c.result("to depth", 1, 3, 4, 16));
        c.writer().operator(5, 94, options(0, 2), reads(x), c.result("to space", 1, 12, 16, 1));
        int block = c.integers(2, 3);
        c.writer().operator(38, 25, options(), reads(x, block, c.pairs(0, 0, 1, 0)), c.result("to batch", 6, 3, 3, 4));
        int many = c.input(6, 3, 2, 4);
        c.writer()
                .operator(
                        37, 24, options(), reads(many, block, c.pairs(1, 0, 0, 2)), c.result("from batch", 1, 5, 4, 4));
        c.writer().operator(34, 22, options(), reads(x, c.pairs(0, 0, 1, 2, 0, 3, 0, 1)), c.result("pad", 1, 9, 11, 5));
        for (byte mode = 0; mode < 2; mode++) {
            c.writer()
                    .operator(
                            100,
                            77,
                            options(0, mode),
                            reads(x, c.pairs(0, 0, 2, 1, 0, 3, 1, 0)),
                            c.result("mirror" + mode, 1, 9, 11, 5));
        }
        c.writer().operator(40, 27, options(0, (byte) 0), reads(x, c.integers(1, 2)), c.result("mean", 1, 4));
        c.writer().operator(40, 27, options(0, (byte) 1), reads(x, c.integers(-1)), c.result("mean", 1, 6, 8, 1));
        c.writer().operator(13, 13, options(0, 2, 1, 1f, 2, 0.3f, 3, 0.5f), reads(x), c.result("response", 1, 6, 8, 4));
        c.check(0);
    }

    @Test
    void functions_of_elements() throws IOException {
        TfliteCase c = new TfliteCase();
        int x = c.input(2, 5, 3);
        int y = c.input(5, 1);
        int[] shape = {2, 5, 3};
        c.writer().operator(0, 11, options(0, RELU6), reads(x, y), c.result("add", shape));
        c.writer().operator(41, 28, options(0, RELU), reads(x, y), c.result("sub", shape));
        c.writer().operator(18, 21, options(0, (byte) 2), reads(x, y), c.result("mul", shape));
        c.writer().operator(42, 29, options(), reads(x, y), c.result("div", shape));
        c.writer().operator(55, 39, options(), reads(x, y), c.result("max", shape));
        c.writer().operator(57, 39, options(), reads(x, y), c.result("min", shape));
        c.writer().operator(99, 76, options(), reads(x, y), c.result("squared difference", shape));
        int positive = c.writer().tensor("positive", DType.FLOAT32, 2, 5, 3);
        c.writer().operator(101, 78, options(), reads(x), positive);
        c.writer().output(positive);
        int[] plain = {14, 19, 20, 21, 28, 8, 104, 116};
        for (int code : plain) {
            c.writer().operator(code, reads(x), c.result("op" + code, shape));
        }
        c.writer().operator(111, reads(x), c.result("elu", shape));
        c.writer().operator(117, 91, options(), reads(x), c.result("hard swish", shape));
        c.writer().operator(47, 33, options(), reads(x), c.result("exp", shape));
        c.writer().operator(59, 42, options(), reads(x), c.result("neg", shape));
        c.writer().operator(92, 66, options(), reads(x), c.result("square", shape));
        c.writer().operator(66, reads(x), c.result("sin", shape));
        c.writer().operator(108, 84, options(), reads(x), c.result("cos", shape));
        c.writer().operator(73, reads(positive), c.result("log", shape));
        c.writer().operator(75, reads(positive), c.result("sqrt", shape));
        c.writer().operator(76, reads(positive), c.result("rsqrt", shape));
        c.writer().operator(98, 75, options(0, 0.2f), reads(x), c.result("leaky", shape));
        c.writer().operator(54, reads(x, c.floats(1, 3)), c.result("prelu", shape));
        c.writer().operator(150, 116, options(0, (byte) 1), reads(x), c.result("gelu", shape));
        c.writer().operator(25, 9, options(0, 0.7f), reads(x), c.result("softmax", shape));
        c.writer().operator(50, 36, options(), reads(x), c.result("log softmax", shape));
        c.writer().operator(11, 12, options(), reads(x), c.result("length", shape));
        c.writer().operator(78, 56, options(), reads(positive, y), c.result("pow", shape));
        c.check(0);
        c.checkCompiled(0);
    }
}

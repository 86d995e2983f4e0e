package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.BatchNormalization;
import io.selvedge.compiler.op.Binary;
import io.selvedge.compiler.op.Bitwise;
import io.selvedge.compiler.op.Cast;
import io.selvedge.compiler.op.Clip;
import io.selvedge.compiler.op.Concat;
import io.selvedge.compiler.op.CrossEntropy;
import io.selvedge.compiler.op.CumSum;
import io.selvedge.compiler.op.FloatTest;
import io.selvedge.compiler.op.Gemm;
import io.selvedge.compiler.op.LayerNormalization;
import io.selvedge.compiler.op.Lrn;
import io.selvedge.compiler.op.MatMul;
import io.selvedge.compiler.op.Mod;
import io.selvedge.compiler.op.Pad;
import io.selvedge.compiler.op.Reduce;
import io.selvedge.compiler.op.Softmax;
import io.selvedge.compiler.op.Transpose;
import io.selvedge.compiler.op.Trilu;
import io.selvedge.compiler.op.Unary;
import io.selvedge.compiler.op.Variadic;
import io.selvedge.compiler.op.Where;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Operators on every element type, many to a graph; values include the smallest, the largest, infinities and NaN. */
final class TypedGraphs {
    private static final List<Unary.Kind> EXACT =
            List.of(Unary.Kind.ABS, Unary.Kind.NEG, Unary.Kind.SIGN, Unary.Kind.RELU);

    private final Random random = new Random(11);
    private final GraphBuilder builder = new GraphBuilder("typed");
    private final Map<String, Tensor> given = new LinkedHashMap<>();

    /** A graph and values for its inputs. */
    record Case(Graph graph, Map<String, Tensor> inputs) {}

    /** Every type but texts. */
    static List<DType> numbers() {
        return Arrays.stream(DType.values())
                .filter(dtype -> dtype != DType.STRING)
                .toList();
    }

    /** Whether it is a type of storage alone: of four bits, or a float of eight. */
    static boolean isStorage(DType dtype) {
        return dtype.isFourBits() || dtype.float8().isPresent();
    }

    /** Element-wise operators of one type, on vectors of lengths around those of vector registers. */
    static Case elementWise(DType dtype) {
        TypedGraphs graphs = new TypedGraphs();
        for (int length :
                dtype == DType.FLOAT16 ? new int[] {5, 16, 31} : dtype.isFloat() ? new int[] {31} : new int[] {1, 37}) {
            graphs.elementWise(dtype, length);
        }
        return graphs.done();
    }

    /** From every type to every other. */
    static Case casts(DType from) {
        TypedGraphs graphs = new TypedGraphs();
        String x = graphs.input(from, 1, 53);
        String small = graphs.input(from, 2, 53);
        for (DType to : numbers()) {
            // Beyond 64 bits int8 saturates at its held form, which the standard leaves open.
            graphs.out(new Cast(to), from.isFloat() && to == DType.INT8 ? small : x);
        }
        return graphs.done();
    }

    /** Sums, products and moves. */
    static Case wholes(DType dtype) {
        TypedGraphs graphs = new TypedGraphs();
        graphs.sums(dtype);
        return graphs.done();
    }

    private Case done() {
        return new Case(builder.build(), given);
    }

    private void elementWise(DType dtype, int length) {
        String x = input(dtype, 1, length);
        String y = input(dtype, 1, length);
        String small = input(dtype, 2, length);
        String one = input(dtype, 0, 1);
        String table = constant(dtype, length);
        boolean real = dtype.isFloat();
        for (Binary.Kind kind : Binary.Kind.values()) {
            boolean logic = kind.compareTo(Binary.Kind.AND) >= 0;
            if (logic == (dtype == DType.BOOL) && (real || dtype == DType.BOOL || kind != Binary.Kind.POW)) {
                // The reference takes powers and slopes of integers in f64.
                boolean few = kind == Binary.Kind.POW || kind == Binary.Kind.PRELU && !real;
                out(new Binary(kind), few ? small : x, few ? table : y);
                out(new Binary(kind), few ? small : x, one);
            }
        }
        String condition = builder.add("condition", new Binary(Binary.Kind.EQUAL), x, y);
        out(new Where(), condition, x, y);
        out(new Where(), condition, table, one);
        if (dtype == DType.BOOL) {
            return;
        }
        EXACT.forEach(kind -> out(new Unary(kind), x));
        for (Variadic.Kind kind : Variadic.Kind.values()) {
            if (real || kind != Variadic.Kind.MEAN) {
                // Vectors of f32 keep a NaN of the first operand only.
                out(new Variadic(kind), real ? small : x, real ? table : y, one);
            }
        }
        out(new Clip(), x, one, constant(dtype));
        out(new Mod(real), small, table);
        out(new Mod(true), x, y);
        if (real) {
            functions(dtype, small, x);
        } else {
            bits(x, y, small);
            out(new Binary(Binary.Kind.POW), small, builder.constant("power", Tensor.longs(new long[] {3})));
        }
    }

    private void functions(DType dtype, String small, String any) {
        for (Unary.Kind kind : Unary.Kind.values()) {
            switch (kind) {
                // Made of others, or covered above.
                case NOT, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, MISH, HARD_SWISH, ABS, NEG -> {}
                case FLOOR, CEIL, ROUND -> out(new Unary(kind), any);
                case LOG, SQRT -> out(new Unary(kind), builder.add("positive", new Unary(Unary.Kind.ABS), small));
                default -> out(new Unary(kind), small);
            }
        }
        for (DType whole : List.of(DType.INT32, DType.INT64)) {
            out(new Binary(Binary.Kind.POW), small, builder.constant("power", whole(whole, 2)));
        }
        if (dtype != DType.BFLOAT16) {
            out(new FloatTest(true, true, true), any);
            out(new FloatTest(false, true, true), any);
            out(new FloatTest(false, false, true), any);
        }
    }

    private void bits(String x, String y, String small) {
        for (Bitwise.Kind kind : Bitwise.Kind.values()) {
            if (kind == Bitwise.Kind.NOT) {
                out(new Bitwise(kind, false), x);
            } else if (kind != Bitwise.Kind.SHIFT) {
                out(new Bitwise(kind, false), x, y);
            } else if (!builder.type(x).dtype().text().startsWith("i")) {
                out(new Bitwise(kind, false), x, small);
                out(new Bitwise(kind, true), x, small);
            }
        }
    }

    private void sums(DType dtype) {
        String x = input(dtype, 2, 2, 3, 4, 5);
        boolean real = dtype.isFloat();
        for (Reduce.Kind kind : Reduce.Kind.values()) {
            boolean exact = kind.compareTo(Reduce.Kind.L2) != 0 && kind.compareTo(Reduce.Kind.LOG_SUM) < 0;
            if (real || exact) {
                String from = kind == Reduce.Kind.LOG_SUM ? builder.add("positive", new Unary(Unary.Kind.ABS), x) : x;
                out(new Reduce(kind, List.of(1), true), from);
                out(new Reduce(kind, List.of(0, 2), false), from);
                out(new Reduce(kind, List.of(0, 1, 2, 3), false), from);
            }
        }
        out(new Trilu(true), x);
        out(new Transpose(List.of(3, 1, 0, 2)), x);
        out(new Concat(2), x, constant(dtype, 2, 3, 1, 5));
        String pads = builder.constant("pads", Tensor.longs(new long[] {0, 0, 1, 0, 0, 2, 0, 1}, 8));
        out(new Pad(Pad.Mode.CONSTANT), x, pads, constant(dtype));
        if (dtype.bytes() >= 4 || real) {
            out(new MatMul(), x, constant(dtype, 5, 6));
            out(new MatMul(), constant(dtype, 4, 4), x);
            String a = input(dtype, 2, 3, 7);
            out(new Gemm(1, 1, true, false), a, input(dtype, 2, 3, 5), constant(dtype, 5));
            out(new Gemm(0.5f, 2, false, true), a, a, input(dtype, 2, 1, 3));
        }
        if (!dtype.isFloat() || dtype.bytes() > 2) {
            String axis = builder.constant("axis", Tensor.longs(new long[] {2}));
            out(new CumSum(false, false), x, axis);
            out(new CumSum(true, true), x, axis);
        }
        if (real) {
            normalised(dtype, x);
            losses(dtype, x);
        }
    }

    private void normalised(DType dtype, String x) {
        out(new Softmax(2, false), x);
        out(new Softmax(3, true), x);
        out(new Lrn(0.1f, 0.75f, 1, 2), x);
        List<String> outputs = List.of(builder.fresh("layer"), builder.fresh("mean"), builder.fresh("deviation"));
        List<String> parameters = List.of(x, constant(dtype, 5), constant(dtype, 5));
        builder.add(new Node("layer", new LayerNormalization(3, 1e-5f), parameters, outputs));
        outputs.forEach(builder::output);
        String channels = input(dtype, 0, 3);
        out(new BatchNormalization(1e-3f), x, channels, constant(dtype, 3), input(dtype, 2, 3), channels);
    }

    private void losses(DType dtype, String x) {
        Tensor classes = Tensor.integers(TensorType.of(DType.INT64, 2, 4, 5), i -> i % 3);
        String labels = builder.input("labels", classes.type());
        given.put(labels, classes);
        String weights = input(dtype, 0, 3);
        out(new CrossEntropy(true, CrossEntropy.Reduction.MEAN, Optional.of(1L)), x, labels, weights);
        out(new CrossEntropy(true, CrossEntropy.Reduction.NONE, Optional.empty()), x, labels);
        out(new CrossEntropy(false, CrossEntropy.Reduction.SUM, Optional.empty()), x, labels, weights);
    }

    private void out(Op op, String... inputs) {
        builder.output(builder.add(op.type(), op, inputs));
    }

    private String constant(DType dtype, int... extents) {
        return builder.constant("constant", values(dtype, 2, extents));
    }

    /** Width 0: numbers around 10; 1: of every size, with extremes; 2: a few units. */
    private String input(DType dtype, int width, int... extents) {
        String name =
                builder.input("x" + given.size(), values(dtype, width, extents).type());
        given.put(name, values(dtype, width, extents));
        return name;
    }

    private static Tensor whole(DType dtype, long value) {
        return Tensor.integers(TensorType.of(dtype), _ -> value);
    }

    private Tensor values(DType dtype, int width, int... extents) {
        TensorType type =
                TensorType.of(dtype, Arrays.stream(extents).asLongStream().toArray());
        if (dtype == DType.BOOL) {
            return Tensor.integers(type, _ -> random.nextInt(2));
        }
        if (!dtype.isFloat()) {
            return Tensor.integers(type, _ -> integer(dtype, width));
        }
        return Tensor.filled(type, _ -> real(width));
    }

    private long integer(DType dtype, int width) {
        boolean unsigned = dtype.text().startsWith("u");
        if (width == 1 && random.nextInt(4) > 0) {
            // Uint64 above 2^63 is negative in the reference.
            return random.nextInt(3) == 0 ? 0 : dtype == DType.UINT64 ? random.nextLong() >>> 1 : random.nextLong();
        }
        return width == 0 ? random.nextInt(5, 15) : random.nextInt(unsigned ? 0 : -4, 5);
    }

    private double real(int width) {
        if (width == 1 && random.nextInt(3) == 0) {
            double[] extremes = {0, -0.5, 2.5, 1e-7, 65504, 70000, -1e9, 5e9, 1e19, Double.NaN, 1 / 0.0, -1 / 0.0};
            return extremes[random.nextInt(extremes.length)];
        }
        return width == 0 ? random.nextDouble(5, 15) : random.nextDouble(-4, 4) * (width == 1 ? 10 : 1);
    }
}

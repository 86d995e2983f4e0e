package io.selvedge.compiler.emit.c;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.op.Activation;
import io.selvedge.compiler.op.BatchNormalization;
import io.selvedge.compiler.op.Binary;
import io.selvedge.compiler.op.Cast;
import io.selvedge.compiler.op.Clip;
import io.selvedge.compiler.op.Concat;
import io.selvedge.compiler.op.DepthToSpace;
import io.selvedge.compiler.op.Expand;
import io.selvedge.compiler.op.Flatten;
import io.selvedge.compiler.op.FloatTest;
import io.selvedge.compiler.op.Gather;
import io.selvedge.compiler.op.Gelu;
import io.selvedge.compiler.op.Gemm;
import io.selvedge.compiler.op.Identity;
import io.selvedge.compiler.op.InstanceNormalization;
import io.selvedge.compiler.op.LayerNormalization;
import io.selvedge.compiler.op.MatMul;
import io.selvedge.compiler.op.Pad;
import io.selvedge.compiler.op.Pool;
import io.selvedge.compiler.op.Reduce;
import io.selvedge.compiler.op.Reshape;
import io.selvedge.compiler.op.Resize;
import io.selvedge.compiler.op.Slice;
import io.selvedge.compiler.op.Softmax;
import io.selvedge.compiler.op.SpaceToDepth;
import io.selvedge.compiler.op.Split;
import io.selvedge.compiler.op.Squeeze;
import io.selvedge.compiler.op.Tile;
import io.selvedge.compiler.op.Transpose;
import io.selvedge.compiler.op.Trilu;
import io.selvedge.compiler.op.Unary;
import io.selvedge.compiler.op.Unsqueeze;
import io.selvedge.compiler.op.Variadic;
import io.selvedge.compiler.op.Where;
import io.selvedge.compiler.pass.Pipelines;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every f32 operator that lowers itself, many to a graph so that each target compiles once; each reads a dense value and a
 * channels-last one and must agree with its reference.
 */
final class OperatorsTest {
    private static final double TOLERANCE = 2e-6;

    @TempDir
    Path dir;

    private final Random random = new Random(3);
    private final GraphBuilder builder = new GraphBuilder("operators");

    static Stream<Target> targets() {
        return RunnableTargets.forFloats().stream();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void every_operator_agrees_with_its_reference(Target target) throws Throwable {
        String x = builder.input("x", TensorType.of(DType.FLOAT32, 1, 8, 4, 6));
        Pool pool =
                new Pool(Pool.Kind.MAX, List.of(1, 1), List.of(1, 1), List.of(0, 0, 0, 0), List.of(1, 1), false, false);
        String nhwc = builder.add("nhwc", pool, builder.input("z", TensorType.of(DType.FLOAT32, 1, 8, 4, 6)));
        for (String value : List.of(x, nhwc)) {
            elementWise(value);
            moves(value);
            sums(value);
        }
        Graph graph = builder.build();
        Map<String, Tensor> given = new LinkedHashMap<>();
        for (String input : graph.inputs()) {
            given.put(input, random(-3, 3, graph.type(input).shape().extents()));
        }
        Map<String, Tensor> want = ReferenceEvaluator.run(graph, given);
        if (target == TargetCatalog.X86_64) {
            compare(want, run(graph, target, "plain", given));
        }
        compare(want, run(Pipelines.fuse(graph), target, "fused", given));
    }

    private Map<String, Tensor> run(Graph graph, Target target, String name, Map<String, Tensor> given)
            throws Throwable {
        PlannedProgram planned = MemoryPlanner.plan(new ProgramBuilder(graph).build());
        return NativeProgram.compile(planned, target, dir.resolve(name)).run(graph, given);
    }

    private static void compare(Map<String, Tensor> want, Map<String, Tensor> got) {
        want.forEach((name, tensor) -> {
            double scale = 1;
            for (int i = 0; i < tensor.elements(); i++) {
                scale = Math.max(scale, Math.abs(tensor.getDouble(i)));
            }
            for (int i = 0; i < tensor.elements(); i++) {
                assertThat(got.get(name).getDouble(i))
                        .as(name + " element " + i)
                        .isCloseTo(tensor.getDouble(i), org.assertj.core.data.Offset.offset(TOLERANCE * scale));
            }
        });
    }

    private void elementWise(String x) {
        for (Unary.Kind kind : Unary.Kind.values()) {
            switch (kind) {
                case NOT -> {}
                case LOG, SQRT, RECIPROCAL ->
                    out(new Unary(kind), builder.add("positive", new Unary(Unary.Kind.EXP), x));
                case TAN, ASIN, ACOS, ATANH ->
                    out(new Unary(kind), builder.add("inner", new Unary(Unary.Kind.SOFTSIGN), x));
                case ACOSH -> {
                    String positive = builder.add("positive", new Unary(Unary.Kind.EXP), x);
                    out(new Unary(kind), builder.add("above", new Binary(Binary.Kind.ADD), positive, scalar(1.5f)));
                }
                default -> out(new Unary(kind), x);
            }
        }
        out(new Activation(Activation.Kind.LEAKY_RELU, 0.1f, 0), x);
        out(new Activation(Activation.Kind.ELU, 0.7f, 0), x);
        out(new Activation(Activation.Kind.SELU, 1.67f, 1.05f), x);
        out(new Activation(Activation.Kind.HARD_SIGMOID, 0.2f, 0.5f), x);
        out(new Activation(Activation.Kind.CELU, 0.7f, 0), x);
        out(new Activation(Activation.Kind.THRESHOLDED_RELU, 0.4f, 0), x);
        out(new Activation(Activation.Kind.SHRINK, 0.6f, 0.2f), x);
        String none = builder.add("none", new Binary(Binary.Kind.MUL), x, scalar(0));
        String infinite = builder.add("infinite", new Binary(Binary.Kind.DIV), x, none);
        out(new FloatTest(true, true, true), builder.add("undefined", new Binary(Binary.Kind.DIV), none, none));
        out(new FloatTest(false, true, false), infinite);
        out(new FloatTest(false, false, true), infinite);
        out(new FloatTest(false, true, true), infinite);
        out(new Trilu(true), x);
        out(new Trilu(false), x, builder.constant("k", Tensor.longs(new long[] {-1})));
        out(new Gelu(false), x);
        out(new Gelu(true), x);
        out(new Clip(), x, scalar(-0.5f), scalar(1));
        String channel = constant(-1, 1, 8, 1, 1);
        String row = constant(0.5, 2, 6);
        for (Binary.Kind kind : List.of(Binary.Kind.ADD, Binary.Kind.SUB, Binary.Kind.MUL, Binary.Kind.PRELU)) {
            out(new Binary(kind), x, channel);
            out(new Binary(kind), x, row);
        }
        out(new Binary(Binary.Kind.DIV), x, row);
        out(new Binary(Binary.Kind.POW), x, scalar(2));
        out(new Binary(Binary.Kind.POW), builder.add("base", new Unary(Unary.Kind.EXP), x), row);
        for (Binary.Kind kind : Binary.Kind.values()) {
            if (kind.isPredicate() && kind.compareTo(Binary.Kind.AND) < 0) {
                out(new Binary(kind), x, channel);
            }
        }
        String a = builder.add("a", new Binary(Binary.Kind.GREATER), x, channel);
        String b = builder.add("b", new Binary(Binary.Kind.LESS), x, row);
        for (Binary.Kind kind : List.of(Binary.Kind.AND, Binary.Kind.OR, Binary.Kind.XOR)) {
            out(new Binary(kind), a, b);
        }
        out(new Unary(Unary.Kind.NOT), a);
        out(new Where(), a, x, row);
        out(new Cast(DType.FLOAT32), a);
        out(new Cast(DType.INT32), x);
        out(new Cast(DType.INT64), x);
        for (Variadic.Kind kind : Variadic.Kind.values()) {
            out(new Variadic(kind), x, row, channel);
        }
        out(
                new BatchNormalization(1e-3f),
                x,
                constant(0.5, 2, 8),
                constant(-1, 1, 8),
                constant(-1, 1, 8),
                constant(0.5, 2, 8));
    }

    private void moves(String x) {
        out(new Identity(), x);
        out(new Reshape(false), x, integers(1, 4, 12, 4));
        out(new Flatten(1), x);
        out(new Squeeze(), x, integers(0));
        out(new Unsqueeze(), x, integers(2));
        out(new Transpose(List.of(0, 2, 3, 1)), x);
        out(new Transpose(List.of(3, 1, 0, 2)), x);
        out(new Concat(1), x, x);
        out(new Concat(3), x, constant(-1, 1, 1, 8, 4, 2));
        out(new Slice(), x, integers(1, 5), integers(7, -7), integers(1, 3), integers(2, -1));
        out(new Gather(1), x, integers(5, 1, 4));
        out(new Gather(3), x, integers(1, 3, 5));
        out(new Gather(2), x, builder.constant("index", Tensor.longs(new long[] {-1})));
        out(new Gather(1), x, builder.constant("table", Tensor.longs(new long[] {0, 3, 7, 2}, 2, 2)));
        String slim = builder.add("slim", new Slice(), x, integers(2), integers(3), integers(3));
        out(new Expand(), slim, integers(2, 8, 4, 5));
        out(new Tile(), x, integers(1, 2, 1, 3));
        out(new Pad(Pad.Mode.CONSTANT), x, integers(0, 1, 2, 0, 0, 0, -1, 3), scalar(1.5f));
        out(new Pad(Pad.Mode.REFLECT), x, integers(0, 0, 2, 1, 0, 0, 1, 3));
        out(new Pad(Pad.Mode.EDGE), x, integers(0, 0, 2, 1, 0, 0, 1, 3));
        out(new Pad(Pad.Mode.WRAP), x, integers(0, 0, 2, 1, 0, 0, 1, 3));
        out(new DepthToSpace(2, false), x);
        out(new DepthToSpace(2, true), x);
        out(new SpaceToDepth(2), x);
        String scales = builder.constant("scales", Tensor.floats(new float[] {1, 1, 2, 3}, 4));
        String odd = builder.constant("odd", Tensor.floats(new float[] {1, 1, 1.5f, 0.7f}, 4));
        String region = builder.constant("region", Tensor.floats(new float[] {0, 0, 0.2f, -0.1f, 1, 1, 0.9f, 1}, 8));
        for (Resize.Mode mode : Resize.Mode.values()) {
            for (Resize.Coordinates coordinates : Resize.Coordinates.values()) {
                boolean crop = coordinates == Resize.Coordinates.TF_CROP_AND_RESIZE;
                String roi = crop ? region : "";
                Resize op = new Resize(mode, coordinates, Resize.Nearest.ROUND_PREFER_FLOOR);
                out(op, x, roi, scales);
                out(op, x, roi, odd);
            }
        }
        String parts = builder.fresh("split");
        List<String> names = List.of(builder.fresh("part"), builder.fresh("part"));
        builder.add(new Node(parts, new Split(1), List.of(x, integers(3, 5)), names));
        names.forEach(builder::output);
    }

    private void sums(String x) {
        for (int axis = 0; axis < 4; axis++) {
            out(new Softmax(axis, false), x);
            out(new Softmax(axis, true), x);
        }
        for (Reduce.Kind kind : Reduce.Kind.values()) {
            String from = kind == Reduce.Kind.LOG_SUM ? builder.add("positive", new Unary(Unary.Kind.EXP), x) : x;
            out(new Reduce(kind, List.of(2, 3), true), from);
            out(new Reduce(kind, List.of(1), false), from);
            out(new Reduce(kind, List.of(0, 3), false), from);
        }
        out(new MatMul(), x, constant(-1, 1, 6, 5));
        out(new MatMul(), x, constant(-1, 1, 1, 8, 6, 3));
        out(new MatMul(), x, constant(-1, 1, 8, 6, 3));
        out(new MatMul(), x, builder.add("right", new Transpose(List.of(0, 1, 3, 2)), x));
        out(new MatMul(), x, constant(-1, 1, 6));
        String matrix = builder.add("matrix", new Reshape(false), x, integers(16, 12));
        out(new Gemm(0.5f, 2, true, false), matrix, matrix, constant(-1, 1, 12));
        out(new Gemm(1, 1, false, true), matrix, matrix);
        out(new InstanceNormalization(1e-5f), x, constant(0.5, 2, 8), constant(-1, 1, 8));
        out(new LayerNormalization(3, 1e-5f), x, constant(0.5, 2, 6), constant(-1, 1, 6));
        out(new LayerNormalization(1, 1e-5f), x, constant(0.5, 2, 8, 4, 6));
    }

    private void out(Op op, String... inputs) {
        builder.output(builder.add(op.type(), op, inputs));
    }

    private String scalar(float value) {
        return builder.constant("scalar", Tensor.floats(new float[] {value}));
    }

    private String integers(long... values) {
        return builder.constant("integers", Tensor.longs(values, values.length));
    }

    private String constant(double low, double high, int... extents) {
        return builder.constant("constant", random(low, high, extents));
    }

    private Tensor random(double low, double high, int... extents) {
        long[] shape = java.util.Arrays.stream(extents).asLongStream().toArray();
        return Tensor.filled(TensorType.of(DType.FLOAT32, shape), _ -> low + random.nextDouble() * (high - low));
    }
}

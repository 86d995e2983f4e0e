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
import io.selvedge.compiler.op.Binary;
import io.selvedge.compiler.op.Cast;
import io.selvedge.compiler.op.DequantizeLinear;
import io.selvedge.compiler.op.DynamicQuantizeLinear;
import io.selvedge.compiler.op.MatMul;
import io.selvedge.compiler.op.MatMulInteger;
import io.selvedge.compiler.op.QuantizeLinear;
import io.selvedge.compiler.op.Unary;
import io.selvedge.compiler.pass.Pipelines;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Quantisation outside of fused patterns: scales and zero points that the program computes, in every form and storage type. */
final class QuantizationKernelsTest {
    private static final int BLOCK = 3;

    @TempDir
    Path folder;

    private final Random random = new Random(5);
    private final GraphBuilder builder = new GraphBuilder("quantised");
    private final Map<String, Tensor> given = new LinkedHashMap<>();

    @ParameterizedTest
    @EnumSource(
            names = {
                "INT4",
                "UINT4",
                "INT8",
                "UINT8",
                "INT16",
                "UINT16",
                "FLOAT8E4M3FN",
                "FLOAT8E4M3FNUZ",
                "FLOAT8E5M2",
                "FLOAT8E5M2FNUZ"
            })
    void scales_of_tensors_axes_and_blocks_give_what_the_reference_gives(DType dtype) throws Throwable {
        for (DType real : List.of(DType.FLOAT32, DType.FLOAT16)) {
            String x = real(real, -40, 40, 2, 7, 5);
            // One, one for each of an axis, and blocks of three of which the last is short.
            forms(dtype, real, x, 1, 0);
            forms(dtype, real, x, 1, 0, 7);
            forms(dtype, real, x, 1, BLOCK, 2, 3, 5);
        }
        same();
    }

    private void forms(DType dtype, DType real, String x, int axis, int block, int... extents) {
        boolean centred = dtype.float8().isPresent();
        String scale = real(real, 0.5, 2, extents);
        String zeroPoint = integers(dtype, centred ? 0 : 3, extents);
        out(new QuantizeLinear(axis, block, true), x, scale, zeroPoint);
        String fixed = builder.constant("scale", given.get(scale));
        String fixedZero = builder.constant("zero", given.get(zeroPoint));
        out(new QuantizeLinear(axis, block, false), x, fixed, fixedZero);
        String q = integers(dtype, 7, 2, 7, 5);
        out(new DequantizeLinear(axis, block), q, scale, zeroPoint);
        out(new DequantizeLinear(axis, block), q, fixed, fixedZero);
    }

    @Test
    void integers_of_32_bits_are_dequantised_exactly() throws Throwable {
        String q = "q";
        Tensor values = Tensor.integers(TensorType.of(DType.INT32, 37), _ -> random.nextInt());
        given.put(builder.input(q, values.type()), values);
        String zero = builder.constant("zero", Tensor.integers(TensorType.of(DType.INT32), _ -> 0));
        out(new DequantizeLinear(0), q, real(DType.FLOAT32, 0.5, 2), zero);
        same();
    }

    @Test
    void ranges_found_in_the_data_quantise_as_the_reference_does() throws Throwable {
        for (double[] range : new double[][] {{-3, 5}, {1, 2}, {-2, -1}, {0, 0}}) {
            String x = real(DType.FLOAT32, range[0], range[1], 3, 11);
            List<String> outputs = List.of(builder.fresh("y"), builder.fresh("scale"), builder.fresh("zero_point"));
            builder.add(new Node(outputs.getFirst(), new DynamicQuantizeLinear(), List.of(x), outputs));
            outputs.forEach(builder::output);
        }
        same();
    }

    /** What tools write who quantise activations when the model runs: exact, whatever joins the product's epilogue. */
    @Test
    void products_of_numbers_that_the_program_quantises_are_those_of_the_reference_on_every_target() throws Throwable {
        product(DType.UINT8, 128, 1, 3, 13, 18);
        product(DType.INT8, 0, 2, 5, 64, 33);
        product(DType.INT8, 3, 1, 1, 31, 7);
        String a = integers(DType.INT8, 100, 4, 6);
        Tensor zero = Tensor.integers(TensorType.of(DType.INT8), _ -> -7);
        out(new MatMulInteger(), a, weights(DType.INT8, 0, 6, 40), builder.constant("zero", zero));
        out(new MatMulInteger(), a, weights(DType.INT8, 0, 6, 5));
        for (Target target : RunnableTargets.all()) {
            same(target);
        }
    }

    /** Dynamic quantisation, product, scales, bias, residual and Relu. */
    private void product(DType weight, int zeroPoint, int batch, int m, int k, int n) {
        String x = real(DType.FLOAT32, -2, 3, batch, m, k);
        List<String> q = List.of(builder.fresh("q"), builder.fresh("scale"), builder.fresh("zero_point"));
        builder.add(new Node(q.getFirst(), new DynamicQuantizeLinear(), List.of(x), q));
        String w = weights(weight, zeroPoint, k, n);
        Tensor zero = Tensor.integers(TensorType.of(weight), _ -> zeroPoint);
        String sum = builder.add("sum", new MatMulInteger(), q.get(0), w, q.get(2), builder.constant("zero", zero));
        String scales = builder.add("scales", new Binary(Binary.Kind.MUL), q.get(1), real(DType.FLOAT32, 0, 1, n));
        String y =
                builder.add("y", new Binary(Binary.Kind.MUL), builder.add("f", new Cast(DType.FLOAT32), sum), scales);
        String biased = builder.add("biased", new Binary(Binary.Kind.ADD), real(DType.FLOAT32, -1, 1, n), y);
        String joined =
                builder.add("joined", new Binary(Binary.Kind.ADD), biased, real(DType.FLOAT32, -1, 1, batch, m, n));
        out(new Unary(Unary.Kind.RELU), joined);
    }

    private String weights(DType dtype, int zeroPoint, int k, int n) {
        return builder.constant(
                "w", Tensor.integers(TensorType.of(dtype, k, n), _ -> zeroPoint + random.nextInt(201) - 100));
    }

    @Test
    void static_products_of_higher_rank_are_products_of_bytes() throws Throwable {
        String x = dequantized(integers(DType.UINT8, 255, 2, 3, 20), 0.02f, 120, DType.UINT8);
        String w = dequantized(weights(DType.INT8, 0, 20, 33), 0.01f, 0, DType.INT8);
        String y = builder.add("product", new MatMul(), x, w);
        String zero = builder.constant("zero", Tensor.integers(TensorType.of(DType.INT8), _ -> -3));
        out(new QuantizeLinear(1), y, builder.constant("scale", Tensor.floats(new float[] {0.05f})), zero);
        Graph graph = builder.build();
        Graph fused = io.selvedge.compiler.Compiler.fuse(graph);
        assertThat(fused.nodes().stream().map(node -> node.op().type())).contains("QConv").doesNotContain("MatMul");
        Tensor real = ReferenceEvaluator.run(graph, given).values().iterator().next();
        Tensor want = ReferenceEvaluator.run(fused, given).values().iterator().next();
        for (int i = 0; i < want.elements(); i++) {
            // A tie of the sum in f32 may be none in the product of the real numbers.
            assertThat(want.getLong(i) - real.getLong(i)).isBetween(-1L, 1L);
        }
        for (Target target : RunnableTargets.all()) {
            Map<String, Tensor> got = NativeProgram.compile(
                            MemoryPlanner.plan(new ProgramBuilder(fused).build()), target, folder)
                    .run(fused, given);
            assertThat(got.values().iterator().next().toLongs()).isEqualTo(want.toLongs());
        }
    }

    private String dequantized(String q, float scale, int zeroPoint, DType dtype) {
        String zero = builder.constant("zero", Tensor.integers(TensorType.of(dtype), _ -> zeroPoint));
        String step = builder.constant("scale", Tensor.floats(new float[] {scale}));
        return builder.add("real", new DequantizeLinear(1), q, step, zero);
    }

    private void same() throws Throwable {
        same(TargetCatalog.X86_64);
    }

    private void same(Target target) throws Throwable {
        Graph graph = builder.build();
        Map<String, Tensor> want = ReferenceEvaluator.run(graph, given);
        Graph fused = Pipelines.fuse(graph);
        Map<String, Tensor> got = NativeProgram.compile(
                        MemoryPlanner.plan(new ProgramBuilder(fused).build()), target, folder)
                .run(fused, given);
        want.forEach((name, tensor) -> assertThat(got.get(name).toDoubles())
                .as("%s %s", name, tensor.type())
                .isEqualTo(tensor.toDoubles()));
    }

    private void out(Op op, String... inputs) {
        builder.output(builder.add(op.type(), op, inputs));
    }

    private String real(DType dtype, double low, double high, int... extents) {
        TensorType type =
                TensorType.of(dtype, Arrays.stream(extents).asLongStream().toArray());
        return input(Tensor.filled(type, _ -> low + random.nextDouble() * (high - low)));
    }

    /** Between -bound and bound, or from 0 on where the type has no sign. */
    private String integers(DType dtype, int bound, int... extents) {
        TensorType type =
                TensorType.of(dtype, Arrays.stream(extents).asLongStream().toArray());
        int low = dtype.text().startsWith("u") ? 0 : -bound;
        return input(Tensor.filled(type, _ -> low + random.nextInt(bound - low + 1)));
    }

    private String input(Tensor values) {
        String name = builder.input("x" + given.size(), values.type());
        given.put(name, values);
        return name;
    }
}

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
import io.selvedge.compiler.op.DequantizeLinear;
import io.selvedge.compiler.op.DynamicQuantizeLinear;
import io.selvedge.compiler.op.QuantizeLinear;
import io.selvedge.compiler.pass.Pipelines;
import io.selvedge.compiler.program.ProgramBuilder;
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

    private void same() throws Throwable {
        Graph graph = builder.build();
        Map<String, Tensor> want = ReferenceEvaluator.run(graph, given);
        Graph fused = Pipelines.fuse(graph);
        Map<String, Tensor> got = NativeProgram.compile(
                        MemoryPlanner.plan(new ProgramBuilder(fused).build()), TargetCatalog.X86_64, folder)
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

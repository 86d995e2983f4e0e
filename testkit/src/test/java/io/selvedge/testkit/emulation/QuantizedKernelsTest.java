package io.selvedge.testkit.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.emit.c.CEmitter;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.op.QConv;
import io.selvedge.compiler.op.QPool;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.toolchain.Toolchain;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One graph of many quantised layers side by side, so that each target compiles once; bytes must equal the scalar reference. */
final class QuantizedKernelsTest {
    /** Two CPUs may run the same code. */
    private static final Map<String, byte[]> LIBRARIES = new HashMap<>();

    @TempDir
    Path dir;

    private final Random random = new Random(5);
    private IntSupplier weights = () -> random.nextInt(256) - 128;
    private final Map<String, Tensor> constants = new LinkedHashMap<>();
    private final Map<String, TensorType> types = new LinkedHashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<String> inputs = new ArrayList<>();
    private final List<String> outputs = new ArrayList<>();

    @ParameterizedTest
    @EnumSource
    void every_quantised_layer_gives_the_bytes_of_the_reference(EmulatedCpu cpu) {
        assumeTrue(cpu.isHere(), cpu.program() + " is not installed");
        for (DType dtype : List.of(DType.UINT8, DType.INT8)) {
            for (int channels : dtype == DType.UINT8 ? new int[] {1, 3, 8, 16, 17, 33} : new int[] {3, 16}) {
                layer(dtype, channels, 5, 7, 20, 3, 3, 1, 1, 1, 1, false);
                layer(dtype, channels, 1, 11, 10, 1, 1, 1, 0, 1, 1, false);
            }
            layer(dtype, 16, 9, 13, 16, 3, 3, 2, 1, 1, 1, true);
            layer(dtype, 16, 8, 8, 40, 3, 3, 1, 1, 1, 1, true);
            layer(dtype, 12, 9, 9, 16, 3, 3, 1, 2, 2, 1, false);
            layer(dtype, 24, 5, 29, 24, 3, 3, 1, 1, 1, 24, false);
            layer(dtype, 16, 7, 7, 16, 5, 5, 2, 2, 1, 16, true);
            layer(dtype, 33, 6, 6, 33, 3, 3, 1, 2, 2, 33, false);
            layer(dtype, 8, 6, 6, 12, 3, 3, 1, 1, 1, 4, false);
            // Four vectors of channels at once, and what is left.
            layer(dtype, 80, 5, 33, 80, 3, 3, 1, 1, 1, 80, false);
            layer(dtype, 64, 18, 9, 64, 3, 3, 2, 1, 1, 64, false);
            layer(dtype, 64, 3, 6, 64, 2, 2, 1, 2, 2, 64, false);
            layer(dtype, 96, 4, 1, 96, 4, 1, 1, 1, 1, 96, false);
            layer(dtype, 64, 10, 19, 48, 3, 3, 1, 1, 1, 1, true);
            pool(dtype, 17, 6, 5);
        }
        expectReferenceBytes("layers", cpu, () -> random.nextInt(256));
    }

    @ParameterizedTest
    @EnumSource
    void the_largest_sums_are_exact_by_every_algorithm(EmulatedCpu cpu) {
        assumeTrue(cpu.isHere(), cpu.program() + " is not installed");
        // 1152 products of 255 and 127 leave the 26 bits within which Winograd's algorithm is exact, 1008 do not.
        for (int weight : new int[] {-128, 127}) {
            weights = () -> weight;
            for (int channels : new int[] {16, 112, 128}) {
                layer(DType.UINT8, channels, 8, 8, 32, 3, 3, 1, 1, 1, 1, false);
            }
            layer(DType.UINT8, 130, 1, 5, 16, 1, 1, 1, 0, 1, 1, false);
            layer(DType.UINT8, 16, 6, 6, 16, 3, 3, 1, 1, 1, 16, false);
        }
        weights = () -> random.nextBoolean() ? -128 : 127;
        layer(DType.UINT8, 128, 8, 8, 32, 3, 3, 1, 1, 1, 1, false);
        expectReferenceBytes("sums", cpu, () -> random.nextInt(8) == 0 ? 0 : 255);
    }

    private void expectReferenceBytes(String name, EmulatedCpu cpu, IntSupplier input) {
        Graph graph = new Graph(name, inputs, outputs, constants, nodes, types);
        PlannedProgram planned = MemoryPlanner.plan(new ProgramBuilder(graph).build());
        Map<String, Tensor> given = new LinkedHashMap<>();
        for (String each : inputs) {
            given.put(each, Tensor.filled(types.get(each), _ -> input.getAsInt()));
        }
        Map<String, Tensor> values = new LinkedHashMap<>(constants);
        values.putAll(given);
        for (Node node : nodes) {
            List<Optional<Tensor>> operands = node.inputs().stream()
                    .map(each -> Optional.ofNullable(values.get(each)))
                    .toList();
            values.put(node.output(), node.op().evaluate(operands).getFirst());
        }
        List<byte[]> bytes = inputs.stream().map(each -> bytes(given.get(each))).toList();
        for (Target target : cpu.targets()) {
            byte[] library = LIBRARIES.computeIfAbsent(
                    name + target.name(),
                    _ -> new Compiler(Toolchain.bundled()).library(CEmitter.emit(planned, target), target));
            List<byte[]> found = EmulatedModel.of(planned, target, library, dir)
                    .run(cpu, List.of(bytes))
                    .getFirst();
            for (int i = 0; i < outputs.size(); i++) {
                assertThat(found.get(i))
                        .as("%s on %s", outputs.get(i), target.name())
                        .isEqualTo(bytes(values.get(outputs.get(i))));
            }
        }
    }

    private static byte[] bytes(Tensor tensor) {
        byte[] bytes = new byte[tensor.bytes().remaining()];
        tensor.bytes().get(bytes);
        return bytes;
    }

    private String value(String name, DType dtype, long... extents) {
        types.put(name, TensorType.of(dtype, extents));
        return name;
    }

    private String constant(String name, Tensor tensor) {
        constants.put(name, tensor);
        types.put(name, tensor.type());
        return name;
    }

    private void layer(
            DType dtype,
            int c,
            int h,
            int w,
            int oc,
            int kh,
            int kw,
            int stride,
            int pad,
            int dilation,
            int group,
            boolean residual) {
        String id = "l" + nodes.size();
        int oh = (h + 2 * pad - (kh - 1) * dilation - 1) / stride + 1;
        int ow = (w + 2 * pad - (kw - 1) * dilation - 1) / stride + 1;
        int low = dtype == DType.INT8 ? -128 : 0;
        inputs.add(value(id + ".x", dtype, 1, c, h, w));
        List<String> operands = new ArrayList<>(List.of(id + ".x"));
        operands.add(constant(
                id + ".w", Tensor.filled(TensorType.of(DType.INT8, oc, c / group, kh, kw), _ -> weights.getAsInt())));
        operands.add(
                constant(id + ".b", Tensor.filled(TensorType.of(DType.INT32, oc), _ -> random.nextInt(2000) - 1000)));
        Optional<QConv.Residual> add = Optional.empty();
        if (residual) {
            inputs.add(value(id + ".r", dtype, 1, oc, oh, ow));
            operands.add(id + ".r");
            add = Optional.of(new QConv.Residual(
                    new QConv.Quant(0.031f, low + 3), new QConv.Quant(0.05f, low + 11), low + 11, low + 255));
        }
        List<Float> scales = new ArrayList<>();
        for (int o = 0; o < oc; o++) {
            scales.add(0.001f + random.nextFloat() * 0.01f);
        }
        Shape out = Shape.of(1, oc, oh, ow);
        Op op = new QConv(
                List.of(stride, stride),
                List.of(pad, pad, pad, pad),
                List.of(dilation, dilation),
                group,
                new QConv.Quant(0.02f, low + 7),
                scales,
                new QConv.Quant(0.3f, low + 120),
                low,
                low + 255,
                add,
                out,
                dtype);
        value(id, dtype, 1, oc, oh, ow);
        nodes.add(new Node(id, op, operands, List.of(id)));
        outputs.add(id);
    }

    private void pool(DType dtype, int c, int h, int w) {
        String id = "pool" + nodes.size();
        int low = dtype == DType.INT8 ? -128 : 0;
        inputs.add(value(id + ".x", dtype, 1, c, h, w));
        value(id, dtype, 1, c, 1, 1);
        Op op = new QPool(
                List.of(h, w),
                List.of(),
                List.of(),
                false,
                new QConv.Quant(0.1f, low + 9),
                new QConv.Quant(0.05f, low + 30),
                Shape.of(1, c, 1, 1),
                dtype);
        nodes.add(new Node(id, op, List.of(id + ".x"), List.of(id)));
        outputs.add(id);
    }
}

package io.selvedge.compiler.emit.c;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import io.selvedge.compiler.toolchain.EmulatedCpu;
import io.selvedge.compiler.toolchain.HostCpu;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One graph of many quantised layers side by side, so that each target compiles once; bytes must equal the scalar reference. */
final class QuantizedKernelsTest {
    @TempDir
    Path dir;

    private final Random random = new Random(5);
    private final Map<String, Tensor> constants = new LinkedHashMap<>();
    private final Map<String, TensorType> types = new LinkedHashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<String> inputs = new ArrayList<>();
    private final List<String> outputs = new ArrayList<>();

    static Stream<Target> targets() {
        return Comparison.targets();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void every_quantised_layer_gives_the_bytes_of_the_reference(Target target) throws Throwable {
        assumeTrue(HostCpu.detect().runs(target), "this CPU does not run " + target.name());
        layers(DType.UINT8, 1, 3, 8, 16, 17, 33);
        layers(DType.INT8, 1, 3, 8, 16, 17, 33);
        compare(planned -> NativeProgram.compile(planned, target, dir).run(graph(), given()));
    }

    @ParameterizedTest
    @EnumSource
    void every_quantised_layer_gives_them_on_other_cpus(EmulatedCpu cpu) throws Throwable {
        assumeTrue(cpu.isHere(), cpu.program() + " is not installed");
        layers(DType.UINT8, 3, 17);
        for (Target target : cpu.targets()) {
            compare(planned -> NativeProgram.emulate(planned, target, cpu, dir, graph(), given()));
        }
    }

    private void layers(DType dtype, int... depths) {
        for (int channels : depths) {
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
        pool(dtype, 17, 6, 5);
    }

    private Graph graph() {
        return new Graph("layers", inputs, outputs, constants, nodes, types);
    }

    private Map<String, Tensor> given() {
        Random own = new Random(6);
        Map<String, Tensor> given = new LinkedHashMap<>();
        for (String input : inputs) {
            given.put(input, Tensor.filled(types.get(input), _ -> own.nextInt(256)));
        }
        return given;
    }

    @FunctionalInterface
    private interface Run {
        Map<String, Tensor> of(PlannedProgram planned) throws Throwable;
    }

    private void compare(Run run) throws Throwable {
        Map<String, Tensor> found = run.of(MemoryPlanner.plan(new ProgramBuilder(graph()).build()));
        Map<String, Tensor> values = new LinkedHashMap<>(constants);
        values.putAll(given());
        for (Node node : nodes) {
            List<Optional<Tensor>> operands = node.inputs().stream()
                    .map(name -> Optional.ofNullable(values.get(name)))
                    .toList();
            values.put(node.output(), node.op().evaluate(operands).getFirst());
        }
        for (String output : outputs) {
            assertThat(found.get(output).toLongs())
                    .as(output)
                    .isEqualTo(values.get(output).toLongs());
        }
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
                id + ".w",
                Tensor.filled(TensorType.of(DType.INT8, oc, c / group, kh, kw), _ -> random.nextInt(256) - 128)));
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

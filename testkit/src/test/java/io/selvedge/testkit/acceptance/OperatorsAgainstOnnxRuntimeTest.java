package io.selvedge.testkit.acceptance;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.op.ConvTranspose;
import io.selvedge.compiler.op.Recurrent;
import io.selvedge.compiler.op.Resize;
import io.selvedge.compiler.op.ResizeRule;
import io.selvedge.compiler.op.Squash;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.testkit.OnnxRuntimeOracle;
import io.selvedge.testkit.Tolerance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators whose definition leaves room: random configurations give what ONNX Runtime gives, evaluated and as native code. */
class OperatorsAgainstOnnxRuntimeTest {
    private static final Tolerance ROUNDING = new Tolerance(0, 2e-5);

    @TempDir
    Path folder;

    private final Random random = new Random(2);
    private final GraphBuilder graph = new GraphBuilder("operators");
    private final Map<String, Tensor> given = new LinkedHashMap<>();

    @Test
    void resizing_agrees() {
        for (Resize.Mode mode : Resize.Mode.values()) {
            for (Resize.Coordinates coordinates : Resize.Coordinates.values()) {
                boolean crop = coordinates == Resize.Coordinates.TF_CROP_AND_RESIZE;
                if (!crop || mode != Resize.Mode.CUBIC) {
                    resize(mode, coordinates, false, false, false);
                    resize(mode, coordinates, false, false, true);
                }
            }
        }
        resize(Resize.Mode.CUBIC, Resize.Coordinates.HALF_PIXEL, false, true, false);
        for (boolean sizes : new boolean[] {false, true}) {
            resize(Resize.Mode.LINEAR, Resize.Coordinates.HALF_PIXEL, true, false, sizes);
            resize(Resize.Mode.CUBIC, Resize.Coordinates.PYTORCH_HALF_PIXEL, true, false, sizes);
            resize(Resize.Mode.CUBIC, Resize.Coordinates.HALF_PIXEL, true, true, sizes);
        }
        check();
    }

    @Test
    void transposed_convolution_agrees() {
        for (int i = 0; i < 16; i++) {
            int rank = 1 + i % 3;
            int group = 1 + i % 2;
            int[] x = new int[rank + 2];
            int[] w = new int[rank + 2];
            x[0] = 1 + random.nextInt(2);
            x[1] = group * (1 + random.nextInt(9));
            w[0] = x[1];
            w[1] = 1 + random.nextInt(18);
            List<Integer> strides = new ArrayList<>();
            List<Integer> pads = new ArrayList<>();
            List<Integer> dilations = new ArrayList<>();
            List<Integer> outputPadding = new ArrayList<>();
            for (int axis = 0; axis < rank; axis++) {
                x[axis + 2] = 2 + random.nextInt(5);
                w[axis + 2] = 1 + random.nextInt(5);
                strides.add(1 + random.nextInt(3));
                dilations.add(1 + random.nextInt(4) / 3);
                outputPadding.add(strides.get(axis) > 1 ? random.nextInt(2) : 0);
            }
            for (int side = 0; side < 2 * rank; side++) {
                pads.add(random.nextInt(Math.max(1, w[2 + side % rank] - 1)));
            }
            Op op = new ConvTranspose(strides, pads, dilations, outputPadding, group);
            out(1, op, input(x), random.nextBoolean() ? input(w) : constant(w), constant(w[1] * group));
        }
        check();
    }

    @Test
    void recurrent_cells_agree() {
        for (Recurrent.Kind kind : Recurrent.Kind.values()) {
            for (Recurrent.Direction direction : Recurrent.Direction.values()) {
                recurrent(kind, direction, 1 + random.nextInt(40), random.nextBoolean());
            }
        }
        recurrent(Recurrent.Kind.LSTM, Recurrent.Direction.FORWARD, 64, true);
        recurrent(Recurrent.Kind.GRU, Recurrent.Direction.FORWARD, 128, false);
        check();
    }

    private void resize(
            Resize.Mode mode,
            Resize.Coordinates coordinates,
            boolean antialias,
            boolean excludeOutside,
            boolean sizes) {
        Resize.Nearest[] roundings = Resize.Nearest.values();
        boolean crop = coordinates == Resize.Coordinates.TF_CROP_AND_RESIZE;
        ResizeRule rule = new ResizeRule(
                mode,
                coordinates,
                roundings[random.nextInt(roundings.length)],
                random.nextBoolean() ? -0.5f : -0.75f,
                antialias,
                excludeOutside,
                crop ? 3.5f : 0);
        int[] x = {1, 1 + random.nextInt(18), 4 + random.nextInt(5), 4 + random.nextInt(6)};
        String roi = crop ? floats(0, 0, 0.25f, -0.25f, 1, 1, 0.75f, 1.25f) : "";
        Resize op = new Resize(rule, Resize.Aspect.STRETCH, List.of());
        if (sizes || crop) {
            long[] to = {x[0], x[1], 3 + random.nextInt(12), 3 + random.nextInt(12)};
            out(1, op, input(x), roi, "", graph.constant("sizes", Tensor.longs(to, 4)));
        } else {
            // Halves and quarters, here and in roi, so that no rounding decides what is nearest.
            out(1, op, input(x), roi, floats(1, 1, (1 + random.nextInt(6)) / 2f, (2 + random.nextInt(8)) / 4f));
        }
    }

    private void recurrent(Recurrent.Kind kind, Recurrent.Direction direction, int hidden, boolean constant) {
        int directions = direction == Recurrent.Direction.BIDIRECTIONAL ? 2 : 1;
        int gates = kind == Recurrent.Kind.LSTM ? 4 : kind == Recurrent.Kind.GRU ? 3 : 1;
        Squash sigmoid = new Squash(Squash.Form.SIGMOID, 0, 0);
        Squash tanh = new Squash(Squash.Form.TANH, 0, 0);
        List<Squash> one = kind == Recurrent.Kind.LSTM
                ? List.of(sigmoid, tanh, tanh)
                : kind == Recurrent.Kind.GRU ? List.of(sigmoid, tanh) : List.of(tanh);
        List<Squash> all = new ArrayList<>(one);
        if (directions == 2) {
            all.addAll(one);
        }
        int time = 1 + random.nextInt(5);
        int batch = 1 + random.nextInt(3);
        int features = 1 + random.nextInt(20);
        Recurrent op = new Recurrent(
                kind, direction, hidden, all, random.nextBoolean() ? 0.8f : 0, false, random.nextBoolean(), false);
        long[] lengths = random.ints(batch, 1, time + 1).asLongStream().toArray();
        lengths[0] = time;
        List<String> inputs = new ArrayList<>(List.of(
                input(time, batch, features),
                weight(constant, directions, gates * hidden, features),
                weight(constant, directions, gates * hidden, hidden),
                weight(constant, directions, 2 * gates * hidden),
                graph.constant("lengths", Tensor.integers(TensorType.of(DType.INT32, batch), n -> lengths[n])),
                input(directions, batch, hidden)));
        if (kind == Recurrent.Kind.LSTM) {
            inputs.add(input(directions, batch, hidden));
            inputs.add(weight(constant, directions, 3 * hidden));
        }
        out(kind == Recurrent.Kind.LSTM ? 3 : 2, op, inputs.toArray(String[]::new));
    }

    private String weight(boolean constant, int... extents) {
        return constant ? constant(extents) : input(extents);
    }

    private String input(int... extents) {
        Tensor value = random(extents);
        String name = graph.input(graph.fresh("x"), value.type());
        given.put(name, value);
        return name;
    }

    private String constant(int... extents) {
        return graph.constant("w", random(extents));
    }

    private String floats(float... values) {
        return graph.constant("f", Tensor.floats(values, values.length));
    }

    private Tensor random(int... extents) {
        long[] shape = Arrays.stream(extents).asLongStream().toArray();
        return Tensor.filled(TensorType.of(DType.FLOAT32, shape), _ -> random.nextFloat() - 0.5);
    }

    private void out(int count, Op op, String... inputs) {
        List<String> outputs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            outputs.add(graph.fresh("y"));
        }
        graph.add(new Node(graph.fresh(op.type()), op, List.of(inputs), outputs));
        outputs.forEach(graph::output);
    }

    private void check() {
        Graph built = graph.build();
        Path file = folder.resolve("operators.onnx");
        OnnxExporter.write(built, file);
        Map<String, Tensor> want = OnnxRuntimeOracle.run(file, given);
        Map<String, Tensor> evaluated = ReferenceEvaluator.run(built, given);
        try (NativeModel compiled = NativeModel.load(
                new Compiler(Toolchain.bundled())
                        .compile(built, NativeModel.targets().subList(0, 1)),
                0,
                folder)) {
            Map<String, Tensor> got = compiled.run(given);
            for (Node node : built.nodes()) {
                for (String output : node.outputs()) {
                    ROUNDING.check(node + ", evaluated", want.get(output), evaluated.get(output));
                    ROUNDING.check(node + ", native", want.get(output), got.get(output));
                }
            }
        }
    }
}

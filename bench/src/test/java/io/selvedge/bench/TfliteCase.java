package io.selvedge.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.tflite.TfliteImporter;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compiler.toolchain.WorkFolder;
import io.selvedge.testkit.tflite.Fields;
import io.selvedge.testkit.tflite.TfliteWriter;
import io.selvedge.testkit.tflite.TfliteWriter.Steps;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A file with one operator after the other on a few inputs, every result an output, and what TFLite makes of it. */
final class TfliteCase {
    static final Steps DATA = new Steps(0.05f, -10);

    private final TfliteWriter writer = new TfliteWriter();
    private final SplittableRandom random = new SplittableRandom(5);
    private final Map<Integer, float[]> weightScales = new LinkedHashMap<>();
    private int count;

    TfliteWriter writer() {
        return writer;
    }

    int input(int... extents) {
        return writer.input("x" + count++, DType.FLOAT32, extents);
    }

    int input8(int... extents) {
        return writer.input("x" + count++, DType.INT8, DATA, extents);
    }

    int floats(int... extents) {
        TensorType type = TensorType.of(DType.FLOAT32, longs(extents));
        return writer.constant("w" + count++, Tensor.filled(type, _ -> random.nextDouble(-1, 1)));
    }

    /** Symmetric weights with a scale for each index of an axis. */
    int weights8(int axis, int... extents) {
        TensorType type = TensorType.of(DType.INT8, longs(extents));
        float[] scales = new float[extents[axis]];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = (float) random.nextDouble(0.005, 0.02);
        }
        int tensor = writer.constant(
                "w" + count++,
                Tensor.integers(type, _ -> random.nextInt(-127, 128)),
                TfliteWriter.perChannel(axis, scales, new long[scales.length]));
        weightScales.put(tensor, scales);
        return tensor;
    }

    /** A bias at the steps of a product of {@link #DATA} and weights. */
    int bias32(int weights, int channels) {
        float[] scales = weightScales.get(weights).clone();
        for (int i = 0; i < scales.length; i++) {
            scales[i] *= DATA.scale();
        }
        return writer.constant(
                "b" + count++,
                Tensor.integers(TensorType.of(DType.INT32, channels), _ -> random.nextInt(-2000, 2000)),
                TfliteWriter.perChannel(0, scales, new long[scales.length]));
    }

    int integers(int... values) {
        return writer.integers("k" + count++, values);
    }

    /** Begin and end of every axis. */
    int pairs(int... values) {
        TensorType type = TensorType.of(DType.INT32, values.length / 2, 2);
        return writer.constant("k" + count++, Tensor.integers(type, i -> values[i]));
    }

    int scalar(int value) {
        return writer.constant("k" + count++, Tensor.integers(TensorType.of(DType.INT32), _ -> value));
    }

    /** A float result, which is an output. */
    int result(String name, int... extents) {
        return result(name, DType.FLOAT32, extents);
    }

    int result(String name, DType dtype, int... extents) {
        int tensor = writer.tensor(name + "_" + count++, dtype, extents);
        writer.output(tensor);
        return tensor;
    }

    int result8(String name, Steps steps, int... extents) {
        int tensor = writer.tensor(name + "_" + count++, DType.INT8, steps, extents);
        writer.output(tensor);
        return tensor;
    }

    /** Runs the file in TFLite and ours in the reference evaluator, simplified and fused as for compilation. */
    void check(float steps) {
        byte[] file = writer.bytes();
        Graph graph = TfliteImporter.read(file, "case.tflite", ImportOptions.none());
        Graph fused = Compiler.fuse(Compiler.simplify(graph));
        for (int run = 0; run < 3; run++) {
            Sample sample = Sample.of(graph, values(graph));
            Map<String, Tensor> inputs = new LinkedHashMap<>();
            sample.bytes().forEach((name, bytes) -> {
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(0, copy);
                inputs.put(name, Tensor.of(graph.type(name), copy));
            });
            Map<String, Tensor> plain = ReferenceEvaluator.run(graph, inputs);
            Map<String, Tensor> ours = ReferenceEvaluator.run(fused, inputs);
            float[][] theirs = outputs(file, graph, sample);
            for (int o = 0; o < theirs.length; o++) {
                String name = graph.outputs().get(o);
                compare(name, graph.type(name), plain.get(name), theirs[o], steps);
                compare(name + " fused", graph.type(name), ours.get(name), theirs[o], steps);
            }
        }
    }

    /** The same for compiled code of this machine's best target. */
    void checkCompiled(float steps) throws IOException {
        byte[] file = writer.bytes();
        Graph graph = TfliteImporter.read(file, "case.tflite", ImportOptions.none());
        Sample sample = Sample.of(graph, values(graph));
        try (WorkFolder folder = WorkFolder.create("tflite-case")) {
            Path bundle = folder.path().resolve("case.selv");
            BundleFile.write(
                    new Compiler(Toolchain.bundled()),
                    Compiler.simplify(graph),
                    List.of(HostCpu.detect().best()),
                    bundle);
            try (SelvedgeContender ours = new SelvedgeContender(bundle, sample, "")) {
                ours.run();
                float[][] got = ours.outputs();
                float[][] want = outputs(file, graph, sample);
                for (int o = 0; o < want.length; o++) {
                    String name = graph.outputs().get(o);
                    Tensor values = Tensor.floats(got[o], got[o].length);
                    compare(name + " compiled", graph.type(name), values, want[o], steps);
                }
            }
        }
    }

    /** What is left of the file once it is simplified and fused. */
    List<String> operators() {
        Graph graph = TfliteImporter.read(writer.bytes(), "case.tflite", ImportOptions.none());
        return Compiler.fuse(Compiler.simplify(graph)).nodes().stream()
                .map(node -> node.op().type())
                .toList();
    }

    private static float[][] outputs(byte[] file, Graph graph, Sample sample) {
        try (TfliteContender theirs = new TfliteContender(file, graph, sample)) {
            theirs.run();
            return theirs.outputs();
        }
    }

    private static void compare(String name, TensorType type, Tensor ours, float[] theirs, float steps) {
        assertThat(ours.elements()).as("elements of %s %s", name, type).isEqualTo(theirs.length);
        boolean real = type.dtype().isFloat();
        for (int i = 0; i < theirs.length; i++) {
            double tolerance = real ? 2e-5 * Math.max(1, Math.abs(theirs[i])) : steps;
            assertThat(ours.getDouble(i))
                    .as("element %d of %s %s", i, name, type)
                    .isCloseTo(theirs[i], org.assertj.core.data.Offset.offset(tolerance));
        }
    }

    private Map<String, float[]> values(Graph graph) {
        Map<String, float[]> values = new LinkedHashMap<>();
        for (String input : graph.inputs()) {
            float[] array = new float[Math.toIntExact(graph.type(input).shape().elements())];
            for (int i = 0; i < array.length; i++) {
                array[i] = graph.type(input).dtype().isFloat()
                        ? (float) random.nextDouble(-3, 3)
                        : random.nextInt(-128, 128);
            }
            values.put(input, array);
        }
        return values;
    }

    private static long[] longs(int... extents) {
        return java.util.Arrays.stream(extents).asLongStream().toArray();
    }

    static Fields options(Object... numbersAndValues) {
        Fields fields = Fields.of();
        for (int i = 0; i < numbersAndValues.length; i += 2) {
            fields.set((int) numbersAndValues[i], numbersAndValues[i + 1]);
        }
        return fields;
    }

    static int[] reads(int... tensors) {
        return tensors;
    }
}

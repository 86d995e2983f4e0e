package io.selvedge.testkit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.onnx.proto.AttributeProto;
import io.selvedge.compiler.onnx.proto.AttributeProto.AttributeType;
import io.selvedge.compiler.onnx.proto.GraphProto;
import io.selvedge.compiler.onnx.proto.ModelProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.OperatorSetIdProto;
import io.selvedge.compiler.onnx.proto.TensorProto;
import io.selvedge.compiler.onnx.proto.TensorShapeProto;
import io.selvedge.compiler.onnx.proto.TypeProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import io.selvedge.compiler.op.Trim;
import io.selvedge.runtime.ModelException;
import io.selvedge.runtime.TensorBuffer;
import io.selvedge.testkit.OnnxRuntimeOracle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values whose extent the data decides: what is there equals ONNX Runtime's, natively and in the reference evaluator. */
@ExtendWith(Workbench.Shared.class)
class OpenExtentsTest {
    private static final int BOXES = 60;
    private static final int CLASSES = 3;

    private final Random random = new Random(3);

    @TempDir
    private Path folder;

    /** A model that is written node by node. */
    private final class Net {
        private final GraphProto.Builder graph = GraphProto.newBuilder().setName("net");
        private final Map<String, Tensor> inputs = new LinkedHashMap<>();

        Net input(String name, Tensor value) {
            TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
            for (int extent : value.shape().extents()) {
                shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(extent));
            }
            graph.addInput(ValueInfoProto.newBuilder()
                    .setName(name)
                    .setType(TypeProto.newBuilder()
                            .setTensorType(TypeProto.Tensor.newBuilder()
                                    .setElemType(value.dtype().onnxCode())
                                    .setShape(shape))));
            inputs.put(name, value);
            return this;
        }

        Net constant(String name, Tensor value) {
            TensorProto.Builder tensor = TensorProto.newBuilder()
                    .setName(name)
                    .setDataType(value.dtype().onnxCode())
                    .setRawData(ByteString.copyFrom(value.bytes()));
            for (int extent : value.shape().extents()) {
                tensor.addDims(extent);
            }
            graph.addInitializer(tensor);
            return this;
        }

        Net node(String type, String output, List<String> operands, Object... namesAndIntegers) {
            NodeProto.Builder node = NodeProto.newBuilder()
                    .setOpType(type)
                    .setName("make_" + output)
                    .addAllInput(operands)
                    .addOutput(output);
            for (int i = 0; i < namesAndIntegers.length; i += 2) {
                node.addAttribute(AttributeProto.newBuilder()
                        .setName((String) namesAndIntegers[i])
                        .setType(AttributeType.INT)
                        .setI((Integer) namesAndIntegers[i + 1]));
            }
            graph.addNode(node);
            return this;
        }

        Path file(String... outputs) {
            GraphProto.Builder whole = graph.clone();
            for (String output : outputs) {
                whole.addOutput(ValueInfoProto.newBuilder().setName(output));
            }
            Path file = folder.resolve("net.onnx");
            ModelProto model = ModelProto.newBuilder()
                    .setIrVersion(8)
                    .addOpsetImport(
                            OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
                    .setGraph(whole)
                    .build();
            try {
                Files.write(file, model.toByteArray());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return file;
        }

        /** Runs the model everywhere and compares what is there. */
        void agrees(Workbench bench, Map<String, Integer> most, String... outputs) {
            Path file = file(outputs);
            Map<String, Tensor> want = OnnxRuntimeOracle.run(file, inputs);
            Graph graph = OnnxImporter.read(file, ImportOptions.none().withMaxDims(most));
            Map<String, Tensor> evaluated = ReferenceEvaluator.run(graph, inputs);
            try (NativeModel compiled = bench.everywhere(Compiler.simplify(graph))) {
                compiled.sessions().values().forEach(session -> {
                    Map<String, Tensor> got = compiled.run(session, inputs);
                    got.forEach((name, value) -> assertThat(value)
                            .as("native %s against the evaluator", name)
                            .isEqualTo(evaluated.get(name)));
                    List<Tensor> filled = Trim.filled(graph, List.copyOf(got.values()));
                    for (int i = 0; i < outputs.length; i++) {
                        String output = outputs[i];
                        Tensor expected = Objects.requireNonNull(want.get(output));
                        TensorBuffer buffer = session.output(output);
                        assertThat(buffer.filledShape(session.outputs()))
                                .as(output)
                                .isEqualTo(Arrays.stream(expected.shape().extents())
                                        .boxed()
                                        .toList());
                        assertThat(filled.get(i)).as(output).isEqualTo(expected);
                    }
                });
            }
        }
    }

    private static Tensor scalar(float value) {
        return Tensor.floats(new float[] {value}, 1);
    }

    private static Tensor whole(long... values) {
        return Tensor.longs(values, values.length);
    }

    /** Two thirds of them 0. */
    private Tensor sparse(DType dtype, long... extents) {
        return Tensor.filled(
                TensorType.of(dtype, extents),
                _ -> random.nextInt(3) == 0 ? dtype == DType.BOOL ? 1 : 1 + random.nextInt(5) : 0);
    }

    /** Boxes in clusters, so that some overlap. */
    private Net detector(float leastScore) {
        float[] boxes = new float[BOXES * 4];
        IntStream.range(0, BOXES).forEach(i -> {
            float y = random.nextInt(4) * 10 + random.nextFloat() * 3;
            float x = random.nextInt(4) * 10 + random.nextFloat() * 3;
            System.arraycopy(new float[] {y, x, y + 8, x + 8}, 0, boxes, i * 4, 4);
        });
        return new Net()
                .input("boxes", Tensor.floats(boxes, 1, BOXES, 4))
                .input(
                        "scores",
                        Tensor.filled(TensorType.of(DType.FLOAT32, 1, CLASSES, BOXES), _ -> random.nextDouble()))
                .constant("most", whole(20))
                .constant("overlap", scalar(0.4f))
                .constant("least", scalar(leastScore))
                .node("NonMaxSuppression", "selected", List.of("boxes", "scores", "most", "overlap", "least"));
    }

    @ParameterizedTest
    @ValueSource(floats = {0.1f, 0.6f, 2f})
    void a_detector_gives_the_boxes_that_remain(float leastScore, Workbench bench) {
        detector(leastScore)
                .constant("box_column", Tensor.longs(new long[] {2}))
                .constant("class_column", Tensor.longs(new long[] {1}))
                .constant("one", whole(1))
                .constant("row", whole(-1, 4))
                .constant("axis", whole(1))
                .constant("scale", Tensor.floats(new float[] {2, 2, 2, 2}, 4))
                .node("Gather", "box", List.of("selected", "box_column"), "axis", 1)
                .node("Gather", "class", List.of("selected", "class_column"), "axis", 1)
                .node("Reshape", "all", List.of("boxes", "row"))
                .node("Gather", "corners", List.of("all", "box"), "axis", 0)
                .node("Mul", "scaled", List.of("corners", "scale"))
                .node("Cast", "label", List.of("class"), "to", DType.FLOAT32.onnxCode())
                .node("Unsqueeze", "column", List.of("label", "axis"))
                .node("Concat", "table", List.of("scaled", "column"), "axis", 1)
                .node("Shape", "size", List.of("selected"))
                .agrees(bench, Map.of("selected", 56), "selected", "table", "class", "size");
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLOAT32", "INT64", "BOOL", "INT32", "UINT8"})
    void coordinates_of_what_is_not_zero(String dtype, Workbench bench) {
        new Net()
                .input("x", sparse(DType.valueOf(dtype), 3, 4, 5))
                .node("NonZero", "found", List.of("x"))
                .node("Transpose", "rows", List.of("found"))
                .agrees(bench, Map.of(), "found", "rows");
    }

    @Test
    void elements_where_a_mask_holds(Workbench bench) {
        new Net()
                .input("x", Tensor.filled(TensorType.of(DType.FLOAT32, 6, 7), i -> i - 20))
                .constant("zero", scalar(3))
                .node("Greater", "mask", List.of("x", "zero"))
                .node("NonZero", "places", List.of("mask"))
                .node("Transpose", "rows", List.of("places"))
                .node("GatherND", "chosen", List.of("x", "rows"))
                .node("Relu", "y", List.of("chosen"))
                .agrees(bench, Map.of("places", 30), "y");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, -1})
    void slices_that_a_condition_chooses(int axis, Workbench bench) {
        int extent = new int[] {4, 5, 6}[Math.floorMod(axis, 3)];
        new Net()
                .input("x", Tensor.filled(TensorType.of(DType.FLOAT32, 4, 5, 6), i -> i + 1))
                .input("c", sparse(DType.BOOL, extent))
                .node("Compress", "y", List.of("x", "c"), "axis", axis)
                .agrees(bench, Map.of(), "y");
    }

    @Test
    void elements_that_a_condition_chooses(Workbench bench) {
        new Net()
                .input("x", Tensor.filled(TensorType.of(DType.INT8, 4, 5), i -> i - 7))
                .input("c", sparse(DType.BOOL, 18))
                .node("Compress", "y", List.of("x", "c"))
                .agrees(bench, Map.of(), "y");
    }

    @Test
    void more_than_the_maximum_ends_the_run(Workbench bench) {
        Path file = new Net()
                .input("x", Tensor.filled(TensorType.of(DType.FLOAT32, 9), _ -> 1))
                .node("NonZero", "found", List.of("x"))
                .file("found");
        Graph graph = OnnxImporter.read(file, ImportOptions.none().withMaxDims(Map.of("make_found", 4)));
        Map<String, Tensor> ones = Map.of("x", Tensor.filled(graph.type("x"), _ -> 1));
        assertThatThrownBy(() -> ReferenceEvaluator.run(graph, ones)).hasMessageContaining("--max-dim allows 4");
        try (NativeModel compiled = bench.best(Compiler.simplify(graph))) {
            assertThatThrownBy(() -> compiled.run(ones))
                    .isInstanceOfSatisfying(
                            ModelException.class, e -> assertThat(e.code()).isEqualTo(ModelException.Code.BAD_DATA));
        }
    }

    @Test
    void what_would_mix_found_elements_with_zeros_is_refused() {
        Path file = detector(0.5f)
                .constant("axes", whole(0))
                .node("ReduceSum", "sum", List.of("selected", "axes"))
                .file("sum");
        assertThatThrownBy(() -> OnnxImporter.read(file))
                .isInstanceOfSatisfying(
                        SelvedgeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_OP))
                .hasMessageContaining("NonMaxSuppression 'make_selected'")
                .hasMessageContaining("--fallback");
    }

    @Test
    void a_maximum_for_what_the_data_does_not_decide_is_refused() {
        Path file = detector(0.5f).file("selected");
        assertThatThrownBy(() -> OnnxImporter.read(file, ImportOptions.none().withMaxDims(Map.of("boxes", 4))))
                .isInstanceOfSatisfying(
                        SelvedgeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_OPTION))
                .hasMessageContaining("selected");
    }

    @Test
    void the_exported_model_has_the_shorter_values() {
        Net net = detector(0.6f);
        Path file = net.file("selected");
        Graph graph =
                Compiler.simplify(OnnxImporter.read(file, ImportOptions.none().withMaxDims(Map.of("selected", 50))));
        Path exported = folder.resolve("exported.onnx");
        OnnxExporter.write(graph, exported);
        assertThat(OnnxRuntimeOracle.run(exported, net.inputs).get("selected"))
                .isEqualTo(OnnxRuntimeOracle.run(file, net.inputs).get("selected"));
        assertThat(ReferenceEvaluator.run(OnnxImporter.read(exported), net.inputs)
                        .keySet())
                .contains("selected");
    }
}

package io.selvedge.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.onnx.proto.AttributeProto;
import io.selvedge.compiler.onnx.proto.AttributeProto.AttributeType;
import io.selvedge.compiler.onnx.proto.GraphProto;
import io.selvedge.compiler.onnx.proto.ModelProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.OperatorSetIdProto;
import io.selvedge.compiler.onnx.proto.TensorShapeProto;
import io.selvedge.compiler.onnx.proto.TypeProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Operators of ai.onnx.ml as converters of scikit-learn write them, against ONNX Runtime. */
class MachineLearningTest {
    private static final int ROWS = 40;
    private static final int FEATURES = 3;

    @TempDir
    Path folder;

    private final Random random = new Random(7);

    private static AttributeProto ints(String name, List<Integer> values) {
        AttributeProto.Builder builder =
                AttributeProto.newBuilder().setName(name).setType(AttributeType.INTS);
        values.forEach(builder::addInts);
        return builder.build();
    }

    private static AttributeProto floats(String name, List<Float> values) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.FLOATS)
                .addAllFloats(values)
                .build();
    }

    private static AttributeProto text(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.STRING)
                .setS(com.google.protobuf.ByteString.copyFromUtf8(value))
                .build();
    }

    private static AttributeProto integer(String name, int value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INT)
                .setI(value)
                .build();
    }

    private static ValueInfoProto value(String name, int elementType, int rank) {
        TypeProto.Tensor.Builder type = TypeProto.Tensor.newBuilder().setElemType(elementType);
        if (rank > 0) {
            type.setShape(TensorShapeProto.newBuilder()
                    .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(ROWS))
                    .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(FEATURES)));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(type))
                .build();
    }

    /** Both runtimes on the same rows; labels are equal, scores as near as sums of floats are. */
    private void agrees(String type, int labelType, List<AttributeProto> attributes) throws IOException {
        NodeProto.Builder node =
                NodeProto.newBuilder().setOpType(type).setDomain("ai.onnx.ml").addInput("x");
        node.addAllAttribute(attributes);
        GraphProto.Builder graph = GraphProto.newBuilder().setName("g").addInput(value("x", 1, 2));
        if (labelType != 0) {
            node.addOutput("label");
            graph.addOutput(value("label", labelType, 0));
        }
        node.addOutput("score");
        graph.addOutput(value("score", 1, 0)).addNode(node);
        Path file = folder.resolve(type + ".onnx");
        Files.write(
                file,
                ModelProto.newBuilder()
                        .setIrVersion(8)
                        .addOpsetImport(
                                OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
                        .addOpsetImport(OperatorSetIdProto.newBuilder()
                                .setDomain("ai.onnx.ml")
                                .setVersion(3))
                        .setGraph(graph)
                        .build()
                        .toByteArray());
        float[] rows = new float[ROWS * FEATURES];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = random.nextInt(9) / 4f - 1;
        }
        Map<String, Tensor> inputs = Map.of("x", Tensor.floats(rows, ROWS, FEATURES));
        Graph read = OnnxImporter.read(file);
        Map<String, Tensor> want = OnnxRuntimeOracle.run(file, inputs);
        Map<String, Tensor> got = ReferenceEvaluator.run(read, inputs);
        assertThat(got.keySet()).isEqualTo(want.keySet());
        got.forEach((name, tensor) -> new Tolerance(0, 1e-5).check(name, want.get(name), tensor));
        Path exported = folder.resolve(type + "-again.onnx");
        OnnxExporter.write(read, exported, Map.of());
        Map<String, Tensor> again = OnnxRuntimeOracle.run(exported, inputs);
        again.forEach((name, tensor) -> new Tolerance(0, 1e-5).check(name, want.get(name), tensor));
    }

    /** Five complete trees of depth 3; a weight of each leaf for each of the targets. */
    private List<AttributeProto> trees(String prefix, List<Integer> targets, boolean negative) {
        List<List<Integer>> columns = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            columns.add(new ArrayList<>());
        }
        List<Float> splits = new ArrayList<>();
        List<Float> weights = new ArrayList<>();
        AttributeProto.Builder modes =
                AttributeProto.newBuilder().setName("nodes_modes").setType(AttributeType.STRINGS);
        List<String> known = List.of("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ");
        for (int tree = 0; tree < 5; tree++) {
            String mode = known.get(random.nextInt(known.size()));
            for (int node = 0; node < 15; node++) {
                boolean leaf = node >= 7;
                columns.get(0).add(tree);
                columns.get(1).add(node);
                columns.get(2).add(random.nextInt(FEATURES));
                columns.get(3).add(leaf ? 0 : 2 * node + 1);
                columns.get(4).add(leaf ? 0 : 2 * node + 2);
                splits.add(random.nextInt(9) / 4f - 1);
                modes.addStrings(com.google.protobuf.ByteString.copyFromUtf8(leaf ? "LEAF" : mode));
                for (int target : leaf ? targets : List.<Integer>of()) {
                    columns.get(5).add(tree);
                    columns.get(6).add(node);
                    columns.get(7).add(target);
                    weights.add(random.nextFloat() / 5 - (negative ? 0.1f : 0));
                }
            }
        }
        List<String> names = List.of(
                "nodes_treeids",
                "nodes_nodeids",
                "nodes_featureids",
                "nodes_truenodeids",
                "nodes_falsenodeids",
                prefix + "_treeids",
                prefix + "_nodeids",
                prefix + "_ids");
        List<AttributeProto> attributes = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            attributes.add(ints(names.get(i), columns.get(i)));
        }
        attributes.add(floats("nodes_values", splits));
        attributes.add(floats(prefix + "_weights", weights));
        attributes.add(modes.build());
        return attributes;
    }

    @ParameterizedTest
    @ValueSource(strings = {"SUM", "AVERAGE", "MIN", "MAX"})
    void regressing_trees_agree(String aggregate) throws IOException {
        List<AttributeProto> attributes = trees("target", List.of(0, 1), true);
        attributes.add(text("aggregate_function", aggregate));
        attributes.add(integer("n_targets", 2));
        attributes.add(floats("base_values", List.of(0.5f, -2f)));
        agrees("TreeEnsembleRegressor", 0, attributes);
    }

    @ParameterizedTest
    @CsvSource({"3, NONE, false", "3, SOFTMAX, true", "3, LOGISTIC, true", "4, SOFTMAX_ZERO, true"})
    void trees_of_many_classes_agree(int classes, String transform, boolean negative) throws IOException {
        List<Integer> labels = Arrays.asList(10, 20, 30, 40).subList(0, classes);
        List<AttributeProto> attributes = trees("class", List.of(0, 1, 2), negative);
        attributes.add(ints("classlabels_int64s", labels));
        attributes.add(text("post_transform", transform));
        agrees("TreeEnsembleClassifier", 7, attributes);
    }

    @ParameterizedTest
    @CsvSource({"NONE, false", "NONE, true", "LOGISTIC, true", "LOGISTIC, false"})
    void trees_of_two_classes_with_one_score_agree(String transform, boolean negative) throws IOException {
        List<AttributeProto> attributes = trees("class", List.of(0), negative);
        attributes.add(ints("classlabels_int64s", List.of(3, 8)));
        attributes.add(text("post_transform", transform));
        agrees("TreeEnsembleClassifier", 7, attributes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NONE", "LOGISTIC", "SOFTMAX"})
    void linear_classifiers_agree(String transform) throws IOException {
        agrees(
                "LinearClassifier",
                7,
                List.of(
                        floats("coefficients", List.of(1f, -2f, 0.5f, 0.25f, 1f, 1f, -1f, 0f, 2f)),
                        floats("intercepts", List.of(0.1f, 0.2f, -0.3f)),
                        ints("classlabels_ints", List.of(5, 6, 7)),
                        text("post_transform", transform)));
    }

    @Test
    void linear_regressors_and_scalers_agree() throws IOException {
        agrees(
                "LinearRegressor",
                0,
                List.of(
                        floats("coefficients", List.of(1f, -2f, 0.5f, 0.25f, 1f, 1f)),
                        floats("intercepts", List.of(0.1f, 0.2f)),
                        integer("targets", 2)));
        agrees("Scaler", 0, List.of(floats("offset", List.of(1f, 2f, 3f)), floats("scale", List.of(0.5f, 2f, 4f))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"MAX", "L1", "L2"})
    void normalizers_agree(String norm) throws IOException {
        agrees("Normalizer", 0, List.of(text("norm", norm)));
    }
}

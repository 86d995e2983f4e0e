package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ModelReader;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.onnx.proto.GraphProto;
import io.selvedge.compiler.onnx.proto.ModelProto;
import io.selvedge.compiler.partition.Part;
import io.selvedge.compiler.partition.Partition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a model is cut, and what is said where it cannot be. */
final class PartitionTest {
    @TempDir
    private static Path folder;

    @Test
    void an_operator_that_nobody_knows_stands_alone() throws IOException {
        Partition partition = partition(FallbackModels.inverse());
        assertThat(parts(partition)).containsExactly("native abs add", "delegated invert", "native relu double");
        assertThat(partition.reasons()).containsOnlyKeys("invert");
        assertThat(partition.reasons().get("invert")).contains("Inverse", "com.microsoft");
        assertThat(partition.parts().get(1).graph().inputs()).containsExactly("b");
        assertThat(partition.parts().get(1).graph().outputs()).containsExactly("c");
    }

    @Test
    void values_of_open_extent_stay_inside_a_delegated_part() throws IOException {
        assertThat(parts(partition(FallbackModels.coordinates())))
                .containsExactly("native relu", "delegated find turn cast sum", "native double");
    }

    @Test
    void what_meets_a_value_of_open_extent_joins_its_part() throws IOException {
        Partition partition = partition(FallbackModels.meeting());
        assertThat(parts(partition))
                .containsExactly("native relu", "delegated find turn cast sum double exp meet last", "native half");
        assertThat(partition.reasons().get("exp")).contains("'meet'", "'f'");
    }

    @Test
    void an_operator_without_kernels_is_found_by_trying() throws IOException {
        Partition partition = partition(FallbackModels.table());
        assertThat(parts(partition)).containsExactly("delegated look", "native add");
        assertThat(partition.reasons().get("look")).contains("LabelEncoder", "no native kernel");
    }

    @Test
    void a_model_that_compiles_is_one_part() throws IOException {
        Path file = TinyModel.write(folder.resolve("tiny.onnx"));
        Partition partition = Partition.of(
                Compiler.simplify(ModelReader.readForFallback(file, new ImportOptions(Map.of("N", 1), Map.of()))));
        assertThat(partition.isNative()).isTrue();
        assertThat(partition.parts()).hasSize(1);
    }

    @Test
    void a_node_that_is_not_read_is_written_back_as_it_was() throws Exception {
        GraphProto.Builder graph = FallbackModels.inverse();
        Partition partition = partition(graph);
        ModelProto written = ModelProto.parseFrom(OnnxExporter.bytes(partition.whole(), Map.of()));
        assertThat(written.getGraph().getNodeList()).contains(graph.getNode(2));
        assertThat(written.getOpsetImportList()).anyMatch(set -> set.getDomain().equals("com.microsoft"));
    }

    @Test
    void a_file_that_does_not_say_what_comes_out_is_told_to() {
        GraphProto.Builder silent = FallbackModels.inverse().clearValueInfo();
        assertThatThrownBy(() -> partition(silent))
                .isInstanceOf(SelvedgeException.class)
                .hasMessageContainingAll("Inverse", "'c'", "value_info", "shape inference");
    }

    @Test
    void an_output_of_open_extent_is_refused() {
        GraphProto.Builder open = FallbackModels.coordinates();
        open.addOutput(open.getValueInfo(2));
        assertThatThrownBy(() -> partition(open))
                .isInstanceOf(SelvedgeException.class)
                .hasMessageContainingAll("'f'", "fixed shape");
    }

    @Test
    void an_output_that_is_a_constant_is_refused_where_parts_compute_the_others() {
        GraphProto.Builder constant = FallbackModels.inverse();
        constant.addOutput(constant.getInput(0).toBuilder().setName("eye"));
        assertThatThrownBy(() -> partition(constant))
                .isInstanceOf(SelvedgeException.class)
                .hasMessageContainingAll("'eye'", "constant");
    }

    private static Partition partition(GraphProto.Builder graph) throws IOException {
        Path file = FallbackModels.write(graph, folder.resolve(graph.getName() + ".onnx"));
        return Partition.of(Compiler.simplify(ModelReader.readForFallback(file, ImportOptions.none())));
    }

    private static List<String> parts(Partition partition) {
        return partition.parts().stream()
                .map(part -> (part.kind() == Part.Kind.NATIVE ? "native " : "delegated ")
                        + String.join(
                                " ",
                                part.graph().nodes().stream().map(Node::name).toList()))
                .toList();
    }
}

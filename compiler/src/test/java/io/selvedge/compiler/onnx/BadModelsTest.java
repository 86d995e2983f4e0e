package io.selvedge.compiler.onnx;

import static io.selvedge.compiler.onnx.Models.integer;
import static io.selvedge.compiler.onnx.Models.ints;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.StringStringEntryProto;
import io.selvedge.compiler.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every damage that a user's file may have ends in a coded error that says where and what to do. */
class BadModelsTest {
    @TempDir
    Path folder;

    private static void refused(ErrorCode code, ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOfSatisfying(SelvedgeException.class, e -> {
            assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
            assertThat(e.getMessage()).contains(parts);
        });
    }

    private static Models relu() {
        return new Models(17)
                .input("x", 1, 4)
                .node("Relu", List.of("x"), List.of("y"))
                .output("y");
    }

    @Test
    void missing_file_is_named() {
        refused(ErrorCode.MODEL_NOT_FOUND, () -> OnnxImporter.read(folder.resolve("none.onnx")), "none.onnx");
    }

    @Test
    void a_folder_in_place_of_a_file_is_an_input_error() {
        refused(ErrorCode.IO_ERROR, () -> OnnxImporter.read(folder), "cannot read");
    }

    @Test
    void every_truncation_is_refused() {
        byte[] whole = relu().bytes();
        for (int length = 0; length < whole.length; length++) {
            byte[] part = java.util.Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> OnnxImporter.read(part, "cut.onnx", Optional.empty(), ImportOptions.none()))
                    .as("cut to " + length)
                    .isInstanceOf(SelvedgeException.class);
        }
    }

    @Test
    void random_bytes_are_refused() {
        Random random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            assertThatThrownBy(() -> OnnxImporter.read(bytes, "noise.onnx", Optional.empty(), ImportOptions.none()))
                    .isInstanceOf(SelvedgeException.class);
        }
    }

    @Test
    void flipped_bytes_never_end_in_another_exception() {
        byte[] whole = new Models(17)
                .input("x", 1, 3, 8, 8)
                .floats("w", new float[27], 1, 3, 3, 3)
                .longs("shape", 1, 36)
                .node("Conv", List.of("x", "w"), List.of("c"), ints("pads", 0, 0, 0, 0))
                .node("Reshape", List.of("c", "shape"), List.of("y"))
                .output("y")
                .bytes();
        Random random = new Random(2);
        for (int i = 0; i < 5000; i++) {
            byte[] damaged = whole.clone();
            for (int k = 0; k <= random.nextInt(3); k++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try {
                OnnxImporter.read(damaged, "damaged.onnx", Optional.empty(), ImportOptions.none());
            } catch (SelvedgeException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }

    @Test
    void unknown_operator_is_named_with_domain_opset_node_file_and_neighbour() {
        Models model = new Models(17)
                .input("x", 1, 4)
                .node(NodeProto.newBuilder()
                        .setOpType("Sigmoidd")
                        .setName("gate")
                        .addInput("x")
                        .addOutput("y"))
                .output("y");
        refused(
                ErrorCode.UNSUPPORTED_OP,
                model::read,
                "Sigmoidd",
                "'gate'",
                "ai.onnx",
                "opset 17",
                "test.onnx",
                "node 0",
                "nearest that is: Sigmoid; export the model without it, or add it with --plugin.");
    }

    @Test
    void operator_of_another_domain_is_refused() {
        Models model = new Models(17)
                .domain("com.example", 3)
                .input("x", 1, 4)
                .node("com.example", "Relu", List.of("x"), List.of("y"))
                .output("y");
        refused(ErrorCode.UNSUPPORTED_OP, model::read, "of domain com.example, opset 3", "nearest that is: Relu");
    }

    @Test
    void operator_of_ai_onnx_needs_an_opset_of_it() {
        Models model = new Models(17)
                .withoutOpsets()
                .domain("com.microsoft", 1)
                .input("x", 1, 4)
                .node("Relu", List.of("x"), List.of("y"))
                .output("y");
        refused(ErrorCode.UNSUPPORTED_OPSET, model::read, "Relu 'Relu_0': is of ai.onnx", "1 to 22", "node 0");
        refused(
                ErrorCode.UNSUPPORTED_OPSET,
                new Models(17)
                        .withoutOpsets()
                        .input("x", 1, 4)
                        .node("Relu", List.of("x"), List.of("y"))
                        .output("y")::read,
                "1 to 22");
    }

    @Test
    void operator_that_the_opset_does_not_have_is_refused() {
        Models model = new Models(17)
                .input("x", 1, 4)
                .node("Gelu", List.of("x"), List.of("y"))
                .output("y");
        refused(ErrorCode.UNSUPPORTED_OP, model::read, "from opset 20 on");
    }

    @Test
    void opsets_outside_the_range_are_refused() {
        for (int opset : new int[] {0, 23}) {
            refused(ErrorCode.UNSUPPORTED_OPSET, new Models(opset).input("x", 1)::read, "1 to 22");
        }
    }

    @Test
    void forms_of_old_opsets_that_mean_something_else_are_refused() {
        for (String type : List.of("Cast", "Tile", "Clip", "Reshape", "Split", "Pad", "Concat")) {
            Models model = new Models(1)
                    .input("x", 1, 4)
                    .node(type, List.of("x"), List.of("y"))
                    .output("y");
            refused(ErrorCode.UNSUPPORTED_OP, model::read, "is read from opset", type);
        }
        for (String type : List.of("Dropout", "BatchNormalization")) {
            Models model = new Models(6)
                    .input("x", 1, 4)
                    .node(type, List.of("x"), List.of("y"))
                    .output("y");
            refused(ErrorCode.UNSUPPORTED_OP, model::read, "is_test", "opset 6");
        }
    }

    @Test
    void open_dimension_names_the_option_to_give() {
        Models model = new Models(17)
                .input("x", "batch", 3, "", "?", -1)
                .node("Relu", List.of("x"), List.of("y"))
                .output("y");
        refused(
                ErrorCode.UNBOUND_DIMENSION,
                model::read,
                "input 'x'",
                "leaves batch, x:2, x:3, x:4 open",
                "--dim batch=1 --dim x:2=<number> --dim x:3=<number>",
                "--input-shape x=1,3,<number>,<number>,<number>");
        refused(
                ErrorCode.UNBOUND_DIMENSION,
                () -> model.read(new ImportOptions(Map.of("batch", 2), Map.of())),
                "leaves x:2, x:3, x:4 open",
                "--dim x:2=<number>");
        refused(
                ErrorCode.UNBOUND_DIMENSION,
                () -> model.read(new ImportOptions(Map.of("bach", 2), Map.of("X", List.of(1)))),
                "'x' does not use --dim bach, --input-shape X");
        refused(
                ErrorCode.UNBOUND_DIMENSION,
                new Models(17)
                        .input("x", "batch", 3)
                        .node("Relu", List.of("x"), List.of("y"))
                        .output("y")::read,
                "Give --dim batch=1 or --input-shape x=1,3");
        ImportOptions all = new ImportOptions(Map.of("batch", 2, "x:2", 4, "x:3", 5, "x:4", 6), Map.of());
        assertThat(model.read(all).type("y").shape().extents()).containsExactly(2, 3, 4, 5, 6);
        ImportOptions shape = new ImportOptions(Map.of(), Map.of("x", List.of(7, 3, 1, 1, 2)));
        assertThat(model.read(shape).type("y").shape().extents()).containsExactly(7, 3, 1, 1, 2);
    }

    @Test
    void options_that_name_nothing_are_refused() {
        refused(
                ErrorCode.BAD_OPTION,
                () -> relu().read(new ImportOptions(Map.of("batch", 2), Map.of())),
                "--dim batch=2");
        refused(
                ErrorCode.BAD_OPTION,
                () -> relu().read(new ImportOptions(Map.of(), Map.of("z", List.of(1)))),
                "[z]",
                "[x]");
        refused(
                ErrorCode.BAD_OPTION,
                () -> relu().read(new ImportOptions(Map.of(), Map.of("x", List.of(1)))),
                "has 1 axes");
    }

    @Test
    void a_cycle_is_named() {
        Models model = new Models(17)
                .input("x", 1)
                .node("Add", List.of("x", "b"), List.of("a"))
                .node("Relu", List.of("a"), List.of("b"))
                .output("b");
        refused(ErrorCode.BAD_GRAPH, model::read, "cycle");
    }

    @Test
    void a_value_that_nothing_defines_is_named() {
        Models model = new Models(17)
                .input("x", 1)
                .node("Add", List.of("x", "ghost"), List.of("y"))
                .output("y");
        refused(ErrorCode.BAD_GRAPH, model::read, "'ghost'", "node 0");
        refused(ErrorCode.BAD_GRAPH, relu().output("nowhere")::read, "'nowhere'");
    }

    @Test
    void a_value_that_is_defined_twice_is_named() {
        refused(ErrorCode.BAD_GRAPH, relu().node("Relu", List.of("x"), List.of("y"))::read, "'y'", "twice");
        refused(ErrorCode.BAD_GRAPH, relu().node("Relu", List.of("x"), List.of("x"))::read, "'x'", "twice");
    }

    @Test
    void shapes_that_do_not_fit_are_named_with_node_and_file() {
        Models model = new Models(17)
                .input("x", 1, 64)
                .floats("w", new float[1280], 128, 10)
                .node("Gemm", List.of("x", "w"), List.of("y"))
                .output("y");
        refused(
                ErrorCode.SHAPE_MISMATCH,
                model::read,
                "Gemm 'Gemm_0'",
                "A=float32[1,64]",
                "B=float32[128,10]",
                "test.onnx, node 0");
    }

    @Test
    void a_tensor_that_claims_gigabytes_allocates_nothing() {
        TensorProto.Builder huge = TensorProto.newBuilder()
                .setName("w")
                .setDataType(1)
                .addDims(1 << 20)
                .addDims(500)
                .setRawData(ByteString.copyFrom(new byte[16]));
        refused(ErrorCode.BAD_MODEL, relu().tensor(huge)::read, "'w'", "needs 2097152000 bytes");
        TensorProto.Builder overflow = TensorProto.newBuilder()
                .setName("w")
                .setDataType(1)
                .addDims(1L << 40)
                .addDims(1L << 40);
        refused(ErrorCode.BAD_MODEL, relu().tensor(overflow)::read, "too large");
        TensorProto.Builder negative =
                TensorProto.newBuilder().setName("w").setDataType(1).addDims(-2);
        refused(ErrorCode.BAD_MODEL, relu().tensor(negative)::read, "negative");
    }

    @Test
    void unknown_element_types_are_refused() {
        TensorProto.Builder complex =
                TensorProto.newBuilder().setName("s").setDataType(15).addDims(0);
        refused(ErrorCode.UNSUPPORTED_DTYPE, relu().tensor(complex)::read, "element type 15");
        refused(ErrorCode.UNSUPPORTED_DTYPE, new Models(17).typedInput("x", 14, 1)::read, "element type 14");
    }

    @Test
    void strings_and_halves_of_bytes_are_counted() {
        TensorProto.Builder strings =
                TensorProto.newBuilder().setName("s").setDataType(8).addDims(2);
        refused(ErrorCode.BAD_MODEL, relu().tensor(strings)::read, "'s'", "2 strings", "found 0");
        TensorProto.Builder halves = TensorProto.newBuilder()
                .setName("s")
                .setDataType(22)
                .addDims(5)
                .setRawData(ByteString.copyFrom(new byte[5]));
        refused(ErrorCode.BAD_MODEL, relu().tensor(halves)::read, "needs 3 bytes", "found 5");
    }

    @Test
    void external_data_stay_in_the_folder() throws IOException {
        Files.createDirectory(folder.resolve("model"));
        Files.write(folder.resolve("secret"), new byte[16]);
        Files.createSymbolicLink(folder.resolve("model/link"), folder.resolve("secret"));
        for (String location : List.of("../secret", folder.resolve("secret").toString(), "absent", "link", "")) {
            refused(ErrorCode.EXTERNAL_DATA, () -> external(location, 0, 16), "'w'");
        }
        Files.write(folder.resolve("model/data"), new byte[20]);
        refused(ErrorCode.EXTERNAL_DATA, () -> external("data", 8, 16), "has 20");
        refused(ErrorCode.EXTERNAL_DATA, () -> external("data", 0, 12), "entry says 12");
        external("data", 4, 16);
    }

    private void external(String location, int offset, int length) throws IOException {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName("w")
                .setDataType(1)
                .addDims(4)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", location))
                .addExternalData(entry("offset", Integer.toString(offset)))
                .addExternalData(entry("length", Integer.toString(length)));
        Path file = folder.resolve("model/model.onnx");
        Files.write(file, relu().tensor(tensor).bytes());
        OnnxImporter.read(file);
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    @Test
    void attributes_of_the_wrong_kind_are_refused() {
        Models model = new Models(17)
                .input("x", 1, 1, 4, 4)
                .node("MaxPool", List.of("x"), List.of("y"), integer("kernel_shape", 2))
                .output("y");
        refused(ErrorCode.BAD_ATTRIBUTE, model::read, "'kernel_shape'", "MaxPool_0");
        Models missing = new Models(17)
                .input("x", 1, 1, 4, 4)
                .node("MaxPool", List.of("x"), List.of("y"))
                .output("y");
        refused(ErrorCode.BAD_ATTRIBUTE, missing::read, "'kernel_shape'");
    }

    @Test
    void a_shape_that_is_computed_from_data_is_refused() {
        Models model = new Models(17)
                .input("x", 1, 4)
                .typedInput("s", 7, 2)
                .node("Reshape", List.of("x", "s"), List.of("y"))
                .output("y");
        refused(ErrorCode.BAD_GRAPH, model::read, "Reshape 'Reshape_0'", "constant with --constant s=VALUE");
    }
}

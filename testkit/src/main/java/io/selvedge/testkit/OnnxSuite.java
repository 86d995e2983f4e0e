package io.selvedge.testkit;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.onnx.proto.GraphProto;
import io.selvedge.compiler.onnx.proto.ModelProto;
import io.selvedge.compiler.onnx.proto.TensorProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** The ONNX project's backend tests, read from the archive in the shared folder. */
public final class OnnxSuite {
    private static final String FOLDER = "onnx-backend/";

    private OnnxSuite() {}

    /** One test: a model with the inputs and outputs of its first data set, in the order of the model's. */
    public record Case(
            String name,
            byte[] model,
            List<byte[]> inputs,
            List<byte[]> outputs,
            Set<String> ops,
            double rtol,
            double atol) {
        public Case {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
            ops = Set.copyOf(ops);
        }

        /** Names of the model's inputs that are not initializers. */
        public List<String> inputNames() {
            GraphProto graph = graph();
            List<String> constants = graph.getInitializerList().stream()
                    .map(TensorProto::getName)
                    .toList();
            return graph.getInputList().stream()
                    .map(ValueInfoProto::getName)
                    .filter(input -> !constants.contains(input))
                    .toList();
        }

        private GraphProto graph() {
            try {
                return ModelProto.parseFrom(model).getGraph();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        public List<Tensor> inputTensors() {
            List<String> names = inputNames();
            List<ValueInfoProto> declared = graph().getInputList().stream()
                    .filter(input -> names.contains(input.getName()))
                    .toList();
            return tensors(inputs, declared);
        }

        public List<Tensor> outputTensors() {
            return tensors(outputs, graph().getOutputList());
        }

        /** How far the output may lie from what the suite wants, which cuts bfloat16 off where hardware rounds it. */
        public Tolerance tolerance(Tensor want) {
            return want.dtype() == DType.BFLOAT16 ? new Tolerance(0, 0x1p-7) : new Tolerance(atol + 1e-6, rtol);
        }

        private List<Tensor> tensors(List<byte[]> files, List<ValueInfoProto> declared) {
            List<Tensor> tensors = new ArrayList<>();
            for (int i = 0; i < files.size(); i++) {
                Tensor tensor = OnnxImporter.readTensor(files.get(i), name);
                int code = declared.get(i).getType().getTensorType().getElemType();
                // NumPy, which wrote the files, has no bfloat16: its bits stand there as uint16.
                boolean bits = tensor.dtype() == DType.UINT16 && code == DType.BFLOAT16.onnxCode();
                tensors.add(bits ? bfloat16(tensor) : tensor);
            }
            return tensors;
        }

        private static Tensor bfloat16(Tensor bits) {
            byte[] bytes = new byte[bits.bytes().remaining()];
            bits.bytes().get(bytes);
            return Tensor.of(new TensorType(DType.BFLOAT16, bits.shape()), bytes);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Cases whose operators satisfy the predicate, by name; empty where the shared folder is absent. */
    public static List<Case> cases(Predicate<String> operator) {
        if (SharedFolder.find(FOLDER).isEmpty()) {
            return List.of();
        }
        try {
            Path folder = SharedFolder.find(FOLDER).orElseThrow();
            Map<String, String[]> rows = new LinkedHashMap<>();
            for (String line : Files.readAllLines(only(folder, ".tsv"))) {
                String[] row = line.split("\t", -1);
                if (!row[0].equals("test")
                        && Arrays.stream(row[1].split(",")).map(String::trim).allMatch(operator)) {
                    rows.put(row[0], row);
                }
            }
            return read(only(folder, ".tar.xz"), rows);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path only(Path folder, String ending) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static List<Case> read(Path archive, Map<String, String[]> rows) throws IOException {
        Map<String, Map<String, byte[]>> files = new TreeMap<>();
        try (TarArchiveInputStream tar = new TarArchiveInputStream(
                new XZCompressorInputStream(new BufferedInputStream(Files.newInputStream(archive))))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                String[] parts = entry.getName().split("/", -1);
                for (int i = 0; i + 2 < parts.length && entry.isFile(); i++) {
                    String test = parts[i] + "/" + parts[i + 1];
                    String file = String.join("/", List.of(parts).subList(i + 2, parts.length));
                    if (rows.containsKey(test)) {
                        files.computeIfAbsent(test, _ -> new TreeMap<>()).put(file, tar.readAllBytes());
                        break;
                    }
                }
            }
        }
        List<Case> cases = new ArrayList<>();
        files.forEach((test, content) -> {
            String[] row = java.util.Objects.requireNonNull(rows.get(test), test);
            cases.add(new Case(
                    test,
                    content.getOrDefault("model.onnx", new byte[0]),
                    tensors(content, "input"),
                    tensors(content, "output"),
                    Set.of(row[1].split(",")),
                    Double.parseDouble(row[8]),
                    Double.parseDouble(row[9])));
        });
        return cases;
    }

    private static List<byte[]> tensors(Map<String, byte[]> content, String kind) {
        List<byte[]> tensors = new ArrayList<>();
        while (content.containsKey("test_data_set_0/" + kind + "_" + tensors.size() + ".pb")) {
            tensors.add(content.get("test_data_set_0/" + kind + "_" + tensors.size() + ".pb"));
        }
        return tensors;
    }
}

package io.selvedge.cli.conformance;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.StoredValues;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.tukaani.xz.XZIOException;

/**
 * The ONNX project's backend tests: a folder with the archive of a release ({@code .tar.xz}) and its manifest ({@code .tsv}:
 * operators and tolerances), or one with the tests unpacked ({@code node/test_abs/model.onnx} and so on).
 */
public final class OnnxSuite {
    /** What the ONNX project's own runner allows. */
    private static final double RTOL = 1e-3;

    private static final double ATOL = 1e-7;
    private static final int ATOL_COLUMN = 9;
    private static final String MODEL = "model.onnx";
    private static final String DATA = "test_data_set_0/";

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

        /** Names of the inputs that are not initializers, elements of sequences one by one. */
        public List<String> inputNames() {
            return List.copyOf(given().tensors().keySet());
        }

        public List<Tensor> inputTensors() {
            return List.copyOf(given().tensors().values());
        }

        /** Lengths of sequences and presence of optionals, as the importer wants them beside the shapes. */
        public Map<String, Integer> inputDims() {
            return given().dims();
        }

        /** Expected outputs, elements of sequences one by one. */
        public List<Tensor> outputTensors() {
            return List.copyOf(StoredValues.outputs(model, outputs).tensors().values());
        }

        private StoredValues given() {
            return StoredValues.inputs(model, inputs);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * All tests below {@code folder}, by name.
     *
     * @throws SelvedgeException DATA_NOT_FOUND when there are none, IO_ERROR, BAD_DATA for a damaged archive
     */
    public static List<Case> read(Path folder) {
        try {
            Map<String, String[]> rows = manifest(folder);
            List<Path> archives = ending(folder, ".tar.xz");
            Map<List<String>, byte[]> files = archives.isEmpty() ? walked(folder) : unpacked(archives.getFirst());
            List<Case> cases = new ArrayList<>();
            grouped(files)
                    .forEach(
                            (test, content) -> cases.add(testCase(test, content, Optional.ofNullable(rows.get(test)))));
            if (cases.isEmpty()) {
                throw new SelvedgeException(
                        ErrorCode.DATA_NOT_FOUND,
                        "no test is below " + folder + "; it needs the archive of the ONNX backend tests (.tar.xz) or "
                                + "folders that hold model.onnx and test_data_set_0");
            }
            return cases;
        } catch (NoSuchFileException | NotDirectoryException e) {
            throw new SelvedgeException(ErrorCode.DATA_NOT_FOUND, "there is no folder " + folder, e);
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.IO_ERROR, "the tests in " + folder + " cannot be read: " + IoReason.of(e), e);
        }
    }

    private static List<Path> ending(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    private static Map<String, String[]> manifest(Path folder) throws IOException {
        Map<String, String[]> rows = new LinkedHashMap<>();
        for (Path file : ending(folder, ".tsv")) {
            Files.readAllLines(file).stream()
                    .map(line -> line.split("\t", -1))
                    .filter(row -> row.length > ATOL_COLUMN && !row[0].equals("test"))
                    .forEach(row -> rows.put(row[0], row));
        }
        return rows;
    }

    private static Map<List<String>, byte[]> unpacked(Path archive) throws IOException {
        Map<List<String>, byte[]> files = new LinkedHashMap<>();
        try (TarArchiveInputStream tar = new TarArchiveInputStream(
                new XZCompressorInputStream(new BufferedInputStream(Files.newInputStream(archive))))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (entry.isFile()) {
                    files.put(List.of(entry.getName().split("/", -1)), tar.readAllBytes());
                }
            }
        } catch (EOFException | XZIOException e) {
            throw new SelvedgeException(
                    ErrorCode.BAD_DATA, archive + " is cut off or no .tar.xz archive; copy it again", e);
        }
        return files;
    }

    private static Map<List<String>, byte[]> walked(Path folder) throws IOException {
        Map<List<String>, byte[]> files = new LinkedHashMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                List<String> parts = new ArrayList<>();
                folder.relativize(file).forEach(part -> parts.add(part.toString()));
                files.put(parts, Files.readAllBytes(file));
            }
        }
        return files;
    }

    /**
     * Every folder that holds a model is a test, named by its last two folders; its files by their path within it. So is every
     * other model with an output beside it: its inputs are then made, see {@link StoredValues#ramps}.
     */
    private static Map<String, Map<String, byte[]>> grouped(Map<List<String>, byte[]> files) {
        Map<String, Map<String, byte[]>> tests = new TreeMap<>();
        files.forEach((parts, content) -> {
            String file = parts.getLast();
            List<String> folder = parts.subList(0, parts.size() - 1);
            String stem = file.endsWith(".onnx") ? file.substring(0, file.length() - 5) : "";
            byte[] output = files.get(Stream.concat(folder.stream(), Stream.of(stem + "_output_0.pb"))
                    .toList());
            if (output != null) {
                Map<String, byte[]> test = new TreeMap<>(Map.of(MODEL, content, DATA + "output_0.pb", output));
                List<byte[]> inputs = StoredValues.ramps(content);
                for (int i = 0; i < inputs.size(); i++) {
                    test.put(DATA + "input_" + i + ".pb", inputs.get(i));
                }
                tests.put(name(Stream.concat(folder.stream(), Stream.of(stem)).toList()), test);
            }
        });
        files.keySet().stream()
                .filter(parts -> parts.getLast().equals(MODEL))
                .map(parts -> parts.subList(0, parts.size() - 1))
                .forEach(parts -> tests.put(name(parts), new TreeMap<>()));
        files.forEach((parts, content) -> {
            for (int end = parts.size() - 1; end > 0; end--) {
                Map<String, byte[]> test = tests.get(name(parts.subList(0, end)));
                if (test != null) {
                    test.put(String.join("/", parts.subList(end, parts.size())), content);
                    return;
                }
            }
        });
        return tests;
    }

    private static String name(List<String> folder) {
        return String.join("/", folder.subList(Math.max(0, folder.size() - 2), folder.size()));
    }

    private static Case testCase(String test, Map<String, byte[]> content, Optional<String[]> row) {
        byte[] model = Objects.requireNonNull(content.get(MODEL), test);
        return new Case(
                test,
                model,
                tensors(content, "input"),
                tensors(content, "output"),
                row.map(r -> Set.of(r[1].split(",", -1))).orElseGet(() -> StoredValues.operators(model)),
                row.map(r -> Double.parseDouble(r[ATOL_COLUMN - 1])).orElse(RTOL),
                row.map(r -> Double.parseDouble(r[ATOL_COLUMN])).orElse(ATOL));
    }

    private static List<byte[]> tensors(Map<String, byte[]> content, String kind) {
        List<byte[]> tensors = new ArrayList<>();
        while (content.containsKey(DATA + kind + "_" + tensors.size() + ".pb")) {
            tensors.add(content.get(DATA + kind + "_" + tensors.size() + ".pb"));
        }
        return tensors;
    }
}

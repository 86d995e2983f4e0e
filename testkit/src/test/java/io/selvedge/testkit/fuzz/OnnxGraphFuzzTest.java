package io.selvedge.testkit.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.onnx.proto.ModelProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Models of random operators, attributes and shapes: they reach what bytes alone seldom do. A model that breaks something is
 * kept as a file in the folder that {@code -Dselvedge.findings} names; it belongs into the corpus of {@link OnnxFileFuzzTest}.
 */
class OnnxGraphFuzzTest {
    private static final Optional<Path> FINDINGS =
            Optional.ofNullable(System.getProperty("selvedge.findings")).map(Path::of);

    @FuzzTest
    void onnx_graph(FuzzedDataProvider data) {
        ModelProto model = new RandomModel(bound -> data.consumeInt(0, bound - 1), OnnxGraphFuzzTest::imports).draw();
        keepUnlessDone(model, () -> Bounds.check(() -> Pipeline.compile(read(model))));
    }

    static boolean imports(ModelProto model) {
        boolean[] imported = new boolean[1];
        keepUnlessDone(
                model,
                () -> Bounds.check(() -> {
                    read(model);
                    imported[0] = true;
                }));
        return imported[0];
    }

    private static io.selvedge.compiler.ir.Graph read(ModelProto model) {
        return OnnxImporter.read(model.toByteArray(), "fuzz.onnx", Optional.empty(), ImportOptions.none());
    }

    private static void keepUnlessDone(ModelProto model, Runnable action) {
        boolean done = false;
        try {
            action.run();
            done = true;
        } finally {
            if (!done) {
                FINDINGS.ifPresent(folder -> keep(model, folder));
            }
        }
    }

    private static void keep(ModelProto model, Path folder) {
        try {
            Files.createDirectories(folder);
            Files.write(folder.resolve("%08x.onnx".formatted(model.hashCode())), model.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

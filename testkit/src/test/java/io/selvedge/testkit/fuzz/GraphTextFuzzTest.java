package io.selvedge.testkit.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.selvedge.compiler.ir.GraphText;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.op.OpCatalog;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Text that claims to be a graph as {@code dump} prints it. */
class GraphTextFuzzTest {
    static Stream<byte[]> seeds() {
        return OnnxFileFuzzTest.models(16)
                .filter(OnnxGraphFuzzTest::imports)
                .map(model -> GraphText.dumpFull(OnnxImporter.read(
                                model.toByteArray(), "seed.onnx", Optional.empty(), ImportOptions.none()))
                        .getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void graph_text(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        Bounds.check(() -> GraphText.parse(text, OpCatalog.ALL));
    }
}

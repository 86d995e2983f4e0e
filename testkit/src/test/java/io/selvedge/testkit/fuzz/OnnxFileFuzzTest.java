package io.selvedge.testkit.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.onnx.proto.ModelProto;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes that claim to be an ONNX file. */
class OnnxFileFuzzTest {
    static Stream<byte[]> seeds() {
        return models(48).map(ModelProto::toByteArray);
    }

    static Stream<ModelProto> models(int count) {
        return IntStream.range(0, count).mapToObj(seed -> {
            Random random = new Random(seed);
            return new RandomModel(random::nextInt, OnnxGraphFuzzTest::imports).draw();
        });
    }

    @MethodSource("seeds")
    @FuzzTest
    void onnx_file(byte[] bytes) {
        Bounds.check(
                () -> Pipeline.compile(OnnxImporter.read(bytes, "fuzz.onnx", Optional.empty(), ImportOptions.none())));
    }
}

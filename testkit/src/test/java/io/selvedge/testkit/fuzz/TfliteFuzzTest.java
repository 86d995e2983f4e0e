package io.selvedge.testkit.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.tflite.TfliteImporter;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes that claim to be a TFLite file. */
class TfliteFuzzTest {
    static Stream<byte[]> seeds() {
        return IntStream.range(0, 96).mapToObj(seed -> new RandomTflite(new Random(seed)::nextInt).draw());
    }

    @MethodSource("seeds")
    @FuzzTest
    void tflite(byte[] bytes) {
        Bounds.check(() -> Pipeline.compile(TfliteImporter.read(bytes, "fuzz.tflite", ImportOptions.none())));
    }
}
